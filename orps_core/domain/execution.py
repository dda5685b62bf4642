"""What happened when a candidate ran. Failure is data here, never an exception."""

from dataclasses import dataclass

from .confinement import check
from .suite import TestCase, TestSuite


@dataclass(frozen=True, slots=True)
class Passed:
    """The case held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The case ran and its check did not hold."""

    expected: str
    actual: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The case, or loading the module, raised."""

    type: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhausted:
    """The case was stopped because it ran out of a resource, whose name holds the unit of the limit."""

    resource: str
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed:
    """The process died before it could report, of a signal; None when it is not known of what."""

    signal: int | None
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exited:
    """The process ended itself before the case was decided, with an exit code."""

    code: int
    stderr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampered:
    """The candidate changed what decides about it, or spoke in its name: its reports count for nothing."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The case was skipped, or is expected to fail: it proves nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The case was asked for and no result came. It counts as a failure."""


Outcome = Passed | Failed | Raised | Exhausted | Crashed | Exited | Tampered | Skipped | Missing


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """One case's outcome. ``seconds`` is None when the case did not finish."""

    case: str
    outcome: Outcome
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What held the process: one of ``LEVELS``, by which mechanisms; what is open, the asked-for included."""

    level: str
    mechanisms: tuple[str, ...]
    open: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """How far the results of an execution can be trusted against a candidate that wants to deceive.

    ``apart`` names the cases that ran in one process while the candidate answered from another, which never
    saw them. ``note`` says why the others did not.
    """

    apart: tuple[str, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """Outcomes of all cases in the suite's order, and what confined the run.

    ``judgement`` is None while tests and candidate shared a process: good enough to rank, not to show.
    Beyond the baseline's suite, ``late`` are cases that it has no time for, and ``further`` those that do not
    name the target, None: nobody has looked for them. Their results come last, in this order.
    """

    results: tuple[CaseResult, ...]
    confinement: Confinement
    judgement: Judgement | None = None
    further: tuple[TestCase, ...] | None = None
    late: tuple[TestCase, ...] = ()

    @property
    def passed(self) -> int:
        return sum(isinstance(result.outcome, Passed) for result in self.results)

    @property
    def counted(self) -> int:
        """Cases that say something: all but the skipped ones."""
        return sum(not isinstance(result.outcome, Skipped) for result in self.results)

    @property
    def correct(self) -> bool:
        return 0 < self.passed == self.counted

    @property
    def exhausted(self) -> bool:
        return any(isinstance(result.outcome, Exhausted) for result in self.results)

    @property
    def first_problem(self) -> CaseResult | None:
        """The first case that did not hold."""
        return next((r for r in self.results if not isinstance(r.outcome, Passed | Skipped)), None)


_BY_SIGNAL = {
    4: "crashed: an illegal instruction",
    6: "crashed: it aborted",
    7: "crashed: a bus error",
    8: "crashed: an arithmetic error",
    11: "crashed: a segmentation fault",
    31: "stopped at a system call that no candidate may make",
}


def explain(problem: CaseResult) -> str:  # noqa: PLR0911  (one for each way to end)
    """One line about a case that did not hold, or does not count."""
    match problem.outcome:
        case Failed(expected=expected, actual=actual) if expected.strip() == actual.strip():
            return f"{problem.case}: expected {expected!r}, got {actual!r}"
        case Failed(expected=expected, actual=actual):
            return f"{problem.case}: expected {expected.strip()!r}, got {actual.strip()!r}"
        case Raised(type=type_, message=message):
            return f"{problem.case}: {type_}: {message.splitlines()[0] if message else ''}".rstrip(": ")
        case Exhausted(resource=resource, limit=limit):
            return f"{problem.case}: stopped at {limit:g} {resource}"
        case Crashed(signal=int(number)):
            return f"{problem.case}: {_BY_SIGNAL.get(number, f'ended by signal {number}')}"
        case Exited(code=code):
            return f"{problem.case}: it ended the process, with exit code {code}"
        case Tampered(what=what):
            return f"{problem.case}: it tampered with {what}"
        case Skipped(reason=reason):
            return f"{problem.case}: {reason}"
        case outcome:
            return f"{problem.case}: {type(outcome).__name__.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The target as written: its suite as it turned out to be, and how it fared.

    ``suite`` holds only cases that reach the target; parametrised cases appear one by one.
    ``unreached`` names the cases that were found but never reach it, ``notes`` what a person should know.
    ``named_only``: enough cases name the target, and those that may reach it through others were not run.
    """

    suite: TestSuite
    execution: Execution
    unreached: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    named_only: bool = False
