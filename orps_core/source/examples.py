"""Find the examples that may exercise a target: in docstrings of its module and others, and in texts."""

import doctest
import fnmatch
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..domain.suite import Docstring, Origin, TestCase
from ..domain.target import Target
from .closeness import handles
from .documented import Documented, documented, examples, mentioned
from .fixtured import Setting
from .index import Index
from .layout import walk
from .leading import imported_as
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


def find_examples(target: Target, index: Index, project: Project, module: str) -> Examples:
    """Those that name the target come first; the others may still reach it through what they do name."""
    wanted = frozenset(handles(target.measured))
    setting = Setting(index=index, project=project)
    found = [
        *((_own(each, target.path, setting), each.names) for each in documented(target.runnable)),
        *_of_texts(setting, wanted | {module.partition(".")[0]}),
    ]
    direct = [each for each, names in found if each.path is None and wanted & names]
    others = [each for each, _ in found if each not in direct]
    ordered = (*direct, *others)
    cases = [case for each in ordered for case in _cases(target, each, direct=each in direct)]
    kept = {case.name: case for case in cases}
    return Examples(docstrings=ordered, cases=tuple(kept.values()))


def _own(each: Documented, path: str, setting: Setting) -> Docstring:
    return Docstring(
        name=each.qualname or "module",
        text=each.text,
        line=each.line,
        fixtured=setting.gives(each.text, path),
    )


def examples_elsewhere(
    target: Target,
    index: Index,
    project: Project,
    files: Iterable[tuple[str, str]],
    names: Sequence[frozenset[str]],
    leading: frozenset[str],
) -> Examples:
    """In docstrings of other modules, given by path and name; nearest first, by the names that lead here.

    ``leading`` are files that may import the target. What neither stands in one of them nor imports one
    cannot get there.
    """
    setting = Setting(index=index, project=project)
    found: list[tuple[int, Docstring]] = []
    importable = frozenset(map(imported_as, leading))
    for path, module in files:
        for each in index.documented(path):
            if path not in leading and importable.isdisjoint(each.names):
                continue
            where = f"{module}.{each.qualname}" if each.qualname else module
            made = replace(_own(each, path, setting), name=where, path=path, module=module)
            found.append((_level(each.names, names), made))
    ordered = tuple(each for _, each in sorted(found, key=lambda pair: pair[0]))
    cases = [case for each in ordered for case in _cases(target, each, direct=False)]
    return Examples(docstrings=ordered, cases=tuple({case.name: case for case in cases}.values()))


def _level(mentioned: frozenset[str], names: Sequence[frozenset[str]]) -> int:
    return next((level for level, near in enumerate(names) if mentioned & near), len(names))


def _of_texts(setting: Setting, wanted: frozenset[str]) -> Iterator[tuple[Docstring, frozenset[str]]]:
    """Documents with an example of a wanted name (the target's, that of its package); all their names."""
    for file in _texts(setting.project):
        text = _read(file)
        if text is None or ">>>" not in text or not any(word in text for word in wanted):
            continue
        # A fence right below an example would be taken for what it prints.
        bare = _FENCE.sub("", text)
        name = file.relative_to(setting.project.root).as_posix()
        names = mentioned(bare)
        if wanted & names:
            fixtured = setting.gives(bare, str(file))
            yield Docstring(name=name, text=bare, line=1, path=str(file), fixtured=fixtured), names


def _texts(project: Project) -> list[Path]:
    """Readmes, what is in the folders for documentation, and what pytest is told to run."""
    root = project.root
    if not project.marked:
        return []
    found = [file for file in sorted(root.glob("README*")) if file.suffix in {".rst", ".md", ".txt", ""}]
    folders = [root / name for name in _FOLDERS if (root / name).is_dir()]
    found += [Path(file) for folder in folders for file in walk(folder, _TEXTS)]
    found += map(Path, walk(root, tuple(Path(each).name for each in project.doctest_globs)))
    kept = [file for file in dict.fromkeys(found) if not fnmatch.fnmatch(file.name, "requirements*.txt")]
    return kept[:_MOST_TEXTS]


def _read(file: Path) -> str | None:
    try:
        fits = file.is_file() and file.stat().st_size < _LARGEST
        return file.read_text(encoding="utf-8") if fits else None
    except (OSError, UnicodeDecodeError):
        return None


def _cases(target: Target, docstring: Docstring, *, direct: bool) -> Iterator[TestCase]:
    own = docstring.name == target.qualname
    text = docstring.path is not None and docstring.module is None
    where = docstring.name if text else "its docstring" if own else f"the docstring of {docstring.name}"
    for example in examples(docstring.text):
        if example.options.get(doctest.SKIP):
            continue
        line = docstring.line + example.lineno
        yield TestCase(
            name=f"doctest:{docstring.name}:{line}",
            origin=Origin.DOCTEST,
            path=docstring.path or target.path,
            line=line,
            found=f"an example in {where}",
            direct=direct,
        )
