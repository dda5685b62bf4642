import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from orps_core import Settings, cut
from orps_core.domain.verdict import Objective
from orps_server.fingerprints import fingerprint

MODULE = '''\
import helpers
from pkg import deep

LIMIT = 3
OTHER = 4


def f(x):
    """Some text."""
    return [used(x), LIMIT, deep.g(x)]


def used(x):
    return x


def unused(x):
    return OTHER
'''
FILES = {
    "a.py": MODULE,
    "helpers.py": "def h():\n    return 1\n",
    "pkg/__init__.py": "",
    "pkg/deep.py": "from . import deeper\n",
    "pkg/deeper.py": "x = 1\n",
    "foreign.py": "x = 1\n",
    "tests/test_a.py": "from a import f\nimport support\n",
    "tests/support.py": "y = 1\n",
    "tests/conftest.py": "",
    "pyproject.toml": "",
}


def digest(root: Path, settings: Settings | None = None) -> str:
    target = cut(str(root / "a.py"), (root / "a.py").read_text(), "f")
    found = fingerprint(target, settings or Settings(), [str(root / "tests" / "test_a.py")], root)
    assert found.newest > 0
    return found.digest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        text = (root / name).read_text()
        assert old in text
        (root / name).write_text(text.replace(old, new))

    return change


def added(name: str) -> Callable[[Path], object]:
    def change(root: Path) -> None:
        (root / name).touch()

    return change


@pytest.mark.parametrize(
    "change",
    [
        replaced("a.py", "[used(x)", "[used(x), 1"),
        replaced("a.py", "Some text", "Other text"),
        replaced("a.py", "    return x\n", "    return x + 1\n"),
        replaced("a.py", "LIMIT = 3", "LIMIT = 5"),
        replaced("helpers.py", "1", "2"),
        replaced("pkg/deep.py", "deeper", "deeper as d"),
        replaced("pkg/deeper.py", "1", "2"),
        replaced("tests/test_a.py", "support", "support as s"),
        replaced("tests/support.py", "1", "2"),
        replaced("tests/conftest.py", "", "import os\n"),
        replaced("pyproject.toml", "", "[tool.pytest.ini_options]\n"),
        added("tests/test_new.py"),
    ],
)
def test_all_that_a_run_depends_on_counts(root: Path, change: Callable[[Path], object]) -> None:
    before = digest(root)
    change(root)
    assert digest(root) != before


@pytest.mark.parametrize(
    "change",
    [
        replaced("a.py", "def f", "# a comment\ndef f"),
        replaced("a.py", "    return OTHER", "    return OTHER + 1"),
        replaced("a.py", "OTHER = 4", "OTHER = 5"),
        replaced("helpers.py", "return 1", "return  1  # one"),
        replaced("foreign.py", "1", "2"),
        added("notes.py"),
    ],
)
def test_nothing_else_does(root: Path, change: Callable[[Path], object]) -> None:
    before = digest(root)
    change(root)
    assert digest(root) == before


def test_settings_count_and_open_documents_are_the_truth(root: Path) -> None:
    plain = digest(root)
    assert digest(root, dataclasses.replace(Settings(), objective=Objective.MEMORY)) != plain
    same = Settings(overlays=((str(root / "helpers.py"), FILES["helpers.py"]),))
    assert digest(root, same) == plain
    edited = Settings(overlays=((str(root / "helpers.py"), "def h():\n    return 2\n"),))
    assert digest(root, edited) != plain


def test_text_that_does_not_parse_counts_as_it_is(root: Path) -> None:
    (root / "helpers.py").write_text("def h(:\n")
    before = digest(root)
    (root / "helpers.py").write_text("def h(:  \n")
    assert digest(root) != before
