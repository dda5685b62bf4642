"""Under which name a file is imported, in layouts that people use."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from orps_core.source import parse
from orps_core.source.naming import find_naming
from orps_core.source.project import find_project


@pytest.mark.parametrize(
    ("files", "path", "module", "folder"),
    [
        ({}, "a.py", "a", "."),
        ({"pkg/__init__.py": ""}, "pkg/a.py", "pkg.a", "."),
        ({"src/pkg/__init__.py": ""}, "src/pkg/a.py", "pkg.a", "src"),
        ({}, "scripts/a.py", "a", "scripts"),
        ({"t.py": "from space.inner.a import f"}, "space/inner/a.py", "space.inner.a", "."),
        ({"t.py": "import space.pkg.a"}, "src/space/pkg/a.py", "space.pkg.a", "src"),
        (
            {"space/pkg/__init__.py": "", "t.py": "from space.pkg import a"},
            "space/pkg/a.py",
            "space.pkg.a",
            ".",
        ),
        ({"space/b.py": "", "space/a.py": "from .b import x\n"}, "space/a.py", "space.a", "."),
        (
            {"pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['lib']\n", "t.py": "import q.a"},
            "lib/q/a.py",
            "q.a",
            "lib",
        ),
    ],
)
def test_a_file_is_imported_as_its_project_imports_it(
    tmp_path: Path, files: Mapping[str, str], path: str, module: str, folder: str
) -> None:
    for name, text in {"pyproject.toml": "", path: "", **files}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = tmp_path / path
    others = [parse.facts(text) for text in files.values()]
    own = parse.facts(file.read_text(encoding="utf-8"))
    found = find_naming(file, own, find_project(file), lambda: others)
    assert (found.module, found.folder) == (module, (tmp_path / folder).resolve())
