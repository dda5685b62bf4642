"""Better, equal, worse or unproven: a pure function of facts, with one sentence of reason."""

import enum
from dataclasses import dataclass

from .comparison import Comparison, Static
from .execution import Execution
from .timing import Pace, Timing

ENOUGH = 1.1
"""A faster candidate must be this many times faster to be worth a person's attention,"""
ENOUGH_WHEN_HARDER = 1.2
"""and this many times when it is harder to read."""


class Objective(enum.Enum):
    FIX = "fix"
    TIME = "time"


class Standing(enum.Enum):
    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    standing: Standing
    reason: str

    @property
    def better(self) -> bool:
        return self.standing is Standing.BETTER


def judge(
    *,
    objective: Objective,
    execution: Execution,
    comparison: Comparison | None,
    before: Static,
    after: Static,
) -> Verdict:
    """Compare one candidate with the baseline. ``before`` and ``after`` are their static measures."""
    if not execution.correct:
        problem = execution.first_problem
        where = f"; the first that does not: {problem.case}" if problem else ""
        reason = f"{execution.passed} of {execution.counted} cases pass{where}"
        return Verdict(standing=Standing.WORSE, reason=reason)
    if objective is Objective.FIX:
        return Verdict(standing=Standing.BETTER, reason=f"makes all {execution.counted} cases pass")
    if comparison is None or comparison.behaviour is None:
        note = comparison.note if comparison else None
        return Verdict(standing=Standing.UNPROVEN, reason=note or "it was not compared with the original")
    return _by_time(comparison, before, after)


def needed_gain(before: Static, after: Static) -> float:
    """How many times faster ``after`` must be to be worth having instead of ``before``."""
    harder = after.cyclomatic > before.cyclomatic or after.lines > before.lines + 2
    return ENOUGH_WHEN_HARDER if harder else ENOUGH


def _by_time(comparison: Comparison, before: Static, after: Static) -> Verdict:
    behaviour, timing = comparison.behaviour, comparison.timing
    if behaviour is None or not behaviour.inputs:
        return Verdict(standing=Standing.UNPROVEN, reason=comparison.note or "no inputs to compare on")
    if not behaviour.agrees:
        first = f" for {behaviour.differ[0].input}" if behaviour.differ else ""
        return Verdict(standing=Standing.WORSE, reason=f"it does something else{first}")
    if timing is None:
        return Verdict(standing=Standing.UNPROVEN, reason=comparison.note or "its time was not measured")
    return _by_pace(timing, needed_gain(before, after))


def _by_pace(timing: Timing, needed: float) -> Verdict:
    where = f"on {timing.inputs} inputs"
    match timing.pace:
        case Pace.FASTER if timing.ratio >= needed:
            return Verdict(standing=Standing.BETTER, reason=f"{timing.ratio:.2f}× faster {where}")
        case Pace.FASTER:
            reason = f"{timing.ratio:.2f}× faster {where}; a suggestion needs {needed}×"
            return Verdict(standing=Standing.EQUAL, reason=reason)
        case Pace.SLOWER:
            return Verdict(standing=Standing.WORSE, reason=f"{1 / timing.ratio:.2f}× slower {where}")
        case Pace.SAME:
            return Verdict(standing=Standing.EQUAL, reason=f"no measurable difference in time {where}")
        case Pace.WARM:
            reason = f"it is faster on later calls only, {where}: it keeps what it computed"
            return Verdict(standing=Standing.EQUAL, reason=reason)
        case Pace.UNCLEAR:
            return Verdict(standing=Standing.UNPROVEN, reason="its time could not be measured precisely")
