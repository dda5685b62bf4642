"""Real projects, real processes: which cases reach a function, and why others do not count."""

import asyncio
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import iniconfig
import pytest

from orps_core import Settings, Unavailable
from orps_core.compose import surveyed
from orps_core.domain.execution import Passed
from orps_core.domain.suite import Origin
from orps_core.domain.survey import Survey
from tests.projects import candidate, executor_for, target_in

pytestmark = pytest.mark.slow


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in {"pyproject.toml": "", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")


def survey(root: Path, files: Mapping[str, str], target: str, patience: float = 120.0) -> Survey:
    write(root, files)
    path, _, qualname = target.partition("::")
    settings = Settings(python=sys.executable, patience=patience)
    return asyncio.run(surveyed(target_in(root / path, qualname), settings))


def reaching(found: Survey) -> dict[str, str | None]:
    return {each.case.name: each.aside for each in found.sightings}


HELPERS = """
    def add(a, b):
        return a + b

    def total(items):
        result = 0
        for item in items:
            result = add(result, item)
        return result
"""


def test_what_never_names_the_function_and_reaches_it_is_found(tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\naddopts = --doctest-modules --ignore=tests/ignored.py\n",
        "src/pkg/__init__.py": "from .core import total as summed\n",
        "src/pkg/core.py": HELPERS,
        "src/pkg/more.py": """
            from . import summed as s

            class More:
                '''
                >>> s([2])
                2
                >>> import os; os._exit(1)
                '''

            def most():
                '''
                >>> s([1, 2])
                3
                '''
        """,
        "src/pkg/broken.py": "'''\n>>> 1\n1\n'''\nfrom . import s, nothing_like_it\n",
        "tests/conftest.py": """
            import pytest
            from pkg import summed

            @pytest.fixture(scope="module")
            def six():
                return summed([1, 2, 3])
        """,
        "tests/test_a.py": """
            import pkg

            def test_through_another():
                assert pkg.summed([1, 2]) == 3

            def test_through_a_fixture(six):
                assert six == 6

            def test_not_at_all():
                assert pkg.summed([]) == 0
        """,
        "tests/base.py": """
            import unittest, pkg

            class Base(unittest.TestCase):
                def test_inherited(self):
                    assert pkg.summed([1]) == 1
        """,
        "tests/test_b.py": "from base import Base\n\nclass TestMore(Base):\n    pass\n",
        "tests/test_made.py": """
            import unittest, pkg

            class Sum(unittest.TestCase):
                def __init__(self, items=(1, 2), name="check"):
                    super().__init__(name)
                    self.items = items

                def check(self):
                    self.assertEqual(pkg.summed(self.items), sum(self.items))

            def load_tests(loader, tests, pattern):
                return unittest.TestSuite([Sum(), Sum([5])])
        """,
        "tests/test_broken.py": "import nothing_like_it\n",
        "README.md": "```python\n>>> from pkg import summed\n>>> summed([2, 2])\n4\n```\n",
    }
    found = survey(tmp_path, files, "src/pkg/core.py::add")
    assert set(reaching(found)) == {
        "tests/test_a.py::test_through_another",
        "tests/test_a.py::test_through_a_fixture",
        "tests/test_b.py::TestMore::test_inherited",
        "tests/test_b.py::Base::test_inherited",
        "tests/test_made.py::load_tests::Sum::check",
        "tests/test_made.py::load_tests::Sum::check[2]",
        "doctest:README.md:3",
        "doctest:pkg.more.More:5",
        "doctest:pkg.more.most:12",
    }
    assert set(reaching(found).values()) == {None}
    assert "tests/test_a.py::test_not_at_all" in found.unreached
    assert {each.partition(": ")[0] for each in found.unfinished} == {
        "doctest:pkg.more.More:7",
        "pkg.broken",
        "tests/test_broken.py",
    }
    assert any(each.endswith("No module named 'nothing_like_it'") for each in found.unfinished)
    counts = {each.case.name: each.entries for each in found.sightings}
    assert counts["tests/test_a.py::test_through_another"] == 2
    assert all(each.share is None or 0 <= each.share <= 1 for each in found.sightings)


def test_cases_that_do_not_count_are_kept_apart_with_the_reason(tmp_path: Path) -> None:
    files = {
        "mod.py": HELPERS,
        "test_mod.py": """
            import pytest, os, time
            from mod import add, total

            def test_good():
                assert total([1]) == 1

            def test_bad():
                assert total([1]) == 2

            def test_named_and_bad():
                assert add(1, 1) == 3

            @pytest.mark.xfail
            def test_expected():
                assert total([1]) == 2
        """,
        "test_other.py": """
            import os
            from mod import total

            def test_ends_everything():
                total([1])
                os._exit(3)

            def test_after_it():
                assert total([1]) == 1
        """,
    }
    found = survey(tmp_path, files, "mod.py::add")
    asides = reaching(found)
    assert asides["test_mod.py::test_good"] is None
    assert asides["test_mod.py::test_named_and_bad"] is None
    assert "do not name the function" in str(asides["test_mod.py::test_bad"])
    assert "prove nothing" in str(asides["test_mod.py::test_expected"])
    assert asides["test_other.py::test_after_it"] is None
    assert any("test_ends_everything" in each for each in found.unfinished)


KINDS = """
    import functools

    def outer(x):
        def inner(y):
            return y + 1
        return inner(x)

    class Thing:
        @property
        def size(self):
            return 3

        def __len__(self):
            return self.size

        @functools.cached_property
        def kept(self):
            return 4

    # %%
    def cell(x):
        return x * 2

    # In[2]:
    if __name__ == "__main__":
        print(cell(1))
"""


@pytest.mark.parametrize(
    ("qualname", "cases"),
    [
        ("outer.<locals>.inner", {"test_kinds.py::test_outer"}),
        ("Thing.__len__", {"test_kinds.py::test_len"}),
        ("Thing.kept", {"test_kinds.py::test_kept"}),
        ("cell", {"test_kinds.py::test_cell[1]", "test_kinds.py::test_cell[2]"}),
    ],
)
def test_every_kind_of_function_in_a_script(tmp_path: Path, qualname: str, cases: set[str]) -> None:
    tests = """
        import pytest
        import kinds

        def test_outer():
            assert kinds.outer(1) == 2

        def test_len():
            assert len(kinds.Thing()) == 3

        def test_kept():
            assert getattr(kinds.Thing(), "ke" + "pt") == 4

        @pytest.mark.parametrize("x", [1, 2])
        def test_cell(x):
            assert kinds.cell(x) == 2 * x
    """
    assert (
        set(reaching(survey(tmp_path, {"kinds.py": KINDS, "test_kinds.py": tests}, f"kinds.py::{qualname}")))
        == cases
    )


def test_a_module_that_has_the_name_of_one_of_pythons_own_is_the_projects(tmp_path: Path) -> None:
    files = {
        "statistics.py": """
            def centre(x):
                '''
                >>> centre([1, 2])
                1.5
                '''
                return sum(x) / 2
        """,
        "test_it.py": "import statistics\n\ndef test_it():\n    assert statistics.centre([1, 1]) == 1\n",
    }
    found = survey(tmp_path, files, "statistics.py::centre")
    assert reaching(found) == {"doctest:centre:3": None, "test_it.py::test_it": None}


def test_a_file_that_no_import_can_find_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="time is built into Python"):
        survey(tmp_path, {"time.py": "def f(x):\n    return x\n"}, "time.py::f")


def test_a_part_of_what_pytest_is_made_of_is_imported_with_the_candidate_in_its_place(tmp_path: Path) -> None:
    shutil.copytree(Path(iniconfig.__file__).parent, tmp_path / "iniconfig")
    test = "import iniconfig\n\ndef test_it():\n    assert 'a' in iniconfig.IniConfig('x', '[a]\\nb=1')\n"
    found = survey(tmp_path, {"test_it.py": test}, "iniconfig/__init__.py::IniConfig.__contains__")
    assert reaching(found) == {"test_it.py::test_it": None}


def test_a_missing_package_is_answered_with_the_command_that_helps(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'pkg'\nversion = '1'\n",
        "pkg/__init__.py": "",
        "pkg/a.py": "import not_there_at_all\n\ndef f(x):\n    return x\n",
    }
    with pytest.raises(Unavailable) as refused:
        survey(tmp_path, files, "pkg/a.py::f")
    assert f"{sys.executable} -m pip install not_there_at_all" in refused.value.advice


def test_a_project_that_asks_for_its_own_version_says_how_to_install_it(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'not-there-at-all'\nversion = '1'\n",
        "pkg/__init__.py": "from importlib.metadata import version\n\nversion('not-there-at-all')\n",
        "pkg/a.py": "def f(x):\n    return x\n",
    }
    with pytest.raises(Unavailable) as refused:
        survey(tmp_path, files, "pkg/a.py::f")
    assert f"{sys.executable} -m pip install -e {tmp_path}, or" in refused.value.advice


def test_a_function_without_tests_is_held_to_its_own_answers_and_nobody_calls_them_tests(
    tmp_path: Path,
) -> None:
    (tmp_path / "bare.py").write_text("def f(items: list[int]) -> int:\n    return sum(items) * 2\n")
    target = target_in(tmp_path / "bare.py", "f")

    async def work() -> None:
        async with executor_for(target) as executor:
            found = await executor.baseline()
            assert found.suite.generated
            assert {case.origin for case in found.suite.cases} == {Origin.CHARACTERISED}
            assert found.execution.correct

    asyncio.run(work())
    assert survey(tmp_path, {}, "bare.py::f").sightings == ()


NAMED = """
    from mod import add, total

    def test_one(): assert add(1, 1) == 2
    def test_two(): assert add(1, 2) == 3
    def test_three(): assert add(2, 2) == 4
    def test_four(): assert add(2, 3) == 5
    def test_five(): assert {five}
    def test_through_another(): assert total([1, 2]) == 3
"""


@pytest.mark.parametrize(("five", "wide"), [("add(5, 5) == 10", False), ("add is not None", True)])
def test_a_search_begins_without_indirect_cases_where_enough_others_reach_the_function(
    tmp_path: Path, five: str, *, wide: bool
) -> None:
    for name, text in {"pyproject.toml": "", "mod.py": HELPERS, "test_mod.py": NAMED}.items():
        (tmp_path / name).write_text(dedent(text).lstrip("\n").replace("{five}", five), encoding="utf-8")

    async def names() -> set[str]:
        async with executor_for(target_in(tmp_path / "mod.py", "add")) as executor:
            found = await executor.baseline()
            assert (await executor.compare(candidate("def add(a, b):\n    return b + a\n"))).behaviour
            assert found.named_only is not wide  # a person is told of what was not run
            if not wide:
                shown = await executor.confirm(candidate("def add(a, b):\n    return b + a\n"))
                assert [case.name for case in shown.further or ()] == ["test_mod.py::test_through_another"]
                assert shown.correct
                broken = "def add(a, b):\n    return a + b if a else 0\n"
                problem = (await executor.confirm(candidate(broken))).first_problem
                assert problem is not None
                assert problem.case == "test_mod.py::test_through_another"
            return {case.name.partition("::")[2] for case in found.suite.cases}

    found = asyncio.run(names())
    assert ("test_through_another" in found) is wide
    assert ("test_five" in found) is not wide


def test_examples_are_cases_of_their_own_with_the_options_that_they_and_the_project_set(
    tmp_path: Path,
) -> None:
    files = {
        "pytest.ini": "[pytest]\ndoctest_optionflags = NORMALIZE_WHITESPACE\n",
        "mod.py": """
            class C:
                '''
                >>> kept = C().f(20)
                >>> kept  # doctest: +ELLIPSIS
                [0, 1, ..., 18, 19]
                >>> len(kept)
                20
                >>> C().f(3)
                [0,    1,
                 2]
                >>> C().f(1)  # doctest: +SKIP
                [1]
                >>> C().f("x")
                Traceback (most recent call last):
                    ...
                TypeError: 'str' object cannot be interpreted as an integer
                >>> C().f(2)
                [9]
                '''
                def f(self, n):
                    return list(range(n))
        """,
    }
    found = survey(tmp_path, files, "mod.py::C.f")
    assert {each.case.line: each.passed for each in found.sightings} == {
        3: True,
        8: True,
        13: True,
        17: False,
    }
    assert found.unreached == ("doctest:C:4", "doctest:C:6")


def test_what_a_text_skips_by_a_call_is_skipped_with_all_that_follows_and_hides_no_test(
    tmp_path: Path,
) -> None:
    files = {
        "mod.py": """
            import functools

            @functools.lru_cache(maxsize=None)
            def f(n):
                '''
                >>> f(1)
                2
                >>> import pytest
                >>> if f(2): pytest.skip("not here")
                >>> f(3)
                "what is never compared"
                '''
                return n + 1

            def g():
                '''
                >>> import unittest
                >>> raise unittest.SkipTest(f(4))
                >>> f(5)
                "neither"
                '''
        """,
        "test_mod.py": """
            from mod import f

            class TestShared:
                def test_who_comes_first(self):
                    assert f(7) == 8

                def test_what_is_remembered_by_then(self):
                    assert f(7) == 8

                def test_what_only_examples_have_asked_before(self):
                    assert f(1) == 2
        """,
    }
    found = survey(tmp_path, files, "mod.py::f")
    shared = "test_mod.py::TestShared::test_"
    assert {name for name, aside in reaching(found).items() if aside is None} == {
        "doctest:f:6",
        f"{shared}who_comes_first",
        f"{shared}what_only_examples_have_asked_before",
    }
    assert {each.case.name for each in found.sightings if each.skipped} == {"doctest:f:9", "doctest:g:18"}


def test_pytest_runs_as_the_project_configures_it(tmp_path: Path) -> None:
    files = {
        "setup.cfg": """
            [tool:pytest]
            addopts = --import-mode=importlib -m "not slow" --strict-markers
            testpaths = checks
            python_files = check_*.py
            python_functions = check_*
            python_classes = Check*
            pythonpath = lib
            markers = slow
        """,
        "lib/mod.py": HELPERS,
        "conftest.py": "import pytest\n\n@pytest.fixture(scope='session')\ndef one():\n    return 1\n",
        "checks/a/conftest.py": "import pytest\n\n@pytest.fixture\ndef two(one):\n    return one + 1\n",
        "checks/a/check_it.py": """
            import pytest
            from mod import total

            class CheckAll:
                @pytest.mark.parametrize("x", [1, 2])
                def check_method(self, x, two):
                    assert total([x, two]) == x + 2

            @pytest.mark.slow
            def check_slow():
                assert total([1]) == 1

            def test_by_another_name():
                assert total([1]) == 1
        """,
        "checks/b/check_it.py": "from mod import add\n\ndef check_same_name():\n    assert add(1, 1) == 2\n",
        "checks/c/conftest.py": "collect_ignore = ['check_no.py']\ncollect_ignore_glob = ['*_so.py']\n",
        "checks/c/check_no.py": "raise RuntimeError('who imports this?')\n",
        "checks/c/check_so.py": "from mod import add\n\ndef check_so():\n    assert add(1, 1) == 2\n",
        "other/check_not.py": "from mod import add\n\ndef check_not():\n    assert add(1, 1) == 2\n",
    }
    found = survey(tmp_path, files, "lib/mod.py::add")
    assert found.unfinished == ()
    assert reaching(found) == {
        "checks/a/check_it.py::CheckAll::check_method[1]": None,
        "checks/a/check_it.py::CheckAll::check_method[2]": None,
        "checks/b/check_it.py::check_same_name": None,
    }


def test_examples_have_what_the_fixtures_of_pytest_give_them(tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\naddopts = --doctest-modules --doctest-glob=*.rst\n",
        "conftest.py": """
            import pytest

            @pytest.fixture(scope="session")
            def one():
                return 1

            @pytest.fixture
            def refused():
                raise OSError("there is no such thing here")
        """,
        "pkg/__init__.py": "",
        "pkg/conftest.py": """
            import pytest, os

            @pytest.fixture(autouse=True)
            def _given(doctest_namespace, tmp_path, monkeypatch):
                monkeypatch.chdir(tmp_path)
                (tmp_path / "x").touch()
                doctest_namespace["two"] = 2
        """,
        "pkg/mod.py": '''
            import os

            def add(a, b):
                """
                >>> add(two, getfixture("one"))
                3
                >>> os.listdir(), add(two, 2)
                (['x'], 4)
                >>> add(getfixture("refused"), 1)
                2
                """
                return a + b

            def test_nothing():
                assert add(1, 1) == 2
        ''',
        "docs/a.rst": "The sum:\n\n>>> from pkg.mod import add\n>>> add(getfixture('one'), 2)\n3\n",
        "tests/test_mod.py": "from pkg.mod import add\n\ndef test_add():\n    assert add(1, 1) == 2\n",
    }
    write(tmp_path, files)

    async def run() -> None:
        async with executor_for(
            target_in(tmp_path / "pkg/mod.py", "add"), Settings(python=sys.executable)
        ) as executor:
            baseline = await executor.baseline()
            right = await executor.execute(candidate("def add(a, b):\n    return b + a\n"))
            wrong = await executor.execute(candidate("def add(a, b):\n    return 3\n"))
        assert {each.name for each in baseline.suite.cases} == {
            "doctest:add:5",
            "doctest:add:7",
            "doctest:docs/a.rst:4",
            "tests/test_mod.py::test_add",
            "pkg/mod.py::test_nothing",
        }
        assert baseline.unreached == ("doctest:add:9",)
        assert baseline.execution.correct
        assert right.correct
        passed = {each.case for each in wrong.results if isinstance(each.outcome, Passed)}
        assert passed == {"doctest:add:5", "doctest:docs/a.rst:4"}

    asyncio.run(run())


def test_what_fails_on_its_way_is_named_with_the_reason(tmp_path: Path) -> None:
    files = {
        "mod.py": HELPERS,
        "test_mod.py": """
            import socket
            from mod import add

            def test_good():
                assert add(1, 1) == 2

            def test_over_a_connection():
                with socket.create_connection(("127.0.0.1", 1)):
                    assert add(1, 1) == 2
        """,
    }
    (note,) = survey(tmp_path, files, "mod.py::add").notes
    with_plugin = "from mod import add\n\ndef test_quick(never_benchmark): add(1, 1)\n"
    (other,) = survey(tmp_path, {**files, "test_mod.py": with_plugin}, "mod.py::add").notes
    assert "test_mod.py::test_quick: Failed: fixture 'never_benchmark' not found" in other
    assert note.startswith(
        "a test that names it fails before reaching it: test_mod.py::test_over_a_connection"
    )
    assert "--allow-loopback" in note
