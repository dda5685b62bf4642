"""What running one candidate costs, beside other ways to run it, in one run.

usage: python tests/bench/execution.py FOLDER [PROBLEMS] [ROUNDS] [PYTHON]

FOLDER holds humaneval_dev.jsonl.gz: each reference solution is a candidate, its asserts are the tests. Ours
are the product's own executor, confined, over the same channels as in a run. All run in PYTHON, which needs
pytest: its plugins are paid for by everybody. The others are

- a bare fork of the process that has collected the tests, which is what the operating system charges,
- ``python -m pytest`` once per candidate, and one interpreter per assertion,
- the same way with the two cores that two candidates of ours take at once,
- a forked worker without any isolation that executes solution and asserts.

The ways take turns in random order, so that a busy machine is busy for all of them.
"""
# pyright: reportPrivateUsage=false
# What is timed here is what the executor does inside.

import asyncio
import gzip
import json
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from orps_core import Settings, cut
from orps_core.compose import assembled
from orps_core.domain.candidate import Candidate
from orps_core.domain.execution import Baseline
from orps_core.execute.executor import ProcessExecutor

BATCH = 20
"""Candidates of a way that takes many at once. What is shown is the time for each of them."""
PLURAL = ("batch", "fast tier, two at once")
SELDOM = 3
"""Rounds in which the slow ways take part."""

Way = Callable[[], Awaitable[None]]
Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One problem laid out as a project."""

    folder: Path
    module: str
    asserts: tuple[str, ...]
    python: str

    @property
    def path(self) -> Path:
        return self.folder / f"{self.module}.py"

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")


def laid_out(folder: Path, row: Row, python: str) -> Place:
    asserts = tuple(str(each) for each in (*row["visible_tests"], *row["hidden_tests"]))
    place = Place(folder, "solution", asserts, python)
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    place.path.write_text(str(row["reference"]) + "\n", encoding="utf-8")
    tests = [f"{row.get('setup') or ''}\nfrom solution import *\n"]
    for number, text in enumerate(asserts):
        body = "\n".join(f"    {line}" for line in text.splitlines())
        tests.append(f"\ndef test_{number}():\n{body}\n")
    (folder / "test_solution.py").write_text("".join(tests), encoding="utf-8")
    return place


@dataclass(frozen=True)
class Ours:
    """The product's own ways, over one executor."""

    executor: ProcessExecutor
    baseline: Baseline
    candidate: Candidate
    text: str

    async def graft(self) -> None:
        assert (await self.executor.execute(self.candidate)).correct

    async def anew(self) -> None:
        facts = await self.executor._run(self.text, 10)
        assert self.executor._read(facts).correct

    async def judge(self) -> None:
        facts = await self.executor._run(self.text, 10, op="judge", exchanging=True)
        assert self.executor._read(facts).results

    async def many(self) -> None:
        found = await asyncio.gather(*(self.executor.execute(self.candidate) for _ in range(BATCH)))
        assert all(each.correct for each in found)

    async def ready(self) -> None:
        """Until a new process answers; what its interpreter takes to start and import pytest is not ours."""
        assert self.executor._opener is not None
        harness, _ = await self.executor._opener.open("cases", lines=1)
        await harness.close()

    async def floor(self) -> None:
        await self.executor._asked({"op": "floor", "wall": 10}, exchanging=True)

    async def batch(self) -> None:
        screened = await self.executor._screened([self.text] * BATCH)
        assert all(each is None or each.correct for each in screened)


@asynccontextmanager
async def ours(place: Place, name: str) -> AsyncGenerator[Ours]:
    target = cut(str(place.path), place.source, name)
    async with assembled(target, Settings(python=place.python)) as engine:
        executor = cast("ProcessExecutor", engine.executor)
        baseline = await executor.baseline()
        source = target.source.rstrip() + "\n    pass\n"  # a new text, which does what the old one does
        candidate = Candidate(source=source, rationale="itself", author="bench")
        yield Ours(executor, baseline, candidate, executor._splice(candidate))


def cold(place: Place) -> Way:
    async def run() -> None:
        done = await asyncio.to_thread(
            subprocess.run,
            [place.python, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(place.folder)],
            cwd=place.folder,
            capture_output=True,
            check=False,
        )
        assert not done.returncode, done.stdout

    return run


def one_each(place: Place, at_once: int = 1) -> Way:
    async def one(text: str, free: asyncio.Semaphore) -> None:
        async with free:
            await started(place, f"{place.source}\n{text}\n")

    async def run() -> None:
        free = asyncio.Semaphore(at_once)
        await asyncio.gather(*(one(text, free) for text in place.asserts))

    return run


async def started(place: Place, program: str) -> None:
    done = await asyncio.to_thread(
        subprocess.run, [place.python, "-B", "-c", program], capture_output=True, check=False
    )
    assert not done.returncode, done.stderr


def _worker(program: str, asserts: tuple[str, ...]) -> None:
    space: dict[str, object] = {}
    exec(program, space)  # noqa: S102  (this is what is compared with)
    for each in asserts:
        exec(each, space)  # noqa: S102


def unisolated(place: Place) -> Way:
    forking = multiprocessing.get_context("fork")

    async def run() -> None:
        worker = forking.Process(target=_worker, args=(place.source, place.asserts))
        worker.start()
        worker.join()
        assert not worker.exitcode

    return run


async def measure(place: Place, name: str, rounds: int, found: dict[str, list[float]]) -> str | None:
    async with ours(place, name) as product:
        if not product.baseline.execution.correct:
            return "its own tests fail"
        often: dict[str, Way] = {
            "bare fork": product.floor,
            "fast tier": product.graft,
            "clean re-import": product.anew,
            "split judge": product.judge,
        }
        seldom: dict[str, Way] = {
            f"batch of {BATCH}": product.batch,
            "fast tier, two at once": product.many,
            "a new process until ready": product.ready,
            "of which Python and pytest": lambda: started(place, "import pytest, _pytest.runner"),
            "python -m pytest": cold(place),
            "an interpreter per assert": one_each(place),
            "the same, two at once": one_each(place, 2),
            "a fork, not isolated": unisolated(place),
        }
        for way in (*often.values(), *[seldom[f"batch of {BATCH}"]]):
            await way()
        for turn in range(rounds):
            ways = [*often.items(), *(seldom.items() if turn < SELDOM else ())]
            for label, way in random.sample(ways, len(ways)):
                began = time.perf_counter()
                await way()
                found.setdefault(label, []).append(1000 * (time.perf_counter() - began))
    return None


def show(found: dict[str, list[float]]) -> None:
    floor = statistics.median(found["bare fork"])
    per_assert = statistics.median(found["an interpreter per assert"])
    print(f"\n{'':30}{'median':>8}{'p10':>8}{'p90':>8}  × bare fork  × faster than one per assert")
    for label, times in sorted(found.items(), key=lambda item: statistics.median(item[1])):
        each = [value / BATCH for value in times] if label.startswith(PLURAL) else times
        deciles = statistics.quantiles(each, n=10)
        middle = statistics.median(each)
        what = f"{label}, each" if label.startswith(PLURAL) else label
        print(
            f"{what:30}{middle:8.2f}{deciles[0]:8.2f}{deciles[-1]:8.2f}"
            f"{middle / floor:12.1f}{per_assert / middle:14.1f}"
        )


async def main(arguments: list[str]) -> None:
    archive = Path(arguments[0]) / "humaneval_dev.jsonl.gz"
    problems = int(arguments[1]) if len(arguments) > 1 else 20
    rounds = int(arguments[2]) if len(arguments) > 2 else 10
    python = arguments[3] if len(arguments) > 3 else sys.executable
    with gzip.open(archive, "rt", encoding="utf-8") as lines:
        rows: list[Row] = [json.loads(line) for line in lines]
    random.seed(1)
    found: dict[str, list[float]] = {}
    print("load", os.getloadavg())
    with tempfile.TemporaryDirectory() as base:
        for number, row in enumerate(random.sample(rows, len(rows))[:problems]):
            place = laid_out(Path(base) / str(number), row, python)
            problem = await measure(place, str(row["entry_point"]), rounds, found)
            if problem:
                print(row["task_id"], problem)
    show(found)
    print("load", os.getloadavg())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
