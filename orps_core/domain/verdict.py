"""Better, equal, worse or unproven on each objective: pure functions of facts, with a sentence of reason."""

import enum
from dataclasses import dataclass

from .comparison import Comparison, Difference, Likeness, Source, Static
from .execution import Execution
from .memory import Memory
from .timing import Pace, Timing

ENOUGH = 1.1
"""A candidate must be this many times faster, or smaller, to be worth a person's attention,"""
ENOUGH_WHEN_HARDER = 1.2
"""and this many times when it is harder to read."""
_FEWEST_PEAKS = 2
_UNCOUNTED_MEMORY = frozenset({
    "open", "the module ctypes", "the module dbm", "the module io", "the module mmap",
    "the module multiprocessing", "the module os", "the module pathlib", "the module shelve",
    "the module sqlite3", "the module tempfile",
})  # fmt: skip
_UNCOUNTED_CODE = frozenset({"eval", "exec", "compile", "__import__"})


class Objective(enum.Enum):
    FIX = "fix"
    TIME = "time"
    MEMORY = "memory"
    SIMPLICITY = "simplicity"


class Standing(enum.Enum):
    BETTER = "better"
    EQUAL = "equal"
    WORSE = "worse"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How a candidate stands on one objective. ``gain`` is baseline ÷ candidate where it was measured."""

    objective: Objective
    standing: Standing
    reason: str
    gain: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """``standing``, ``reason`` and ``gain`` are those of the run's own objective.

    ``objective`` is that one where it is known; ``findings`` has one for every objective; ``flags`` are what
    a person must know before accepting.
    """

    standing: Standing
    reason: str
    gain: float | None = None
    objective: Objective | None = None
    findings: tuple[Finding, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def better(self) -> bool:
        return self.standing is Standing.BETTER

    @property
    def accepted(self) -> bool:
        """Right, the same where it was compared, and better on one objective at least."""
        return self.better or any(each.standing is Standing.BETTER for each in self.findings)

    def on(self, objective: Objective) -> Finding | None:
        return next((each for each in self.findings if each.objective is objective), None)


def judge(
    *,
    objective: Objective,
    execution: Execution,
    comparison: Comparison | None,
    before: Static,
    after: Static,
) -> Verdict:
    """Compare one candidate with the baseline. ``before`` and ``after`` are their static measures."""
    findings = tuple(
        _finding(each, objective, execution, comparison or Comparison(), before, after) for each in Objective
    )
    own = findings[list(Objective).index(objective)]
    behaviour = comparison.behaviour if comparison else None
    flags = behaviour.flags if behaviour and execution.correct and behaviour.agrees else ()
    reason = "; but ".join([own.reason, *flags]) if own.standing is Standing.BETTER else own.reason
    return Verdict(
        standing=own.standing,
        reason=reason,
        gain=own.gain,
        objective=objective,
        findings=findings,
        flags=flags,
    )


def needed_gain(before: Static, after: Static) -> float:
    """How many times faster ``after`` must be to be worth having instead of ``before``."""
    harder = (
        after.cyclomatic > before.cyclomatic
        or after.cognitive > before.cognitive
        or after.lines > before.lines + 2
    )
    return ENOUGH_WHEN_HARDER if harder else ENOUGH


def _finding(
    on: Objective,
    asked: Objective,
    execution: Execution,
    comparison: Comparison,
    before: Static,
    after: Static,
) -> Finding:
    """One objective in the light of all facts. Correctness comes first, then behaviour, then the measure."""
    standing, reason, gain = _gate(on, asked, execution, comparison) or _measured(
        on, comparison, before, after
    )
    return Finding(objective=on, standing=standing, reason=reason, gain=gain)


_Said = tuple[Standing, str, float | None]


def _gate(on: Objective, asked: Objective, execution: Execution, comparison: Comparison) -> _Said | None:
    """Why no measure can decide, or None."""
    if not execution.correct:
        problem = execution.first_problem
        where = f"; the first that does not: {problem.case}" if problem else ""
        return Standing.WORSE, f"{execution.passed} of {execution.counted} cases pass{where}", None
    if on is Objective.FIX and asked is Objective.FIX:
        return Standing.BETTER, f"makes all {execution.counted} cases pass", None
    if on is Objective.FIX:
        return Standing.EQUAL, f"all {execution.counted} cases pass, as before", None
    if asked is Objective.FIX:
        reason = "the original fails its own cases, so there is nothing to compare with"
        return Standing.UNPROVEN, reason, None
    return _unlike(comparison)


def _unlike(comparison: Comparison) -> _Said | None:
    behaviour = comparison.behaviour
    if behaviour is None:
        return Standing.UNPROVEN, comparison.note or "it was not compared with the original", None
    match behaviour.likeness:
        case Likeness.UNKNOWN:
            return Standing.UNPROVEN, comparison.note or "no inputs to compare on", None
        case Likeness.UNDECIDED:
            return Standing.UNPROVEN, _doubt(behaviour.differ[0]), None
        case Likeness.DIFFERS:
            return Standing.WORSE, _difference(comparison), None
        case _:
            return None


def _doubt(first: Difference) -> str:
    if first.too_deep:
        return f"it runs out of stack where the original does not, first for {first.input}"
    if first.source is Source.GROWN and first.candidate.startswith("raises "):
        return f"it {first.candidate} where the original does not, first for {first.input}"
    return f"its results are the same, but it {first.candidate}, first for {first.input}"


def _difference(comparison: Comparison) -> str:
    behaviour = comparison.behaviour
    if behaviour is None or not behaviour.differ:
        changes = behaviour.imported.changes if behaviour and behaviour.imported else ()
        return f"importing it changes {changes[0]}" if changes else "it does something else"
    first = next((each for each in behaviour.differ if each.decides), behaviour.differ[0])
    often = f"on {behaviour.unlike} of {behaviour.made_up} made-up inputs, first " if behaviour.unlike else ""
    return f"it does something else {often}for {first.input}"


def _measured(on: Objective, comparison: Comparison, before: Static, after: Static) -> _Said:
    match on:
        case Objective.MEMORY:
            return _by_memory(comparison, needed_gain(before, after), after)
        case Objective.SIMPLICITY:
            return _by_simplicity(comparison, before, after)
        case _:
            timing = comparison.timing
            if timing is None:
                return Standing.UNPROVEN, comparison.note or "its time was not measured", None
            standing, reason = _by_pace(timing, needed_gain(before, after))
            if standing is Standing.BETTER and comparison.loss is not None:
                reason += f", {1 / comparison.loss.ratio:.2f}× slower on your examples"
            return standing, reason, timing.ratio


def _by_pace(timing: Timing, needed: float) -> tuple[Standing, str]:
    where = f"on {timing.inputs} inputs"
    match timing.pace:
        case Pace.FASTER if timing.ratio >= needed:
            return Standing.BETTER, f"{timing.ratio:.2f}× faster {where}"
        case Pace.FASTER:
            return Standing.EQUAL, f"{timing.ratio:.2f}× faster {where}; a suggestion needs {needed}×"
        case Pace.SLOWER:
            return Standing.WORSE, f"{1 / timing.ratio:.2f}× slower {where}"
        case Pace.SAME:
            return Standing.EQUAL, f"no measurable difference in time {where}"
        case Pace.WARM:
            return Standing.EQUAL, f"it is faster on later calls only, {where}: it keeps what it computed"
        case Pace.UNCLEAR:
            return Standing.UNPROVEN, "its time could not be measured precisely"


def _by_memory(comparison: Comparison, needed: float, after: Static) -> _Said:
    """Peaks repeat nearly exactly, so every pair has to show the gain.

    It must not cost more time than it saves memory.
    """
    memory, timing = comparison.memory, comparison.timing
    if memory is None:
        return Standing.UNPROVEN, "its memory was not measured", None
    standing, reason = _by_peaks(memory, needed)
    outside = _UNCOUNTED_MEMORY.intersection(after.reaches)
    if standing is Standing.BETTER and outside:
        reason = f"with {min(outside)} it may keep things where memory is not counted"
        return Standing.UNPROVEN, reason, memory.ratio
    slow = timing is not None and timing.pace is Pace.SLOWER and timing.ratio * memory.ratio < 1
    if standing is Standing.BETTER and timing is not None and slow:
        reason = f"needs {memory.ratio:.2f}× less memory, but is {1 / timing.ratio:.2f}× slower"
        standing = Standing.EQUAL
    return standing, reason, memory.ratio


def _by_peaks(memory: Memory, needed: float) -> tuple[Standing, str]:
    where = f"on {memory.inputs} inputs"
    if len(memory.baselines) >= _FEWEST_PEAKS and memory.low >= needed:
        return Standing.BETTER, f"needs {memory.ratio:.2f}× less memory {where}"
    if memory.high <= 1 / ENOUGH:
        return Standing.WORSE, f"needs {1 / memory.ratio:.2f}× more memory {where}"
    if memory.low > 1 / ENOUGH and memory.high < needed:
        return Standing.EQUAL, f"no difference in memory that matters {where}"
    return Standing.UNPROVEN, "its memory could not be measured precisely"


def _by_simplicity(comparison: Comparison, before: Static, after: Static) -> _Said:
    """Fewer of something, more of nothing, and time not worse.

    Lines count only if there is less code in them: writing the same in fewer lines is no gain.
    """
    pairs = [
        ("code lines", before.lines, after.lines),
        ("cyclomatic complexity", before.cyclomatic, after.cyclomatic),
        ("cognitive complexity", before.cognitive, after.cognitive),
    ]
    gain = before.weight / after.weight
    worse = [f"{name} {old} → {new}" for name, old, new in pairs if new > old]
    less = [f"{name} {old} → {new}" for name, old, new in pairs if new < old]
    if after.nodes >= before.nodes and after.nodes:
        less = [each for each in less if not each.startswith("code lines")]
    if worse:
        return (Standing.EQUAL if less else Standing.WORSE), ", ".join([*less, *worse]), gain
    if not less:
        return Standing.EQUAL, "it is as simple as before", gain
    hidden = _UNCOUNTED_CODE.intersection(after.reaches)
    if hidden:
        return Standing.UNPROVEN, f"what it runs with {min(hidden)} was not counted", gain
    timing = comparison.timing
    if timing is None or timing.pace is Pace.UNCLEAR:
        return Standing.UNPROVEN, "simpler, but its time was not measured precisely", gain
    if timing.pace is Pace.SLOWER:
        return Standing.EQUAL, f"simpler, but {1 / timing.ratio:.2f}× slower", gain
    return Standing.BETTER, f"simpler: {', '.join(less)}", gain
