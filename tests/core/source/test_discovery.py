"""Which cases belong to a function, in small projects on disk."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from orps_core.domain.suite import Origin
from orps_core.source.discovery import Found, find_cases, find_named
from orps_core.source.project import find_project
from orps_core.source.targets import cut

STATS = '''\
"""Statistics.

>>> mean([1, 2])
1.5
"""


def mean(values):
    """Average.

    >>> mean([4])
    4.0
    >>> mean([])
    0
    """
    return sum(values) / len(values) if values else 0


def spread(values):
    """
    >>> x = [1, 2]
    >>> max(x) - mean(x)
    0.5
    """
    return max(values) - mean(values)


class Series:
    """
    >>> Series([1]).total()
    1
    """

    def __init__(self, values):
        self.values = values

    def total(self):
        return sum(self.values)


def quiet(values):
    return values
'''


def find(
    root: Path,
    files: Mapping[str, str],
    name: str = "mean",
    *,
    overlays: Mapping[str, str] | None = None,
    places: tuple[str, ...] = (),
    source: str = STATS,
    path: str = "stats.py",
) -> Found:
    for each, text in {"pyproject.toml": "", path: source, **files}.items():
        (root / each).parent.mkdir(parents=True, exist_ok=True)
        (root / each).write_text(text, encoding="utf-8")
    target = cut(str(root / path), source, name)
    opened = {str(root / each): text for each, text in (overlays or {}).items()}
    project = find_project(root / path)
    found = find_cases(target, project, opened, places)
    # What names the target is found without understanding every file, too.
    assert find_named(target, project, opened, places) == replace(found, nearby=())
    return found


def selected(
    root: Path,
    files: Mapping[str, str] | str,
    *,
    overlays: Mapping[str, str] | None = None,
    places: tuple[str, ...] = (),
    path: str = "stats.py",
) -> list[str]:
    """Pytest selectors of what is found when the project has these test files, or this one."""
    given = {"test_stats.py": files} if isinstance(files, str) else files
    return list(find(root, given, overlays=overlays, places=places, path=path).selectors)


def examples(root: Path, name: str, source: str = STATS) -> list[str]:
    """Those that name the function."""
    return [case.name for case in find(root, {}, name, source=source).cases if case.direct]


def test_examples_that_name_the_function_wherever_they_stand(tmp_path: Path) -> None:
    found = find(tmp_path, {})
    assert [(case.name, case.line, case.found) for case in found.cases if case.direct] == snapshot(
        [
            ("doctest:module:3", 3, "an example in the docstring of module"),
            ("doctest:mean:11", 11, "an example in its docstring"),
            ("doctest:mean:13", 13, "an example in its docstring"),
            ("doctest:spread:21", 21, "an example in the docstring of spread"),
            ("doctest:spread:22", 22, "an example in the docstring of spread"),
        ]
    )
    lines = STATS.split("\n")
    assert all(">>>" in lines[case.line - 1] for case in found.cases)
    assert {case.origin for case in found.cases} == {Origin.DOCTEST}


def test_a_method_is_found_in_the_examples_of_its_class(tmp_path: Path) -> None:
    assert examples(tmp_path, "Series.total") == ["doctest:Series:30"]


def test_a_special_method_is_reached_through_its_class(tmp_path: Path) -> None:
    assert examples(tmp_path, "Series.__init__") == ["doctest:Series:30"]


def test_examples_of_neighbours_are_known_not_to_be_about_the_function(tmp_path: Path) -> None:
    cases = find(tmp_path, {}, "quiet").cases
    assert [case.name for case in cases] == [*examples(tmp_path, "mean"), "doctest:Series:30"]
    assert not any(case.direct for case in cases)


def test_a_nested_function_is_reached_through_the_one_that_holds_it(tmp_path: Path) -> None:
    source = "def outer(x):\n    '''\n    >>> outer(1)\n    1\n    '''\n    def inner():\n        return x\n"
    assert examples(tmp_path, "outer.inner", source) == ["doctest:outer:3"]


def test_a_docstring_that_is_no_doctest_is_passed_over(tmp_path: Path) -> None:
    source = "def f(x):\n    '''\n    >>> f(1)\n  1\n    >>>f(2)\n    '''\n    return x\n"
    assert examples(tmp_path, "f", source) == []


def test_examples_of_a_document_with_a_syntax_error_are_found(tmp_path: Path) -> None:
    assert examples(tmp_path, "mean", STATS + "\n\ndef half(\n") == examples(tmp_path, "mean")


KINDS = """\
import unittest
import pytest
from stats import mean as average, quiet
import stats as s

CASES = [(mean, 1), (max, 2)]


def test_alias():
    assert average([1]) == 1


def test_by_module():
    assert s.mean([1]) == 1


def test_other():
    assert quiet(1) == 1


@pytest.mark.parametrize("call", [average])
def test_parametrized(call):
    assert call([1])


@pytest.mark.parametrize("call", CASES)
def test_table(call):
    assert call


@pytest.fixture
def value():
    return average([2])


@pytest.fixture
def test_like_fixture():
    return average([2])


def check(x):
    assert average([x]) == x


def test_fixture(value):
    assert value == 2


def test_helper():
    check(3)


async def test_async():
    assert average([1])


class TestClass:
    def test_in_class(self):
        assert average([1])

    def test_unrelated(self):
        pass

    def helper(self):
        return average([1])

    def test_through_helper(self):
        assert self.helper()


class TestOuter:
    class TestInner:
        def test_nested(self):
            assert average([1])

    class Other:
        def test_nothing(self):
            assert average([1])


class Common(unittest.TestCase):
    pass


class Unit(Common):
    def test_unit(self):
        self.assertEqual(average([1]), 1)

    def test_unrelated(self):
        pass


class WithSetUp(unittest.TestCase):
    def setUp(self):
        self.x = average([1])

    def test_x(self):
        assert self.x


class TestTool:
    def __init__(self, x):
        self.x = average(x)

    def test_nothing(self):
        return average([1])


class TestNot:
    __test__ = False

    def test_nothing(self):
        return average([1])


class Helper:
    def test_nothing(self):
        return average([1])
"""


def test_tests_of_every_kind_and_no_false_ones(tmp_path: Path) -> None:
    assert selected(tmp_path, KINDS) == snapshot(
        [
            "test_stats.py::test_alias",
            "test_stats.py::test_by_module",
            "test_stats.py::test_parametrized",
            "test_stats.py::test_table",
            "test_stats.py::test_fixture",
            "test_stats.py::test_helper",
            "test_stats.py::test_async",
            "test_stats.py::TestClass::test_in_class",
            "test_stats.py::TestClass::test_through_helper",
            "test_stats.py::TestOuter::TestInner::test_nested",
            "test_stats.py::Unit::test_unit",
            "test_stats.py::WithSetUp::test_x",
        ]
    )


CONFTEST = (
    "import pytest\nfrom stats import mean as m\n\n\n@pytest.fixture\ndef average():\n    return m([1])\n"
)
GETS_IT = "def test_gets_it(average):\n    assert average\n\n\ndef test_other():\n    pass\n"


def test_fixtures_of_a_conftest_above_stand_for_the_function(tmp_path: Path) -> None:
    files = {"conftest.py": CONFTEST, "a/b/test_a.py": GETS_IT}
    assert selected(tmp_path, files) == ["a/b/test_a.py::test_gets_it"]
    assert selected(tmp_path, files, overlays={"conftest.py": ""}) == []


def test_fixtures_of_a_conftest_elsewhere_do_not(tmp_path: Path) -> None:
    assert selected(tmp_path, {"c/conftest.py": CONFTEST, "a/b/test_a.py": GETS_IT}) == []


def test_where_a_case_stands_and_why_it_was_found(tmp_path: Path) -> None:
    case = find(tmp_path, {"tests/test_a.py": "import x\n\n\ndef test_a():\n    mean\n"}).cases[-1]
    assert (case.name, case.origin, case.line) == ("tests/test_a.py::test_a", Origin.PYTEST, 4)
    assert (case.path, case.found) == (str(tmp_path / "tests/test_a.py"), "mentions mean")


def test_unittest_cases_know_their_origin(tmp_path: Path) -> None:
    found = find(tmp_path, {"test_a.py": KINDS})
    names = {case.name.rpartition("::")[2] for case in found.cases if case.origin is Origin.UNITTEST}
    assert names == {"test_unit", "test_x"}


def test_of_two_tests_with_one_name_python_keeps_one(tmp_path: Path) -> None:
    found = find(tmp_path, {"test_a.py": "def test_a():\n    mean\n\ndef test_a():\n    mean\n"})
    assert [(case.name, case.line) for case in found.cases[-1:]] == [("test_a.py::test_a", 4)]
    assert len(found.selectors) == 1


def test_tests_in_the_same_file_as_it_is_open_in_the_editor(tmp_path: Path) -> None:
    unsaved = STATS + "\n\ndef test_own():\n    assert mean([1])\n"
    found = find(tmp_path, {}, source=unsaved)
    (tmp_path / "stats.py").write_text(STATS, encoding="utf-8")
    again = find_cases(
        cut(str(tmp_path / "stats.py"), unsaved, "mean"), find_project(tmp_path / "stats.py"), {}, ()
    )
    assert found.selectors == again.selectors == ("stats.py::test_own",)


def test_a_test_file_is_read_as_it_is_open_in_the_editor(tmp_path: Path) -> None:
    saved = "def test_saved():\n    mean\n"
    assert selected(tmp_path, saved, overlays={"test_stats.py": saved.replace("saved", "open")}) == [
        "test_stats.py::test_open"
    ]
    assert selected(tmp_path, saved, overlays={"test_stats.py": ""}) == []


USES = "def test_it():\n    mean\n"


def test_whole_files_are_tried_in_the_order_of_their_distance(tmp_path: Path) -> None:
    files = {
        "test_a.py": "def test_nothing():\n    pass\n",
        "test_b.py": "import stats\n\n\ndef test_weak():\n    stats.quiet([1])\n",
        "test_c.py": "from lib import far\n\n\ndef test_far():\n    far()\n",
        "test_d.py": "def test_near():\n    stats.spread([1])\n",
        "test_e.py": USES,
        "lib.py": "def far():\n    return spread([1])\n",
    }
    assert [(each.selector, each.reason) for each in find(tmp_path, files).nearby] == snapshot(
        [
            ("test_e.py", "its file mentions mean"),
            ("test_d.py", "its file mentions spread"),
            ("test_c.py", "its file mentions far"),
            ("test_b.py", "its file imports stats"),
            ("test_a.py", "it is a test of the project"),
        ]
    )


def test_single_tests_of_a_file_are_told_apart_by_their_distance(tmp_path: Path) -> None:
    tests = (
        "import lib\n\n\ndef test_nothing():\n    pass\n\n\ndef test_far():\n    assert lib.far()\n\n\n"
        "def helper():\n    return spread([1])\n\n\ndef test_near():\n    assert helper() == 0\n\n\n"
        "def test_it():\n    assert mean([1])\n"
    )
    files = {"test_a.py": tests, "lib.py": "def far():\n    return spread([1])\n"}
    assert dict(find(tmp_path, files).nearby[0].near) == snapshot(
        {"test_a.py::test_it": 0, "test_a.py::test_near": 1, "test_a.py::test_far": 2}
    )


def test_a_name_in_a_string_leads_to_the_function_and_one_in_prose_does_not(tmp_path: Path) -> None:
    patched = 'def test_it(monkeypatch):\n    monkeypatch.setattr("stats.mean", max)\n'
    assert selected(tmp_path, patched) == ["test_stats.py::test_it"]
    assert selected(tmp_path, 'def test_it():\n    "The mean is not used."  # mean\n') == []


def test_environments_and_builds_are_not_searched(tmp_path: Path) -> None:
    files = {
        "tests/test_a.py": USES,
        "myenv/pyvenv.cfg": "",
        "myenv/lib/test_b.py": USES,
        "conda/conda-meta/history": "",
        "conda/test_b.py": USES,
        "node_modules/x/test_c.py": USES,
        ".hidden/test_d.py": USES,
        "build/test_e.py": USES,
        "tests/__pycache__/test_f.py": USES,
    }
    assert selected(tmp_path, files) == ["tests/test_a.py::test_it"]


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        ('["unit"]', ["unit/test_a.py::test_it"]),
        ('["."]', ["docs/test_b.py::test_it", "unit/test_a.py::test_it"]),
        ('["u*"]', ["unit/test_a.py::test_it"]),
        ('["unit/test_a.py"]', ["unit/test_a.py::test_it"]),
        ('["nowhere"]', ["docs/test_b.py::test_it", "unit/test_a.py::test_it"]),
    ],
)
def test_the_projects_own_test_paths_are_searched(tmp_path: Path, paths: str, found: list[str]) -> None:
    toml = f"[tool.pytest.ini_options]\ntestpaths = {paths}\n"
    assert (
        selected(tmp_path, {"pyproject.toml": toml, "unit/test_a.py": USES, "docs/test_b.py": USES}) == found
    )


def test_places_that_a_person_names_come_instead(tmp_path: Path) -> None:
    toml = '[tool.pytest.ini_options]\ntestpaths = ["unit"]\n'
    files = {"pyproject.toml": toml, "unit/test_a.py": USES, "docs/test_b.py": USES, "odd/checks.py": USES}
    assert selected(tmp_path, files, places=("docs",)) == ["docs/test_b.py::test_it"]
    assert selected(tmp_path, files, places=(str(tmp_path / "odd/checks.py"),)) == ["odd/checks.py::test_it"]
    assert selected(tmp_path, files, places=("nowhere",)) == []


def test_file_names_follow_the_projects_patterns(tmp_path: Path) -> None:
    files = {"test_a.py": USES, "b_test.py": USES, "check_c.py": USES, "d.py": USES}
    assert selected(tmp_path, files) == ["b_test.py::test_it", "test_a.py::test_it"]
    toml = '[tool.pytest.ini_options]\npython_files = ["check_*.py"]\n'
    assert selected(tmp_path, {**files, "pyproject.toml": toml}) == ["check_c.py::test_it"]


def test_a_test_file_in_another_encoding_is_read_and_one_that_is_no_text_passed_over(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_bytes(b"# coding: latin-1\ndef test_a():\n    assert mean([1]), '\xe9'\n")
    (tmp_path / "test_b.py").write_bytes(b"def test_b():\n    assert mean([1]), '\xe9'\n")
    (tmp_path / "test_c.py").write_bytes(b"mean" * 300_000)
    assert selected(tmp_path, {"test_d.py": USES}) == ["test_a.py::test_a", "test_d.py::test_it"]


def test_a_half_typed_test_file_still_gives_what_can_be_read(tmp_path: Path) -> None:
    assert selected(tmp_path, USES + "\n\ndef test_half(\n") == ["test_stats.py::test_it"]
