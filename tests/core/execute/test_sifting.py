"""Many candidates in one process: each is told apart, and what one does to others costs nobody anything."""

import asyncio
from pathlib import Path

import pytest

from orps_core import Settings
from orps_core.domain.execution import Execution, Exhausted, Exited, Passed
from orps_core.domain.target import Target
from tests.interpreters import VERSIONS, python_of
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

TEXT = '''
    import functools

    log = []

    def double(x):
        """
        >>> double(3)
        6
        """
        return x * x
'''
TESTS = """
    import unittest
    from m import double, log

    class T(unittest.TestCase):
        def test_two(self):
            self.assertEqual(double(2), 4)

        def test_five(self):
            self.assertEqual(double(5), 10)
"""


@pytest.fixture
def target(tmp_path: Path) -> Target:
    project(tmp_path, m=TEXT, test_m=TESTS)
    return target_in(tmp_path / "m.py", "double")


def sifted(target: Target, *bodies: str, python: str | None = None) -> list[Execution]:
    async def work() -> list[Execution]:
        async with executor_for(target, Settings(python=python)) as executor:
            await executor.baseline()
            made = [candidate(target.source.replace("return x * x", body)) for body in bodies]
            return list(await executor.sift(made))

    return asyncio.run(work())


def passed(execution: Execution) -> int:
    return sum(isinstance(result.outcome, Passed) for result in execution.results)


@pytest.mark.parametrize("version", ["", *VERSIONS])
def test_each_candidate_of_a_batch_is_told_apart(target: Target, version: str) -> None:
    bodies = ["return x - x", "return x + x", "return x / x", "return 4", "return 6 if x == 3 else 10"]
    found = sifted(target, *bodies, python=python_of(version) if version else None)
    assert [passed(each) for each in found] == [0, 3, 0, 1, 2]


def test_what_hangs_or_ends_the_process_costs_itself_alone(target: Target) -> None:
    bodies = [
        "return x + x",
        "while True: pass",
        "return x - x",
        "import os; os._exit(3)",
        "return x + x + 0",
        "import ctypes; ctypes.string_at(0)",
        "return 2 * x",
    ]
    found = sifted(target, *bodies)
    assert [each.correct for each in found] == [True, False, False, False, True, False, True]
    assert any(isinstance(result.outcome, Exhausted) for result in found[1].results)
    assert any(result.outcome == Exited(code=3, stderr="") for result in found[3].results)


def test_who_passes_because_of_another_is_found_out(target: Target) -> None:
    spoiling = "import m; log.append(1); m.log = log; return 0"
    living_on = "return x + x if log else 0"
    found = sifted(target, spoiling, living_on)
    assert [each.correct for each in found] == [False, False]


def test_what_changes_more_than_code_is_run_alone(target: Target) -> None:
    async def work() -> list[bool]:
        async with executor_for(target) as executor:
            await executor.baseline()
            cached = "@functools.lru_cache\n" + target.source.replace("x * x", "x + x")
            helped = "def help(x):\n    return x + x\n\n" + target.source.replace("x * x", "help(x)")
            broken = target.source.replace("x * x", "x +* x")
            made = [candidate(each) for each in (cached, helped, broken)]
            return [each.correct for each in await executor.sift(made)]

    assert asyncio.run(work()) == [True, True, False]
