"""Find the examples that may exercise a target: in docstrings of its module, and in the project's texts."""

import ast
import doctest
import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..domain.suite import Docstring, Origin, TestCase
from ..domain.target import Target
from . import parse, syntax
from .closeness import handles
from .layout import walk
from .project import Project

_TEXTS = ("*.rst", "*.md", "*.txt")
_FOLDERS = ("docs", "doc")
_MOST_TEXTS = 200
_LARGEST = 1_000_000
_FENCE = re.compile(r"(?m)^[ \t]*(?:```|~~~).*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """``cases`` has one for each example, in the order of ``docstrings``."""

    docstrings: tuple[Docstring, ...]
    cases: tuple[TestCase, ...]


def find_examples(target: Target, project: Project, module: str) -> Examples:
    """Those that name the target come first; the others may still reach it through what they do name."""
    wanted = frozenset(handles(target.measured))
    found = [*_of_module(target), *_of_texts(project, wanted | {module.partition(".")[0]})]
    direct = [each for each in found if each.path is None and _names(each, wanted)]
    others = [each for each in found if each not in direct]
    ordered = (*direct, *others)
    cases = [case for each in ordered for case in _cases(target, each, direct=each in direct)]
    kept = {case.name: case for case in cases}
    return Examples(docstrings=ordered, cases=tuple(kept.values()))


def _names(docstring: Docstring, wanted: frozenset[str]) -> bool:
    return any(wanted & parse.names(example.source) for example in _parsed(docstring.text))


def _of_module(target: Target) -> Iterator[Docstring]:
    tree = syntax.parsed(target.runnable)
    if tree is None:
        return
    for node, name in _documented(tree, ""):
        text = ast.get_docstring(node, clean=False)
        if text is not None and ">>>" in text:
            yield Docstring(name=name or "module", text=text, line=node.body[0].lineno)
    for key, value in _extra(tree):
        if ">>>" in value.value:
            yield Docstring(name=f"__test__.{key}", text=value.value, line=value.lineno)


_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    value: str
    lineno: int


def _documented(node: _Documented, name: str) -> Iterator[tuple[_Documented, str]]:
    yield node, name
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return  # examples of nested functions cannot reach them from outside
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _documented(child, f"{name}.{child.name}" if name else child.name)


def _extra(tree: ast.Module) -> Iterator[tuple[str, _Text]]:
    """The texts of a module's ``__test__``; functions and classes in it have docstrings of their own."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        if any(isinstance(name, ast.Name) and name.id == "__test__" for name in node.targets):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                texts = (key, value)
                if all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in texts):
                    name, text = (ast.literal_eval(each) for each in texts if each is not None)
                    yield str(name), _Text(value=str(text), lineno=value.lineno)


def _of_texts(project: Project, wanted: frozenset[str]) -> Iterator[Docstring]:
    """Documents that have examples with a wanted name: the target's, or that of its package."""
    for file in _texts(project):
        text = _read(file)
        if text is None or ">>>" not in text or not any(word in text for word in wanted):
            continue
        # A fence right below an example would be taken for what it prints.
        bare = _FENCE.sub("", text)
        name = file.relative_to(project.root).as_posix()
        made = Docstring(name=name, text=bare, line=1, path=str(file))
        if _names(made, wanted):
            yield made


def _texts(project: Project) -> list[Path]:
    """Readmes, what is in the folders for documentation, and what pytest is told to run."""
    root = project.root
    if not project.marked:
        return []
    found = [file for file in sorted(root.glob("README*")) if file.suffix in {".rst", ".md", ".txt", ""}]
    folders = [root / name for name in _FOLDERS if (root / name).is_dir()]
    found += [Path(file) for folder in folders for file in walk(folder, _TEXTS)]
    if project.doctest_globs:
        found += map(Path, walk(root, tuple(Path(each).name for each in project.doctest_globs)))
    kept = [file for file in dict.fromkeys(found) if not fnmatch.fnmatch(file.name, "requirements*.txt")]
    return kept[:_MOST_TEXTS]


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8") if file.stat().st_size < _LARGEST else None
    except (OSError, UnicodeDecodeError):
        return None


def _parsed(text: str) -> list[doctest.Example]:
    try:
        return doctest.DocTestParser().get_examples(text)
    except ValueError:
        return []  # inconsistent indentation: not a doctest, whatever it looks like


def _cases(target: Target, docstring: Docstring, *, direct: bool) -> Iterator[TestCase]:
    own = docstring.name == target.qualname
    where = "its docstring" if own else f"the docstring of {docstring.name}"
    for example in _parsed(docstring.text):
        if example.options.get(doctest.SKIP):
            continue
        line = docstring.line + example.lineno
        yield TestCase(
            name=f"doctest:{docstring.name}:{line}",
            origin=Origin.DOCTEST,
            path=docstring.path or target.path,
            line=line,
            found=f"an example in {docstring.name if docstring.path else where}",
            direct=direct,
        )
