"""Which of the candidates that pass is right? Visible cases alone, ours, and the oracle, for 1 to 40 draws.

usage: python tests/bench/agreement.py FOLDER [PROBLEMS] [--keep FILE] [--seconds S]

Reads humaneval_dev.jsonl.gz of FOLDER: problems whose function as written fails its visible cases, with
pools of recorded answers of models. Each answer that passes the visible cases is run once, confined, on the
generated inputs; then draws from the pools are simulated. No model is asked. ``--keep`` stores the answers,
so that another way to pick can be measured without running anything again, and a second time goes on where
the first ended. The problems come in an order drawn once, so that any number of them is a fair part of all.

The stated confidence is told for two halves of the problems: what was chosen on one must hold on the other.
"""

import argparse
import ast
import asyncio
import gzip
import json
import math
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from orps_core import Settings, Unavailable, cut
from orps_core.compose import assembled
from orps_core.domain.agreement import Agreement
from orps_core.domain.candidate import Candidate
from orps_core.engine import Engine
from orps_core.ports import Unusable
from orps_core.search.agreement import pick

DRAWS = (1, 5, 10, 20, 40)
TRIALS = 50
PATIENCE = 90.0  # seconds
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recorded answer: whether it passes, whether it is right, how often it was recorded."""

    visible: bool
    right: bool
    count: int
    lines: int
    answers: tuple[str, ...]


async def entries(problem: Row, folder: Path) -> list[Entry]:
    seed = next(each["code"] for each in problem["seeds"] if not each["visible_ok"])
    name = problem["entry_point"]
    module = folder / f"{name}.py"
    module.write_text(seed, encoding="utf-8")
    tests = "\n\n".join(
        f"def test_{n}():\n" + "\n".join("    " + line for line in text.splitlines())
        for n, text in enumerate(problem["visible_tests"])
    )
    setup = problem.get("setup") or ""
    (folder / f"test_{name}.py").write_text(f"from {name} import *\n{setup}\n\n{tests}\n", encoding="utf-8")
    async with assembled(cut(str(module), seed, name), Settings()) as engine:
        await engine.executor.baseline()
        found: list[Entry] = []
        for each in problem["pool"]:
            made = candidate_of(each["code"], name)
            passes = bool(each["visible_ok"]) and made is not None
            answers = await asked(engine, made) if passes and made is not None else ()
            found.append(
                Entry(
                    visible=passes,
                    right=bool(each["hidden_ok"]),
                    count=each["count"],
                    lines=each["code"].count("\n"),
                    answers=answers,
                )
            )
    return found


async def asked(engine: Engine, candidate: Candidate) -> tuple[str, ...]:
    """What it answers. Here nobody waits for a result: whoever comes while the inputs are made asks again."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return await engine.executor.answers(candidate)
        except Unusable:
            await asyncio.sleep(1)
    return ()


def candidate_of(code: str, name: str) -> Candidate | None:
    """The function with the imports and helpers it needs, as a programmer would hand it over."""
    try:
        body = ast.parse(code).body
    except SyntaxError:
        return None
    functions = [each for each in body if isinstance(each, ast.FunctionDef) and each.name == name]
    if not functions:
        return None
    imports = [ast.unparse(each) for each in body if isinstance(each, ast.Import | ast.ImportFrom)]
    helpers = [
        ast.unparse(each)
        for each in body
        if each is not functions[-1] and not isinstance(each, ast.Import | ast.ImportFrom)
    ]
    return Candidate(
        source=ast.unparse(functions[-1]),
        imports=tuple(imports),
        helpers=tuple(helpers),
        rationale="",
        author="pool",
    )


Picker = Callable[[Sequence[Entry], random.Random], Entry]


def first(drawn: Sequence[Entry], rng: random.Random) -> Entry:
    """Visible cases alone: any of those that pass is as good as another."""
    del rng
    return drawn[0]


def ours(drawn: Sequence[Entry], rng: random.Random) -> Entry:
    del rng
    heard = [each for each in drawn if each.answers]
    if not heard:
        return drawn[0]
    unique = list(dict.fromkeys(heard))
    votes = [heard.count(each) for each in unique]
    return unique[pick([each.answers for each in unique], votes, [(-each.lines,) for each in unique])]


def agreement_of(drawn: Sequence[Entry], picked: Entry) -> Agreement:
    return Agreement(
        agree=sum(each.answers == picked.answers for each in drawn),
        passing=len(drawn),
        inputs=len(picked.answers),
    )


def simulate(pools: Sequence[Sequence[Entry]], pickers: dict[str, Picker], weighted: bool) -> None:  # noqa: FBT001
    """Print the share of draws that end with a right answer."""
    print(f"{'draws':>6}" + "".join(f"{name:>14}" for name in (*pickers, "oracle")))
    for draws in DRAWS:
        rng = random.Random(draws)
        right = dict.fromkeys((*pickers, "oracle"), 0.0)
        trust: dict[str, list[bool]] = {}
        for pool in pools:
            for _ in range(TRIALS):
                drawn = rng.choices(pool, [each.count if weighted else 1 for each in pool], k=draws)
                passing = [each for each in drawn if each.visible]
                right["oracle"] += any(each.right for each in drawn)
                if not passing:
                    continue
                for name, picker in pickers.items():
                    right[name] += picker(passing, rng).right
                picked = ours(passing, rng)
                if picked.answers:
                    trust.setdefault(agreement_of(passing, picked).confidence, []).append(picked.right)
        total = len(pools) * TRIALS
        said = ", ".join(
            f"{name}: {100 * sum(found) / len(found):.0f} % of {len(found)} right"
            for name, found in sorted(trust.items())
        )
        print(
            f"{draws:>6}" + "".join(f"{100 * share / total:>12.1f} %" for share in right.values()), "", said
        )


def read(folder: Path) -> list[Row]:
    with gzip.open(folder / "humaneval_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        problems: list[Row] = [json.loads(line) for line in lines]
    usable = [each for each in problems if each["visible_tests"] and each["pool"]]
    return [each for each in usable if any(not seed["visible_ok"] for seed in each["seeds"])]


async def gather(
    problems: Sequence[Row], found: dict[str, list[Entry]], keep: Path | None, seconds: float
) -> None:
    """Add the pools of the problems that are not there yet, as many as fit into the time."""
    end = time.monotonic() + seconds
    for problem in problems:
        if problem["task_id"] in found:
            continue
        if time.monotonic() > end:
            break
        try:
            with tempfile.TemporaryDirectory() as folder:
                pool = await entries(problem, Path(folder))
        except Unavailable as error:
            print(f"{problem['task_id']:<16} {error.reason[:80]}", flush=True)
            continue
        heard, passing = sum(bool(each.answers) for each in pool), sum(each.visible for each in pool)
        if passing and not heard:
            # The machine was too busy to make inputs in time: this problem is for another day.
            print(f"{problem['task_id']:<16} nobody was heard", flush=True)
            continue
        found[problem["task_id"]] = pool
        if keep is not None:
            kept = {name: [asdict(each) for each in pool] for name, pool in found.items()}
            await asyncio.to_thread(keep.write_text, json.dumps(kept), encoding="utf-8")
        print(f"{problem['task_id']:<16} {heard} of {passing} passing answers were heard", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("problems", type=int, nargs="?", default=1000)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--part", default="0/1", help="which of how many parts, to run several side by side")
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no problem after this long")
    given = parser.parse_args()
    part, parts = map(int, given.part.split("/"))
    pools: dict[str, list[Entry]] = {}
    if given.keep and given.keep.exists():
        stored: dict[str, list[Row]] = json.loads(given.keep.read_text(encoding="utf-8"))
        pools = {
            name: [Entry(**cast("Row", {**row, "answers": tuple(row["answers"])})) for row in rows]
            for name, rows in stored.items()
        }
    problems = read(given.folder)
    random.Random(0).shuffle(problems)
    asyncio.run(gather(problems[: given.problems][part::parts], pools, given.keep, given.seconds))
    found = list(pools.values())
    for weighted in (False, True):
        for name, part_of in (("all", found), ("one half", found[::2]), ("the other half", found[1::2])):
            how = "as often as recorded" if weighted else "of distinct answers"
            print(f"\n{name}: {len(part_of)} problems, draws {how}")
            if part_of:
                simulate(part_of, {"visible only": first, "ours": ours}, weighted)


if __name__ == "__main__":
    main()
