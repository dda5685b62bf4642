"""Find the cases that may exercise a target: what names it, and test files that may get there otherwise.

What is found here is a guess by names; running the baseline confirms it, case by case.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..domain.suite import Docstring, Nearby, Origin, TestCase
from ..domain.target import Target
from . import parse
from .closeness import Closeness, Distances, distances, handles, nearest
from .examples import examples_elsewhere, find_examples
from .index import Index
from .layout import documented_files, source_files, test_files
from .leading import imported_as, leading
from .naming import Naming, find_naming
from .project import Project, module_name
from .samples import written_calls
from .testfile import TestFile, fixtures

_UNSEEN = 100
_UNRELATED = 200
_MANY, _MUCH = 700, 8_000_000
"""Files, and bytes, that are understood in a few seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``cases`` are examples, and a pytest selector for each function or method that names the target.

    ``nearby`` are test files that may reach it in other ways, the likeliest first. ``naming`` is how its
    module is imported.
    """

    docstrings: tuple[Docstring, ...]
    cases: tuple[TestCase, ...]
    nearby: tuple[Nearby, ...]
    naming: Naming

    @property
    def selectors(self) -> tuple[str, ...]:
        return tuple(case.name for case in self.cases if case.origin is not Origin.DOCTEST)


def find_cases(
    target: Target, project: Project, overlays: Mapping[str, str], places: tuple[str, ...]
) -> Found:
    """``places`` are files and folders to look in instead of the project's own test paths."""
    search = _search(target, project, overlays, places)
    named, known = search.named(), search.known()
    near = distances(known, frozenset(search.files), search.names)
    modules = tuple(search.modules(named.naming, documented_files(project, Path(target.path), places)))
    importing = leading(known, target.path) if modules else frozenset[str]()
    elsewhere = examples_elsewhere(target, search.index, project, modules, near.names, importing)
    return replace(
        named,
        docstrings=(*named.docstrings, *elsewhere.docstrings),
        cases=(*named.cases, *elsewhere.cases),
        nearby=tuple(search.nearby(known, near, named.naming.module)),
    )


def find_samples(
    target: Target, project: Project, overlays: Mapping[str, str], places: tuple[str, ...]
) -> tuple[str, ...]:
    """Calls of the target that somebody wrote with literals."""
    return tuple(written_calls(target, _search(target, project, overlays, places).known()))


def find_named(
    target: Target, project: Project, overlays: Mapping[str, str], places: tuple[str, ...]
) -> Found:
    """The same without ``nearby`` and docstrings of other modules.

    Only files that mention the target are understood.
    """
    return _search(target, project, overlays, places).named()


def _search(
    target: Target, project: Project, overlays: Mapping[str, str], places: tuple[str, ...]
) -> "_Search":
    files = tuple(test_files(project, Path(target.path), places))
    return _Search(
        target=target,
        project=project,
        index=Index(open={**overlays, target.path: target.runnable}),
        files=files,
        sources=tuple(source_files(project, Path(target.path), frozenset(files))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """``files`` are those pytest would collect, and the target's own; ``sources`` are all others."""

    target: Target
    project: Project
    index: Index
    files: tuple[str, ...]
    sources: tuple[str, ...]

    def known(self) -> Mapping[str, parse.Facts]:
        """What the files say; of very much, the first that mention the module or its package."""
        paths = (*self.files, *self.sources)
        if len(paths) > _MANY and sum(map(self.index.size, paths)) > _MUCH:
            names = imported_as(self.target.path), module_name(Path(self.target.path))[0].partition(".")[0]
            paths = tuple(self._first_mentioning(paths, frozenset(names)))
        return {path: facts for path in paths if (facts := self.index.facts(path)) is not None}

    def _first_mentioning(self, paths: Sequence[str], words: frozenset[str]) -> Iterator[str]:
        left = _MUCH
        for path in paths:
            if self.index.mentions(path, words):
                left -= self.index.size(path)
                if left < 0:
                    return
                yield path

    @property
    def names(self) -> frozenset[str]:
        return frozenset(handles(self.target.measured))

    def named(self) -> Found:
        own = Path(self.target.path)
        naming = find_naming(own, self.index.facts(self.target.path), self.project, self._importing)
        examples = find_examples(self.target, self.index, self.project, naming.module)
        # Of two tests with one name, Python keeps the last, and pytest knows one.
        tests = {case.name: case for case in self._tests()}
        return Found(
            docstrings=examples.docstrings,
            cases=(*examples.cases, *tests.values()),
            nearby=(),
            naming=naming,
        )

    def _importing(self) -> Iterator[parse.Facts | None]:
        """Of all files that may import the target's module: what does must say its name."""
        own = Path(self.target.path)
        words = frozenset((own.parent.name if own.name == "__init__.py" else own.stem,))
        return (self.index.mentioning(path, words) for path in (*self.files, *self.sources))

    def _tests(self) -> list[TestCase]:
        """Tests that name the target, through helpers and fixtures too."""
        wanted: dict[str, frozenset[str]] = {}
        found: list[TestCase] = []
        reason = f"mentions {' or '.join(sorted(self.names))}"
        for path in self._importing_first():
            folder = os.path.dirname(path)  # noqa: PTH120  (of thousands of files)
            if folder not in wanted:
                given = fixtures(self.index, Path(folder), self.project.root, self.names)
                wanted[folder] = self.names | given
            facts = self.index.mentioning(path, wanted[folder])
            if facts is None or facts.names.isdisjoint(wanted[folder]):
                continue
            file = TestFile(facts=facts, project=self.project)
            found += (self._case(each, file, path, reason) for each in file.using(wanted[folder]))
        return found

    def _importing_first(self) -> list[str]:
        """Where very many tests use a name, those of files that import the module are about the target."""
        word = imported_as(self.target.path)

        def rank(path: str) -> bool:
            facts = self.index.mentioning(path, self.names)
            return facts is None or not any(word in name.split(".") for name in facts.imported)

        return sorted(self.files, key=rank)

    def _case(self, each: parse.Definition, file: TestFile, path: str, reason: str) -> TestCase:
        owner = each.qualname.rpartition(".")[0]
        return TestCase(
            name=f"{self._selector(path)}::{each.qualname.replace('.', '::')}",
            origin=Origin.UNITTEST if owner and file.in_unittest(owner) else Origin.PYTEST,
            path=path,
            line=each.line,
            found=reason,
        )

    def modules(self, naming: Naming, files: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Each file and its name: as from the target's folder if it is below, else by its packages."""
        for path in files:
            short, folder = module_name(Path(path))
            between = folder.relative_to(naming.folder).parts if folder.is_relative_to(naming.folder) else ()
            yield path, ".".join((*between, short)) if all(map(str.isidentifier, between)) else short

    def nearby(self, known: Mapping[str, parse.Facts], near: Distances, module: str) -> list[Nearby]:
        """All test files, in the order in which it is worth running them."""
        top = module.partition(".")[0]
        ranked: list[tuple[int, Nearby]] = []
        for path in self.files:
            facts = known.get(path)
            if facts is None or (path == self.target.path and not _has_tests(facts, self.project)):
                continue
            rank, reason = _rank(near.files.get(path), facts, top)
            ranked.append((rank, self._nearby(path, facts, reason, near.names)))
        return [each for _, each in sorted(ranked, key=lambda pair: pair[0])]

    def _nearby(self, path: str, facts: parse.Facts, reason: str, names: Sequence[frozenset[str]]) -> Nearby:
        file, selector = TestFile(facts=facts, project=self.project), self._selector(path)
        classes = (each.qualname for each in facts.definitions if each.is_class)
        return Nearby(
            selector=selector,
            path=path,
            reason=reason,
            near=tuple(
                (f"{selector}::{name.replace('.', '::')}", level) for name, level in nearest(file, names)
            ),
            unittests=frozenset(name for name in classes if file.in_unittest(name)),
        )

    def _selector(self, path: str) -> str:
        inside = path.removeprefix(f"{self.project.root}{os.sep}")
        relative = os.path.relpath(path, self.project.root) if os.path.isabs(inside) else inside  # noqa: PTH117
        return relative.replace(os.sep, "/")


def _rank(close: Closeness | None, facts: parse.Facts, top: str) -> tuple[int, str]:
    if close is not None:
        return close.level, f"its file mentions {close.through}"
    if any(name.split(".")[0] == top for name in facts.imported):
        return _UNSEEN, f"its file imports {top}"
    return _UNRELATED, "it is a test of the project"


def _has_tests(facts: parse.Facts, project: Project) -> bool:
    file = TestFile(facts=facts, project=project)
    return any(file.is_test(each) for each in facts.definitions)
