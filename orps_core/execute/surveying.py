"""Run what may reach the target, nearest first, until everything has run or the time is up."""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..domain.suite import Docstring, Nearby, Origin, TestCase
from .job import Job
from .outcomes import load_error, messages
from .process import Message

_NAMED_WALL = 60.0
_AT_ONCE = 20
_LEAST = 0.5
_ENOUGH = 5
"""Cases about the target after which a search may begin without those that only happen to get there."""

Run = Callable[[Message, float], Awaitable[Message]]
"""Runs a selection of the suite on the target as written, and counts entries; seconds it may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """``named`` are the facts of what names the target; ``cases`` reports of all that ran, by name.

    ``unfinished`` says of cases and files why they did not come to an end.
    """

    named: Message
    cases: dict[str, Message]
    unfinished: tuple[str, ...]


def enough(cases: Iterable[TestCase]) -> bool:
    return sum(case.direct for case in cases) >= _ENOUGH


def directly(job: Job) -> tuple[TestCase, ...]:
    """What is about the target by its text."""
    return tuple(case for case in job.cases if case.direct)


async def survey(job: Job, run: Run) -> Ran:
    """What names the target runs in any case; the rest for as long as the job has patience."""
    direct = {case.name.rpartition(":")[0] for case in job.cases if case.direct}
    texts = [each.name for each in job.docstrings]
    ours = [name for name in texts if f"doctest:{name}" in direct]
    select: Message = {"places": list(job.selectors), "doctests": ours}
    named = await run(select, _NAMED_WALL)
    looking = _Looking(run=run, deadline=time.monotonic() + job.patience)
    looking.take(named)
    if load_error(named) is None:
        others = [name for name in texts if name not in ours]
        if others:
            await looking.look([], doctests=others)
        for start in range(0, len(job.nearby), _AT_ONCE):
            await looking.look(job.nearby[start : start + _AT_ONCE])
    return Ran(named=named, cases=looking.cases, unfinished=tuple(looking.unfinished()))


class _Looking:
    """The state of one survey: what was reported, what broke, what there was no time for."""

    def __init__(self, *, run: Run, deadline: float) -> None:
        self._run = run
        self._deadline = deadline
        self.cases: dict[str, Message] = {}
        self._broken: list[str] = []
        self._late: list[str] = []

    def take(self, facts: Message) -> str | None:
        """Keep what was reported. Return the case that was running when the process was ended, if any."""
        for case in messages(facts, "case"):
            self.cases.setdefault(str(case.get("name")), case)
        begun = [str(each.get("name")) for each in messages(facts, "begin")]
        return begun[-1] if begun and begun[-1] not in self.cases else None

    async def look(self, files: Sequence[Nearby], doctests: Sequence[str] = ()) -> None:
        left = self._deadline - time.monotonic()
        if left < _LEAST:
            self._late += [*(each.selector for each in files), *doctests]
            return
        without = [*self.cases, *self._broken]
        select: Message = {
            "places": [each.selector for each in files],
            "without": without,
            "doctests": list(doctests),
        }
        facts = await self._run(select, left)
        running = self.take(facts)
        for each in messages(facts, "uncollected"):
            self._broken.append(f"{each.get('name')} (it cannot be collected)")
        if messages(facts, "end"):
            return
        if self._deadline - time.monotonic() < _LEAST:
            self._late += [*(each.selector for each in files), *doctests]
        elif running is not None:
            self._broken.append(running)
            await self.look(files)
        elif len(files) > 1:
            half = len(files) // 2
            await self.look(files[:half])
            await self.look(files[half:])
        else:
            self._broken += [each.selector for each in files]

    def unfinished(self) -> list[str]:
        broken = [f"{name}: it did not come to an end" for name in dict.fromkeys(self._broken)]
        return [*broken, *(f"{name}: there was no time left for it" for name in dict.fromkeys(self._late))]


def narrowed(job: Job, docstrings: Sequence[Docstring]) -> Job:
    """The job with the texts that its cases need, and nothing else to collect."""
    names = [case.name for case in job.cases if case.origin in {Origin.DOCTEST, Origin.CHARACTERISED}]
    texts = {name.removeprefix("doctest:").rpartition(":")[0] for name in names}
    return replace(job, docstrings=tuple(each for each in docstrings if each.name in texts), nearby=())


def selection(job: Job) -> Message:
    """What a harness is told so that it runs the cases of a narrowed job."""
    return {
        "places": list(job.selectors),
        "only": [case.name for case in job.cases],
        "doctests": [each.name for each in job.docstrings],
    }
