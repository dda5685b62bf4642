"""Strategies side by side at equal budgets, with a server on loopback that replays recorded answers.

usage: python tests/bench/strategies.py FOLDER OUT.jsonl [--calls 8,30] [--strategies A,B] [--for S]

FOLDER holds humaneval_dev.jsonl.gz and replay_model.py. The function to refine is a recorded one that fails
its visible tests. Every run is a line of OUT; runs that are there already are not repeated, so the bench can
be run in slices of ``--for`` seconds. The problems come in an order drawn once, so that any number of them is
a fair part of all. At the end, and with ``--for 0`` at once, the table over all lines is printed.
"""

import argparse
import asyncio
import contextlib
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from orps_core.benchmark import attempt, read_problems
from orps_core.domain.benchmark import Problem, Score
from orps_core.domain.budget import Budget
from orps_core.domain.chat import Outlay
from orps_core.domain.settings import Settings, Tactics
from orps_core.report.benchmark import table

Row = dict[str, Any]


def failing(folder: Path, place: Path) -> list[Problem]:
    """Problems whose function as written fails, as ``orps bench`` reads them."""
    with gzip.open(folder / "humaneval_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows: list[Row] = [json.loads(line) for line in lines]
    chosen: list[Row] = []
    for row in rows:
        seeds = [each["code"] for each in row["seeds"] if not each["visible_ok"]]
        if row["visible_tests"] and row["pool"] and seeds:
            chosen.append({**row, "seed": seeds[0]})
    random.Random(0).shuffle(chosen)
    file = place / "failing.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in chosen), encoding="utf-8")
    return read_problems(file)


@contextlib.contextmanager
def replaying(folder: Path, place: Path, *options: str) -> Generator[str]:
    """The address of a server that replays the recorded answers."""
    port = place / "port"
    command = [sys.executable, str(folder / "replay_model.py"), "--port", "0", "--port-file", str(port)]
    command += ["--problems", str(folder / "humaneval_dev.jsonl.gz"), "--style", "mixed", *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not (port.exists() and port.read_text().strip()):
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port.read_text().strip()}"
    finally:
        server.kill()
        server.wait()


def reset(url: str, seed: int) -> None:
    data = json.dumps({"seed": seed}).encode()
    # Our own server, on loopback.
    urllib.request.urlopen(urllib.request.Request(f"{url}/replay/reset", data=data)).read()  # noqa: S310


def known(out: Path) -> list[Row]:
    text = out.read_text(encoding="utf-8") if out.exists() else ""
    return [json.loads(line) for line in text.splitlines()]


async def measure(problems: Sequence[Problem], url: str, given: argparse.Namespace) -> None:
    end = time.monotonic() + given.slice
    done = {(row["problem"], row["strategy"], row["budget"]) for row in known(given.out)}
    for number, problem in enumerate(problems):
        for calls in map(int, given.calls.split(",")):
            for name in given.strategies.split(","):
                if (problem.name, name, calls) in done:
                    continue
                if time.monotonic() > end:
                    return
                reset(url, number)
                settings = Settings(
                    model=f"openai:{url}/v1#replay",
                    budget=Budget(seconds=given.seconds, calls=calls),
                    tactics=Tactics(strategy=name, samples=calls if name == "best-of-n" else None),
                )
                score = await attempt(problem, settings, 0, None)
                row = {**asdict(score), "budget": calls, "solvable": problem.solvable}
                with given.out.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")


def report(rows: Sequence[Row]) -> None:
    """Over the problems on which every strategy was run."""
    for calls in sorted({row["budget"] for row in rows}):
        mine = [row for row in rows if row["budget"] == calls]
        names = {row["strategy"] for row in mine}
        runs = {p: [r for r in mine if r["problem"] == p] for p in {row["problem"] for row in mine}}
        whole = {p: found for p, found in runs.items() if {r["strategy"] for r in found} == names}
        scores = [
            Score(
                **{f: v for f, v in row.items() if f not in {"budget", "solvable", "models"}},
                models=Outlay(**row["models"]),
            )
            for found in whole.values()
            for row in found
        ]
        print(f"\n{calls} calls, {len(whole)} problems")
        print(table(scores, {p: found[0]["solvable"] for p, found in whole.items()}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--calls", default="8,30")
    parser.add_argument("--strategies", default="orps,best-of-n,reflexion")
    parser.add_argument("--seconds", type=float, default=300.0, help="for each run; calls are to end it")
    parser.add_argument("--for", dest="slice", type=float, default=600.0, help="begin no run after this long")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with replaying(given.folder, place) as url:
            asyncio.run(measure(failing(given.folder, place), url, given))
    report(known(given.out))


if __name__ == "__main__":
    main()
