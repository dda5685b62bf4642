"""From runs of the target as written to the suite it really has."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..domain.execution import Baseline, CaseResult, Confinement, Execution
from ..domain.suite import Nearby, Origin, TestCase, TestSuite
from ..domain.survey import Sighting, Survey
from ..ports import Unavailable
from .advice import install, last_words, missing_module, missing_plugin
from .job import Job, made_by_file
from .outcomes import load_error, messages, read_execution
from .process import Message
from .surveying import Ran

HOW = "Give it a doctest (>>> {name}(...) and the result below) or a pytest function that calls it."
_AFFORDED = 4.0
"""Seconds that cases may take which do not name the target: every candidate has to run them."""
_MOST_INDIRECT = 300
_MOST_NOTES = 3
_FLAKY = "two runs differ"
_NOT_ABOUT_IT = "they do not pass as it is, and do not name the function"
_CLOSED = {
    "Operation not permitted": "candidates start no process and open no connection; --allow-loopback allows"
    " connections among themselves",
    "Permission denied": "candidates write to a folder of their own and read the project alone; --allow-read"
    " opens more",
}
"""What stands behind an error that a person sees in no run of their own."""
_LATER = 0.5
"""Of what a suite may take: as much again is run with what is about to be shown."""
_EACH = 0.001
"""Seconds that a case takes beside its own."""
_CUT = "the suite would take too long; others spend more of their time in the function"
_LATE = f"{_CUT}: it is run with what is about to be shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How the reports of a job's processes are read."""

    job: Job
    confinement: Confinement
    has_pytest: bool

    def execution(self, names: Sequence[str], facts: Message) -> Execution:
        return read_execution(names, facts, self.job.limit_message(), self.confinement)


def read_survey(reading: Reading, ran: Ran) -> Survey:
    """After the first runs. Raise ``Unavailable`` when the module cannot be imported."""
    job = reading.job
    _require_import(job, ran.named)
    found = {case.name: case for case in job.cases}
    files = {each.selector: each for each in job.nearby}
    named = [name for name, each in ran.cases.items() if each.get("reached")]
    results = reading.execution(named, {"messages": [*ran.cases.values(), {"k": "end"}]}).results
    sightings = [
        _sighting(result, ran.cases[result.case], _case(ran.cases[result.case], found, files))
        for result in results
    ]
    covered = {selector for name in ran.cases for selector in _selectors(name)}
    missing = [case for case in job.cases if case.name not in covered]
    cut = _cut([_judged(each) for each in sightings], job.affordable)
    return Survey(
        sightings=cut,
        unreached=tuple(name for name, each in ran.cases.items() if not each.get("reached")),
        unfinished=ran.unfinished,
        notes=(*_notes(job, ran, missing, has_pytest=reading.has_pytest), *_told(cut)),
    )


def without_flaky(survey: Survey, again: Sequence[CaseResult]) -> Survey:
    """After the second run: cases that change their mind are set aside."""
    second = {result.case: result for result in again}

    def seen(each: Sighting) -> Sighting:
        other = second.get(each.case.name)
        if each.aside is not None or other is None or type(other.outcome) is type(each.result.outcome):
            return each
        return replace(each, aside=_FLAKY)

    return replace(survey, sightings=tuple(map(seen, survey.sightings)))


def read_baseline(reading: Reading, survey: Survey, again: Sequence[CaseResult]) -> Baseline:
    """Raise ``Unavailable`` when no case counts."""
    kept = survey.counting
    notes = (*survey.notes, *_set_aside(survey))
    if not kept:
        raise _nothing(reading.job, survey, notes)
    names = {case.name for case in kept}
    results = tuple(result for result in again if result.case in names)
    return Baseline(
        suite=TestSuite(cases=kept),
        execution=Execution(results=results, confinement=reading.confinement),
        unreached=_of_named(reading.job, survey),
        notes=notes,
    )


def is_suite(job: Job, survey: Survey) -> bool:
    """Whether the cases of the job are those that count, but for some that never get there."""
    counting = {case.name for case in survey.counting}
    names = [each.case.name for each in survey.sightings]
    return all(
        any(_covers(each.name, name) for name in (*counting, *survey.unreached))
        and not any(_covers(each.name, name) for name in names if name not in counting)
        for each in job.cases
    ) and all(any(_covers(each.name, name) for each in job.cases) for name in counting)


def _of_named(job: Job, survey: Survey) -> tuple[str, ...]:
    """Cases that were found by name and never get there; whole files were only tried."""
    direct = [case.name for case in job.cases if case.direct]
    return tuple(name for name in survey.unreached if any(_covers(each, name) for each in direct))


def _sighting(result: CaseResult, report: Message, case: TestCase) -> Sighting:
    inside, seconds = report.get("inside"), result.seconds
    share = min(1.0, inside / seconds) if isinstance(inside, int | float) and seconds else None
    return Sighting(case=case, result=result, entries=int(report.get("reached") or 0), share=share)


def _judged(each: Sighting) -> Sighting:
    if each.skipped:
        return replace(each, aside="skipped or expected to fail, they prove nothing")
    return each if each.passed or each.case.direct else replace(each, aside=_NOT_ABOUT_IT)


def _cut(sightings: Sequence[Sighting], affordable: float) -> tuple[Sighting, ...]:
    """Those with most of their time in the target, as far as time allows; those that name it have their own.

    A case that fails is what is to be repaired, and stays before all others.
    """
    counting = sorted(
        (each for each in sightings if each.aside is None),
        key=lambda each: (each.passed, -(each.share or 0.0), each.result.seconds or 0.0),
    )
    direct = _affordable([each for each in counting if each.case.direct], affordable)
    others = _affordable([each for each in counting if not each.case.direct][:_MOST_INDIRECT], _AFFORDED)
    left = [each for each in counting if each.case.name not in direct | others]
    held = [each for each in left if each.passed]
    late = _affordable([each for each in held if each.case.direct], affordable * _LATER, least=0)
    indirect = [each for each in held if not each.case.direct][:_MOST_INDIRECT]
    late |= _affordable(indirect, _AFFORDED * _LATER, least=0)
    names = {each.case.name for each in left}

    def told(each: Sighting) -> Sighting:
        name = each.case.name
        if name not in names:
            return each
        return replace(each, aside=_LATE if name in late else _CUT, late=name in late)

    return tuple(map(told, sightings))


def _affordable(ordered: Sequence[Sighting], seconds: float, *, least: int = 1) -> set[str]:
    """The first is always there, unless ``least`` is 0: one slow case is better than none."""
    kept = set[str]()
    for each in ordered:
        seconds -= (each.result.seconds or 0.0) + _EACH
        if seconds >= 0 or len(kept) < least:
            kept.add(each.case.name)
    return kept


def _told(sightings: Sequence[Sighting]) -> list[str]:
    """What was left out, in numbers."""
    kept = [each for each in sightings if each.aside is None]
    every = [each for each in sightings if each.aside in {None, _CUT, _LATE}]
    if len(kept) == len(every):
        return []
    spent, needed = (sum(each.result.seconds or 0.0 for each in some) for some in (kept, every))
    cut = f"cut to the {len(kept)} of {len(every)} cases with most of their time in the function"
    late = sum(each.late for each in every)
    never = [each for each in every if each.aside == _CUT]
    named = sum(each.case.direct for each in never)
    later = f"; {late} more run before anything is shown" if late else ""
    out = f"; left out: {len(never)}" + (f" ({named} name it)" if named else "") if never else ""
    return [f"{cut} ({spent:.1f} of {needed:.1f} s){later}{out}"]


def _require_import(job: Job, facts: Message) -> None:
    error = load_error(facts)
    if error is None:
        return
    text = f"{error.type}: {error.message}".strip(": ")
    missing = missing_module(error.message)
    if missing is not None or error.type in {"ModuleNotFoundError", "ImportError"}:
        other = "choose another interpreter with --python or orps.interpreter."
        advice = f"Install what is missing there, or {other}"
        if missing is not None:
            advice = f"Run {install(job.interpreter.executable, Path(job.root), missing)}, or {other}"
    else:
        advice = "Make the module importable, then refine again."
    raise Unavailable(f"{job.interpreter.executable} cannot import {job.target.path}: {text}.", advice)


def _case(each: Message, found: Mapping[str, TestCase], files: Mapping[str, Nearby]) -> TestCase:
    """The case as it was found, one of its parametrised forms, or one of a file that was run whole."""
    name = str(each["name"])
    origin = found.get(name) or next((case for case in found.values() if _covers(case.name, name)), None)
    if origin is not None:
        return replace(origin, name=name, line=int(each.get("line") or origin.line))
    selector, _, inner = name.partition("::")
    file = files.get(selector)
    if file is None:
        raise ValueError(f"a result for {name}, which was not asked for")
    in_unittest = inner.rpartition("::")[0].replace("::", ".") in file.unittests or made_by_file(name)
    return TestCase(
        name=name,
        origin=Origin.UNITTEST if in_unittest else Origin.PYTEST,
        path=file.path,
        line=int(each.get("line") or 1),
        found=f"reaches it in another way ({file.reason})",
        direct=False,
    )


def _covers(selector: str, name: str) -> bool:
    return name == selector or name.startswith((f"{selector}[", f"{selector}::"))


def _selectors(name: str) -> Iterator[str]:
    """All that cover this case: it, it without its parameters, its class, its file."""
    yield name
    for end in re.finditer(r"(?=\[|::)", name):
        yield name[: end.start()]


def _notes(job: Job, ran: Ran, missing: Sequence[TestCase], *, has_pytest: bool) -> list[str]:
    selectors = [case for case in job.cases if case.origin is Origin.PYTEST]
    if selectors and not has_pytest:
        said = f"{len(selectors)} tests that mention the function were not run"
        python = job.interpreter.executable
        return [f"pytest is not installed in {python}: {said} (try: {python} -m pip install pytest)"]
    notes: list[str] = []
    uncollected = messages(ran.named, "uncollected")
    for each in uncollected[:_MOST_NOTES]:
        said = last_words(str(each.get("text") or ran.named.get("output", "")))
        missed = missing_module(said)
        command = install(job.interpreter.executable, Path(job.root), missed) if missed else ""
        what = f"{said} (try: {command})" if command else said
        notes.append(f"{each.get('name')} did not get as far as running tests: {what}")
    if len(uncollected) > _MOST_NOTES:
        notes.append(f"nor did {len(uncollected) - _MOST_NOTES} more files")
    notes += _stopped(job, ran)
    direct = [case.name for case in missing if case.direct]
    if direct and not notes:
        count = "1 case was" if len(direct) == 1 else f"{len(direct)} cases were"
        notes.append(f"{count} found but did not run: {', '.join(direct[:3])}")
    return notes


def _stopped(job: Job, ran: Ran) -> list[str]:
    """Tests that name the target and fail on their way to it: often for what candidates may not do."""
    found = [
        each
        for name, each in ran.cases.items()
        if not each.get("reached")
        and each.get("outcome") == "raised"
        and any(case.direct and _covers(case.name, name) for case in job.cases)
    ]
    if not found:
        return []
    error = ": ".join(filter(None, (str(found[0].get("type", "")), str(found[0].get("message", "")))))
    first = f"{found[0].get('name')}: {error.splitlines()[0][:200] if error else 'it did not say why'}"
    advice = next((f" ({why})" for word, why in _CLOSED.items() if word in error), "")
    plugin = missing_plugin(error)
    if plugin is not None:
        advice = f" (try: {install(job.interpreter.executable, Path(job.root), plugin)})"
    count = "a test that names it fails" if len(found) == 1 else f"{len(found)} tests that name it fail"
    return [f"{count} before reaching it: {first}{advice}"]


def _set_aside(survey: Survey) -> list[str]:
    named: dict[str, list[str]] = {}
    for each in survey.sightings:
        if each.aside not in {None, _CUT, _LATE}:  # those are told of in numbers
            named.setdefault(str(each.aside), []).append(each.case.name)
    notes = [f"set aside, because {why}: {_few(names)}" for why, names in named.items()]
    if survey.unfinished:
        notes.append(f"not run to the end: {_few([each.partition(': ')[0] for each in survey.unfinished])}")
    return notes


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:3])
    return f"{shown} and {len(names) - 3} more" if len(names) > 3 else shown  # noqa: PLR2004


def _nothing(job: Job, survey: Survey, notes: Sequence[str]) -> Unavailable:
    name = job.target.name
    advice = HOW.format(name=name)
    tried = len(survey.unreached) + len(survey.sightings)
    if not job.cases and not tried:
        return Unavailable(f"{job.target.qualname} has no test that ORPS could find.", advice)
    count = max(tried, len(job.cases))
    found = "The one case" if count == 1 else f"None of the {count} cases"
    reaches = "does not reach it" if count == 1 else "reaches it"
    if survey.unfinished and not tried:
        advice = "Mend what keeps its tests from running, then refine again."
    said = f": {'; '.join(notes)}" if notes else ""
    return Unavailable(f"{found} found for {job.target.qualname} {reaches}{said}.", advice)
