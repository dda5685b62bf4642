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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """Files as they are open in the editor, or else as they are on disk."""

    open: Mapping[str, str]

    def of(self, file: Path) -> str | None:
        return self.open[str(file)] if str(file) in self.open else _read(file)

    def fixtures(self, folder: Path, root: Path, wanted: frozenset[str]) -> frozenset[str]:
        """Names that tests in the folder get from a ``conftest.py`` and that stand for a wanted one."""
        found = frozenset[str]()
        for each in (folder, *folder.parents) if folder.is_relative_to(root) else (folder,):
            text = self.of(each / "conftest.py")
            if text is not None and any(name in text for name in wanted):
                using = _mentioning(parse.definitions(text), wanted | parse.aliases(text, wanted))
                found |= {name.rpartition(".")[2] for name in using}
            if each == root:
                break
        return found


def _tests(
    target: Target, project: Project, overlays: Mapping[str, str], places: tuple[str, ...]
) -> list[TestCase]:
    names, module = _wanted(target), _module(target)
    texts = _Texts(open={**overlays, target.path: target.runnable})
    fixtures: dict[Path, frozenset[str]] = {}
    strong, weak = list[TestCase](), list[TestCase]()
    for file in _test_files(target, project, places):
        text = texts.of(file)
        if file.parent not in fixtures:
            fixtures[file.parent] = texts.fixtures(file.parent, project.root, names)
        wanted = names | fixtures[file.parent]
        if text is None or not any(name in text for name in (*wanted, module)):
            continue
        definitions = parse.definitions(text)
        mentions = _mentioning(definitions, wanted | parse.aliases(text, wanted))
        tests = [each for each in definitions if _is_test(each, definitions)]
        naming = [each for each in tests if each.qualname in mentions]
        if naming:
            reason = f"mentions {' or '.join(sorted(names))}"
            strong += (_case(each, definitions, file, project, reason) for each in naming)
        elif module in parse.names(text):
            weak += (_case(each, definitions, file, project, f"mentions {module}") for each in tests)
    # Nothing names the target: whoever mentions its module may still reach it through other functions.
    return strong or weak


def _case(
    each: parse.Definition,
    definitions: tuple[parse.Definition, ...],
    file: Path,
    project: Project,
    reason: str,
) -> TestCase:
    selector = os.path.relpath(file, project.root).replace(os.sep, "/")
    return TestCase(
        name=f"{selector}::{each.qualname.replace('.', '::')}",
        origin=Origin.UNITTEST if _in_unittest(each, definitions) else Origin.PYTEST,
        path=str(file),
        line=each.line,
        found=reason,
    )


def _module(target: Target) -> str:
    path = Path(target.path)
    return path.parent.name if path.name == "__init__.py" else path.stem


def _mentioning(definitions: tuple[parse.Definition, ...], wanted: frozenset[str]) -> frozenset[str]:
    """Definitions that use a wanted name, directly or through helpers and fixtures of the same file."""
    reached = set(wanted)
    found: set[str] = set()
    while True:
        new = {
            each.qualname
            for each in definitions
            if each.qualname not in found
            and (not each.is_class or "fixture" in "".join(each.decorators))
            and each.names & reached
        }
        if not new:
            return frozenset(found)
        found |= new
        reached |= {name.rpartition(".")[2] for name in new if not name.rpartition(".")[2].startswith("test")}
        setups = {
            name.partition(".")[0]
            for name in new
            if name.rpartition(".")[2].lower().startswith(("setup", "set_up", "asyncsetup"))
        }
        found |= {each.qualname for each in definitions if each.qualname.partition(".")[0] in setups}


def _is_test(each: parse.Definition, definitions: tuple[parse.Definition, ...]) -> bool:
    owner, _, name = each.qualname.rpartition(".")
    if each.is_class or not name.startswith("test") or any("fixture" in d for d in each.decorators):
        return False
    return not owner or _in_unittest(each, definitions) or _is_pytest_class(owner, definitions)


def _is_pytest_class(owner: str, definitions: tuple[parse.Definition, ...]) -> bool:
    """Pytest collects no class that has a constructor or declares itself no test."""
    parts = owner.split(".")
    owners = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
    makers = {f"{name}.{maker}" for name in owners for maker in ("__init__", "__new__")}
    return all(part.startswith("Test") for part in parts) and not any(
        each.qualname in makers or (each.qualname in owners and "__test__" in each.names)
        for each in definitions
    )


def _in_unittest(each: parse.Definition, definitions: tuple[parse.Definition, ...]) -> bool:
    """By its class, or one of the same file that its class comes from."""
    bases = {d.qualname: d.bases for d in definitions if d.is_class}
    waiting, seen = [each.qualname.rpartition(".")[0]], set[str]()
    while waiting:
        name = waiting.pop()
        if name.endswith("TestCase"):
            return True
        if name not in seen:
            seen.add(name)
            waiting += bases.get(name, ())
    return False


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
