"""How much of a set of functions can be compared in processes of their own.

``alone_share.py FOLDER [MOST] [PYTHON]``, as for ``judge_share.py``. Each function, as written, is its own
candidate: what differs is a false alarm, and what is no faster than it claims to be has to be doubted.
"""

import asyncio
import json
import math
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from orps_core import Settings, Unavailable, cut
from orps_core.compose import assembled
from orps_core.domain.candidate import Candidate
from orps_core.domain.comparison import Behaviour, Comparison
from orps_core.domain.target import Target
from orps_core.domain.timing import Timing

_MANY = 1000
_CLAIMED = 1.5


def claim() -> Comparison:
    """What is said of every function: that it agrees, and takes two thirds of the time."""
    forks = ((math.log(_CLAIMED),) * 24,) * 3
    timing = Timing(inputs="grown", forks=forks, baseline=1.0, candidate=1 / _CLAIMED, losses=(0.0,) * 3)
    return Comparison(behaviour=Behaviour(recorded=_MANY, grown=0, agree=_MANY), grown=timing)


async def confronted(target: Target, python: str | None) -> tuple[Comparison, float]:
    """What is left of the claim, and the seconds it took. Raise ``Unavailable``."""
    async with assembled(target, Settings(python=python)) as engine:
        await engine.executor.baseline()
        same = Candidate(source=target.source, rationale="as written", author="bench")
        began = time.monotonic()
        return await engine.executor.confront(same, claim()), time.monotonic() - began


def told(found: Comparison) -> str:
    """In a word, what became of it."""
    if found.behaviour is None or found.apart is None:
        return f"nothing: {found.note}"
    if not found.behaviour.agrees:
        return f"FALSE ALARM: {found.behaviour.differ[0]}"
    if not found.apart.agree:
        return f"not apart: {found.apart.note}"
    return "apart" if not found.apart.aside else "partly apart"


def main(folder: Path, most: int, python: str | None) -> None:
    lines = folder.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    entries = sorted({(each["file"], each["entry_point"]) for each in map(json.loads, lines)})
    words, ratios = Counter[str](), list[float]()
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        (Path(copy) / "pyproject.toml").touch()
        for file, name in entries[:: max(1, len(entries) // most)]:
            path = Path(copy) / file
            target = cut(str(path), path.read_text(encoding="utf-8"), name)
            try:
                found, took = asyncio.run(confronted(target, python))
            except Unavailable as problem:
                print(f"{file} {name}: {problem.reason}", flush=True)
                continue
            word = told(found)
            words[word.partition(":")[0]] += 1
            if found.outside is not None:
                ratios.append(found.outside.ratio)
            outside = found.outside and (round(found.outside.ratio, 3), found.outside.first)
            print(
                f"{file} {name}: {word} {found.apart} {outside} {took:.2f} s {found.note or ''}", flush=True
            )
    print(dict(words), f"{len(ratios)} timed, between {min(ratios):.3f}× and {max(ratios):.3f}×")


if __name__ == "__main__":
    _, folder, *further = sys.argv
    main(Path(folder), int(further[0]) if further else 9999, further[1] if further[1:] else None)
