"""What we have to say, in the client's words."""

import difflib
from collections.abc import Sequence
from pathlib import PurePath

from lsprotocol import types as lsp

from orps_core import Edit
from orps_core.domain.diagnosis import Diagnosis
from orps_core.domain.execution import Baseline
from orps_core.domain.target import Target
from orps_core.domain.tree import Node

from . import protocol
from .core import Core
from .documents import Page
from .from_lsp import Client
from .jobs import Job, Phase
from .lines import UTF32, Lines
from .tracking import Hold
from .wording import in_settings

_ANNOTATION = "orps"
_EDITED = "the function was edited since its candidates were verified; undo, or refine it again"
_EDITED_EARLY = "the function was edited while it was being refined; refine it again"


def job_state(job: Job) -> protocol.JobState:
    search, candidates = job.search, job.candidates
    return protocol.JobState(
        job_id=job.id,
        uri=job.uri,
        qualname=job.target.qualname,
        state="stale" if job.stale else _STATES[job.phase],
        round=search.round,
        rounds=search.rounds,
        executed=search.executed,
        best=candidates[0].ratio if candidates else None,
        candidates=len(candidates),
        message=message(job),
        background=job.quiet,
    )


def message(job: Job) -> str:
    """Where the job stands, in one line."""
    if job.stale and job.applied:
        return f"applied: {job.applied}"
    if job.stale:
        return _edited(job)
    match job.phase:
        case Phase.RUNNING:
            return running(job)
        case Phase.FAILED:
            return job.problem
        case Phase.CANCELLED:
            return f"stopped; {_count(len(job.candidates), 'improvement')} verified"
        case Phase.DONE:
            said = job.search.summary or f"{_count(len(job.candidates), 'improvement')} verified"
            return f"{said} ({job.search.warning})" if job.search.warning else said


def _edited(job: Job) -> str:
    if not job.candidates:
        return _EDITED_EARLY
    match job.hold:
        case Hold.COSMETIC | Hold.UNSETTLED:
            what = "the function" if job.hold is Hold.COSMETIC else "what the function uses, or a test,"
            return f"{what} was edited; its candidates are being checked again"
        case Hold.UNCLEAR:
            return "the function does not parse as it stands; its candidates wait"
        case Hold.GONE:
            return "the function is not there any more; undo to have its candidates back"
        case Hold.EDITED | Hold.FRESH:
            return _EDITED


def running(job: Job) -> str:
    search, candidates = job.search, job.candidates
    if job.waiting:
        return "waiting for another run to end"
    parts = [f"round {search.round}/{search.rounds}"] if search.rounds else ["reading the tests"]
    if search.executed:
        parts.append(f"{_count(search.executed, 'candidate')} executed")
    if candidates and candidates[0].ratio is not None:
        parts.append(f"best {candidates[0].ratio:.1f}×")
    return " · ".join(parts)


def percentage(job: Job) -> int:
    return min(99, 100 * job.search.round // job.search.rounds) if job.search.rounds else 0


def title(core: Core, job: Job, node: Node) -> str:
    if job.search.baseline is None:
        return node.candidate.rationale
    return core.headline(node, job.search.baseline, job.search.agreement(node))


def evidence(core: Core, job: Job, node: Node) -> str:
    search = job.search
    if search.baseline is None:
        return ""
    return core.evidence(node, search.baseline, search.agreement(node), search.opinion(node))


def candidate(core: Core, job: Job, node: Node) -> protocol.CandidateCard:
    comparison = node.comparison
    timing = comparison.timing if comparison else None
    behaviour = comparison.behaviour if comparison else None
    return protocol.CandidateCard(
        job_id=job.id,
        candidate_id=str(node.id),
        uri=job.uri,
        qualname=job.target.qualname,
        title=title(core, job, node),
        ratio=timing.ratio if timing else None,
        low=timing.low if timing else None,
        high=timing.high if timing else None,
        passed=node.execution.passed,
        counted=node.execution.counted,
        inputs=behaviour.inputs if behaviour else 0,
        best=node.id == job.search.best,
        author=node.candidate.author,
        rationale=node.candidate.rationale,
        speculative=node.candidate.speculative,
        evidence=evidence(core, job, node),
    )


def text_edits(lines: Lines, edits: Sequence[Edit]) -> list[lsp.TextEdit]:
    return [
        lsp.TextEdit(
            range=lsp.Range(start=_position(lines, edit.span.start), end=_position(lines, edit.span.end)),
            new_text=edit.text,
        )
        for edit in edits
    ]


def workspace_edit(page: Page, edits: Sequence[Edit], client: Client, label: str) -> lsp.WorkspaceEdit:
    """One document's edits; with its version wherever the client can refuse by it."""
    made = text_edits(page.lines, edits)
    if not client.versioned_edits:
        return lsp.WorkspaceEdit(changes={page.uri: made})
    document = lsp.OptionalVersionedTextDocumentIdentifier(uri=page.uri, version=page.version)
    if not client.annotated_edits:
        change = lsp.TextDocumentEdit(text_document=document, edits=made)
        return lsp.WorkspaceEdit(document_changes=[change])
    named = [
        lsp.AnnotatedTextEdit(range=each.range, new_text=each.new_text, annotation_id=_ANNOTATION)
        for each in made
    ]
    return lsp.WorkspaceEdit(
        document_changes=[lsp.TextDocumentEdit(text_document=document, edits=named)],
        # Nobody is asked again: whoever applies has said so a moment ago.
        change_annotations={_ANNOTATION: lsp.ChangeAnnotation(label=label, needs_confirmation=False)},
    )


def name_range(page: Page, target: Target) -> lsp.Range | None:
    """Where the function's name stands; None while it cannot be found."""
    function = page.named(target.qualname)
    if function is None:
        return None
    span = function.name_span
    return lsp.Range(start=_position(page.lines, span.start), end=_position(page.lines, span.end))


def hint(where: lsp.Range, title: str, job: Job) -> lsp.Diagnostic:
    best = job.usable[0]
    return lsp.Diagnostic(
        range=where,
        severity=lsp.DiagnosticSeverity.Hint,
        source=protocol.SECTION,
        code="refinement",
        message=f"{title}. The code actions of {job.target.qualname} review and apply it.",
        data={"jobId": job.id, "candidateId": str(best.id)},
    )


def at_line(line: int) -> lsp.Range:
    start = lsp.Position(line=line, character=0)
    return lsp.Range(start=start, end=start)


def diff(path: str, before: str, after: str) -> str:
    """A unified diff that ``patch`` takes."""
    name = PurePath(path).name
    old, new = Lines(before, UTF32).whole, Lines(after, UTF32).whole
    made = difflib.unified_diff(old, new, fromfile=f"a/{name}", tofile=f"b/{name}")
    return "".join(
        line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in made
    )


def _position(lines: Lines, offset: int) -> lsp.Position:
    place = lines.place(offset)
    return lsp.Position(line=place.line, character=place.character)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_STATES: dict[Phase, protocol.State] = {
    Phase.RUNNING: "running",
    Phase.DONE: "done",
    Phase.FAILED: "failed",
    Phase.CANCELLED: "cancelled",
}


def confinement(baseline: Baseline) -> str:
    """The level that held a run's candidates, and what was open to them."""
    held = baseline.execution.confinement
    return f"{held.level}; open: {', '.join(held.open)}" if held.open else held.level


def tests(target: Target, baseline: Baseline) -> str:
    """How many cases a run has found, and how many of them pass with the function as written."""
    ran = baseline.execution
    return f"{_count(ran.counted, 'case')} of {target.qualname}, {ran.passed} pass"


def report(diagnosis: Diagnosis, text: str) -> protocol.Report:
    healths: tuple[protocol.Health, ...] = ("ok", "warning", "error")
    return protocol.Report(
        health=healths[diagnosis.status],
        text=in_settings(text),
        problems=tuple(
            protocol.Trouble(gravity=each.gravity.value, says=each.says, advice=in_settings(each.advice))
            for each in diagnosis.problems
        ),
    )
