"""The product's executor for whole module texts, and what it says in the words of the attack files."""

import asyncio
import json
import os
import re
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import psutil

from orps_core import Settings, cut
from orps_core.compose import assembled
from orps_core.domain.candidate import Candidate
from orps_core.domain.comparison import Comparison
from orps_core.domain.execution import Crashed, Execution, Exhausted, Exited, Missing, Passed, Tampered
from orps_core.execute.executor import ProcessExecutor
from orps_core.execute.interpreter import clean_environment
from orps_core.execute.job import Limits
from orps_core.execute.process import Message
from tests.descent import descendants
from tests.projects import candidate

from .stage import Stage

MEGABYTE = 1 << 20
_PATIENCE = 30.0
_CASES = 7
# The same cases for an interpreter that has no pytest.
_PLAIN = """
import unittest
from mod import f
TABLE = {"a": ([4, 5, 6], 15)}
class TestU(unittest.TestCase):
    def test_simple(self): self.assertEqual(f([1, 2, 3]), 6)
    def test_one(self): self.assertEqual(f([10]), 10)
    def test_none(self): self.assertEqual(f([]), 0)
    def test_raises(self): self.assertRaises(TypeError, f, None)
    def test_table(self):
        for xs, want in TABLE.values(): self.assertEqual(f(xs), want)
    def test_u(self): self.assertEqual(f([5, 5, 1]), 11)
"""
RESOURCES = {
    "seconds": "timeout",
    "CPU seconds": "cpu_limit",
    "bytes of output": "output_limit",
    "bytes of memory": "memory_limit",
    "bytes of scratch space": "scratch_limit",
    "bytes in one file": "file_limit",
    "threads": "thread_limit",
    "bytes of results": "result_flood",
}


@dataclass(frozen=True, kw_only=True)
class Attack:
    name: str
    category: str
    snippet: str
    wrong: bool
    must: str
    accept: tuple[str, ...]
    checks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Suite:
    target: str
    tests: str
    limits: Limits
    attacks: tuple[Attack, ...]

    def without_pytest(self) -> "Suite":
        return replace(self, tests=_PLAIN)


def read_suite(path: Path) -> Suite:
    read = json.loads(path.read_text(encoding="utf-8"))
    limits = read["limits"]
    return Suite(
        target=read["target"],
        tests=read["tests"],
        limits=Limits(
            wall=limits["wall_s"],
            cpu=limits["cpu_s"],
            memory=limits["mem_mb"] * MEGABYTE,
            file_size=limits["fsize_mb"] * MEGABYTE,
            output=limits["output_kb"] << 10,
            scratch=limits["scratch_mb"] * MEGABYTE,
        ),
        attacks=read_attacks(path),
    )


def read_attacks(path: Path) -> tuple[Attack, ...]:
    read: list[Message] = json.loads(path.read_text(encoding="utf-8"))["attacks"]
    return tuple(
        Attack(
            name=each["name"],
            category=each["category"],
            snippet=each["snippet"],
            wrong=each["wrong"],
            must=each["must"],
            accept=tuple(each["accept"]),
            checks=tuple(each["checks"]),
        )
        for each in read
    )


@dataclass(frozen=True, kw_only=True)
class Ran:
    """One candidate's run: what was made of it, and everything its process could make us show."""

    status: str
    execution: Execution
    text: str
    took: float
    reported: float
    survived: bool
    peak_memory: int
    peak_scratch: int


class WholeModules(ProcessExecutor):
    """A candidate's source is the text of the whole module, as it is in the attack files."""

    facts: Message

    @classmethod
    def like(cls, other: ProcessExecutor, limits: Limits) -> Self:
        environment = clean_environment(os.environ)
        return cls(replace(other._job, limits=limits), lambda each: each.source, environment)

    async def start(self, *, measuring: bool) -> None:
        """``measuring`` False: nobody will be compared, so what is made for that is ended at once."""
        first = await self.baseline()
        assert first.execution.passed == len(first.suite.cases) == _CASES
        assert self._bench is not None
        await (self._bench.ready() if measuring else self._close_bench())
        self._wall = self._job.limits.wall

    async def _run(self, source: str, wall: float, **options: Any) -> Message:
        self.facts = await super()._run(source, wall, **options)
        return self.facts

    def wait_for(self, wall: float) -> None:
        """Seconds that a candidate has from now on."""
        self._wall = wall

    async def believes(self, source: str) -> bool:
        """Whether the judge, asked alone, finds that the candidate's answers are right."""
        return self._read(await self._run(source, self._wall, op="judge", exchanging=True)).correct

    async def attacked_by(self, attacker: Candidate, stage: Stage, wall: float) -> Ran:
        self._wall = wall
        before, began = self._cases, time.monotonic()
        with Peaks(stage) as peaks:
            execution = await self.execute(attacker)
        took = time.monotonic() - began
        return Ran(
            status=status(execution, self.facts),
            execution=execution,
            text=json.dumps(self.facts, ensure_ascii=False) + str(execution),
            took=took,
            reported=sum(each.seconds or 0 for each in execution.results),
            survived=self._cases is before,
            peak_memory=peaks.memory,
            peak_scratch=peaks.scratch,
        )


def status(execution: Execution, facts: Message) -> str:  # noqa: PLR0911  (one for each status)
    if any(each.get("k") == "load" for each in facts["messages"]):
        return "load_error"
    problem = next((r.outcome for r in execution.results if not isinstance(r.outcome, Passed)), None)
    match problem:
        case None:
            return "pass"
        case Exhausted(resource=resource):
            return RESOURCES[resource]
        case Crashed(signal=signal.SIGSYS):
            return "blocked_syscall"
        case Exited():
            return "exited_early"
        case Tampered():
            return "tampered"
        case Missing():
            return "incomplete"
        case Crashed(signal=None, stderr=stderr):
            return stderr.partition(":")[0]
        case Crashed(signal=number):
            return f"crash:{signal.Signals(number or 0).name}"
        case _:
            return "fail"


class Peaks(threading.Thread):
    """The most memory a process of the run held, and the most bytes that lay in scratch folders."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(daemon=True)
        self._stage = stage
        self._over = threading.Event()
        self.memory = self.scratch = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(0.02):
            self.scratch = max(self.scratch, self._stage.scratch_bytes())
            for each in descendants():
                try:
                    self.memory = max(self.memory, each.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue


class Arena:
    """One executor for many attacks; a new one after it was hurt."""

    def __init__(self, stage: Stage, suite: Suite, *, measuring: bool = False) -> None:
        self._stage = stage
        self._measuring = measuring
        self._suite = suite
        self._runner = asyncio.Runner()
        self._executor: WholeModules | None = None
        self.apart = 0

    @property
    def wall(self) -> float:
        return self._suite.limits.wall

    def run(self, source: str, wall: float | None = None) -> Ran:
        executor = self._executor = self._executor or self._runner.run(self._started())
        return self._runner.run(executor.attacked_by(candidate(source), self._stage, wall or self.wall))

    def compare(self, source: str) -> Comparison:
        executor = self._executor = self._executor or self._runner.run(self._started())
        return self._runner.run(executor.compare(candidate(source)))

    def confront(self, source: str, found: Comparison) -> Comparison:
        executor = self._executor = self._executor or self._runner.run(self._started())
        return self._runner.run(executor.confront(candidate(source), found))

    def sift(self, sources: Sequence[str]) -> Sequence[Execution]:
        executor = self._executor = self._executor or self._runner.run(self._started())
        return self._runner.run(executor.sift([candidate(each) for each in sources]))

    def beside(self, sources: Sequence[str]) -> Sequence[Execution]:
        """All of them at the same time, as far as there are processes."""
        executor = self._executor = self._executor or self._runner.run(self._started())

        async def work() -> Sequence[Execution]:
            return await asyncio.gather(*(executor.execute(candidate(each)) for each in sources))

        return self._runner.run(work())

    def confirms(self, source: str, wall: float = _PATIENCE) -> bool:
        """Whether the candidate would be shown to a person: the tests out of its reach, it passes."""
        executor = self._executor = self._executor or self._runner.run(self._started())
        executor.wait_for(wall)
        execution = self._runner.run(executor.confirm(candidate(source)))
        self.apart = len(execution.judgement.apart) if execution.judgement else 0
        return execution.correct

    def believes(self, source: str, wall: float | None = None) -> bool:
        executor = self._executor = self._executor or self._runner.run(self._started())
        executor.wait_for(wall or self.wall)
        return self._runner.run(executor.believes(source))

    def honest(self) -> tuple[str, str]:
        """What is said now about a right candidate and about a wrong one, side by side."""
        good = re.sub("t = 0", "t = 0 + 0", self._suite.target)
        executor = self._executor = self._executor or self._runner.run(self._started())
        executor.wait_for(_PATIENCE)  # a busy machine must not decide what is said about them
        right, wrong = self.beside([good, good.replace("0 + 0", "1")])
        return status(right, {"messages": []}), status(wrong, {"messages": []})

    async def _started(self) -> WholeModules:
        self._stage.build(self._suite.target, self._suite.tests)
        path = self._stage.root / "mod.py"
        target = cut(str(path), self._suite.target, "f")
        async with assembled(target, Settings(python=self._stage.python)) as engine:
            assert isinstance(engine.executor, ProcessExecutor)
            executor = WholeModules.like(engine.executor, self._suite.limits)
        await executor.start(measuring=self._measuring)
        return executor

    def renew(self) -> None:
        """End the executor; the next run starts a new one."""
        executor, self._executor = self._executor, None
        if executor is not None:
            self._runner.run(executor.__aexit__(None, None, None))

    def close(self) -> None:
        self.renew()
        self._runner.close()
