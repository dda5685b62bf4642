"""How much of a set of functions can be judged apart from their tests: ``judge_share.py FOLDER``

Beside ``FOLDER`` stands ``FOLDER.jsonl``, whose lines name a file in it (``file``) and a function
(``entry_point``). Each function is put, as written, before the judge that shares no process with it.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from orps_core import Settings, Unavailable, cut
from orps_core.compose import assembled
from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target


async def judged(target: Target) -> tuple[int, int, str | None]:
    """Cases that were judged apart, all cases, and why the others were not. Raise ``Unavailable``."""
    async with assembled(target, Settings()) as engine:
        await engine.executor.baseline()
        same = Candidate(source=target.source, rationale="as written", author="bench")
        found = await engine.executor.confirm(same)
    if found.judgement is None:
        raise Unavailable("It was not judged.", "")
    return len(found.judgement.apart), len(found.results), found.judgement.note


def main(folder: Path) -> None:
    lines = folder.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    entries = sorted({(each["file"], each["entry_point"]) for each in map(json.loads, lines)})
    whole, cases, apart, reasons = 0, 0, 0, Counter[str]()
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        (Path(copy) / "pyproject.toml").touch()
        for file, name in entries:
            path = Path(copy) / file
            target = cut(str(path), path.read_text(encoding="utf-8"), name)
            try:
                those, all_, note = asyncio.run(judged(target))
            except Unavailable as problem:
                those, all_, note = 0, 0, problem.reason
            whole += 0 < those == all_
            cases, apart = cases + all_, apart + those
            if note is not None:
                reasons[note.splitlines()[0]] += 1
            print(f"{file} {name}: {those} of {all_} {note or ''}", flush=True)
    print(f"functions judged apart in all their cases: {whole} of {len(entries)}")
    print(f"cases judged apart: {apart} of {cases}")
    for reason, count in reasons.most_common():
        print(f"  {count} because: {reason}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
