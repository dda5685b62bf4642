"""The Python files of a project: its tests as pytest would find them, its sources, its texts."""

import fnmatch
import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path

from .project import MARKERS, PROJECTS, Project, is_environment

_SKIPPED = {
    "node_modules",
    "build",
    "dist",
    "__pycache__",
    "site-packages",
    ".tox",
    ".nox",
    "venv",
    ".venv",
    "env",
}
_MOST_FILES = 5000
_NEAR = 2
"""How deep below a script that is in no project its tests are looked for."""
_NO_DOCTESTS = {"conftest.py", "setup.py", "__main__.py"}
"""Of which pytest runs no doctests, or which do what a script does when they are imported."""


def test_files(project: Project, own: Path, places: tuple[str, ...]) -> Iterator[str]:
    """The target's own file comes first. ``places`` come instead of the project's own test paths."""
    seen: set[str] = set()
    if own.is_file():
        seen.add(str(own))
        yield str(own)
    for root in _roots(project, places):
        near = not project.marked and not places
        files = [str(root)] if root.is_file() else walk(root, project.file_patterns, near=near)
        for file in files:
            if file not in seen and len(seen) < _MOST_FILES:
                seen.add(file)
                yield file


def source_files(project: Project, own: Path, tests: frozenset[str]) -> Iterator[str]:
    """All other Python files of the project, those below the target's package first."""
    if not project.marked:
        return
    below = own.parent.relative_to(project.root).parts if own.is_relative_to(project.root) else ()
    nearest = project.root / "".join(below[:1])
    seen = set(tests)
    for root in (nearest, project.root):
        for file in walk(root, ("*.py",)):
            if len(seen) >= _MOST_FILES:
                return
            if file not in seen:
                seen.add(file)
                yield file


def documented_files(project: Project, own: Path, places: tuple[str, ...]) -> Iterator[str]:
    """Modules whose docstrings the project's pytest runs, but for the target's own."""
    if not project.doctest_modules:
        return
    for root in _roots(project, places):
        for file in [str(root)] if root.is_file() else walk(root, ("*.py",)):
            name = file.rpartition(os.sep)[2]
            if file != str(own) and name not in _NO_DOCTESTS and not _ignored(project, file):
                yield file


def _ignored(project: Project, file: str) -> bool:
    """By ``--ignore`` and ``--ignore-glob`` of its options."""
    below = [file.removeprefix(f"{project.root}{os.sep}"), file]
    return any(
        each == path or each.startswith(f"{path.rstrip(os.sep)}{os.sep}")
        for path in project.ignored
        for each in below
    ) or any(fnmatch.fnmatch(each, glob) for glob in project.ignored_globs for each in below)


def _roots(project: Project, places: tuple[str, ...]) -> list[Path]:
    """Where to look; like pytest, in the whole project if none of its test paths exists."""
    if places:
        return [project.root / place for place in places]
    patterns = [str(project.root / path) for path in project.test_paths]
    # ``Path.glob`` refuses "." and absolute paths.
    found = [Path(path) for pattern in patterns for path in sorted(glob.glob(pattern))]  # noqa: PTH207
    return found or [project.root]


def walk(root: Path, patterns: tuple[str, ...], *, near: bool = False) -> Iterator[str]:
    """Files of a folder whose names match, environments and what was built left out.

    ``near``: not far below, and not in other people's projects. A script may lie in a home folder or in one
    for whatever was downloaded, and what is there has nothing to do with it.
    """
    wanted = re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns))
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not is_environment(here / name)
            and not (near and _is_elsewhere(here / name, root))
        )
        for name in sorted(files):
            if wanted.match(name):
                yield f"{folder}{os.sep}{name}"


def _is_elsewhere(folder: Path, root: Path) -> bool:
    too_deep = len(folder.relative_to(root).parts) > _NEAR
    return too_deep or any((folder / name).exists() for name in (*PROJECTS, *MARKERS))
