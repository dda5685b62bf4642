"""Which functions of a folder the built-in rules improve, by how much, and how soon.

usage: python tests/bench/refine_on_dev.py FOLDER [SECONDS]
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from orps_core import Settings, Unavailable, cut, outline, refine
from orps_core.domain.budget import Budget
from orps_core.domain.events import Event, Finished, Improved, Judged


async def improve(path: Path, text: str, qualname: str, seconds: float) -> str:
    """One line about one function. Raise ``Unavailable`` when nothing tests it."""
    target = cut(str(path), text, qualname)
    began = time.monotonic()
    first, tried, finished = None, 0, None
    async with refine(target, Settings(budget=Budget(seconds=seconds))) as events:
        async for event in events:
            first, tried, finished = _fold(event, first, tried, finished, time.monotonic() - began)
    took = time.monotonic() - began
    best = finished.best if finished else None
    if best is None or best.comparison is None:
        return f"{path.stem}::{qualname:<42} {'-':>7} {tried:>3} tried  {took:5.1f} s"
    examples = best.comparison.recorded.ratio if best.comparison.recorded else float("nan")
    return (
        f"{path.stem}::{qualname:<42} {best.ratio or 1:6.2f}× {tried:>3} tried  {took:5.1f} s"
        f"  first after {first or 0:4.1f} s  examples {examples:5.2f}×  {best.candidate.author}"
    )


def _fold(
    event: Event, first: float | None, tried: int, finished: Finished | None, now: float
) -> tuple[float | None, int, Finished | None]:
    match event:
        case Judged():
            return first, tried + 1, finished
        case Improved() if first is None:
            return now, tried, finished
        case Finished():
            return first, tried, event
        case _:
            return first, tried, finished


async def main(documents: Mapping[Path, str], seconds: float) -> None:
    lines: list[str] = []
    for path, text in documents.items():
        for each in outline(text):
            if "<locals>" in each.qualname:
                continue
            try:
                lines.append(await improve(path, text, each.qualname, seconds))
            except Unavailable as error:
                print(f"{path.stem}::{each.qualname:<42} {error.reason[:90]}", flush=True)
            else:
                print(lines[-1], flush=True)
    improved = [line for line in lines if "first after" in line]
    ratios = [float(line.split("×")[0].split()[-1]) for line in improved]
    firsts = [float(line.split("first after")[1].split()[0]) for line in improved]
    print(f"\n{len(improved)} of {len(lines)} functions with tests improved")
    if improved:
        print(
            f"median {statistics.median(ratios):.2f}×, first after {statistics.median(firsts):.1f} s (median)"
        )


if __name__ == "__main__":
    files = sorted(Path(sys.argv[1]).resolve().glob("*.py"))
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    asyncio.run(main(texts, float(sys.argv[2]) if len(sys.argv) > 2 else 60.0))
