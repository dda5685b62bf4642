"""Whether each function with examples gets an answer: all of them, or one clear sentence; never a crash.

``python tests/bench/discovery_sweep.py FOLDER [N] [SEED] [PYTHON]``

N functions are drawn from those that any example of their own module enters, found by running the module's
examples under a profiler, unconfined. Printed is what was found of that, what was found beyond it, and all
that did not end in an answer.
"""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from orps_core import Settings, Unavailable
from orps_core.compose import surveyed
from orps_core.source.files import read_document
from orps_core.source.parse import outline
from orps_core.source.targets import cut

_TRUTH = """
import doctest, importlib, json, os, sys
path, name = sys.argv[1:]
sys.path.insert(0, os.path.dirname(path))
module = importlib.import_module(name)
found, entered = {}, set()

def profile(frame, event, argument):
    if event == "call" and os.path.realpath(frame.f_code.co_filename) == os.path.realpath(path):
        entered.add((frame.f_code.co_firstlineno, frame.f_code.co_name))

class Runner(doctest.DocTestRunner):
    def report_start(self, out, test, example):
        entered.clear()
    def note(self, test, example):
        for line, name in entered:
            found.setdefault("%d:%s" % (line, name), []).append((test.lineno or 0) + example.lineno + 1)
    def report_success(self, out, test, example, got): self.note(test, example)
    def report_failure(self, out, test, example, got): self.note(test, example)
    def report_unexpected_exception(self, out, test, example, exc_info): self.note(test, example)

runner = Runner(verbose=False)
for test in doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__):
    if os.path.realpath(test.filename or "") == os.path.realpath(path):
        sys.setprofile(profile)
        runner.run(test, out=lambda _: None)
        sys.setprofile(None)
print("\\n" + json.dumps(found))
"""


def truth(path: Path, python: str) -> dict[str, frozenset[int]]:
    """Of the functions of one module that its examples enter: the lines of those examples."""
    command = [python, "-c", _TRUTH, str(path), path.stem]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
        )
        found: dict[str, list[int]] = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError):
        return {}
    text = read_document(path).text
    data = text.encode()
    lines = {(data.count(b"\n", 0, each.span.start) + 1, each.name): each.qualname for each in outline(text)}
    keys = {f"{line}:{name}": qualname for (line, name), qualname in lines.items()}
    return {keys[key]: frozenset(found[key]) for key in found if key in keys}


async def look(path: Path, qualname: str, python: str) -> frozenset[int] | str:
    """The lines of the examples that are said to reach it, or what was said instead."""
    try:
        target = cut(str(path), read_document(path).text, qualname)
        found = await surveyed(target, Settings(python=python, patience=20.0))
    except Unavailable as refused:
        return f"{refused} {refused.advice}"
    return frozenset(
        each.case.line for each in found.sightings if each.case.path == str(path) and not each.skipped
    )


def drawn(folder: Path, count: int, seed: int, python: str) -> list[tuple[Path, str, frozenset[int]]]:
    """Functions that examples enter, with the lines of those: no more modules are run than are needed."""
    draw, folder = random.Random(seed), folder.resolve()
    paths = [folder] if folder.is_file() else sorted(folder.rglob("*.py"))
    draw.shuffle(paths)
    found: list[tuple[Path, str, frozenset[int]]] = []
    for path in paths:
        if len(found) < count and ">>>" in path.read_text(encoding="utf-8", errors="replace"):
            found += [(path, name, lines) for name, lines in truth(path, python).items()]
    return draw.sample(found, min(count, len(found)))


async def main(arguments: list[str]) -> None:
    folder, *given = arguments
    count, seed, python = given + ["30", "0", sys.executable][len(given) :]
    chosen = drawn(Path(folder), int(count), int(seed), python)
    complete = extra = refused = crashed = 0
    began = time.monotonic()
    for path, name, lines in chosen:
        try:
            found = await look(path, name, python)
        except Exception as error:  # noqa: BLE001  (what must never happen is what this looks for)
            crashed += 1
            print(f"{path}::{name}: {type(error).__name__}: {error}", flush=True)
            continue
        if isinstance(found, str):
            refused += 1
            print(f"{path}::{name}: {found}", flush=True)
            continue
        complete += lines <= found
        extra += len(found - lines)
        if found != lines:
            missing, beyond = sorted(lines - found), sorted(found - lines)
            print(f"{path}::{name}: missing {missing}, beyond {beyond}", flush=True)
    each = (time.monotonic() - began) / max(1, len(chosen))
    print(f"{folder}: {complete} of {len(chosen)} functions complete, {extra} cases beyond", end=", ")
    print(f"{refused} refused with a sentence, {crashed} crashes; {each:.1f} s each")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
