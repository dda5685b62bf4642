"""How many wrong answers that pass the visible tests differ, for us, from a right original.

usage: python tests/bench/wrong_but_passing.py FOLDER [--wrong N] [--right N] [--seed N] [--show]

FOLDER holds ``humaneval_dev.jsonl.gz``. For each problem the reference is the original, its visible tests
are the suite, and recorded answers that pass them are candidates: wrong ones fail hidden tests, right ones
pass all of them.
They go the way of the product: confined, compared on recorded, grown and mutated inputs. Timing is left out.
"""

import argparse
import asyncio
import collections
import gzip
import json
import random
import tempfile
from pathlib import Path
from typing import Any

from orps_core import Settings, Unavailable, cut
from orps_core.compose import assembled
from orps_core.domain.comparison import Likeness
from orps_core.execute.comparing import behaviour_of
from orps_core.execute.executor import ProcessExecutor
from orps_core.execute.job import Job
from orps_core.execute.process import HarnessGone
from orps_core.source.reading import read_candidate
from orps_core.source.splicing import splice_runnable

Problem = dict[str, Any]
Counts = dict[str, collections.Counter[str]]


def lay_out(problem: Problem, folder: Path) -> Path:
    """A project with the reference as its module and the visible tests as its suite."""
    (folder / "pyproject.toml").touch()
    module = folder / "solution.py"
    module.write_text(problem["reference"], encoding="utf-8")
    tests = [f"def test_{n}():\n" + _indented(test) for n, test in enumerate(problem["visible_tests"])]
    head = f"from solution import *\nfrom solution import {problem['entry_point']}\n{problem['setup']}\n\n"
    (folder / "test_solution.py").write_text(head + "\n\n".join(tests) + "\n", encoding="utf-8")
    return module


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines()) or "    pass\n"


def chosen(problem: Problem, options: argparse.Namespace, rng: random.Random) -> list[Problem]:
    passing = [each for each in problem["pool"] if each["visible_ok"]]
    found: list[Problem] = []
    for right, most in ((False, options.wrong), (True, options.right)):
        those = [each for each in passing if bool(each["hidden_ok"]) is right]
        found += rng.sample(those, min(most, len(those)))
    return found


async def judged(problem: Problem, options: argparse.Namespace, rng: random.Random, counts: Counts) -> None:
    pool = chosen(problem, options, rng)
    if not pool:
        return
    with tempfile.TemporaryDirectory() as name:
        module = lay_out(problem, Path(name))
        target = cut(str(module), module.read_text(encoding="utf-8"), problem["entry_point"])
        async with assembled(target, Settings()) as engine:
            executor = engine.executor
            assert isinstance(executor, ProcessExecutor)
            await executor.baseline()
            for each in pool:
                side = "right" if each["hidden_ok"] else "wrong"
                kind, said = "unusable", ""
                try:
                    candidate = read_candidate(target, each["code"], each["id"])
                    if (await executor.execute(candidate)).correct:
                        kind, said = await _likeness(executor, splice_runnable(target, candidate))
                    else:
                        kind = "fails its cases"
                except Unavailable as error:
                    said = error.reason
                except (HarnessGone, TimeoutError) as error:
                    kind, said = "not compared", f"{type(error).__name__}: {error}"
                    await executor._bench.close()  # type: ignore[union-attr]  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess]
                counts[side][kind] += 1
                if options.show and (side, kind) in {
                    ("wrong", "agrees"),
                    ("right", "differs"),
                    ("right", "unusable"),
                }:
                    print(f"{problem['task_id']} {each['id']} {side} {kind}: {said}", flush=True)


async def _likeness(executor: ProcessExecutor, source: str) -> tuple[str, str]:
    bench, job = executor._bench, executor._job  # pyright: ignore[reportPrivateUsage]
    assert bench is not None
    assert isinstance(job, Job)
    harness, greeting = await bench.ready()
    if greeting.get("note"):
        return "not compared", str(greeting["note"])
    behaviour, note = await behaviour_of(harness, job, source, float(greeting.get("slowest", 0)))
    if behaviour is None:
        return "not compared", note or ""
    first = behaviour.differ[0] if behaviour.differ else None
    said = f"{first.source.value} {first.input}: {first.baseline} | {first.candidate}" if first else ""
    if behaviour.likeness is Likeness.DIFFERS and behaviour.unlike:
        said = f"{behaviour.unlike} of {behaviour.mutated} mutated; {said}"
    return behaviour.likeness.value, said


def report(counts: Counts) -> None:
    for side, found in counts.items():
        usable = sum(found.values()) - found["unusable"] - found["fails its cases"]
        table = ", ".join(f"{kind} {count}" for kind, count in found.most_common())
        flagged = found["flagged"] + found["undecided"]
        caught = found["differs"] + flagged
        print(
            f"{side}: {sum(found.values())} ({table}); of {usable} compared or tried:"
            f" rejected {100 * found['differs'] / max(usable, 1):.1f} %,"
            f" flagged {100 * flagged / max(usable, 1):.1f} %,"
            f" together {100 * caught / max(usable, 1):.1f} %",
            flush=True,
        )


async def main(options: argparse.Namespace) -> None:
    rng = random.Random(options.seed)
    counts: Counts = {"wrong": collections.Counter(), "right": collections.Counter()}
    with gzip.open(options.folder / "humaneval_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        problems = [json.loads(line) for line in lines]
    try:
        for problem in problems[:: options.every]:
            try:
                await judged(problem, options, rng, counts)
            except Unavailable as error:
                print(f"{problem['task_id']}: {error.reason[:200]}", flush=True)
    finally:
        report(counts)  # an interrupted run has found something, too


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", type=int, default=3, help="wrong answers of a problem, at most (3)")
    parser.add_argument("--right", type=int, default=3, help="right answers of a problem, at most (3)")
    parser.add_argument("--every", type=int, default=1, help="take every n-th problem (1)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", action="store_true", help="print what was missed and what was rejected")
    asyncio.run(main(parser.parse_args()))
