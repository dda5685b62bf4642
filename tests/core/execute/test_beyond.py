"""What an executor tells about a candidate beyond pass and fail: what it answers, and how a case goes."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from orps_core import Settings, cut
from orps_core.compose import assembled
from orps_core.domain.candidate import Candidate
from orps_core.ports import Executor

pytestmark = pytest.mark.slow

T = TypeVar("T")
WRONG = "def total(xs):\n    t = 0\n    for x in xs:\n        t = t - x\n    return t\n"
TESTS = "from sums import total\n\n\ndef test_total():\n    assert total([2, 3]) == 5\n"


def beside(folder: Path, ask: Callable[[Executor], Awaitable[T]]) -> T:
    module = folder / "sums.py"
    module.write_text(WRONG, encoding="utf-8")
    (folder / "test_sums.py").write_text(TESTS, encoding="utf-8")

    async def work() -> T:
        async with assembled(cut(str(module), WRONG, "total"), Settings()) as engine:
            await engine.executor.baseline()
            return await ask(engine.executor)

    return asyncio.run(work())


def written(body: str) -> Candidate:
    return Candidate(source=f"def total(xs):\n    {body}\n", rationale="", author="test")


def test_programs_that_do_the_same_answer_the_same_and_others_do_not(tmp_path: Path) -> None:
    async def ask(executor: Executor) -> list[tuple[str, ...]]:
        texts = ("return sum(xs)", "return sum(x for x in xs)", "return float(sum(xs))", "return 5")
        return [await executor.answers(written(text)) for text in texts]

    one, same, equal, other = beside(tmp_path, ask)
    assert len(one) > 20
    assert one == same == equal
    assert one != other


def test_a_candidate_that_raises_answers_so(tmp_path: Path) -> None:
    async def ask(executor: Executor) -> tuple[str, ...]:
        return await executor.answers(written("raise ValueError(xs)"))

    assert set(beside(tmp_path, ask)) == {"raised"}


def test_a_case_is_followed_block_by_block(tmp_path: Path) -> None:
    async def ask(executor: Executor) -> str:
        source = cut(str(tmp_path / "sums.py"), WRONG, "total").source
        made = Candidate(source=source, rationale="", author="test")
        return await executor.trace(made, "test_sums.py::test_total")

    text = beside(tmp_path, ask)
    assert "t = t - x" in text
    assert "t = -5" in text
    assert text.startswith("[block 1]")


def test_a_case_that_is_not_there_has_no_trace(tmp_path: Path) -> None:
    async def ask(executor: Executor) -> str:
        return await executor.trace(written("return 1"), "test_sums.py::test_other")

    assert beside(tmp_path, ask) == ""
