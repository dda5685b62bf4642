"""Find the cases that exercise a target: doctests that name it, and tests of the project that mention it.

What is found here is a guess by names; running the baseline confirms it, case by case.
"""

import ast
import doctest
import fnmatch
import glob
import os
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..domain.suite import Docstring, Origin, TestCase
from ..domain.target import Target
from . import parse, syntax
from .project import Project, is_environment

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
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``cases`` are examples and pytest selectors, the latter one for each function or class method."""

    docstrings: tuple[Docstring, ...]
    cases: tuple[TestCase, ...]

    @property
    def selectors(self) -> tuple[str, ...]:
        return tuple(case.name for case in self.cases if case.origin is not Origin.DOCTEST)


def find_cases(
    target: Target, project: Project, overlays: Mapping[str, str], places: tuple[str, ...]
) -> Found:
    """``places`` are files and folders to look in instead of the project's own test paths."""
    docstrings = _docstrings(target)
    examples = [case for docstring in docstrings for case in _examples(target, docstring)]
    # Of two tests with one name, Python keeps the last, and pytest knows one.
    tests = {case.name: case for case in _tests(target, project, overlays, places)}
    return Found(docstrings=docstrings, cases=(*examples, *tests.values()))


def _docstrings(target: Target) -> tuple[Docstring, ...]:
    """Those with examples that name the target, in the module, its classes and its functions."""
    tree = syntax.parsed(target.runnable)
    if tree is None:
        return ()
    wanted, found, others = _wanted(target), list[Docstring](), list[Docstring]()
    for node, name in _documented(tree, ""):
        text = ast.get_docstring(node, clean=False)
        if text is None or ">>>" not in text:
            continue
        made = Docstring(name=name or "module", text=text, line=node.body[0].lineno)
        names = any(wanted & parse.names(example.source) for example in _parsed_examples(text))
        (found if names else others).append(made)
    # Nothing names it: the examples of its neighbours may still reach it through them.
    return tuple(found or others)


_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _documented(node: _Documented, name: str) -> Iterator[tuple[_Documented, str]]:
    yield node, name
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return  # examples of nested functions cannot reach them from outside
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, f"{name}.{child.name}" if name else child.name)


def _parsed_examples(text: str) -> list[doctest.Example]:
    try:
        return doctest.DocTestParser().get_examples(text)
    except ValueError:
        return []  # inconsistent indentation: not a doctest, whatever it looks like


def _examples(target: Target, docstring: Docstring) -> Iterator[TestCase]:
    own = docstring.name == target.qualname
    where = "its docstring" if own else f"the docstring of {docstring.name}"
    for example in _parsed_examples(docstring.text):
        if example.options.get(doctest.SKIP):
            continue
        line = docstring.line + example.lineno
        yield TestCase(
            name=f"doctest:{docstring.name}:{line}",
            origin=Origin.DOCTEST,
            path=target.path,
            line=line,
            found=f"an example in {where}",
        )


def _wanted(target: Target) -> frozenset[str]:
    """The names by which a test can mean the target: a dunder method is reached through its class."""
    parts = target.measured.split(".")
    names = {parts[-1]}
    if parts[-1].startswith("__") and len(parts) > 1:
        names = {parts[-2]}
    return frozenset(names)


def _test_files(target: Target, project: Project, places: tuple[str, ...]) -> Iterator[Path]:
    own = Path(target.path)
    seen: set[Path] = set()
    if own.is_file():
        seen.add(own)
        yield own
    for root in _roots(project, places):
        files = [root] if root.is_file() else _walk(root, project.file_patterns)
        for file in files:
            if file not in seen and len(seen) < _MOST_FILES:
                seen.add(file)
                yield file


def _roots(project: Project, places: tuple[str, ...]) -> list[Path]:
    """Where to look; like pytest, in the whole project if none of its test paths exists."""
    if places:
        return [project.root / place for place in places]
    patterns = [str(project.root / path) for path in project.test_paths]
    # ``Path.glob`` refuses "." and absolute paths.
    found = [Path(path) for pattern in patterns for path in sorted(glob.glob(pattern))]  # noqa: PTH207
    return found or [project.root]


def _walk(root: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        here = Path(folder)
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED and not name.startswith(".") and not is_environment(here / name)
        )
        for name in sorted(files):
            if any(fnmatch.fnmatch(name, pattern) for pattern in patterns):
                yield here / name


def _read(file: Path) -> str | None:
    try:
        if file.stat().st_size > _LARGEST:
            return None
        with tokenize.open(file) as lines:
            return lines.read()
    except (OSError, UnicodeDecodeError, SyntaxError):
        return None
