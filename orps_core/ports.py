"""The seams: what the engine needs from the world, in the domain's words.

Errors that cross a seam::

    RefineError
    ├── Unusable      a collaborator answered with nothing usable; the run goes on
    └── Unavailable   a collaborator cannot work at all; the run ends with a reason and a next step

Everything else is a bug and surfaces as itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .domain.candidate import Candidate
from .domain.comparison import Comparison, Static
from .domain.critique import Critique
from .domain.events import Stop
from .domain.execution import Baseline, Execution
from .domain.target import Target
from .domain.tree import Node, NodeId, SearchTree
from .domain.verdict import Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What every collaborator is told about the task."""

    target: Target
    baseline: Baseline
    objective: Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Grow the tree below ``parent`` by at most ``samples`` candidates."""

    parent: NodeId
    samples: int


class Programmer(Protocol):
    """Writes the next candidates from a lineage, youngest last, knowing what its siblings tried."""

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], siblings: Sequence[Candidate], samples: int
    ) -> Sequence[Candidate]:
        """Raise ``Unusable`` when there is nothing to propose."""
        ...


class Critic(Protocol):
    """Judges a candidate by what happened when it ran."""

    async def judge(
        self, brief: Brief, candidate: Candidate, execution: Execution, comparison: Comparison | None
    ) -> Critique: ...


class Executor(Protocol):
    """Runs the target and its candidates, confined. Never raises for what a candidate does."""

    async def baseline(self) -> Baseline:
        """Run the target as written. Raise ``Unavailable`` when that is impossible."""
        ...

    async def execute(self, candidate: Candidate) -> Execution:
        """Run the suite on a candidate, tests and candidate in one process: fast, to rank."""
        ...

    async def confirm(self, candidate: Candidate) -> Execution:
        """Judge a candidate that is about to be shown, with the tests out of its reach where possible."""
        ...

    async def compare(self, candidate: Candidate) -> Comparison:
        """Compare a passing candidate with the baseline, in behaviour and in time."""
        ...


class Strategy(Protocol):
    """Decides, from the tree alone, what to expand next or why to stop. Pure and synchronous."""

    @property
    def rounds(self) -> int: ...

    def plan(self, tree: SearchTree, expanded: frozenset[NodeId]) -> Sequence[Expansion] | Stop: ...

    def best(self, tree: SearchTree) -> Node | None: ...


class Analyst(Protocol):
    """Reads candidates as text: what they measure, and when two are the same."""

    def static(self, candidate: Candidate) -> Static | None:
        """None when the source does not parse or does not define the target with its signature."""
        ...

    def fingerprint(self, candidate: Candidate) -> str:
        """Equal for candidates with the same normalised syntax tree."""
        ...


class Clock(Protocol):
    def now(self) -> float:
        """Monotonic seconds."""
        ...


class RefineError(Exception):
    """What crosses a seam. See the tree above."""


class Unusable(RefineError):
    """Raised by a collaborator that answered with nothing the engine can use."""


class Unavailable(RefineError):
    """Raised when the run cannot go on. ``advice`` is one sentence saying what to do next."""

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(f"{reason} {advice}")
        self.reason = reason
        self.advice = advice
