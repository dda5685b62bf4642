"""What came of looking for a target's cases: each that reaches it, and why some of them do not count."""

from dataclasses import dataclass

from .execution import CaseResult, Passed, Skipped
from .suite import TestCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One case that reaches the target as written.

    ``entries`` is how often, ``share`` the part of the case's time between entering and leaving it (None:
    too short to tell). ``aside`` says why the case does not count, None: it does. One that is ``late`` is
    run with what is about to be shown.
    """

    case: TestCase
    result: CaseResult
    entries: int
    share: float | None
    aside: str | None = None
    late: bool = False

    @property
    def skipped(self) -> bool:
        return isinstance(self.result.outcome, Skipped)

    @property
    def passed(self) -> bool:
        return isinstance(self.result.outcome, Passed)

    @property
    def inside(self) -> float:
        """Seconds in the target."""
        return (self.result.seconds or 0.0) * (self.share or 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """``unreached`` are cases that ran and never reach it, ``unfinished`` what did not run and why."""

    sightings: tuple[Sighting, ...]
    unreached: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counting(self) -> tuple[TestCase, ...]:
        """The cases that a candidate is held to."""
        return tuple(each.case for each in self.sightings if each.aside is None)

    @property
    def late(self) -> tuple[TestCase, ...]:
        """The cases that only a candidate is held to which is about to be shown."""
        return tuple(each.case for each in self.sightings if each.late)
