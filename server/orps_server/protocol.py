"""The orps/* messages, the commands and their answers, as docs/protocol.md describes them.

The page holds a hash of this file: change both together.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

PROTOCOL_VERSION = 1
SECTION = "orps"

JOB_STATE = "orps/jobState"
CANDIDATE = "orps/candidate"
STATUS = "orps/status"

LM_MODELS = "orps/lm/models"
LM_COMPLETE = "orps/lm/complete"
LM_CHUNK = "orps/lm/chunk"
LM_CHANGED = "orps/lm/changed"

REFINE = "orps.server.refine"
STOP = "orps.server.stop"
JOBS = "orps.server.jobs"
CANDIDATES = "orps.server.candidates"
CONTENT = "orps.server.content"
REVIEW = "orps.server.review"
APPLY = "orps.server.apply"
DISMISS = "orps.server.dismiss"
HEALTH = "orps.server.status"
DOCTOR = "orps.server.doctor"
ON_SAVE = "orps.server.onSave"
ENABLE_ON_SAVE = "orps.server.enableOnSave"
COMMANDS = (
    REFINE, STOP, JOBS, CANDIDATES, CONTENT, REVIEW, APPLY, DISMISS, HEALTH, DOCTOR, ON_SAVE, ENABLE_ON_SAVE,
)  # fmt: skip

CLIENT_REVIEW = "orps.review"
"""Registered by clients that announce ``review``."""

REFINE_KIND = "refactor.rewrite.orps"
REVIEW_KIND = f"{REFINE_KIND}.review"
APPLY_KIND = f"{REFINE_KIND}.apply"
DISMISS_KIND = f"{REFINE_KIND}.dismiss"
STOP_KIND = f"{REFINE_KIND}.stop"
ON_SAVE_KIND = f"{REFINE_KIND}.onSave"

DOCUMENTS = "orps"
"""The scheme of the documents that a client may ask us for."""

ObjectiveName = Literal["auto", "fix", "time", "memory", "simplicity"]

State = Literal["running", "done", "stale", "failed", "cancelled"]
Health = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    job_id: str
    uri: str
    qualname: str
    state: State
    round: int
    rounds: int
    executed: int
    best: float | None
    candidates: int
    message: str
    background: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateCard:
    """A ``Candidate`` on the wire; the domain's word for the proposal alone is taken."""

    job_id: str
    candidate_id: str
    uri: str
    qualname: str
    title: str
    ratio: float | None
    low: float | None
    high: float | None
    passed: int
    counted: int
    inputs: int
    best: bool
    author: str
    rationale: str
    speculative: bool
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the last run worked with; None before it.

    ``confinement``: what held the candidates, and what was open; ``model``: who was asked besides the rules;
    ``tests``: how many cases were found, and of which function; ``interpreter``: the project's Python.
    """

    health: Health
    message: str
    running: int
    confinement: str | None = None
    model: str | None = None
    tests: str | None = None
    interpreter: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefineArgument:
    uri: str
    qualname: str
    objective: ObjectiveName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRef:
    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRef:
    job_id: str
    candidate_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissArgument:
    """One candidate, or the whole job when ``candidateId`` is left out."""

    job_id: str
    candidate_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsArgument:
    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LmSelector:
    """Which of the client's models: empty, a vendor, or ``vendor/family``."""

    selector: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LmMessage:
    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LmQuestion:
    """``background``: nobody is there to be asked for consent; then a model without it must refuse."""

    request_id: str
    selector: str
    background: bool
    purpose: str
    messages: tuple[LmMessage, ...]
    max_tokens: int
    temperature: float | None
    justification: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSaveArgument:
    """A function, and whether it is to be refined whenever its document is saved."""

    uri: str
    qualname: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EnableArgument:
    """The project of a document, and whether the functions that it selects may run by themselves."""

    uri: str
    enabled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSave:
    """What holds from now on for a project: ``functions`` are those that the person chose."""

    root: str
    enabled: bool | None
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorArgument:
    """A document whose project is looked at; without one the first workspace folder."""

    uri: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    gravity: Literal["hint", "open", "fatal"]
    says: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``health``: error when nothing can run, warning when something is open or missing."""

    health: Health
    text: str
    problems: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """The argument of a command that needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A command that could not do what it was asked for: why, and what to do next."""

    error: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    jobs: tuple[JobState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateList:
    candidates: tuple[CandidateCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    uri: str
    title: str
    text: str
    diff: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    shown: bool
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    applied: bool
    reason: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismissed:
    dismissed: int


MESSAGES = (
    JobState, CandidateCard, Status, RefineArgument, JobRef, CandidateRef, DismissArgument, JobsArgument,
    LmSelector, LmMessage, LmQuestion, OnSaveArgument, EnableArgument, OnSave, DoctorArgument, Trouble,
    Report, Nothing, Refused, Started, Stopped, JobList, CandidateList, Content, Reviewed, Applied, Dismissed,
)  # fmt: skip


def teach(converter: Converter) -> None:
    """Read and write our messages: camelCase on the wire, and defaults are written out."""
    for kind in MESSAGES:
        # Any, because the generators take their own flags beside one keyword for each field.
        names: dict[str, Any] = {
            field.name: override(rename=_camel(field.name)) for field in dataclasses.fields(kind)
        }
        read = make_dict_structure_fn(kind, converter, **names)
        write = make_dict_unstructure_fn(kind, converter, **names)
        converter.register_structure_hook(kind, read)
        converter.register_unstructure_hook(kind, write)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
