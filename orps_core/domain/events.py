"""Everything a run tells the outside world, named for what happened in the search."""

import enum
from dataclasses import dataclass

from .agreement import Agreement
from .budget import Budget, Spending
from .candidate import Candidate
from .chat import Purpose, Reply
from .execution import Baseline
from .note import Note
from .profile import Profile
from .settings import Setup
from .step import Step
from .target import Target
from .tree import Node, NodeId
from .verdict import Objective


class Stop(enum.Enum):
    ROUNDS = "all rounds done"
    BUDGET = "budget spent"
    SATISFIED = "objective met"
    NOTHING_LEFT = "nothing left to try"
    UNLIKELY = "further tries are unlikely to pay"

    @property
    def at_once(self) -> bool:
        """What is under way need not be waited for."""
        return self in {Stop.SATISFIED, Stop.UNLIKELY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """``setup`` is what else was asked for; None in journals that do not say."""

    target: Target
    budget: Budget
    setup: Setup | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineReady:
    """The target as written was run: node 0 of the tree, and the objective that follows from it."""

    node: Node
    baseline: Baseline
    objective: Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    parent: NodeId
    candidate: Candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Improved:
    """A verified improvement over the baseline. ``best`` is True if it is the best so far.

    ``agreement`` says how many others that pass their cases do the same; None where nobody asked.
    """

    node: Node
    best: bool
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """Something asked for did not come back usable; the run goes on."""

    parent: NodeId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """A model was asked. ``request`` is the digest of the question, by which a replay finds the answer.

    ``calls`` and ``failed`` count what it took, as in ``Outlay``. ``failure`` says why there is no reply, or
    why there are fewer than were asked for; with ``advice`` what to do, where no question can be answered.
    """

    purpose: Purpose
    request: str
    replies: tuple[Reply, ...]
    calls: int = 1
    failed: int = 0
    failure: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A proposal was the same as a node that is there already; it was not run again."""

    node: NodeId
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A thinker wrote something down."""

    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """It was looked at where a node's time goes."""

    node: NodeId
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    round: int
    rounds: int
    spending: Spending


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """``best`` is None when nothing better was verified; ``summary`` says what was found.

    ``steps`` are the order in which it was found, by which the run can be repeated from its journal.
    """

    best: Node | None
    stop: Stop
    summary: str
    agreement: Agreement | None = None
    steps: tuple[Step, ...] = ()


Event = (
    Started
    | BaselineReady
    | Proposed
    | Judged
    | Improved
    | Missed
    | Repeated
    | Noted
    | Profiled
    | Replied
    | Spent
    | Warned
    | Finished
)
