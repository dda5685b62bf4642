"""Projects whose interpreter has no pytest: their unittest classes run all the same."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from orps_core import Settings
from orps_core.domain.execution import Baseline, Execution
from orps_core.domain.suite import Origin
from orps_core.domain.target import Target
from tests.interpreters import VERSIONS, python_of
from tests.projects import SEEN, candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

TESTS = """
    import unittest
    from slow import seen_twice as st

    def setUpModule():
        global ready
        ready = True

    class Plain(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.want = [1]

        def setUp(self):
            self.got = st([1, 1])

        def tearDown(self):
            del self.got

        def test_plain(self):
            self.assertEqual(self.got, self.want)
            self.assertTrue(ready)

        def test_each(self):
            for n in range(3):
                with self.subTest(n=n):
                    self.assertEqual(st([n, n]), [n])

        @unittest.skip("not now")
        def test_skipped(self):
            st([])

        @unittest.expectedFailure
        def test_expected(self):
            self.assertEqual(st([]), 1)

    class Later(unittest.IsolatedAsyncioTestCase):
        async def asyncSetUp(self):
            self.got = st([2, 2])

        async def test_later(self):
            self.assertEqual(self.got, [2])

    class Broken(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            st([])
            if st([3, 3]) != [3]:
                raise RuntimeError("no three")

        def test_three(self):
            self.assertEqual(st([3, 3]), [3])

    class Last(unittest.TestCase):
        @classmethod
        def tearDownClass(cls):
            assert st([4, 4]) == [4], "no four"

        def test_last(self):
            st([])

    def load_tests(loader, tests, pattern):
        tests.addTest(Plain("test_plain"))
        return tests
"""


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """An interpreter with the standard library and nothing else."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    return str(tmp_path / "bare" / "bin" / "python")


def work(target: Target, python: str, *sources: str) -> tuple[Baseline, list[Execution]]:
    async def go() -> tuple[Baseline, list[Execution]]:
        async with executor_for(target, Settings(python=python)) as executor:
            found = await executor.baseline()
            return found, [await executor.execute(candidate(source)) for source in sources]

    return asyncio.run(go())


def names(execution: Execution, kind: str) -> list[str]:
    return [
        result.case.rpartition("::")[2]
        for result in execution.results
        if type(result.outcome).__name__ == kind and "::" in result.case
    ]


def test_every_kind_of_unittest_class_runs_without_pytest(tmp_path: Path, bare: str) -> None:
    project(tmp_path, slow=SEEN, test_slow=TESTS)
    target = target_in(tmp_path / "slow.py", "seen_twice")
    wrong = target.source.replace("return out", "return out and [9]")
    found, (good, bad) = work(target, bare, target.source, wrong)
    assert found.execution.correct
    assert {case.origin for case in found.suite.cases} == {Origin.DOCTEST, Origin.UNITTEST}
    ran = ["test_each", "test_plain", "test_later", "test_three", "test_last", "test_plain[2]"]
    assert sorted(names(good, "Passed")) == sorted(ran)
    assert sorted(names(bad, "Raised")) == sorted(ran)
    assert "prove nothing: " in " ".join(found.notes)
    assert "pytest is not installed" not in " ".join(found.notes)


def test_what_only_pytest_can_run_is_said_to_be_left_out(tmp_path: Path, bare: str) -> None:
    project(
        tmp_path,
        slow=SEEN,
        test_slow="from slow import seen_twice\ndef test_it():\n    assert seen_twice('aa')\n",
    )
    found, _ = work(target_in(tmp_path / "slow.py", "seen_twice"), bare)
    assert found.notes[0].startswith("pytest is not installed")
    assert "1 tests that mention the function were not run (try: " in found.notes[0]


def test_a_test_file_in_a_package_is_imported_under_its_full_name(tmp_path: Path, bare: str) -> None:
    project(
        tmp_path,
        slow=SEEN,
        tests__helper="WANT = [1]\n",
        tests__test_slow="""
            import unittest
            import slow
            from .helper import WANT

            class T(unittest.TestCase):
                def test_it(self):
                    self.assertEqual(slow.seen_twice([1, 1]), WANT)
        """,
    )
    (tmp_path / "tests" / "__init__.py").touch()
    found, _ = work(target_in(tmp_path / "slow.py", "seen_twice"), bare)
    assert "tests/test_slow.py::T::test_it" in [case.name for case in found.suite.cases]


def test_a_test_file_that_cannot_be_imported_is_named(tmp_path: Path, bare: str) -> None:
    project(
        tmp_path,
        slow=SEEN,
        test_slow="""
            import unittest
            import not_there
            from slow import seen_twice

            class T(unittest.TestCase):
                def test_it(self):
                    seen_twice([])
        """,
    )
    found, _ = work(target_in(tmp_path / "slow.py", "seen_twice"), bare)
    assert "test_slow.py did not get as far" in found.notes[0]
    assert "not_there" in found.notes[0]


@pytest.mark.parametrize("version", VERSIONS)
def test_unittest_runs_under_every_interpreter_at_hand(tmp_path: Path, version: str) -> None:
    project(tmp_path, slow=SEEN, test_slow=TESTS)
    target = target_in(tmp_path / "slow.py", "seen_twice")
    found, (bad,) = work(target, python_of(version), target.source.replace("return out", "return [9]"))
    assert found.execution.correct
    assert bad.passed == 0
    assert {"test_later", "test_each"} <= set(names(bad, "Raised"))
