"""Many candidates in one process: each is told apart, and what one does to others costs nobody anything."""

import asyncio
from pathlib import Path

import pytest

from orps_core import Settings
from orps_core.domain.execution import CaseResult, Execution, Exhausted, Exited, Passed, Raised
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


MANY_KINDS = """
    import pytest
    from m import double, log

    def test_plain():
        assert double(3) == 6, "so much"

    def test_error():
        {6: 1}[double(3)]

    def test_skips():
        if double(3) != 6:
            pytest.skip("not here")

    def test_leaves():
        if double(3) != 6:
            raise SystemExit

    def test_returns():
        return double(3) if double(3) != 6 else None

    def test_prints(capsys):
        print(double(3))
        assert capsys.readouterr().out == "6\\n"

    @pytest.mark.parametrize("number", [3, 4])
    def test_many(number):
        print("x" * 10_000)
        assert double(number) == number + number

    @pytest.mark.xfail
    def test_expected():
        assert double(3) == 9
"""


def test_a_first_look_ends_as_a_run_alone_does(tmp_path: Path) -> None:
    project(tmp_path, m=TEXT, test_m=MANY_KINDS)
    target = target_in(tmp_path / "m.py", "double")
    wrong = candidate(target.source.replace("return x * x", "return x * x + 0"))

    async def work() -> tuple[Execution, Execution]:
        async with executor_for(target, Settings()) as executor:
            await executor.baseline()
            looked, _ = await executor.sift([wrong, candidate(target.source + "\n    pass\n")])
            return looked, await executor.execute(wrong)

    looked, alone = asyncio.run(work())
    assert [ending(each) for each in looked.results] == [ending(each) for each in alone.results]
    assert len({type(each.outcome) for each in looked.results}) > 2


def ending(result: CaseResult) -> tuple[str, type, str | None]:
    """All but what takes time to find out: how exactly two values differ."""
    raised = result.outcome.type if isinstance(result.outcome, Raised) else None
    return result.case, type(result.outcome), raised
