"""Examples outside the function's own docstring: in the module's tests, in readmes, in documentation."""

import os
from collections.abc import Mapping
from pathlib import Path

from orps_core.source.discovery import find_cases
from orps_core.source.documented import documented
from orps_core.source.examples import Examples, find_examples
from orps_core.source.index import Index
from orps_core.source.parse import facts
from orps_core.source.project import find_project
from orps_core.source.samples import written_calls
from orps_core.source.targets import cut

SOURCE = 'def f(x):\n    return x\n\n\n__test__ = {"more": """\n>>> f(2)\n2\n""", "not": f}\n'


def find(root: Path, files: Mapping[str, str]) -> Examples:
    for name, text in {"pyproject.toml": "", "pkg.py": SOURCE, **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    path = root / "pkg.py"
    return find_examples(cut(str(path), SOURCE, "f"), Index(open={}), find_project(path), "pkg")


def names(found: Examples) -> list[str]:
    return [case.name for case in found.cases]


def test_texts_in_the_modules_own_table_of_tests(tmp_path: Path) -> None:
    assert names(find(tmp_path, {})) == ["doctest:__test__.more:6"]


def test_readmes_and_documents_that_name_it_or_import_its_package(tmp_path: Path) -> None:
    files = {
        "README.md": "# Use\n\n```python\n>>> from pkg import f\n>>> f(1)\n1\n```\n",
        "docs/a/use.rst": "Use::\n\n    >>> import pkg\n    >>> pkg.other()\n",
        "docs/else.txt": ">>> import that\n",
        "docs/requirements.txt": "pkg\n",
        "notes.rst": ">>> f(1)\n",
        "tests/test_f.txt": ">>> f(1)\n",
    }
    found = find(tmp_path, files)
    assert names(found)[1:] == [
        "doctest:README.md:4",
        "doctest:README.md:5",
        "doctest:docs/a/use.rst:3",
        "doctest:docs/a/use.rst:4",
        "doctest:tests/test_f.txt:1",
    ]
    assert [case.direct for case in found.cases] == [True, False, False, False, False, False]
    assert found.cases[1].path == str(tmp_path / "README.md")


def test_a_fence_is_no_part_of_what_an_example_prints(tmp_path: Path) -> None:
    readme = "```pycon\n>>> f(1)\n1\n```\nAnd\n~~~\n>>> f(2)\n2\n~~~\n"
    (made,) = [each for each in find(tmp_path, {"README.md": readme}).docstrings if each.path]
    assert made.text == "\n>>> f(1)\n1\n\nAnd\n\n>>> f(2)\n2\n\n"


def test_texts_that_pytest_is_told_to_run(tmp_path: Path) -> None:
    toml = '[tool.pytest.ini_options]\naddopts = ["--doctest-glob=*.rst", "--doctest-glob", "*.doc"]\n'
    files = {
        "pyproject.toml": toml,
        "notes.rst": ">>> f(1)\n",
        "deep/a.doc": ">>> f(1)\n",
        "b.txt": ">>> f(1)\n",
    }
    assert names(find(tmp_path, files))[1:] == ["doctest:notes.rst:1", "doctest:deep/a.doc:1"]


def test_docstrings_of_other_modules_where_pytest_runs_them_the_nearest_first(tmp_path: Path) -> None:
    example = "class C:\n    def m(self):\n        '''\n        >>> {}\n        '''\n"
    files = {
        "pytest.ini": "[pytest]\naddopts = --doctest-modules --ignore=left/out --ignore-glob=*/glob_*.py\n",
        "a/far.py": "from .near import C\n\n" + example.format("unlike()"),
        "a/named.py": example.format("import pkg"),
        "a/elsewhere.py": example.format("unlike()"),
        "a/near.py": "import pkg\n\n" + example.format("pkg.f(1)"),
        "left/out/b.py": example.format("f(1)"),
        "left/glob_b.py": example.format("f(1)"),
        "a/conftest.py": example.format("f(1)"),
    }
    assert names(find(tmp_path, files)) == ["doctest:__test__.more:6"]
    target = cut(str(tmp_path / "pkg.py"), SOURCE, "f")
    found = find_cases(target, find_project(tmp_path / "pkg.py"), {}, ())
    elsewhere = [(case.name, case.direct) for case in found.cases if case.path != target.path]
    assert elsewhere == [
        ("doctest:a.near.C.m:6", False),
        ("doctest:a.far.C.m:6", False),
        ("doctest:a.named.C.m:4", False),
    ]
    assert [each.module for each in found.docstrings] == [None, "a.near", "a.far", "a.named"]


def test_what_is_defined_under_a_condition_has_docstrings_too() -> None:
    source = "if 1:\n    def f():\n        '>>> 1'\nelse:\n    class C:\n        def g(self): '>>> 2'\n"
    assert [(each.qualname, each.line) for each in documented(source)] == [("f", 3), ("C.g", 6)]


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """Who opens a pipe waits for somebody at its other end, without end."""
    for name in ("README.md", "pipe.py"):
        os.mkfifo(tmp_path / name)
    assert names(find(tmp_path, {})) == ["doctest:__test__.more:6"]
    assert Index(open={}).facts(str(tmp_path / "pipe.py")) is None
    assert not Index(open={}).mentions(str(tmp_path / "pipe.py"), frozenset({"f"}))
    target = cut(str(tmp_path / "pkg.py"), SOURCE, "f")
    known = {str(tmp_path / "pipe.py"): facts("print(f(3))\n")}
    assert not list(written_calls(target, known))
