"""The seams: what the engine needs from the world, in the domain's words.

Errors that cross a seam::

    RefineError
    ├── Unusable      a collaborator answered with nothing usable; the run goes on
    │   └── OutOfBudget   it was not even asked, for the budget does not allow another model call
    └── Unavailable   a collaborator cannot work at all; the run ends with a reason and a next step
        └── NoModel   the model that was named cannot be asked; without one the run could begin

Everything else is a bug and surfaces as itself.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .domain.candidate import Attempt, Candidate
from .domain.chat import Message, Outlay, Purpose, Reply
from .domain.comparison import Comparison, Static
from .domain.critique import Critique
from .domain.events import Replied, Stop, Warned
from .domain.execution import Baseline, Execution
from .domain.note import Thinking
from .domain.profile import Profile
from .domain.target import Target
from .domain.tree import Node, NodeId, SearchTree
from .domain.verdict import Objective


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What every collaborator is told about the task."""

    target: Target
    baseline: Baseline
    objective: Objective


class Move(enum.Enum):
    """How the programmer is to go about it. ``REWRITE`` needs no model, the others are a model's."""

    REWRITE = "apply the rules"
    SAMPLE = "answer afresh, without looking at earlier attempts"
    REFINE = "improve the parent in the light of its outcome"
    PROFILE = "work on what costs the parent most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Grow the tree below ``parent`` by at most ``samples`` candidates.

    ``hint`` is an idea in words that the programmer is to follow, such as one of several strategies.
    ``warmth`` is the sampling temperature that a paper asks for; None leaves it to the programmer.
    ``profile`` says where the parent's time goes, where that was looked at.
    """

    parent: NodeId
    samples: int
    move: Move = Move.REWRITE
    hint: str | None = None
    warmth: float | None = None
    profile: Profile | None = None

    @property
    def free(self) -> bool:
        """Costs no call of a model."""
        return self.move is Move.REWRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pondering:
    """Have at most ``samples`` notes written about a node, knowing ``notes``, oldest first."""

    about: NodeId
    kind: Thinking
    samples: int = 1
    notes: tuple[str, ...] = ()

    @property
    def free(self) -> bool:
        """Costs no call of a model."""
        return self.kind is Thinking.TRACE


Ask = Expansion | Pondering


@dataclass(frozen=True, slots=True)
class Asked:
    """All that was asked for, in order; ``pending`` are the positions not yet answered in full."""

    asks: tuple[Ask, ...] = ()
    pending: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What a thinker wrote, before it has a place in the tree."""

    text: str
    value: float | None = None


class Programmer(Protocol):
    """Writes the next candidates from a lineage, youngest last, knowing what was tried before."""

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Attempt]:
        """A refusal is an answer not worth running. Raise ``Unusable`` when there is nothing to propose."""
        ...


class Thinker(Protocol):
    """Writes down what is no candidate yet: ideas, plans, reflections, judgements."""

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        """Raise ``Unusable`` when nothing usable came of it."""
        ...


class Critic(Protocol):
    """Judges a candidate, the youngest of a lineage to be, by what happened when it ran."""

    async def judge(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
    ) -> Critique: ...


class Chat(Protocol):
    """A language model, wherever it lives."""

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        purpose: Purpose,
        samples: int = 1,
        temperature: float | None = None,
        limit: int,
    ) -> Sequence[Reply]:
        """At least one and at most ``samples`` answers of at most ``limit`` tokens each. Cancellable.

        Raise ``Unusable`` when retries did not help either, ``OutOfBudget`` when the question must not be
        asked, ``Unavailable`` when no question can be answered: no endpoint, key refused, model unknown.
        """
        ...


class Ledger(Protocol):
    """Keeps the account of model calls for a run."""

    @property
    def outlay(self) -> Outlay: ...

    def drain(self) -> Sequence[Replied | Warned]:
        """What is to be written down since the last time, in order."""
        ...


class Executor(Protocol):
    """Runs the target and its candidates, confined. Never raises for what a candidate does."""

    async def baseline(self) -> Baseline:
        """Run the target as written. Raise ``Unavailable`` when that is impossible."""
        ...

    async def execute(self, candidate: Candidate) -> Execution:
        """Run the suite on a candidate, tests and candidate in one process: fast, to rank."""
        ...

    async def sift(self, candidates: Sequence[Candidate]) -> Sequence[Execution]:
        """Run the suite on many small changes, one execution for each: to screen, faster than one by one.

        Who does not pass may be told so more coarsely; who passes has been executed alone as well.
        """
        ...

    async def confirm(self, candidate: Candidate) -> Execution:
        """Judge a candidate that is about to be shown, with the tests out of its reach where possible."""
        ...

    async def compare(self, candidate: Candidate) -> Comparison:
        """Compare a passing candidate with the baseline, in behaviour and in time."""
        ...

    async def weigh(self, candidate: Candidate, found: Comparison) -> Comparison:
        """The same comparison with the memory that both need, which takes longer than the rest of it."""
        ...

    async def confront(self, candidate: Candidate, found: Comparison) -> Comparison:
        """The same comparison, held against what the candidate does in a process that it has for itself.

        For what is about to be shown: what it cannot repeat there is not said of it.
        """
        ...

    async def trace(self, candidate: Candidate, case: str) -> str:
        """What ran in one case, block by block, and what the variables held; empty when it cannot be told."""
        ...

    async def profile(self, candidate: Candidate) -> Profile | None:
        """Where the time of the dearest known call goes; None when it cannot be told."""
        ...

    async def answers(self, candidate: Candidate) -> tuple[str, ...]:
        """Fingerprints of what a candidate does on inputs that stay the same for the whole run.

        Empty when there are no such inputs, or when the candidate did not get through them. Raise
        ``Unusable`` when nobody could be asked, which says nothing about the candidate.
        """
        ...


class Strategy(Protocol):
    """Decides what to ask for next or why to stop. Pure and synchronous: the same tree, the same plan."""

    @property
    def rounds(self) -> int: ...

    def consults(self, tree: SearchTree, node: Node) -> bool:
        """Whether a model that criticises is asked about a node that is about to join the tree.

        The others are judged by measurements.
        """
        ...

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        """What should be under way besides what is pending, most wanted first; empty means wait.

        The engine takes as many as it has room for and asks again whenever something was answered.
        """
        ...

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


class OutOfBudget(Unusable):
    """Raised instead of a model call that the budget does not allow."""


class Unavailable(RefineError):
    """Raised when the run cannot go on. ``advice`` is one sentence saying what to do next.

    ``option`` is how to say so on the command line: who asks from an editor has no use for it.
    """

    def __init__(self, reason: str, advice: str, *, option: str | None = None) -> None:
        super().__init__(f"{reason} {advice}")
        self.reason = reason
        self.advice = advice
        self.option = option


class NoModel(Unavailable):
    """Raised before a run begins when the model that was named cannot be asked."""
