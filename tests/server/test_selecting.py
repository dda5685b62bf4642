from pathlib import Path, PurePath

import pytest

from orps_core import outline
from orps_server import selecting
from orps_server.selecting import Wish


def said(text: str) -> dict[str, Wish]:
    return selecting.directives(text, outline(text))


@pytest.mark.parametrize(
    ("above", "wish"),
    [
        ("# orps: refine-on-save", Wish()),
        ("#orps:refine-on-save  ", Wish()),
        ("# orps: refine-on-save budget=5s objective=memory", Wish(seconds=5, objective="memory")),
        ("# orps: refine-on-save budget=2.5", Wish(seconds=2.5)),
        ("# orps: ignore", Wish(ignored=True)),
        ("# orps: refine-on-save\n# what it does\n@decorated\n# and why", Wish()),
    ],
)
def test_a_comment_above_a_function_selects_it(above: str, wish: Wish) -> None:
    assert said(f"x = 1\n{above}\ndef f():\n    return 1\n") == {"f": wish}


@pytest.mark.parametrize(
    "text",
    [
        "# orps: refine-on-save\n\ndef f():\n    return 1\n",
        "x = 1 # orps: refine-on-save\ndef f():\n    return 1\n",
        "x = '''\n# orps: refine-on-save\n# '''\ndef f():\n    return 1\n",
        "# orps: refine-on-saved\ndef f():\n    return 1\n",
        "# see orps: refine-on-save\ndef f():\n    return 1\n",
        "def f():\n    '''\n    # orps: refine-on-save\n    '''\n",
    ],
)
def test_nothing_else_does(text: str) -> None:
    assert said(text) == {}


def test_methods_and_any_line_end() -> None:
    text = "class C:\n    # orps: refine-on-save\n    def f(self):\n        return 1\n"
    for end in ("\r\n", "\n", "\r"):
        assert said(text.replace("\n", end)) == {"C.f": Wish()}


def test_an_option_that_cannot_be_read_is_told_and_nothing_runs() -> None:
    (wish,) = said("# orps: refine-on-save budget=soon\ndef f():\n    return 1\n").values()
    assert wish.ignored
    assert "'budget=soon'" in wish.problem


def test_text_that_does_not_parse_keeps_what_comes_before() -> None:
    text = "# orps: refine-on-save\ndef f():\n    return 1\n\nx = '''\n"
    assert said(text) == {"f": Wish()}


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("src/hot.py::*", True),
        ("src/hot.py::C.f", True),
        ("src/*::C.*", True),
        ("src/hot.py::f", False),
        ("hot.py::C.f", False),
        ("hot:C.f", True),
        ("src.hot:C.f", True),
        ("other.hot:C.f", False),
        ("src/hot.py", False),
        ("", False),
    ],
)
def test_patterns(pattern: str, *, matched: bool) -> None:
    assert selecting.matches([pattern], PurePath("src/hot.py"), "C.f") is matched


def test_a_comment_goes_before_a_pattern(tmp_path: Path) -> None:
    text = "# orps: ignore\ndef f():\n    return 1\n\ndef g():\n    return 1\n"
    found = selecting.wishes(text, outline(text), PurePath("a.py"), ["a.py::*"])
    assert found == {"f": Wish(ignored=True), "g": Wish()}


@pytest.mark.parametrize(
    ("text", "patterns"),
    [
        ('[tool.orps]\non-save = ["a.py::*"]\n', ("a.py::*",)),
        ('[tool.orps]\non-save = "a.py::*"\n', ()),
        ("[tool.other]\n", ()),
        ("not toml", ()),
        (None, ()),
    ],
)
def test_a_project_selects_in_its_own_file(
    tmp_path: Path, text: str | None, patterns: tuple[str, ...]
) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert selecting.project_patterns(tmp_path) == patterns
