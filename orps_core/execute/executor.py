"""Runs one target and its candidates in harness processes of the project's interpreter."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Self, cast

from ..domain.candidate import Candidate
from ..domain.comparison import Comparison
from ..domain.confinement import LIMITS_ONLY
from ..domain.execution import Baseline, CaseResult, Confinement, Execution, Judgement, Passed
from ..domain.profile import Profile
from ..domain.suite import TestCase
from ..domain.survey import Survey
from ..ports import Unavailable
from . import platforms
from .apart import judged_apart
from .batches import MOST, Sieve
from .cases import Cases
from .characterising import characterised
from .confronting import Facing
from .doubting import Doubts
from .job import Job
from .late import Late
from .measuring import Bench
from .opening import Opener
from .others import SHORTEST, Others
from .outcomes import held_to, messages, read_confinement, read_execution
from .process import HarnessGone, Message
from .slots import Slots
from .suite import Reading, is_suite, read_baseline, read_survey, without_flaky
from .surveying import directly, enough, narrowed, selection, survey
from .tracing import traced

LONG = 50_000
"""Characters of a document in which it takes long to put a candidate."""
AT_ONCE = 2
"""Candidates that run at the same time, where no time is taken."""

_SLACK = 5.0
_SUITE_WALL = 60.0
_LEAST_WALL = 4.0
_LEAST_EACH = 0.3
_PATIENT = 2
"""How many times as long a second try apart may take."""
_GENERATING = 10.0
_SLOW = 2.0
"""Seconds of running from which on it does not pay to collect the tests ahead."""

Splicer = Callable[[Candidate], str]


class ProcessExecutor:
    """Implements ``ports.Executor``. Enter it; leaving kills and removes all it started."""

    def __init__(
        self,
        job: Job,
        splice: Splicer,
        environment: Mapping[str, str],
        *,
        wider: Callable[[], Job] | None = None,
    ) -> None:
        """``wider`` looks for all that may reach the target, in case what the job has does not suffice.

        If it does, that is looked for as soon as a candidate is about to be shown.
        """
        self._job = job
        self._wider = wider
        self._splice = splice
        self._environment = environment
        self._cases: Cases | None = None
        self._warming: asyncio.Task[bool] | None = None
        self._opening = asyncio.Lock()
        self._slots = Slots(AT_ONCE)
        self._opener: Opener | None = None
        self._bench: Bench | None = None
        self._early: Job | None = None  # what the bench was started with before the baseline
        self._confinement = Confinement(level=LIMITS_ONLY, mechanisms=())
        self._suite: dict[str, type] = {}  # each case, and how it ends for the target as written
        self._wall = self._each = job.limits.wall
        self._slow = False  # running the suite takes much longer than collecting it
        self._select: Message = {}
        self._has_pytest = False
        self._apart: Judgement | None = None
        self._others: Others | None = None
        self._late: Late | None = None
        self._doubts = Doubts()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # Side by side: each waits for processes of its own to be gone, and a person waits for all of them.
        await asyncio.gather(self._close_others(), self._close_bench(), self._close_cases())

    async def survey(self) -> Survey:
        """Run what may reach the target, and once more what counts. Raise ``Unavailable`` if that fails."""
        found, _ = await self._surveyed()
        return found

    async def baseline(self) -> Baseline:
        survey, again = await self._surveyed(measuring=True)
        found = read_baseline(self._reading, survey, again)
        self._late = self._later(survey)
        if self._opener is not None:
            # From here on there is nothing to collect but the cases that count.
            self._job = narrowed(replace(self._job, cases=found.suite.cases), self._job.docstrings)
            self._opener = replace(self._opener, job=self._job)
            if self._early is None or not is_suite(self._early, survey):
                await self._close_bench()
                self._bench = Bench(self._job, self._opener)
                self._bench.hurry()
        named_only = self._wider is not None and enough(survey.counting)
        if self._wider is not None and named_only and self._job.patience >= SHORTEST:
            self._others = Others(self._wider, self._elsewhere)
        found = replace(found, named_only=named_only)
        self._suite = {result.case: type(result.outcome) for result in found.execution.results}
        if self._cases is not None and not self._slow:
            self._warming = asyncio.create_task(self._warm(self._cases), name="collect the tests")
        return found

    async def _surveyed(self, *, measuring: bool = False) -> tuple[Survey, Sequence[CaseResult]]:
        outer = await platforms.build_wall(self._job, self._environment)
        self._opener = Opener(job=self._job, environment=self._environment, outer=outer)
        if measuring and self._wider is not None:
            # Likely these are the suite, and what measures takes as long to start as the baseline takes.
            self._early = narrowed(replace(self._job, cases=directly(self._job)), self._job.docstrings)
            self._bench = Bench(self._early, replace(self._opener, job=self._early))
            self._bench.hurry()
        self._cases = await Cases.open(self._opener, AT_ONCE)
        greeting = self._cases.greeting
        self._confinement = read_confinement(
            greeting.get("held"), self._job.allow, walled=outer.missing is None
        )
        self._has_pytest = bool(greeting.get("pytest"))
        if self._job.hypothesis and not greeting.get("hypothesis"):
            raise Unavailable(
                f"{self._job.interpreter.executable} cannot import Hypothesis.",
                "Install it there (pip install hypothesis), or leave out --inputs hypothesis.",
            )
        text = self._job.target.runnable

        found = await self._looked()
        if self._wider is not None and not enough(found.counting):
            await self._exchange(await asyncio.to_thread(self._wider))
            found = await self._looked()
        if not found.sightings and self._job.samples is not None and await self._characterised():
            found = await self._looked()
        kept = found.counting
        self._select = selection(narrowed(replace(self._job, cases=kept), self._job.docstrings))
        began = time.monotonic()
        again = await self._run(text, _SUITE_WALL) if kept else {}
        took = time.monotonic() - began
        # Collection and imports count too, and the next run may find a busier machine.
        self._wall = min(_SUITE_WALL, max(_LEAST_WALL, 5 * took + 2))
        results = self._reading.execution([case.name for case in kept], again).results
        running = sum(result.seconds or 0.0 for result in results)
        self._slow = running > max(_SLOW, took - running)
        return without_flaky(found, results), results

    def _later(self, survey: Survey) -> Late:
        job = self._job

        async def run(source: str, names: Sequence[str]) -> Sequence[CaseResult]:
            chosen = tuple(case for case in survey.late if case.name in names)
            select = selection(narrowed(replace(job, cases=chosen), job.docstrings))
            facts = await self._run(source, _SUITE_WALL, select=select)
            found = read_execution(names, facts, job.limit_message(), self._confinement)
            return held_to(found, dict.fromkeys(names, Passed)).results

        return Late(survey.late, job.target.runnable, run)

    def _elsewhere(self, job: Job) -> "ProcessExecutor":
        return ProcessExecutor(job, self._splice, self._environment)

    async def cases(self) -> tuple[TestCase, ...]:
        """Those that count, for who measures nothing. Raise ``Unavailable`` if they cannot be run."""
        survey, again = await self._surveyed()
        kept = {case.name: case for case in survey.counting}
        self._suite = {result.case: type(result.outcome) for result in again if result.case in kept}
        return tuple(kept.values())

    async def _looked(self) -> Survey:
        async def counted(select: Message, wall: float, quiet: float) -> Message:
            source = self._job.target.runnable
            return await self._run(source, wall, quiet=quiet, reach=True, select=select)

        return read_survey(self._reading, await survey(self._job, counted))

    async def _characterised(self) -> bool:
        """Put what the original answers to generated calls in the place of cases that it does not have."""
        samples = list(self._job.samples or ())
        facts = await self._run(self._job.target.runnable, _GENERATING, op="characterise", samples=samples)
        job = characterised(self._job, facts)
        if job is None:
            return False
        await self._exchange(job)
        return True

    async def _exchange(self, job: Job) -> None:
        """Go on with a job that has other cases."""
        if self._cases is None or self._opener is None:
            raise RuntimeError("nothing was opened yet")
        self._early = None
        await self._close_bench()
        await self._cases.close()
        self._job, self._opener = job, replace(self._opener, job=job)
        self._cases = await Cases.open(self._opener, AT_ONCE)

    @property
    def _reading(self) -> Reading:
        return Reading(job=self._job, confinement=self._confinement, has_pytest=self._has_pytest)

    async def _text(self, candidate: Candidate) -> str:
        """The document with a candidate in place; in a thread where that takes long, for others wait."""
        if len(self._job.target.runnable) <= LONG:
            return self._splice(candidate)
        return await asyncio.to_thread(self._splice, candidate)

    async def execute(self, candidate: Candidate) -> Execution:
        """Exchanged in a process that has collected the tests; imported anew where that is not the same."""
        source = await self._text(candidate)
        facts = await self._run(source, self._wall, exchanging=True, lightly=True)
        exchanging = not messages(facts, "inexact")
        if not exchanging:
            facts = await self._run(source, self._wall)
        elif messages(facts, "again"):
            facts = await self._run(source, self._wall, exchanging=True)
        return await self._settled(self._read(facts), exchanging=exchanging)

    async def _settled(
        self, found: Execution, *, exchanging: bool = False, shown: bool = False, op: str = "run"
    ) -> Execution:
        """Without cases that change their mind: what seems to fail for the candidate may be one of those."""

        async def again() -> Sequence[CaseResult]:
            text = self._job.target.runnable
            return self._read(await self._run(text, self._wall, op=op, exchanging=exchanging)).results

        return await self._doubts.settled(found, self._suite, again, shown=shown)

    async def sift(self, candidates: Sequence[Candidate]) -> Sequence[Execution]:
        """Screen in batches; what passes, and what cannot be exchanged for another, is executed alone."""
        ran = await self._screened([await self._text(each) for each in candidates])
        screened = [each and await self._settled(each, exchanging=True) for each in ran]
        alone = [n for n, found in enumerate(screened) if found is None or found.correct]
        executed = await asyncio.gather(*(self.execute(candidates[n]) for n in alone))
        again = dict(zip(alone, executed, strict=True))
        return [again.get(n) or cast("Execution", found) for n, found in enumerate(screened)]

    async def _screened(self, sources: Sequence[str]) -> list[Execution | None]:
        """Each as it was found in a leaf that it did not share with anybody who spoils others."""
        if not sources or not await self._is_warm(await self._opened()):
            return [None] * len(sources)
        done: list[Execution | None] = []
        for first in range(0, len(sources), MOST):
            done += await self._sifted(sources[first : first + MOST])
        return done

    async def _sifted(self, sources: Sequence[str]) -> list[Execution | None]:
        """Told are the first of a leaf, and all of one that is in the end as it was. The others go again."""
        if not sources:
            return []
        request: Message = {
            "op": "sift",
            "sources": list(sources),
            "each": self._each,
            "quiet": 2 * self._each,  # for who does not hear the clock of its own process
            "wall": _SUITE_WALL,
            "select": self._select,
        }
        sieve = Sieve(
            suite=self._suite,
            limits=self._job.limit_message(),
            confinement=self._confinement,
            each=self._each,
        )
        found = sieve.read(await self._asked(request, exchanging=True), len(sources))
        ran = len(found.executions)
        if found.intact:
            return list(found.executions)
        if ran <= 1:  # a leaf that says nothing at all has judged nobody: that one is run alone
            return [*(found.executions or [None]), *await self._sifted(sources[1:])]
        # Whoever it is that ends a leaf or leaves it spoilt, others may be the reason, or may suffer from it.
        cut = ran - 1 if ran < len(sources) else ran // 2
        parts = (sources[:cut], sources[cut:ran], sources[ran:])
        return [each for part in parts for each in await self._sifted(part)]

    def _read(self, facts: Message) -> Execution:
        found = read_execution(tuple(self._suite), facts, self._job.limit_message(), self._confinement)
        return held_to(found, self._suite)

    async def confirm(self, candidate: Candidate) -> Execution:
        """Import it anew, and judge apart what the target as written has shown can be judged apart.

        What passes is run once more with cases that the suite has no time for, and with those that do not
        name the target, if the baseline has none.
        """
        judged = await self._judged(candidate)
        if judged.correct and self._late is not None:
            judged = await self._late.added(await self._text(candidate), judged)
        if self._others is None or not judged.correct:
            return judged
        return await self._others.added(candidate, judged)

    async def anew(self, candidate: Candidate) -> Execution:
        """In a process that imports it as it would be imported."""
        found = self._read(await self._run(await self._text(candidate), self._wall))
        return await self._settled(found, shown=True)

    async def _judged(self, candidate: Candidate) -> Execution:
        together, judgement = await asyncio.gather(self.anew(candidate), self._calibrated())
        apart = judgement.apart
        if not apart or not together.correct:
            return replace(together, judgement=judgement)
        facts = await self._run_apart(await self._text(candidate))
        judged = held_to(
            read_execution(apart, facts, self._job.limit_message(), self._confinement), self._suite
        )
        better = {result.case: result for result in judged.results}
        results = tuple(better.get(result.case, result) for result in together.results)
        found = replace(together, results=results, judgement=judgement)
        return await self._settled(found, exchanging=True, shown=True, op="judge")

    async def _calibrated(self) -> Judgement:
        """Which cases say the same apart as together about the target as written: only those count."""
        if self._apart is not None:
            return self._apart
        facts = await self._run_apart(self._job.target.runnable)
        judged = self._read(facts)
        refusal = next((each.get("refusal") for each in messages(facts, "asked")), None)
        apart = tuple(
            result.case
            for result in judged.results
            if isinstance(result.outcome, Passed if refusal else self._suite[result.case])
        )
        note = None if len(apart) == len(self._suite) else str(refusal or "they need more than plain data")
        self._apart = Judgement(apart=apart, note=note)
        return self._apart

    async def _run_apart(self, source: str) -> Message:
        """Tried once more where time ran out: a moment in which the machine is busy must decide nothing."""
        facts = await self._run(source, self._wall, op="judge", exchanging=True)
        if facts.get("reason") != "wall time":
            return facts
        return await self._run(source, self._wall * _PATIENT, op="judge", exchanging=True)

    async def compare(self, candidate: Candidate) -> Comparison:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        source = await self._text(candidate)
        return await self._bench.compare(source)

    async def weigh(self, candidate: Candidate, found: Comparison) -> Comparison:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        source = await self._text(candidate)
        return await self._bench.weigh(source, found)

    async def confront(self, candidate: Candidate, found: Comparison) -> Comparison:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        source = await self._text(candidate)
        return await Facing(self._bench, self._job.limits, self._opened, self._discard).of(source, found)

    async def trace(self, candidate: Candidate, case: str) -> str:
        source = await self._text(candidate)
        facts = await self._run(source, self._wall, trace=True)
        return traced(facts, case, source)

    async def profile(self, candidate: Candidate) -> Profile | None:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        source = await self._text(candidate)
        return await self._bench.profile(source)

    async def answers(self, candidate: Candidate) -> tuple[str, ...]:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        source = await self._text(candidate)
        return await self._bench.answers(source)

    async def _run(
        self, source: str, wall: float, *, op: str = "run", exchanging: bool = False, **asked: object
    ) -> Message:
        """Run the suite on a module text."""
        request: Message = {"op": op, "source": source, "wall": wall, "select": self._select, **asked}
        return await self._asked(request, exchanging=exchanging)

    async def _asked(self, request: Message, *, exchanging: bool) -> Message:
        """A zygote that dies is replaced once, then what was asked is blamed."""
        said = ""
        for again in (False, True):
            # Who has perhaps ended a zygote runs alone, so that no other is blamed for it.
            async with self._slots.taken(alone=again):
                cases = await self._opened()
                try:
                    facts = await self._answered(cases, request, exchanging=exchanging)
                    if facts.get("op") != "fatal":
                        return facts
                    said = str(facts.get("text", ""))
                except (HarnessGone, TimeoutError):
                    pass  # what was running is gone with it; a new one may do better
                await self._discard(cases)
        return {"reason": "it ended the process that started it", "messages": [], "output": said}

    async def _answered(self, cases: Cases, request: Message, *, exchanging: bool) -> Message:
        warm = exchanging and await self._is_warm(cases)
        seconds = float(request["wall"]) + _SLACK
        if warm and request["op"] == "judge":
            return await judged_apart(cases, request, seconds)
        async with cases.line(exchanging=warm) as line:
            return await line.ask(request, seconds)

    async def _opened(self) -> Cases:
        if self._opener is None:
            raise RuntimeError("the baseline comes first")
        async with self._opening:
            if self._cases is None:
                self._cases = await Cases.open(self._opener, AT_ONCE)
            return self._cases

    async def _discard(self, cases: Cases) -> None:
        if self._cases is cases:
            self._cases = None
            await self._cool()
        await cases.close()

    async def _close_others(self) -> None:
        if self._others is not None:
            await self._others.close()

    async def _close_cases(self) -> None:
        await self._cool()
        if self._cases is not None:
            await self._cases.close()

    async def _close_bench(self) -> None:
        bench, self._bench = self._bench, None
        if bench is not None:
            await bench.close()

    async def _cool(self) -> None:
        warming, self._warming = self._warming, None
        if warming is not None:
            warming.cancel()
            await asyncio.wait({warming})

    async def _is_warm(self, cases: Cases) -> bool:
        if self._slow:
            return False
        if self._warming is None:
            self._warming = asyncio.create_task(self._warm(cases), name="collect the tests")
        return await asyncio.shield(self._warming)

    async def _warm(self, cases: Cases) -> bool:
        """Collected once, the tests must say the same about the target as they do when collected anew."""
        if await cases.warm(self._select) is not None:
            return False
        request: Message = {
            "op": "run",
            "source": self._job.target.runnable,
            "wall": self._wall,
            "select": self._select,
        }
        began = time.monotonic()
        try:
            async with cases.line(exchanging=True) as line:
                facts = await line.ask(request, self._wall + _SLACK)
        except (HarnessGone, TimeoutError):
            return False
        self._each = min(self._wall, max(_LEAST_EACH, 10 * (time.monotonic() - began)))
        found = self._read(facts)
        return {result.case: type(result.outcome) for result in found.results} == self._suite
