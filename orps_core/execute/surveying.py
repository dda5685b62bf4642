"""Run what may reach the target, nearest first, until everything has run or the time is up."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.suite import Docstring, Origin, TestCase
from .job import Job, place_of
from .outcomes import load_error, messages
from .process import Message

_NAMED = 6.0
"""Times as long as a suite may take, for a first run of all that names the target."""
_AT_ONCE = 20
_LEAST = 0.5
_SHORTEST = 15.0
_SHARE = 0.4
"""Of the time that is left, for one case."""
_OUT_OF_TIME = ("wall time", "CPU time")
_ENOUGH = 5
"""Cases about the target after which a search may begin without those that only happen to get there."""

Run = Callable[[Message, float, float], Awaitable[Message]]
"""Runs a selection of the suite on the target as written, and counts entries.

Given are the seconds that it may take, and those of them without a word.
"""


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
    ours = _in_turn(each for each in job.docstrings if f"doctest:{each.name}" in direct)
    looking = _Looking(run=run, deadline=time.monotonic() + _NAMED * job.affordable)
    named = await looking.look(_Part(places=job.selectors, doctests=ours))
    looking.go_on(job.patience, whole_files=bool(job.nearby))
    if load_error(named) is None:
        for part in _others(job, frozenset(ours)):
            await looking.look(part)
        await looking.look_again()
    return Ran(named=named, cases=looking.cases, unfinished=tuple(looking.unfinished()))


def _others(job: Job, ours: frozenset[str]) -> "Iterator[_Part]":
    """Texts, then the nearest files, with docstrings of other modules between."""
    texts = [each for each in job.docstrings if each.module is None and each.name not in ours]
    modules = [each for each in job.docstrings if each.module is not None]
    if texts:
        yield _Part(doctests=_in_turn(texts))
    for start in range(0, max(len(job.nearby), len(modules)), _AT_ONCE):
        files = job.nearby[start : start + _AT_ONCE]
        yield _Part(
            places=tuple(each.selector for each in files),
            doctests=_in_turn(modules[start : start + _AT_ONCE]),
            near=dict(pair for each in files for pair in each.near),
        )


def _in_turn(docstrings: Iterable[Docstring]) -> tuple[str, ...]:
    """In the order in which a harness runs them: pytest collects those that need its fixtures later."""
    return tuple(each.name for each in sorted(docstrings, key=lambda each: each.fixtured))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A part of the suite: what pytest collects, the nearest first, and texts with examples."""

    places: tuple[str, ...] = ()
    doctests: tuple[str, ...] = ()
    near: Mapping[str, int] = field(default_factory=dict[str, int])

    def halves(self) -> "tuple[_Part, _Part]":
        half = len(self.places) // 2
        return replace(self, places=self.places[:half]), replace(self, places=self.places[half:], doctests=())

    def after(self, running: str) -> "_Part":
        """What is left when the process has ended in a case. Texts run first, and in their order."""
        text = _text_of(running)
        if text is None:
            return replace(self, doctests=())
        at = self.doctests.index(text) if text in self.doctests else len(self.doctests)
        return replace(self, doctests=self.doctests[at + 1 :])


class _Looking:
    """The state of one survey: what was reported, what broke, what there was no time for.

    Nothing gets all the time that is left: a case that waits for ever would take it from all others.
    """

    def __init__(self, *, run: Run, deadline: float) -> None:
        self._run = run
        self._deadline = deadline
        self.cases: dict[str, Message] = {}
        self._broken: list[str] = []
        self._slow: list[str] = []
        self._late: list[str] = []

    @property
    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def go_on(self, seconds: float, *, whole_files: bool) -> None:
        """Another span of time. ``whole_files`` take up what there was no time for."""
        self._deadline = time.monotonic() + seconds
        if whole_files:
            self._late = [name for name in self._late if ".py" not in name]

    def _take(self, facts: Message) -> str | None:
        """Keep what was reported. Return the case that was running when the process was ended, if any."""
        for case in messages(facts, "case"):
            self.cases.setdefault(str(case.get("name")), case)
        begun = [str(each.get("name")) for each in messages(facts, "begin")]
        return begun[-1] if begun and begun[-1] not in self.cases else None

    async def look(self, part: _Part) -> Message:
        """Run a part until all of it has ended, or is known not to. Return the facts of the first run."""
        if self._left < _LEAST:
            self._late += [*part.places, *part.doctests]
            return {}
        left = max(_LEAST, self._left)
        facts = await self._run(self._selected(part), left, min(left, max(_SHORTEST, left * _SHARE)))
        before = len(self.cases)
        running = self._take(facts)
        for each in messages(facts, "uncollected"):
            self._broken.append(f"{each.get('name')} (it cannot be collected)")
        if messages(facts, "end") or load_error(facts) is not None:
            return facts
        timed_out = facts.get("reason") in _OUT_OF_TIME
        if running is not None:
            (self._slow if timed_out else self._broken).append(running)
            await self.look(part.after(running))
        elif len(part.places) > 1:
            for half in part.halves():
                await self.look(half)
        elif timed_out and len(self.cases) > before:
            await self.look(part)
        else:
            (self._late if timed_out else self._broken).extend((*part.places, *part.doctests))
        return facts

    async def look_again(self) -> None:
        """Each case that was too slow beside others has what time is left to itself."""
        slow, self._slow = self._slow, []
        for name in slow:
            if self._left >= _LEAST and not name.startswith("doctest:"):
                select: Message = {"places": [place_of(name)], "only": [name], "doctests": []}
                self._take(await self._run(select, self._left, self._left))
            if name not in self.cases:
                self._late.append(name)

    def _selected(self, part: _Part) -> Message:
        return {
            "places": list(part.places),
            "without": [*self.cases, *self._broken, *self._slow],
            "doctests": list(part.doctests),
            "near": dict(part.near),
        }

    def unfinished(self) -> list[str]:
        broken = [f"{name}: it did not come to an end" for name in dict.fromkeys(self._broken)]
        return [*broken, *(f"{name}: there was no time left for it" for name in dict.fromkeys(self._late))]


def _text_of(name: str) -> str | None:
    """The text that a case is an example of."""
    kind, _, rest = name.partition(":")
    return rest.rpartition(":")[0] if kind == "doctest" else None


def narrowed(job: Job, docstrings: Sequence[Docstring]) -> Job:
    """The job with the texts that its cases need, and nothing else to collect."""
    names = [case.name for case in job.cases if case.origin in {Origin.DOCTEST, Origin.CHARACTERISED}]
    texts = set(map(_text_of, names))
    return replace(job, docstrings=tuple(each for each in docstrings if each.name in texts), nearby=())


def selection(job: Job) -> Message:
    """What a harness is told so that it runs the cases of a narrowed job."""
    return {
        "places": list(job.selectors),
        "only": [case.name for case in job.cases],
        "doctests": [each.name for each in job.docstrings],
    }
