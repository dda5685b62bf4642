"""The candidate beside the baseline: whether it does the same, and what it buys."""

import enum
from dataclasses import dataclass

from .coverage import Coverage
from .growth import Growth
from .memory import Memory
from .outside import Apart, Outside
from .timing import Pace, Timing

_MOST_UNLIKE = 0.5
_FEW = 8
_DEAR_IMPORT, _DEARER = 0.02, 1.5


class Source(enum.Enum):
    """Where an input comes from, which decides how much a difference on it weighs."""

    RECORDED = "recorded"
    GROWN = "grown"
    MUTATED = "mutated"
    HYPOTHESIS = "hypothesis"

    @property
    def made_up(self) -> bool:
        """Nobody asked for it: a difference there is to be looked at."""
        return self in {Source.MUTATED, Source.HYPOTHESIS}


class Likeness(enum.Enum):
    """What the comparison allows to be said."""

    AGREES = "agrees"
    FLAGGED = "flagged"
    UNDECIDED = "undecided"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One input on which the two do not agree. The three texts are to show, never to evaluate.

    It does not refute the candidate where both give the same and it alone helps itself to an argument, or
    where it alone refuses an input larger than any of the tests'.
    """

    input: str
    baseline: str
    candidate: str
    source: Source = Source.RECORDED
    refutes: bool = True

    @property
    def too_deep(self) -> bool:
        """On an input larger than any of the tests', the candidate alone has run out of Python's stack."""
        ours, theirs = (text.startswith("raises RecursionError") for text in (self.baseline, self.candidate))
        return self.source is Source.GROWN and theirs and not ours

    @property
    def decides(self) -> bool:
        """Whether it shows that the candidate does something else than it was asked for."""
        return self.refutes and not self.too_deep


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """CPU seconds that importing each version took, and what importing the candidate changes for all."""

    baseline: float
    candidate: float
    changes: tuple[str, ...] = ()

    @property
    def dear(self) -> bool:
        """Whether the candidate does work when it is imported that the original does not."""
        return self.candidate > _DEARER * self.baseline + _DEAR_IMPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Results on calls recorded from the suite's run, on grown and on mutated ones.

    ``drawn`` are calls that Hypothesis drew, where it was asked to: made up like the mutated ones.
    ``differ`` holds the first few differences. ``unlike`` counts the made-up calls the original answers
    and the candidate answers otherwise; all other differences are on recorded and grown calls.
    ``raising`` counts mutated calls on which the original stumbles and the candidate does something else:
    they are in no other number, and ``stumble`` is the first. ``keeps`` names state that the candidate
    alone keeps from call to call.
    """

    recorded: int
    grown: int
    agree: int
    mutated: int = 0
    unlike: int = 0
    raising: int = 0
    differ: tuple[Difference, ...] = ()
    stumble: Difference | None = None
    keeps: tuple[str, ...] = ()
    imported: Imported | None = None
    drawn: int = 0

    def __post_init__(self) -> None:
        if self.agree + self.unlike > self.inputs or self.unlike > self.made_up:
            raise ValueError(f"{self.agree} of {self.inputs} inputs cannot agree")

    @property
    def inputs(self) -> int:
        return self.recorded + self.grown + self.made_up

    @property
    def made_up(self) -> int:
        return self.mutated + self.drawn

    @property
    def likeness(self) -> Likeness:
        """A difference where the tests go decides; where nobody asked, it is flagged, if it is rare.

        Who gives the same and changes what it was given, or calls itself so often that only inputs beyond the
        tests' are too large, does not do something else. Nor does it do the same.
        """
        if not self.recorded + self.grown:
            return Likeness.UNKNOWN
        asked = [each for each in self.differ if not each.source.made_up]
        if asked and not any(each.decides for each in asked):
            return Likeness.UNDECIDED
        strict = self.inputs - self.agree - self.unlike
        elsewhere = self.unlike >= _FEW and self.unlike > _MOST_UNLIKE * self.made_up
        if strict or elsewhere or asked:
            return Likeness.DIFFERS
        if self.imported is not None and self.imported.changes:
            return Likeness.DIFFERS
        return Likeness.FLAGGED if self.flags else Likeness.AGREES

    @property
    def agrees(self) -> bool:
        """Something was compared, and nothing rejects the candidate; there may still be flags."""
        return self.likeness in {Likeness.AGREES, Likeness.FLAGGED}

    @property
    def flags(self) -> tuple[str, ...]:
        """What a person has to know before accepting it, one sentence each."""
        found: list[str] = []
        if self.unlike:
            first = next((each for each in self.differ if each.source.made_up), None)
            example = f", first for {first.input}" if first else ""
            found.append(f"it does something else on {self.unlike} of {self.made_up} made-up inputs{example}")
        if self.keeps:
            found.append(f"it keeps state from call to call in {', '.join(self.keeps)}")
        if self.imported is not None and self.imported.dear:
            more = (self.imported.candidate - self.imported.baseline) * 1000
            found.append(f"it does work when it is imported: {more:.0f} ms more than the original")
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Static:
    """What the text alone says: code lines, cyclomatic (McCabe 1976) and cognitive complexity, AST nodes.

    ``reaches`` names what it reaches for that the original did not: told, and no verdict.
    """

    lines: int
    cyclomatic: int
    cognitive: int = 0
    nodes: int = 0
    reaches: tuple[str, ...] = ()

    @property
    def weight(self) -> float:
        """One number to order by: what a reader has to take in."""
        return self.lines + self.cyclomatic + self.cognitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything measured about a passing candidate. None means not measured, and ``note`` says why.

    ``apart`` and ``outside`` were found out in processes of its own, for what is about to be shown.
    """

    behaviour: Behaviour | None = None
    grown: Timing | None = None
    recorded: Timing | None = None
    memory: Memory | None = None
    growth: Growth | None = None
    coverage: Coverage | None = None
    note: str | None = None
    apart: Apart | None = None
    outside: Outside | None = None

    @property
    def timing(self) -> Timing | None:
        """The timing that decides: grown inputs where there are any, since examples are toys."""
        return self.grown or self.recorded

    @property
    def loss(self) -> Timing | None:
        """The timing on the person's own examples where it takes back what larger inputs promise."""
        slower = self.recorded is not None and self.recorded.pace is Pace.SLOWER
        return self.recorded if slower and self.grown is not None else None
