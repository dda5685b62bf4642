"""Run what may reach the target until everything has run or the time is up."""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..domain.suite import Docstring, Origin, TestCase
from .advice import last_words
from .job import Job, place_of
from .outcomes import load_error, messages
from .process import Message

_NAMED = 6.0
"""Times as long as a suite may take, for a first run of all that names the target."""
_AT_ONCE, _AT_ONCE_IN_ORDER = 20, 50
_IN_ORDER = 20.0
"""Seconds of patience from which on whole test files run, in the order in which the project runs them."""
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
    """``named`` is what was said of what names the target; ``cases`` reports of all that ran, by name.

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


async def survey(job: Job, run: Run, now: Callable[[], float] = time.monotonic) -> Ran:
    """What names the target runs in any case; the rest for as long as the job has patience.

    Examples have a process of their own: what they leave in a cache, tests would not enter again.
    """
    looking = _Looking(run=run, seconds=_NAMED * job.affordable, now=now)
    if job.nearby and job.patience >= _IN_ORDER:
        await _look_in_order(job, looking)
    else:
        await _look_nearest_first(job, looking)
    await looking.look_again()
    return Ran(
        named=looking.said(besides=_not_named(job)),
        cases=looking.cases,
        unfinished=tuple(looking.unfinished()),
    )


async def _look_nearest_first(job: Job, looking: "_Looking") -> None:
    """Where there is little time: before all others the cases that name the target, by themselves."""
    ours, others = _texts(job)
    if ours or not (job.selectors or job.nearby):
        await looking.look(_Part(doctests=ours))
    if job.selectors:
        await looking.look(_Part(places=job.selectors))
    looking.go_on(job.patience, whole_files=bool(job.nearby))
    for part in _parts(job, others, _AT_ONCE):
        await looking.look(part)


async def _look_in_order(job: Job, looking: "_Looking") -> None:
    """As the project runs them: who is the first to fill a cache, or to use what many share, depends on it.

    What names the target and has had no turn gets its own time afterwards.
    """
    ours, others = _texts(job)
    looking.go_on(job.patience, whole_files=True)
    for part in _parts(job, (*ours, *others), _AT_ONCE_IN_ORDER):
        await looking.look(replace(part, places=tuple(sorted(part.places, key=_as_collected)), near={}))
    files = {each.selector for each in job.nearby}
    if job.selectors and (looking.late or any(_file_of(each) not in files for each in job.selectors)):
        looking.go_on(_NAMED * job.affordable, whole_files=False)
        await looking.look(_Part(places=job.selectors))


def _file_of(selector: str) -> str:
    return selector.partition("::")[0]


def _as_collected(selector: str) -> list[str]:
    return selector.split("/")


def _not_named(job: Job) -> frozenset[str]:
    """Files and modules that do not name the target, as what cannot be collected is named."""
    files = {each.selector for each in job.nearby} - set(map(_file_of, job.selectors))
    return frozenset(files | {each.module for each in job.docstrings if each.module is not None})


def _texts(job: Job) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts of which an example names the target; then all others, those of other modules last."""
    direct = {case.name.rpartition(":")[0] for case in job.cases if case.direct}
    ours = [each for each in job.docstrings if f"doctest:{each.name}" in direct]
    others = [each for each in job.docstrings if each not in ours]
    return _in_turn(ours), _in_turn(sorted(others, key=lambda each: each.module is not None))


def _in_turn(docstrings: Iterable[Docstring]) -> tuple[str, ...]:
    """In the order in which a harness runs them: pytest collects those that need its fixtures later."""
    return tuple(each.name for each in sorted(docstrings, key=lambda each: each.fixtured))


def _parts(job: Job, texts: Sequence[str], at_once: int) -> "Iterator[_Part]":
    """Texts and test files in turn, never together."""
    for start in range(0, max(len(job.nearby), len(texts)), at_once):
        if texts[start : start + at_once]:
            yield _Part(doctests=tuple(texts[start : start + at_once]))
        files = job.nearby[start : start + at_once]
        if files:
            places = tuple(each.selector for each in files)
            yield _Part(places=places, near=dict(pair for each in files for pair in each.near))


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

    def __init__(self, *, run: Run, seconds: float, now: Callable[[], float]) -> None:
        self._run = run
        self._now = now
        self._deadline = now() + seconds
        self.cases: dict[str, Message] = {}
        self._told: list[Message] = []
        self._output: object = ""
        self._broken: list[str] = []
        self._slow: list[str] = []
        self._late: list[str] = []

    @property
    def _left(self) -> float:
        return self._deadline - self._now()

    @property
    def late(self) -> bool:
        """Whether there was no time for something."""
        return bool(self._late or self._slow)

    def said(self, *, besides: frozenset[str]) -> Message:
        """Why the target, or tests, cannot be loaded, but for what cannot ``besides``."""
        told = [each for each in self._told if _file_of(str(each.get("name"))) not in besides]
        return {"messages": told, "output": self._output}

    def go_on(self, seconds: float, *, whole_files: bool) -> None:
        """Another span of time. ``whole_files`` take up what there was no time for."""
        self._deadline = self._now() + seconds
        if whole_files:
            self._late = [name for name in self._late if ".py" not in name]

    def _take(self, facts: Message) -> str | None:
        """Keep what was reported. Return the case that was running when the process was ended, if any."""
        for case in messages(facts, "case"):
            self.cases.setdefault(str(case.get("name")), case)
        told = [*messages(facts, "load"), *messages(facts, "uncollected")]
        if told and not self._told:
            self._output = facts.get("output", "")
        self._told += told
        begun = [str(each.get("name")) for each in messages(facts, "begin")]
        return begun[-1] if begun and begun[-1] not in self.cases else None

    async def look(self, part: _Part) -> None:
        """Run a part until all of it has ended, or is known not to. Nothing runs of what cannot be loaded."""
        if messages({"messages": self._told}, "load"):
            return
        if self._left < _LEAST:
            self._late += [*part.places, *part.doctests]
            return
        left = max(_LEAST, self._left)
        facts = await self._run(self._selected(part), left, min(left, max(_SHORTEST, left * _SHARE)))
        before = len(self.cases)
        running = self._take(facts)
        if messages(facts, "end") or load_error(facts) is not None:
            return
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
        uncollected = {
            str(each.get("name")): last_words(str(each.get("text", "")))
            for each in messages({"messages": self._told}, "uncollected")
        }
        broken = [f"{name}: it did not come to an end" for name in dict.fromkeys(self._broken)]
        refused = [f"{name}: it cannot be collected: {said}" for name, said in uncollected.items()]
        return [
            *broken,
            *refused,
            *(f"{name}: there was no time left for it" for name in dict.fromkeys(self._late)),
        ]


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
