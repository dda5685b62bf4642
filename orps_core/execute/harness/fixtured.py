"""Has pytest collect texts whose examples need its fixtures, as its own plugin for doctests does."""

from __future__ import annotations

import doctest
import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any, FrozenSet

from .config import Config, Docstring
from .doctests import about, case_name, parsed, run_text, wanted
from .watch import Watch
from .wire import Message

Node = Any
"""An object of pytest, which is the project's own and may be of any version."""

_FIRST_WITH_PATHS = 7
"""The version of pytest since which its hooks name files as they are named here."""


def is_modern(pytest: Node) -> bool:
    """Whether hooks of this version have the arguments that they are given here."""
    return int(str(pytest.__version__).partition(".")[0]) >= _FIRST_WITH_PATHS


class Texts:
    """A plugin for the project's pytest. ``now`` says who watches at the moment, if anybody does."""

    def __init__(self, config: Config, now: Callable[[], Watch | None]) -> None:
        self._config = config
        self._now = now
        pytest: Any = importlib.import_module("pytest")
        self._texts = tuple(each for each in config.doctests if each.fixtured) if is_modern(pytest) else ()
        self._items: dict[str, Docstring] = {}
        self._tests: tuple[str, ...] = ()

    @property
    def names(self) -> FrozenSet[str]:
        """Of the texts that are pytest's to run."""
        return frozenset(each.name for each in self._texts)

    def places(self, watch: Watch, given: Sequence[str]) -> list[str]:
        """What pytest is to collect: texts that were asked for, and tests; those ``given`` if nobody says."""
        chosen = watch.selection.places
        paths = [self._path(each) for each in self._texts if wanted(each, watch)]
        self._tests = tuple(each for each in given if each not in paths) if chosen is None else chosen
        return [*dict.fromkeys(paths), *self._tests]

    def pytest_collect_file(self, file_path: Node, parent: Node) -> object:
        return self._collector(file_path, parent, lambda made: self._made(made, str(file_path)))

    def pytest_pycollect_makemodule(self, module_path: Node, parent: Node) -> object:
        """A module that is collected for its docstrings alone has no tests."""
        own = os.path.relpath(str(module_path), self._config.root).replace(os.sep, "/")
        if any(each.partition("::")[0] == own for each in self._tests):
            return None
        return self._collector(module_path, parent, lambda _: [])

    def _collector(self, path: Node, parent: Node, collect: Callable[[Node], Sequence[object]]) -> object:
        if not any(self._path(each) == str(path) for each in self._texts):
            return None
        pytest: Any = importlib.import_module("pytest")
        made: Any = type("Examples", (pytest.File,), {"collect": collect})
        return made.from_parent(parent, path=path)

    def _path(self, docstring: Docstring) -> str:
        return docstring.path or self._config.path

    def _made(self, parent: Node, path: str) -> list[object]:
        plugin: Any = importlib.import_module("_pytest.doctest")
        watch, made = self._now(), list[object]()
        for docstring in self._texts:
            examples = wanted(docstring, watch) if watch and self._path(docstring) == path else []
            if not examples:
                continue
            test = doctest.DocTest(examples, {}, docstring.name, path, docstring.line, docstring.text)
            runner = _Runner(self._config, docstring, self._now)
            item = plugin.DoctestItem.from_parent(parent, name=docstring.name, runner=runner, dtest=test)
            self._items[item.nodeid] = docstring
            made.append(item)
        return made

    def keeps(self, item: Node) -> bool:
        """What pytest makes of a text by itself is not wanted beside what is made here."""
        plugin: Any = importlib.import_module("_pytest.doctest")
        return item.nodeid in self._items or not isinstance(item, plugin.DoctestItem)

    def has(self, nodeid: str) -> bool:
        return nodeid in self._items

    def first(self, nodeid: str) -> str:
        """The name of the first case of an item."""
        docstring = self._items[nodeid]
        return case_name(docstring, parsed(docstring.text)[0])

    def explain(self, nodeid: str, found: Message) -> None:
        """Nothing was run, because setting up failed or skips it: that is how each example ends."""
        watch, docstring = self._now(), self._items[nodeid]
        if watch is not None:
            for example in wanted(docstring, watch):
                watch.send({**about(docstring, self._path(docstring), example), "reached": 0, **found})


class _Runner:
    """Stands where pytest has its own runner of examples, so that each is a case of its own."""

    optionflags = 0

    def __init__(self, config: Config, docstring: Docstring, now: Callable[[], Watch | None]) -> None:
        self._config = config
        self._docstring = docstring
        self._now = now

    def run(self, test: doctest.DocTest, **_: object) -> None:
        """``test`` holds what pytest has to give."""
        watch = self._now()
        if watch is not None:
            run_text(self._config, self._docstring, watch.load(), watch, test.globs)
