"""Where the tests of a script are looked for that belongs to no project."""

from pathlib import Path

from orps_core.source import layout
from orps_core.source.project import find_project

SCRIPT = "def add(a, b):\n    return a + b\n"


def found(root: Path, *files: str) -> list[str]:
    for name in ("downloads/script.py", *files):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(SCRIPT, encoding="utf-8")
    script = root / "downloads" / "script.py"
    folder = f"{script.parent}/"
    return [file.removeprefix(folder) for file in layout.test_files(find_project(script), script, ())]


def test_they_are_looked_for_beside_it_and_not_far_below(tmp_path: Path) -> None:
    near = ["script.py", "test_script.py", "tests/unit/test_script.py"]
    far = "downloads/a/b/c/test_script.py"
    assert found(tmp_path, *(f"downloads/{name}" for name in near[1:]), far) == near


def test_what_lies_in_projects_of_others_is_not_its_test(tmp_path: Path) -> None:
    others = ["downloads/flask/pyproject.toml", "downloads/flask/test_app.py", "downloads/old/.git/x"]
    assert found(tmp_path, *others, "downloads/old/test_old.py") == ["script.py"]


def test_in_a_project_they_may_lie_anywhere(tmp_path: Path) -> None:
    deep = "packages/one/tests/unit/deep/test_script.py"
    assert found(tmp_path, "downloads/setup.py", f"downloads/{deep}") == ["script.py", deep]
