"""Tests that are nothing but functions are called, for a first look, and mean what they mean to pytest."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orps_core.domain.candidate import Candidate
from orps_core.domain.execution import Execution, Raised
from orps_core.ports import Executor
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

DOUBLE = """
    def double(x):
        return x * 2
"""
TESTS = """
    from m import double

    def test_two():
        assert double(2) == 4

    def test_five():
        found = double(5)
        assert found == 10
"""
HOOK = """
    import builtins
    import pytest

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(item):
        builtins.AROUND = True
        yield
        del builtins.AROUND
"""
ALONE = " ".join(f"-p no:{name}" for name in ("asyncio", "timeout", "inline_snapshot", "pytest-lsp", "anyio"))
"""Without the plugins of whoever develops ORPS."""

Ask = Callable[[Executor, Candidate], Awaitable[Execution]]


async def executed(executor: Executor, tried: Candidate) -> Execution:
    return await executor.execute(tried)


async def confirmed(executor: Executor, tried: Candidate) -> Execution:
    return await executor.confirm(tried)


def found(folder: Path, body: str, *ways: Ask, setting: str = "", **files: str) -> list[Execution]:
    options = f'[tool.pytest.ini_options]\naddopts = "{ALONE}"\n{setting}\n'
    (folder / "pyproject.toml").write_text(options, encoding="utf-8")
    project(folder, **{"m": DOUBLE, "test_m": TESTS, **files})
    target = target_in(folder / "m.py", "double")

    async def work() -> list[Execution]:
        async with executor_for(target) as executor:
            assert (await executor.baseline()).execution.correct
            return [await ask(executor, candidate(f"def double(x):\n    {body}\n")) for ask in ways]

    return asyncio.run(work())


def test_who_passes_only_where_pytest_has_no_part_is_not_confirmed(tmp_path: Path) -> None:
    body = "import os; return x * 2 if 'PYTEST_CURRENT_TEST' not in os.environ else 0"
    first, shown = found(tmp_path, body, executed, confirmed)
    assert first.correct
    assert not shown.correct


def test_how_one_fails_is_told_as_pytest_tells_it(tmp_path: Path) -> None:
    (ran,) = found(tmp_path, "return x + 2", executed)
    passed, failed = ran.results
    assert passed.case == "test_m.py::test_two"
    assert isinstance(failed.outcome, Raised)
    assert failed.outcome.message == "assert 7 == 10"
    assert ">       assert found == 10" in failed.outcome.traceback


@pytest.mark.parametrize(
    ("body", "files", "setting"),
    [
        ("return x * 2 if hasattr(__import__('builtins'), 'AROUND') else 0", {"conftest": HOOK}, ""),
        ("import warnings; warnings.warn('old'); return x * 2", {}, 'filterwarnings = ["error"]'),
    ],
    ids=["a hook", "warnings"],
)
def test_what_pytest_does_around_a_test_is_done(
    body: str, files: dict[str, str], setting: str, tmp_path: Path
) -> None:
    (ran,) = found(tmp_path, body, executed, setting=setting, **files)
    assert ran.correct == bool(files), ran.first_problem
