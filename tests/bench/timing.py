"""How often identical functions are called faster, and how often a true gain is found, by the real path.

``timing.py [--pairs N] [--load none|both] [--lengths L …] [--minutes M] [--output FILE]``: N pairs of
identical functions from 1 µs to 100 ms a call, and a quarter as many with each known gain, each timed in
confined forks as every candidate is; then candidates that change nothing, through the whole comparison.
Every result is a line of FILE, and what is in it already is not run again, so that a run that was
interrupted, or ended after M minutes, goes on.
"""

import argparse
import ast
import asyncio
import collections
import contextlib
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from textwrap import dedent

from orps_core import Settings
from orps_core.domain.timing import Pace
from orps_core.execute.measuring import Bench
from orps_core.execute.pacing import timing_of
from orps_core.execute.turn import taking_turn
from tests.projects import candidate, executor_for, project, target_in

Row = dict[str, str | float | bool]

# Each does its work COUNT times, so that a known share of it can be left out and the answer is the same.
KINDS = {
    "loop": "total = 0\nfor i in range(COUNT):\n    total += i * i & 7\nreturn total >= 0",
    "list": "out = []\nfor i in range(COUNT):\n    out.append(i ^ 3)\nreturn len(out) > 0",
    "dict": "seen = {}\nfor i in range(COUNT):\n    seen[i & 255] = i\nreturn len(seen) > 0",
    "text": "parts = []\nfor i in range(COUNT):\n    parts.append(str(i))\nreturn len(''.join(parts)) > 0",
    "calls": "def step(x):\n    return x + 1\nx = 0\nfor _ in range(COUNT):\n    x = step(x)\nreturn x > 0",
    "floats": "x = 1.0\nfor i in range(COUNT):\n    x = x * 1.0000001 + 0.5\nreturn x > 0",
    "comprehension": "return sum([i % 7 for i in range(COUNT)]) >= 0",
    "objects": "x = 0\nfor i in range(COUNT):\n    x += len((i, i, i))\nreturn x > 0",
}
LENGTHS = {"1 us": 1e-6, "10 us": 1e-5, "100 us": 1e-4, "1 ms": 1e-3, "10 ms": 1e-2, "100 ms": 1e-1}
SHARES = {"1 us": 25, "10 us": 25, "100 us": 25, "1 ms": 20, "10 ms": 4, "100 ms": 1}
FEWER = ("10 ms", "100 ms")
"""Of these only every second kind is timed, for a comparison takes seconds."""

GAINS = (1.05, 1.10, 1.5)
HEAD = " length    A/A  better  worse  unclear      1.05      1.10       1.5  median s  interval holds"
SHORT = ("1 us", "10 us", "100 us", "1 ms")


def body(kind: str, count: int) -> str:
    lines = KINDS[kind].replace("COUNT", str(count)).split("\n")
    return "def f(x):\n" + "\n".join("    " + line for line in lines) + "\n"


class Cost:
    """Seconds of a call as a function of the work in it: ``base`` for calling, ``step`` for each piece."""

    def __init__(self, kind: str) -> None:
        self.base = seconds_of(kind, 1, 2000)
        self.step = seconds_of(kind, 100_000, 1) / 100_000

    def count(self, seconds: float) -> int:
        return max(20, round((seconds - self.base) / self.step))

    def less(self, count: int, gain: float) -> int:
        """The most work that takes ``gain`` times less at least."""
        return max(1, math.floor(((self.base + self.step * count) / gain - self.base) / self.step))

    def gain(self, count: int, less: int) -> float:
        return (self.base + self.step * count) / (self.base + self.step * less)


def seconds_of(kind: str, count: int, repeats: int) -> float:
    space: dict[str, object] = {}
    exec(body(kind, count), space)  # noqa: S102  (text of this file)
    function = space["f"]
    assert callable(function)
    times: list[float] = []
    for _ in range(5):
        began = time.thread_time()
        for _ in range(repeats):
            function(0)
        times.append((time.thread_time() - began) / repeats)
    return min(times)


def module_of(kind: str, count: int) -> str:
    space: dict[str, object] = {}
    text = body(kind, count)
    exec(text, space)  # noqa: S102  (text of this file)
    function = space["f"]
    assert callable(function)
    head, rest = text.split("\n", 1)
    return f'{head}\n    """>>> f(1)\n    {function(1)!r}\n    """\n{rest}'


@contextlib.contextmanager
def loaded(how: str) -> Generator[None]:
    """Both cores busy with something else, or nothing of ours."""
    spinners = [
        subprocess.Popen([sys.executable, "-c", "while True: sum(range(1000))"])
        for _ in range(2 * (how == "both"))
    ]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def planned(pairs: int) -> Iterator[tuple[str, str, float, int]]:
    """Kind, length, gain and number of comparisons, for every function."""
    for length, share in SHARES.items():
        kinds = list(KINDS)[:: 2 if length in FEWER else 1]
        each = math.ceil(pairs * share / 100 / len(kinds))
        for kind in kinds:
            for gain in (1.0, *GAINS):
                yield kind, length, gain, each if gain == 1.0 else math.ceil(each / 4)


async def run_function(
    kind: str, length: str, wanted: dict[float, int], load: str, output: Path, until: float
) -> None:
    cost = Cost(kind)
    count = cost.count(LENGTHS[length])
    with tempfile.TemporaryDirectory() as folder:
        project(Path(folder), hot=module_of(kind, count))
        target = target_in(Path(folder) / "hot.py", "f")
        async with executor_for(target, Settings()) as executor:
            await executor.baseline()
            bench = bench_of(executor)
            harness, _ = await bench.ready()
            for gain, number in wanted.items():
                for _ in range(number):
                    if time.monotonic() > until:
                        return
                    less = cost.less(count, gain) if gain > 1 else count
                    source = module_of(kind, less)
                    began = time.monotonic()
                    async with taking_turn():
                        timing, note = await timing_of(harness, source, "recorded")
                    row: Row = {
                        "kind": kind, "length": length, "gain": gain, "load": load,
                        "pace": timing.pace.value if timing else str(note),
                        "ratio": timing.ratio if timing else 0.0,
                        "holds": bool(timing and timing.low <= cost.gain(count, less) <= timing.high),
                        "forks": len(timing.forks) if timing else 0,
                        "seconds": time.monotonic() - began,
                    }  # fmt: skip
                    write(output, row)


def bench_of(executor: object) -> Bench:
    bench = vars(executor)["_bench"]
    assert isinstance(bench, Bench)
    return bench


def write(output: Path, row: Row) -> None:
    with output.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def read(output: Path) -> list[Row]:
    return (
        [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
        if output.exists()
        else []
    )


NOTHING_CHANGED = '''
    def tally(words):
        """Count words.

        >>> tally(["b", "a", "b"])
        [('a', 1), ('b', 2)]
        """
        # The counts, by word.
        counts = {}
        for word in words:
            counts[word] = counts.get(word, 0) + 1
        return sorted(counts.items())
'''


def unchanged(source: str) -> dict[str, str]:
    return {
        "comment": source.replace("# The counts, by word.", "# Faster now!\n    # Really."),
        "no comment": source.replace("    # The counts, by word.\n", ""),
        "rename": source.replace("counts", "n")
        .replace("word ", "w ")
        .replace("[word]", "[w]")
        .replace("(word,", "(w,"),
        "reformat": source.replace(
            "counts.get(word, 0) + 1", "(\n            counts.get(word, 0)\n            + 1\n        )"
        ),
        "docstring": source.replace("Count words.", "Count words. " + "It is documented well. " * 300),
        "no docstring text": source.replace("Count words.\n\n", ""),
        "same": ast.unparse(ast.parse(source)),
    }


async def run_unchanged(times: int, load: str, output: Path, until: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project(Path(folder), hot=dedent(NOTHING_CHANGED))
        target = target_in(Path(folder) / "hot.py", "tally")
        async with executor_for(target, Settings()) as executor:
            await executor.baseline()
            for _ in range(times):
                for name, source in unchanged(target.source).items():
                    if time.monotonic() > until:
                        return
                    found = await executor.compare(candidate(source))
                    found = await executor.weigh(candidate(source), found)
                    assert found.behaviour, found.note
                    faster = any(t and t.pace is Pace.FASTER for t in (found.grown, found.recorded))
                    lighter = bool(found.memory and found.memory.low > 1.02)
                    row: Row = {
                        "nothing": name, "load": load, "faster": faster, "lighter": lighter,
                        "agrees": found.behaviour.agrees,
                    }  # fmt: skip
                    write(output, row)


def at_most(events: int, trials: int) -> float:
    """95 % upper bound of a rate (Clopper and Pearson 1934), by bisection."""
    low, high = events / max(trials, 1), 1.0
    for _ in range(60):
        middle = (low + high) / 2
        seen = sum(math.comb(trials, k) * middle**k * (1 - middle) ** (trials - k) for k in range(events + 1))
        low, high = (middle, high) if seen > 0.05 else (low, middle)
    return high


def report(rows: list[Row]) -> None:
    for load in sorted({str(row["load"]) for row in rows}):
        timed = [row for row in rows if row["load"] == load and "kind" in row]
        print(f"\nload: {load}")
        print(HEAD)
        for length in LENGTHS:
            print_row(length, [row for row in timed if row["length"] == length])
        print_row("all", timed)
        same = [row for row in timed if row["gain"] == 1.0]
        better = sum(row["pace"] == "faster" for row in same)
        print(f"false better: {better} of {len(same)}, at most {100 * at_most(better, len(same)):.2f} %")
        short = [float(row["seconds"]) for row in timed if row["length"] in SHORT]
        if short:
            print(f"median comparison for calls up to 1 ms: {statistics.median(short):.3f} s (goal 0.2 s)")
        nothing = [row for row in rows if row["load"] == load and "nothing" in row]
        claims = collections.Counter(
            str(row["nothing"]) for row in nothing if row["faster"] or row["lighter"]
        )
        print(f"nothing changed: {sum(claims.values())} of {len(nothing)} called better {dict(claims) or ''}")


def share(found: list[bool]) -> str:
    return f"{sum(found)}/{len(found)}"


def print_row(label: str, rows: list[Row]) -> None:
    if not rows:
        return
    same = [row for row in rows if row["gain"] == 1.0]
    paces = collections.Counter(str(row["pace"]) for row in same)
    unclear = len(same) - paces["faster"] - paces["slower"] - paces["same"]
    found = [share([row["pace"] == "faster" for row in rows if row["gain"] == gain]) for gain in GAINS]
    # What calling costs in the shortest calls is known too roughly to say what their true gain is.
    known = [bool(row["holds"]) for row in rows if row["gain"] == 1.0 or LENGTHS[str(row["length"])] >= 1e-4]
    holds = f"{100 * sum(known) / len(known):.1f} %"
    seconds = statistics.median(float(row["seconds"]) for row in rows)
    print(
        f"{label:>7} {len(same):>6} {paces['faster']:>7} {paces['slower']:>6} {unclear:>8} "
        f"{found[0]:>9} {found[1]:>9} {found[2]:>9} {seconds:>9.3f} {holds:>15}"
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pairs", type=int, default=1000, help="identical pairs; a quarter as many for each gain"
    )
    parser.add_argument("--lengths", nargs="+", choices=list(LENGTHS), default=list(LENGTHS))
    parser.add_argument("--load", choices=("none", "both"), default="none")
    parser.add_argument("--minutes", type=float, default=math.inf, help="after which to stop for now")
    parser.add_argument("--output", type=Path, default=Path("timing.jsonl"))
    options = parser.parse_args()
    done = collections.Counter(
        (row["kind"], row["length"], row["gain"], row["load"])
        for row in read(options.output)
        if "kind" in row
    )
    until = time.monotonic() + 60 * options.minutes
    with loaded(options.load):
        functions: dict[tuple[str, str], dict[float, int]] = {}
        for kind, length, gain, number in planned(options.pairs):
            if length not in options.lengths:
                continue
            left = number - done[kind, length, gain, options.load]
            functions.setdefault((kind, length), {})[gain] = max(0, left)
        for (kind, length), wanted in functions.items():
            if any(wanted.values()) and time.monotonic() < until:
                await run_function(kind, length, wanted, options.load, options.output, until)
                print(f"{length} {kind}", file=sys.stderr)
        unchanging = sum(row["load"] == options.load for row in read(options.output) if "nothing" in row)
        times = max(1, options.pairs // 200) - unchanging // len(unchanged(""))
        if times > 0 and time.monotonic() < until:
            await run_unchanged(times, options.load, options.output, until)
    report(read(options.output))


if __name__ == "__main__":
    asyncio.run(main())
