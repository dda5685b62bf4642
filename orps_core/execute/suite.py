"""From the first run of the target as written to the suite it really has."""

from dataclasses import dataclass, replace

from ..domain.execution import Baseline, CaseResult, Confinement, Execution, Skipped
from ..domain.suite import Origin, TestCase, TestSuite
from ..ports import Unavailable
from .job import Job
from .outcomes import load_error, messages, read_execution
from .process import Message

HOW = "Give it a doctest (>>> {name}(...) and the result below) or a pytest function that calls it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Two runs of the target as written: the first counts entries into it, the second runs undisturbed."""

    counted: Message
    again: Message


def read_baseline(job: Job, runs: Runs, confinement: Confinement, *, has_pytest: bool) -> Baseline:
    """Raise ``Unavailable`` when the module cannot be imported or no case reaches the target."""
    _require_import(job, runs.counted)
    reported = messages(runs.counted, "case")
    found = {case.name: case for case in job.cases}
    cases = {str(each["name"]): _case(each, found) for each in reported}
    reached = {str(each["name"]) for each in reported if each.get("reached")}
    missing = [case for case in job.cases if not any(_covers(case.name, name) for name in cases)]
    first = read_execution([*cases], runs.counted, job.limit_message(), confinement)
    second = read_execution([*cases], runs.again, job.limit_message(), confinement)
    changed = {a.case for a, b in zip(first.results, second.results, strict=True) if _kind(a) is not _kind(b)}
    skipped = {r.case for r in first.results if isinstance(r.outcome, Skipped)}
    kept = [case for name, case in cases.items() if name in reached and name not in changed | skipped]
    notes = [
        *_notes(job, runs.counted, missing, has_pytest=has_pytest),
        *_set_aside(changed & reached, skipped & reached),
    ]
    if not kept:
        raise _nothing(job, notes)
    suite = TestSuite(cases=tuple(kept))
    results = tuple(r for r in second.results if r.case in {case.name for case in kept})
    return Baseline(
        suite=suite,
        execution=Execution(results=results, confinement=confinement),
        unreached=tuple(name for name in cases if name not in reached),
        notes=tuple(notes),
    )


def _require_import(job: Job, facts: Message) -> None:
    error = load_error(facts)
    if error is None:
        return
    text = f"{error.type}: {error.message}".strip(": ")
    if error.type in {"ModuleNotFoundError", "ImportError"}:
        advice = (
            "Install what is missing there, or choose another interpreter with --python or orps.interpreter."
        )
    else:
        advice = "Make the module importable, then refine again."
    raise Unavailable(f"{job.interpreter.executable} cannot import {job.target.path}: {text}.", advice)


def _case(each: Message, found: dict[str, TestCase]) -> TestCase:
    """The case as it was found, or one of its parametrised forms."""
    name = str(each["name"])
    origin = next((case for case in found.values() if _covers(case.name, name)), None)
    if origin is None:
        raise ValueError(f"a result for {name}, which was not asked for")
    return replace(origin, name=name, line=int(each.get("line") or origin.line))


def _covers(selector: str, name: str) -> bool:
    return name == selector or name.startswith((f"{selector}[", f"{selector}::"))


def _kind(result: CaseResult) -> type:
    return type(result.outcome)


def _notes(job: Job, facts: Message, missing: list[TestCase], *, has_pytest: bool) -> list[str]:
    notes: list[str] = []
    selectors = [case for case in job.cases if case.origin is Origin.PYTEST]
    if selectors and not has_pytest:
        notes.append(
            f"pytest is not installed in {job.interpreter.executable}:"
            f" {len(selectors)} tests that mention the function were not run"
        )
        return notes
    for each in messages(facts, "uncollected"):
        lines = str(each.get("text") or facts.get("output", "")).replace("INTERNALERROR>", "").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "it did not say why")
        notes.append(f"{each.get('name')} did not get as far as running tests: {said[:200]}")
    if missing and not notes:
        names = ", ".join(case.name for case in missing[:3])
        notes.append(f"{len(missing)} cases were found but did not run: {names}")
    return notes


def _set_aside(changed: set[str], skipped: set[str]) -> list[str]:
    notes: list[str] = []
    if changed:
        notes.append(f"set aside, because two runs differ: {', '.join(sorted(changed))}")
    if skipped:
        notes.append(f"skipped or expected to fail, so they prove nothing: {', '.join(sorted(skipped))}")
    return notes


def _nothing(job: Job, notes: list[str]) -> Unavailable:
    name = job.target.name
    advice = HOW.format(name=name)
    if not job.cases:
        return Unavailable(f"{job.target.qualname} has no test that ORPS could find.", advice)
    said = f" ({'; '.join(notes)})" if notes else ""
    return Unavailable(
        f"None of the {len(job.cases)} cases found for {job.target.qualname} reaches it{said}.", advice
    )
