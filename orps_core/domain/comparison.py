"""The candidate beside the baseline: whether it does the same, and what it buys."""

from dataclasses import dataclass

from .growth import Growth
from .memory import Memory
from .timing import Timing


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One input on which the two do not agree. All three are text to show, never to evaluate."""

    input: str
    baseline: str
    candidate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Results on calls recorded from the suite's run and on grown ones. ``differ`` holds the first few."""

    recorded: int
    grown: int
    agree: int
    differ: tuple[Difference, ...] = ()

    def __post_init__(self) -> None:
        if self.agree > self.inputs:
            raise ValueError(f"{self.agree} of {self.inputs} inputs cannot agree")

    @property
    def inputs(self) -> int:
        return self.recorded + self.grown

    @property
    def agrees(self) -> bool:
        """True only if something was compared and all of it agreed."""
        return 0 < self.inputs == self.agree


@dataclass(frozen=True, slots=True, kw_only=True)
class Static:
    """What the text alone says: code lines and cyclomatic complexity (McCabe 1976).

    ``reaches`` names what it reaches for that the original did not: told, and no verdict.
    """

    lines: int
    cyclomatic: int
    reaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything measured about a passing candidate. None means not measured, and ``note`` says why."""

    behaviour: Behaviour | None = None
    grown: Timing | None = None
    recorded: Timing | None = None
    memory: Memory | None = None
    growth: Growth | None = None
    note: str | None = None

    @property
    def timing(self) -> Timing | None:
        """The timing that decides: grown inputs where there are any, since examples are toys."""
        return self.grown or self.recorded
