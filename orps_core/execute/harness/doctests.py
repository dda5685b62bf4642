"""Run the examples of docstrings, each reported as a case of its own."""

from __future__ import annotations

import doctest
import os
import types
from time import perf_counter  # bound before a candidate can put another in its place
from typing import Any

from .config import Config, Docstring
from .leaf import trace
from .watch import Watch

_TEXT = 2000


class _Runner(doctest.DocTestRunner):
    """Reports each example as a case of its own, named for the line it stands on."""

    def __init__(self, docstring: Docstring, path: str, watch: Watch) -> None:
        super().__init__(verbose=False)
        self._docstring = docstring
        self._path = path
        self._watch = watch
        self._began = 0.0
        self._before = 0

    def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
        self._before = self._watch.count()
        self._began = perf_counter()

    def report_success(
        self,
        out: Any,
        test: doctest.DocTest,
        example: doctest.Example,
        got: str,
    ) -> None:
        self._report(example, "passed")

    def report_failure(
        self,
        out: Any,
        test: doctest.DocTest,
        example: doctest.Example,
        got: str,
    ) -> None:
        self._report(example, "failed", expected=example.want[:_TEXT], actual=got[:_TEXT])

    def report_unexpected_exception(
        self,
        out: Any,
        test: doctest.DocTest,
        example: doctest.Example,
        exc_info: Any,
    ) -> None:
        error = exc_info[1]
        details = {"type": type(error).__name__, "message": str(error)[:_TEXT], "traceback": trace(error)}
        self._report(example, "raised", **details)

    def _report(self, example: doctest.Example, outcome: str, **details: str) -> None:
        seconds = perf_counter() - self._began
        line = self._docstring.line + example.lineno
        self._watch.send(
            {
                "k": "case",
                "name": f"doctest:{self._docstring.name}:{line}",
                "origin": "doctest",
                "path": self._path,
                "line": line,
                "outcome": outcome,
                "seconds": seconds,
                "reached": self._watch.count() - self._before,
                **details,
            }
        )


def run_doctests(config: Config, module: types.ModuleType, watch: Watch) -> None:
    """The examples come from the text as the person wrote it: a candidate cannot change what it must do."""
    parser = doctest.DocTestParser()
    for docstring in config.doctests:
        runner = _Runner(docstring, config.path, watch)
        test = parser.get_doctest(
            docstring.text, dict(module.__dict__), docstring.name, config.path, docstring.line
        )
        with open(os.devnull, "w", encoding="utf-8") as nowhere, watch.around():
            runner.run(test, out=nowhere.write)
