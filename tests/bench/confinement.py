"""What the outer wall costs: start of a harness and time of a candidate, with bubblewrap and without.

usage: python tests/bench/confinement.py [ROUNDS]

The two sides take turns within one run, so that a busy machine is busy for both.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from orps_core.execute import bubblewrap
from orps_core.execute.doctor import Stage
from orps_core.execute.interpreter import clean_environment, inspect
from orps_core.execute.job import Job
from orps_core.execute.process import Harness

CANDIDATES = 30


@dataclass(frozen=True)
class Side:
    wall: tuple[str, ...]
    starts: list[float] = field(default_factory=list[float])
    each: list[float] = field(default_factory=list[float])

    async def once(self, job: Job, environment: Mapping[str, str]) -> None:
        """Start one harness, run candidates in it, and end it."""
        began = time.perf_counter()
        harness, _ = await Harness.start(
            job.interpreter.executable,
            job.config("cases", walled=bool(self.wall)),
            environment,
            60,
            wall=self.wall,
        )
        self.starts.append(time.perf_counter() - began)
        for _ in range(CANDIDATES):
            began = time.perf_counter()
            await harness.ask({"op": "run", "source": job.target.runnable, "wall": 10}, 15)
            self.each.append(time.perf_counter() - began)
        await harness.close()


def with_pytest(job: Job) -> Job:
    """The doctor's function with a test beside its doctest."""
    test = Path(job.root) / "test_twice.py"
    test.write_text("from twice import double\ndef test_four():\n    assert double(2) == 4\n")
    options = ("--rootdir", job.root, "-p", "no:cacheprovider", "--capture=sys", "-q", "-o", "addopts=")
    return replace(job, pytest=(*options, str(test)), read=(*job.read, str(test)))


async def main(rounds: int) -> None:
    environment = clean_environment(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        job = with_pytest(Stage.build(folder).job(await inspect(sys.executable, os.environ)))
        trials: list[float] = []
        wall = bubblewrap.Wall()
        for _ in range(rounds):
            began = time.perf_counter()
            wall = await bubblewrap.build(job, environment)
            trials.append(time.perf_counter() - began)
        if wall.missing is not None:
            sys.exit(f"no outer wall here: {wall.missing}")
        bare, walled = Side(()), Side(wall.command)
        for number in range(rounds):
            for side in (bare, walled) if number % 2 else (walled, bare):
                await side.once(job, environment)
    print(
        f"load {os.getloadavg()[0]:.1f}, medians in ms of {rounds} starts, {rounds * CANDIDATES} candidates"
    )
    print(f"{'':12}{'without':>10}{'with':>10}{'ratio':>8}")
    for name, left, right in (("start", bare.starts, walled.starts), ("candidate", bare.each, walled.each)):
        one, two = (statistics.median(side) * 1000 for side in (left, right))
        print(f"{name:12}{one:10.1f}{two:10.1f}{two / one:8.2f}")
    print(f"{'trial, once':12}{'':10}{statistics.median(trials) * 1000:10.1f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 9))
