"""Runs strategies over problems with hidden tests, which are run once, on the final pick."""

import ast
import asyncio
import gzip
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from .compose import assembled
from .domain import journal
from .domain.benchmark import Problem, Score
from .domain.chat import Outlay
from .domain.events import BaselineReady, Event, Finished, Spent
from .domain.settings import Settings
from .domain.tree import Node
from .ports import Unavailable
from .refine import refine
from .source.splicing import splice
from .source.targets import cut

_CLOSE = """
def _close(a, b, tol=1e-6):
    if isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(_close(x, y, tol) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return a == b or (a != a and b != b) or abs(a - b) <= tol + 1e-7 * abs(b)
    return a == b
"""


def read_problems(path: Path) -> list[Problem]:
    """JSON lines, also compressed. Raise ``Unavailable`` with the line that is no problem."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} cannot be read: {error}.", "Name a file of JSON lines.") from error
    found: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(_problem(json.loads(line)))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise Unavailable(
                f"Line {number} of {path} is no problem ({type(error).__name__}: {error}).",
                "Each line needs task_id, entry_point, seed, visible_tests and hidden_tests.",
            ) from error
    return found


def _problem(row: dict[str, Any]) -> Problem:
    seed = row["seed"] if "seed" in row else row["seeds"][0]["code"]
    ast.parse(seed)
    pool: list[dict[str, Any]] = row.get("pool") or []
    return Problem(
        name=str(row["task_id"]),
        function=str(row["entry_point"]),
        seed=str(seed),
        setup=str(row.get("setup") or ""),
        visible=tuple(map(str, row["visible_tests"])),
        hidden=tuple(map(str, (*row["hidden_tests"], *(row.get("plus_tests") or ())))),
        solvable=any(each.get("hidden_ok") for each in pool) if pool else None,
    )


async def attempt(problem: Problem, settings: Settings, seed: int, journal_file: Path | None) -> Score:
    """One run of one strategy on one problem, in a folder of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="orps-bench-") as place:
        folder = Path(place)
        module = folder / f"{problem.function}.py"
        module.write_text(problem.seed, encoding="utf-8")
        _write_tests(folder, problem, problem.visible)
        target = cut(str(module), problem.seed, problem.function)
        began = time.monotonic()
        events: list[Event] = []
        note = None
        try:
            async with refine(target, replace(settings, seed=seed)) as stream:
                events += [event async for event in stream]
        except Unavailable as error:
            note = error.reason
        seconds = time.monotonic() - began
        if journal_file is not None:
            text = "".join(journal.write(each) + "\n" for each in events)
            await asyncio.to_thread(journal_file.write_text, text, encoding="utf-8")
        end = next((each for each in events if isinstance(each, Finished)), None)
        best = end.best if end else None
        text = splice(target, best.candidate).text if best else problem.seed
        return Score(
            problem=problem.name,
            strategy=settings.tactics.strategy,
            seed=seed,
            solved=_passes(events, best),
            right=await _right(problem, text),
            stop=end.stop.value if end else "it could not run",
            confidence=end.agreement.confidence if end and end.agreement else None,
            executions=max(
                (each.spending.executions for each in events if isinstance(each, Spent)), default=0
            ),
            models=_outlay(events),
            seconds=seconds,
            note=note,
        )


def _passes(events: Sequence[Event], best: Node | None) -> bool:
    """Without a pick it is the original that is left."""
    if best is not None:
        return best.execution.correct
    return any(each.baseline.execution.correct for each in events if isinstance(each, BaselineReady))


def _outlay(events: Sequence[Event]) -> Outlay:
    spent = [each.spending.models for each in events if isinstance(each, Spent)]
    return max(spent, key=lambda outlay: outlay.calls, default=Outlay())


async def _right(problem: Problem, text: str) -> bool:
    """Run the hidden tests on the final text, confined as everything else."""
    with tempfile.TemporaryDirectory(prefix="orps-bench-") as place:
        folder = Path(place)
        module = folder / f"{problem.function}.py"
        module.write_text(text, encoding="utf-8")
        _write_tests(folder, problem, problem.hidden)
        try:
            async with assembled(cut(str(module), text, problem.function), Settings()) as engine:
                baseline = await engine.executor.baseline()
        except Unavailable:
            return False
        return baseline.execution.correct


def _write_tests(folder: Path, problem: Problem, snippets: Sequence[str]) -> None:
    lines = [f"from {problem.function} import *", f"from {problem.function} import {problem.function}"]
    lines += [problem.setup, _CLOSE]
    for number, snippet in enumerate(snippets):
        body = "\n".join("    " + line if line.strip() else line for line in snippet.strip("\n").splitlines())
        lines.append(f"\ndef test_{number}():\n{body}\n")
    (folder / f"test_{problem.function}.py").write_text("\n".join(lines), encoding="utf-8")
