"""Runs one target and its candidates in harness processes of the project's interpreter."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Self

from ..domain.candidate import Candidate
from ..domain.comparison import Comparison
from ..domain.confinement import LIMITS_ONLY
from ..domain.execution import Baseline, CaseResult, Confinement, Execution, Judgement, Passed
from ..domain.survey import Survey
from . import platforms
from .characterising import characterised
from .job import Job
from .measuring import Bench
from .opening import Opener
from .outcomes import held_to, messages, read_confinement, read_execution
from .process import Harness, HarnessGone, Message
from .suite import Reading, read_baseline, read_survey, without_flaky
from .surveying import narrowed, selection, survey
from .tracing import traced

_SLACK = 5.0
_SUITE_WALL = 60.0
_LEAST_WALL = 4.0
_GENERATING = 10.0

Splicer = Callable[[Candidate], str]


class ProcessExecutor:
    """Implements ``ports.Executor``. Enter it; leaving kills and removes all it started."""

    def __init__(self, job: Job, splice: Splicer, environment: Mapping[str, str]) -> None:
        self._job = job
        self._splice = splice
        self._environment = environment
        self._cases: Harness | None = None
        self._opener: Opener | None = None
        self._bench: Bench | None = None
        self._confinement = Confinement(level=LIMITS_ONLY, mechanisms=())
        self._suite: dict[str, type] = {}  # each case, and how it ends for the target as written
        self._wall = job.limits.wall
        self._select: Message = {}
        self._has_pytest = False
        self._apart: Judgement | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._bench is not None:
            await self._bench.close()
        if self._cases is not None:
            await self._cases.close()

    async def survey(self) -> Survey:
        """Run what may reach the target, and once more what counts. Raise ``Unavailable`` if that fails."""
        found, _ = await self._surveyed()
        return found

    async def baseline(self) -> Baseline:
        survey, again = await self._surveyed()
        found = read_baseline(self._reading, survey, again)
        if self._opener is not None:
            # From here on there is nothing to collect but the cases that count.
            self._job = narrowed(replace(self._job, cases=found.suite.cases), self._job.docstrings)
            self._opener = replace(self._opener, job=self._job)
            self._bench = Bench(self._job, self._opener)
        self._suite = {result.case: type(result.outcome) for result in found.execution.results}
        return found

    async def _surveyed(self) -> tuple[Survey, Sequence[CaseResult]]:
        outer = await platforms.build_wall(self._job, self._environment)
        self._opener = Opener(job=self._job, environment=self._environment, outer=outer)
        self._cases, greeting = await self._opener.open("cases")
        self._confinement = read_confinement(
            greeting.get("held"), self._job.allow, walled=outer.missing is None
        )
        self._has_pytest = bool(greeting.get("pytest"))
        text = self._job.target.runnable

        found = await self._looked()
        if not found.sightings and self._job.samples is not None and await self._characterised():
            found = await self._looked()
        kept = [each.case for each in found.sightings if each.aside is None]
        self._select = selection(narrowed(replace(self._job, cases=tuple(kept)), self._job.docstrings))
        began = time.monotonic()
        again = await self._run(text, _SUITE_WALL) if kept else {}
        took = time.monotonic() - began
        # Collection and imports count too, and the next run may find a busier machine.
        self._wall = min(_SUITE_WALL, max(_LEAST_WALL, 5 * took + 2))
        results = self._reading.execution([case.name for case in kept], again).results
        return without_flaky(found, results), results

    async def _looked(self) -> Survey:
        async def counted(select: Message, wall: float) -> Message:
            return await self._run(self._job.target.runnable, wall, reach=True, select=select)

        return read_survey(self._reading, await survey(self._job, counted))

    async def _characterised(self) -> bool:
        """Put what the original answers to generated calls in the place of cases that it does not have."""
        samples = list(self._job.samples or ())
        facts = await self._run(self._job.target.runnable, _GENERATING, op="characterise", samples=samples)
        job = characterised(self._job, facts)
        if job is None or self._cases is None or self._opener is None:
            return False
        await self._cases.close()
        self._job, self._opener = job, replace(self._opener, job=job)
        self._cases, _ = await self._opener.open("cases")
        return True

    @property
    def _reading(self) -> Reading:
        return Reading(job=self._job, confinement=self._confinement, has_pytest=self._has_pytest)

    async def execute(self, candidate: Candidate) -> Execution:
        facts = await self._run(self._splice(candidate), self._wall)
        found = read_execution(tuple(self._suite), facts, self._job.limit_message(), self._confinement)
        return held_to(found, self._suite)

    async def confirm(self, candidate: Candidate) -> Execution:
        """Judge apart what can be judged apart, which the target as written has shown once before."""
        together = await self.execute(candidate)
        if self._apart is None:
            self._apart = await self._calibrated()
        apart = self._apart.apart
        if not apart or not together.correct:
            return replace(together, judgement=self._apart)
        facts = await self._run(self._splice(candidate), self._wall, op="judge")
        judged = held_to(
            read_execution(apart, facts, self._job.limit_message(), self._confinement), self._suite
        )
        better = {result.case: result for result in judged.results}
        results = tuple(better.get(result.case, result) for result in together.results)
        return replace(together, results=results, judgement=self._apart)

    async def _calibrated(self) -> Judgement:
        """Which cases say the same apart as together about the target as written: only those count."""
        facts = await self._run(self._job.target.runnable, self._wall, op="judge")
        judged = read_execution(tuple(self._suite), facts, self._job.limit_message(), self._confinement)
        refusal = next((each.get("refusal") for each in messages(facts, "asked")), None)
        apart = tuple(
            result.case
            for result in judged.results
            if isinstance(result.outcome, Passed if refusal else self._suite[result.case])
        )
        note = None if len(apart) == len(self._suite) else str(refusal or "they need more than plain data")
        return Judgement(apart=apart, note=note)

    async def compare(self, candidate: Candidate) -> Comparison:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        return await self._bench.compare(self._splice(candidate))

    async def trace(self, candidate: Candidate, case: str) -> str:
        source = self._splice(candidate)
        facts = await self._run(source, self._wall, trace=True)
        return traced(facts, case, source)

    async def answers(self, candidate: Candidate) -> tuple[str, ...]:
        if self._bench is None:
            raise RuntimeError("the baseline comes first")
        return await self._bench.answers(self._splice(candidate))

    async def _run(self, source: str, wall: float, *, op: str = "run", **asked: object) -> Message:
        """Run the suite on a module text. A zygote that dies is replaced once, then it is blamed."""
        request: Message = {"op": op, "source": source, "wall": wall, "select": self._select, **asked}
        said = ""
        for _ in range(2):
            if self._cases is None:
                self._cases, _ = await self._opened()
            try:
                facts = await self._cases.ask(request, wall + _SLACK)
                if facts.get("op") != "fatal":
                    return facts
                said = str(facts.get("text", ""))
            except (HarnessGone, TimeoutError):
                pass  # what was running is gone with it; a new one may do better
            await self._cases.close()
            self._cases = None
        return {"reason": "it ended the process that started it", "messages": [], "output": said}

    async def _opened(self) -> tuple[Harness, Message]:
        if self._opener is None:
            raise RuntimeError("the baseline comes first")
        return await self._opener.open("cases")
