"""Run classes of unittest with the standard library alone, for interpreters that have no pytest."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import os
import sys
import types
import unittest
from collections.abc import Container, Iterator, Mapping, Sequence
from time import perf_counter  # bound before a candidate can put another in its place
from typing import Any

from .config import Config
from .leaf import trace
from .overlay import import_file
from .watch import Watch
from .wire import Message

_TEXT = 2000
_PASSED: Message = {"outcome": "passed"}


def import_unittests(config: Config) -> None:
    """Have the test files imported before there is a candidate. What fails now fails again when they run."""
    for file in dict.fromkeys(map(_file, config.unittests)):
        with contextlib.suppress(Exception):
            _imported(config, os.path.join(config.root, file))


def run_unittests(config: Config, watch: Watch) -> None:
    """Report the selected methods, or all of a file, under the names that pytest would give them."""
    places = watch.selection.places
    selected: dict[str, list[str]] = {}
    for selector in config.unittests if places is None else places:
        selected.setdefault(_file(selector), []).append(selector)
    for file, selectors in selected.items():
        try:
            with watch.around():
                tests = _load(config, file, watch)
        except BaseException as error:  # noqa: BLE001  (what a test file raises is reported as data)
            watch.send({"k": "uncollected", "name": file, "text": trace(error)})
            continue
        _run(tests, _Reporting(config, watch, file, selectors))


def makers(config: Config, places: Sequence[str]) -> dict[str, types.ModuleType]:
    """Of the files of some places, by the names they have there, the imported ones with a ``load_tests``."""
    files = {os.path.realpath(os.path.join(config.root, each)): each for each in map(_file, places)}
    found: dict[str, types.ModuleType] = {}
    for module in list(sys.modules.values()):
        # Few have one, and whoever asks hundreds of modules where they really lie takes as long as a test.
        if not callable(getattr(module, "__dict__", {}).get("load_tests")):
            continue
        path = getattr(module, "__file__", None)
        file = files.get(os.path.realpath(path)) if isinstance(path, str) else None
        if file is not None:
            found[file] = module
    return found


def run_made(
    config: Config, watch: Watch, made: Mapping[str, types.ModuleType], known: Container[str]
) -> None:
    """Run what the ``load_tests`` of files makes, but for what is ``known`` to pytest, which asks none."""
    for file, module in made.items():
        loader = unittest.TestLoader()
        with watch.around():
            tests = loader.loadTestsFromModule(module)
        if not loader.errors:
            _run(tests, _Made(config, watch, file, known))


def _file(place: str) -> str:
    return place.partition("::")[0]


def _load(config: Config, file: str, watch: Watch) -> unittest.TestSuite:
    """All tests of a file, those that its ``load_tests`` makes included."""
    loader = unittest.TestLoader()
    tests = loader.loadTestsFromModule(_imported(config, os.path.join(config.root, file)))
    for error in loader.errors:
        watch.send({"k": "uncollected", "name": file, "text": str(error)[-_TEXT:]})
    return tests


def _imported(config: Config, path: str) -> types.ModuleType:
    """The module under the name that its packages give it."""
    if os.path.realpath(path) == os.path.realpath(config.path):
        return importlib.import_module(config.module)
    folder, base = os.path.split(path)
    name = os.path.splitext(base)[0]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        name = f"{package}.{name}"
    return import_file(path, name)


def _run(tests: unittest.TestSuite, reporting: _Reporting) -> None:
    chosen = [test for test in _flat(tests) if reporting.names(test)]
    chosen.sort(key=reporting.distance)
    kept = unittest.TestSuite(chosen)
    with reporting.watch.around():
        kept.run(reporting)
    reporting.explain_the_rest()


def _flat(tests: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for each in tests:
        if isinstance(each, unittest.TestSuite):
            yield from _flat(each)
        else:
            yield each


class _Reporting(unittest.TestResult):
    """Reports each test as a case when it is over, with the first thing that went wrong in it."""

    def __init__(self, config: Config, watch: Watch, file: str, selectors: Sequence[str]) -> None:
        super().__init__()
        self.watch = watch
        self._config = config
        self._file = file
        self._selectors = frozenset(selectors)
        self._waiting: dict[int, str] = {}
        self._given: set[str] = set()
        self._around: Message = {}
        self._outcome: Message = {}
        self._last: Message | None = None
        self._began = 0.0
        self._before = watch.count()

    def names(self, test: unittest.TestCase) -> bool:
        """Whether the test was asked for. From then on it has a name, and a report is due for it."""
        selector = self._selector(test)
        if selector is None:
            return False
        count = sum(name.partition("[")[0] == selector for name in self._given)
        name = f"{selector}[{count + 1}]" if count else selector  # load_tests may take one twice
        self._given.add(name)
        if not self.watch.selection.takes(name):
            return False
        self._waiting[id(test)] = name
        return True

    def _selector(self, test: unittest.TestCase) -> str | None:
        """The test's name before it is told from others of the same; None for one that nobody asked for."""
        selector = f"{self._file}::{type(test).__name__}::{getattr(test, '_testMethodName', '')}"
        return selector if {selector, self._file} & self._selectors else None

    def distance(self, test: unittest.TestCase) -> float:
        return self.watch.selection.distance(self._waiting[id(test)])

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.watch.send({"k": "begin", "name": self._waiting[id(test)]})
        self._outcome = dict(_PASSED)
        self._began = perf_counter()

    def stopTest(self, test: unittest.TestCase) -> None:
        seconds = perf_counter() - self._began
        super().stopTest(test)
        self._send(test, self._waiting.pop(id(test)), seconds)

    def addError(self, test: Any, err: Any) -> None:
        if isinstance(test, unittest.TestCase):
            self._problem(err)
        elif str(test).startswith("tearDown") and self._last is not None:
            self.watch.send({**self._last, **_raised(err)})
        else:  # what is set up for a class or a module: its tests will not be run
            self._around = _raised(err)

    def addFailure(self, test: Any, err: Any) -> None:
        self._problem(err)

    def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:
        if err is not None:
            self._problem(err)

    def addSkip(self, test: Any, reason: str) -> None:
        found: Message = {"outcome": "skipped", "reason": reason[:_TEXT]}
        if isinstance(test, unittest.TestCase):
            self._outcome = self._outcome if self._outcome != _PASSED else found
        else:
            self._around = found

    def addExpectedFailure(self, test: Any, err: Any) -> None:
        self._outcome = {"outcome": "skipped", "reason": "expected to fail"}

    def addUnexpectedSuccess(self, test: Any) -> None:
        self._outcome = {
            "outcome": "raised",
            "type": "AssertionError",
            "message": "unexpected success",
            "traceback": "",
        }

    def _problem(self, err: Any) -> None:
        if self._outcome.get("outcome") != "raised":
            self._outcome = _raised(err)

    def _send(self, test: unittest.TestCase | None, name: str, seconds: float | None) -> None:
        method = getattr(type(test), getattr(test, "_testMethodName", ""), None)
        code = getattr(getattr(method, "__wrapped__", method), "__code__", None)
        count = self.watch.count()
        self._last = {
            "k": "case",
            "name": name,
            "origin": "unittest",
            "path": os.path.join(self._config.root, self._file),
            "line": getattr(code, "co_firstlineno", 0),
            "seconds": seconds,
            # What setting up its class or module has reached counts for the first test after it.
            "reached": count - self._before,
            **self._outcome,
        }
        self.watch.send(self._last)
        self._before = count

    def explain_the_rest(self) -> None:
        """Tests that were not run, because what is set up for all of them was not."""
        for name in self._waiting.values():
            self._outcome = self._around or {"outcome": "missing"}
            self._send(None, name, None)


class _Made(_Reporting):
    """Of tests that only ``load_tests`` knows."""

    def __init__(self, config: Config, watch: Watch, file: str, known: Container[str]) -> None:
        super().__init__(config, watch, file, [file])
        self._known = known

    def _selector(self, test: unittest.TestCase) -> str | None:
        usual = super()._selector(test)
        if usual is None or usual in self._known:
            return None
        name = test.id() if isinstance(test, doctest.DocTestCase) else usual.partition("::")[2]
        return f"{self._file}::load_tests::{name}"


def _raised(err: Any) -> Message:
    error = err[1]
    return {
        "outcome": "raised",
        "type": type(error).__name__,
        "message": str(error)[:_TEXT],
        "traceback": trace(error),
    }
