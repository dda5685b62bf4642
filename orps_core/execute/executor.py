"""Runs one target and its candidates in harness processes of the project's interpreter."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from ..domain.candidate import Candidate
from ..domain.comparison import Behaviour, Comparison, Difference
from ..domain.execution import Baseline, Confinement, Crashed, Execution, Judgement, Passed
from ..domain.timing import ALL_FORKS, Pace, Timing, decide, median
from ..ports import Unavailable
from . import bubblewrap
from .job import Job
from .outcomes import messages, read_confinement, read_execution
from .process import Harness, HarnessGone, Message
from .suite import Runs, read_baseline
from .turn import taking_turn

_START, _SLACK = 60.0, 5.0
_SUITE_WALL = 60.0
_LEAST_WALL = 4.0
_FEWEST_PAIRS = 5
_NOT_ALLOWED = (
    "ORPS runs candidates only where Landlock and seccomp hold them: Linux 5.13 or newer, outside gVisor."
)

Splicer = Callable[[Candidate], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Where a fork's numbers go while a timing is under way."""

    forks: list[tuple[float, ...]]
    baseline: list[float]
    candidate: list[float]


class ProcessExecutor:
    """Implements ``ports.Executor``. Enter it; leaving kills and removes all it started."""

    def __init__(self, job: Job, splice: Splicer, environment: Mapping[str, str]) -> None:
        self._job = job
        self._splice = splice
        self._environment = environment
        self._cases: Harness | None = None
        self._bench: asyncio.Task[tuple[Harness, Message]] | None = None
        self._outer = bubblewrap.Wall(missing="nothing was started")
        self._confinement = Confinement(level="none", mechanisms=())
        self._suite: dict[str, type] = {}  # each case, and how it ends for the target as written
        self._wall = job.limits.wall
        self._apart: Judgement | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._end_bench()
        if self._cases is not None:
            await self._cases.close()

    async def baseline(self) -> Baseline:
        self._outer = await bubblewrap.build(self._job, self._environment)
        self._bench = asyncio.create_task(self._start("bench"), name="start the bench")
        self._cases, greeting = await self._start("cases")
        self._confinement = read_confinement(greeting.get("held"), walled=self._outer.missing is None)
        counted = await self._run(self._job.target.runnable, _SUITE_WALL, reach=True)
        began = time.monotonic()
        again = await self._run(self._job.target.runnable, _SUITE_WALL)
        took = time.monotonic() - began
        runs = Runs(counted=counted, again=again)
        found = read_baseline(self._job, runs, self._confinement, has_pytest=bool(greeting.get("pytest")))
        self._suite = {result.case: type(result.outcome) for result in found.execution.results}
        # Collection and imports count too, and the next run may find a busier machine.
        self._wall = min(_SUITE_WALL, max(_LEAST_WALL, 5 * took + 2))
        return found

    async def execute(self, candidate: Candidate) -> Execution:
        facts = await self._run(self._splice(candidate), self._wall)
        return read_execution(tuple(self._suite), facts, self._job.limit_message(), self._confinement)

    async def confirm(self, candidate: Candidate) -> Execution:
        """Judge apart what can be judged apart, which the target as written has shown once before."""
        together = await self.execute(candidate)
        if self._apart is None:
            self._apart = await self._calibrated()
        apart = self._apart.apart
        if not apart or not together.correct:
            return replace(together, judgement=self._apart)
        facts = await self._run(self._splice(candidate), self._wall, op="judge")
        judged = read_execution(apart, facts, self._job.limit_message(), self._confinement)
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
        source = self._splice(candidate)
        try:
            harness, greeting = await self._ready_bench()
            if greeting.get("note"):
                return Comparison(note=str(greeting["note"]))
            behaviour, note = await self._behaviour(harness, source)
            if behaviour is None or not behaviour.agrees:
                return Comparison(behaviour=behaviour, note=note)
            async with taking_turn():
                grown = await self._timing(harness, source, "grown") if greeting.get("grown") else None
                recorded = None
                if grown is None or grown.pace is Pace.FASTER:
                    # What is no gain on large inputs is no suggestion, whatever it does on the examples.
                    recorded = await self._timing(harness, source, "recorded")
        except Unavailable as error:
            return Comparison(note=error.reason)
        except (ValueError, TypeError, KeyError):
            return Comparison(note="the measuring process answered with something else")
        except (HarnessGone, TimeoutError):
            await self._end_bench()  # it is hurt: the next candidate gets a new one
            return Comparison(note="the measuring process ended early")
        return Comparison(behaviour=behaviour, grown=grown, recorded=recorded, note=note)

    async def _start(self, mode: str) -> tuple[Harness, Message]:
        job = self._job
        harness, greeting = await Harness.start(
            job.interpreter.executable,
            job.config(mode),
            self._environment,
            _START + _SUITE_WALL,
            wall=self._outer.command,
        )
        if greeting.get("op") == "fatal":
            await harness.close()
            text = str(greeting.get("text", "")).strip()
            if greeting.get("kind") == "confinement":
                raise Unavailable(f"This machine cannot confine candidates ({text}).", _NOT_ALLOWED)
            raise Unavailable(
                f"The harness failed: {text.splitlines()[-1] if text else ''}.", "Please report this."
            )
        return harness, greeting

    async def _run(self, source: str, wall: float, *, op: str = "run", reach: bool = False) -> Message:
        """Run the suite on a module text. A zygote that dies is replaced once, then it is blamed."""
        request: Message = {"op": op, "source": source, "wall": wall, "reach": reach}
        said = ""
        for _ in range(2):
            if self._cases is None:
                self._cases, _ = await self._start("cases")
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

    async def _ready_bench(self) -> tuple[Harness, Message]:
        if self._bench is None:
            self._bench = asyncio.create_task(self._start("bench"), name="start the bench")
        return await asyncio.shield(self._bench)

    async def _end_bench(self) -> None:
        starting, self._bench = self._bench, None
        if starting is None:
            return
        starting.cancel()
        await asyncio.wait({starting})
        if not starting.cancelled() and starting.exception() is None:
            await starting.result()[0].close()

    async def _behaviour(self, harness: Harness, source: str) -> tuple[Behaviour | None, str | None]:
        wall = self._job.limits.wall
        facts = await harness.ask({"op": "compare", "source": source, "wall": wall}, wall + _SLACK)
        reply = _last(facts, "compared")
        if reply is None:
            return None, f"comparing it with the original ended early: {_why(facts, self._job)}"
        return (
            Behaviour(
                recorded=int(reply["recorded"]),
                grown=int(reply["grown"]),
                agree=int(reply["agree"]),
                differ=tuple(Difference(input=i, baseline=b, candidate=c) for i, b, c in reply["differ"]),
            ),
            str(reply["note"]) if reply.get("note") else None,
        )

    async def _timing(self, harness: Harness, source: str, inputs: str) -> Timing | None:
        sides = _Sides(forks=[], baseline=[], candidate=[])
        while len(sides.forks) < ALL_FORKS:
            if not await self._fork(harness, source, inputs, sides):
                return None
            if decide(sides.forks) is not Pace.UNCLEAR:
                break
        return Timing(
            inputs=inputs,
            forks=tuple(sides.forks),
            baseline=median(sides.baseline),
            candidate=median(sides.candidate),
        )

    async def _fork(self, harness: Harness, source: str, inputs: str, sides: _Sides) -> bool:
        wall = self._job.limits.wall
        request: Message = {"op": "time", "source": source, "inputs": inputs, "wall": wall}
        reply = _last(await harness.ask(request, wall + _SLACK), "timed")
        if reply is None or len(reply["logs"]) < _FEWEST_PAIRS:
            return False
        sides.forks.append(tuple(float(each) for each in reply["logs"]))
        sides.baseline.append(float(reply["baseline"]))
        sides.candidate.append(float(reply["candidate"]))
        return True


def _last(facts: Message, kind: str) -> Message | None:
    return next(reversed(messages(facts, kind)), None)


def _why(facts: Message, job: Job) -> str:
    (result,) = read_execution(
        ["it"], facts, job.limit_message(), Confinement(level="", mechanisms=())
    ).results
    match result.outcome:
        case Crashed(stderr=stderr):
            return stderr.strip()[-200:] or "it crashed"
        case outcome:
            return type(outcome).__name__.lower()
