"""``orps bench``: compare strategies on problems with hidden tests, at the same budget."""

import argparse
import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ..benchmark import attempt, read_problems
from ..domain.benchmark import Problem, Score
from ..domain.budget import Budget
from ..domain.settings import Settings
from ..ports import Unavailable
from ..report.benchmark import table
from ..search.catalogue import NAMES
from . import asking, tactics
from .numbers import amount, count
from .saying import FOUND, put, status

NAME, HELP = "bench", "compare strategies on problems with hidden tests"


def describe(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Each problem is a line of JSON: task_id, entry_point, seed (the module with the function to refine),"
        " visible_tests and hidden_tests, which are run once, on the final pick."
    )
    parser.add_argument("problems", type=Path, metavar="PROBLEMS.jsonl")
    parser.add_argument(
        "--strategies", default="orps", metavar="A,B", help=f"of {', '.join(NAMES)}; orps by default"
    )
    parser.add_argument("--limit", type=count, metavar="N", help="the first N problems only")
    parser.add_argument("--seeds", type=count, default=1, metavar="K", help="repeat with seeds 0 to K-1")
    parser.add_argument("--jobs", type=count, default=1, metavar="N", help="problems side by side (1)")
    parser.add_argument("--seconds", type=amount, default=60.0, metavar="S", help="for each run (60)")
    parser.add_argument(
        "--output", type=Path, metavar="DIR", help="write scores.jsonl and the events of every run there"
    )
    asking.describe(parser)
    tactics.describe(parser, named=False)


async def run(options: argparse.Namespace) -> int:
    names = [name.strip() for name in options.strategies.split(",")]
    for name in names:
        if name not in NAMES:
            raise Unavailable(f"There is no strategy {name!r}.", f"Choose from {', '.join(NAMES)}.")
    problems = read_problems(options.problems)[: options.limit]
    if options.output is not None:
        options.output.mkdir(parents=True, exist_ok=True)
    settings = asking.chosen(options, Settings(budget=Budget(seconds=options.seconds)))
    scores: list[Score] = []
    for name in names:
        for seed in range(options.seeds):
            chosen = tactics.chosen(options, replace(settings, seed=seed), name)
            scores += await _all(problems, chosen, seed, options)
    put(table(scores, {problem.name: problem.solvable for problem in problems}))
    if options.output is not None:
        lines = (json.dumps(asdict(score)) + "\n" for score in scores)
        (options.output / "scores.jsonl").write_text("".join(lines), encoding="utf-8")
    return FOUND


async def _all(
    problems: Sequence[Problem], settings: Settings, seed: int, options: argparse.Namespace
) -> list[Score]:
    room = asyncio.Semaphore(options.jobs)
    name = settings.tactics.strategy
    done: list[Score] = []

    async def one(problem: Problem) -> Score:
        async with room:
            status(f"  {name}, seed {seed}: {len(done)} of {len(problems)}")
            kept = None
            if options.output is not None:
                kept = options.output / f"{name}-{seed}-{problem.name.replace('/', '_')}.jsonl"
            score = await attempt(problem, settings, seed, kept)
            done.append(score)
            return score

    found = await asyncio.gather(*map(one, problems))
    status("")
    return list(found)
