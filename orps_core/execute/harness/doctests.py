"""Run the examples of docstrings, each reported as a case of its own."""

from __future__ import annotations

import contextlib
import doctest
import functools
import os
import sys
import types
import unittest
from collections.abc import Sequence
from time import perf_counter  # bound before a candidate can put another in its place
from typing import Any, Dict, FrozenSet, Tuple

from .config import Config, Docstring
from .leaf import trace
from .overlay import import_file
from .watch import Watch
from .wire import Message

_TEXT = 2000


class _LeftError(Exception):
    """An example has left its text, as ``pytest.skip()`` does."""

    def __init__(self, example: doctest.Example, reason: str) -> None:
        super().__init__(reason)
        self.example = example
        self.reason = reason


def _leaves(error: BaseException) -> bool:
    """Whether it is what skips, or expects a failure, in unittest or in pytest, if that is there."""
    pytest = sys.modules.get("pytest")
    kinds = [getattr(getattr(pytest, name, None), "Exception", None) for name in ("skip", "xfail")]
    return isinstance(error, (unittest.SkipTest, *(kind for kind in kinds if isinstance(kind, type))))


class _Runner(doctest.DocTestRunner):
    """Reports each example as a case of its own, named for the line it stands on."""

    def __init__(self, docstring: Docstring, path: str, watch: Watch, flags: int) -> None:
        super().__init__(verbose=False, optionflags=flags)
        self._docstring = docstring
        self._path = path
        self._watch = watch
        self._began = 0.0
        self._before = 0

    def report_start(self, out: Any, test: doctest.DocTest, example: doctest.Example) -> None:
        self._start(example)

    def _start(self, example: doctest.Example) -> None:
        self._watch.send({"k": "begin", "name": case_name(self._docstring, example)})
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
        if _leaves(error):
            raise _LeftError(example, str(error)[:_TEXT])
        details = {"type": type(error).__name__, "message": str(error)[:_TEXT], "traceback": trace(error)}
        self._report(example, "raised", **details)

    def skip(self, examples: Sequence[doctest.Example], left: _LeftError) -> None:
        """The one that says that the text is not for here, and all after it."""
        self._report(left.example, "skipped", reason=left.reason)
        for example in examples[examples.index(left.example) + 1 :]:
            self._start(example)
            self._report(example, "skipped", reason=left.reason)

    def _report(self, example: doctest.Example, outcome: str, **details: str) -> None:
        seconds = perf_counter() - self._began
        self._watch.send(
            {
                **about(self._docstring, self._path, example),
                "outcome": outcome,
                "seconds": seconds,
                "reached": self._watch.count() - self._before,
                **details,
            }
        )


@functools.lru_cache(maxsize=None)
def parsed(text: str) -> Tuple[doctest.Example, ...]:
    """Once in the zygote, for all leaves. Raise ValueError for an option that nobody knows."""
    return tuple(doctest.DocTestParser().get_examples(text))


def rehearse(config: Config) -> None:
    """Have what the first run of an example prepares for all those after it, if there is any."""
    if not config.doctests:
        return
    for docstring in config.doctests:
        if docstring.module is None:  # of a large project there may be thousands of others
            with contextlib.suppress(ValueError):
                parsed(docstring.text)
    examples = [doctest.Example("None\n", ""), doctest.Example("1\n", "1\n")]
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        test = doctest.DocTest(examples, {}, "rehearsal", None, 0, None)
        doctest.DocTestRunner(verbose=False).run(test, out=nowhere.write)


def run_doctests(
    config: Config,
    module: types.ModuleType,
    watch: Watch,
    without: FrozenSet[str] = frozenset(),
) -> None:
    """Run the texts, but for those ``without`` that somebody else runs, by name.

    The examples come from the text as the person wrote it: a candidate cannot change what it must do.
    """
    for docstring in config.doctests:
        if docstring.name not in without:
            with watch.around():
                run_text(config, docstring, module, watch, {})


def run_text(
    config: Config,
    docstring: Docstring,
    module: types.ModuleType,
    watch: Watch,
    given: Dict[str, object],
) -> None:
    """The examples of one text. They know what is ``given`` beside what the text says itself."""
    examples = wanted(docstring, watch)
    names = _names(docstring, module, watch) if examples else None
    if names is None:
        return
    path = docstring.path or config.path
    known = {**names, **given}
    test = doctest.DocTest(examples, known, docstring.name, path, docstring.line, docstring.text)
    runner = _Runner(docstring, path, watch, _flags(config.flags))
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            runner.run(test, out=nowhere.write)
        except _LeftError as left:
            runner.skip(examples, left)


def wanted(docstring: Docstring, watch: Watch) -> list[doctest.Example]:
    """Up to the last one that was asked for: those after it may be what never comes to an end."""
    chosen, only = watch.selection.doctests, watch.selection.only
    if chosen is not None and docstring.name not in chosen:
        return []
    try:
        examples = list(parsed(docstring.text))
    except ValueError:
        return []  # an option that nobody knows: ORPS has found no case in this text
    if only is not None:
        while examples and case_name(docstring, examples[-1]) not in only:
            examples.pop()
    return examples


def _names(docstring: Docstring, module: types.ModuleType, watch: Watch) -> dict[str, Any] | None:
    """What the examples know: nothing in a text file, in a docstring all of its module. None: it has none."""
    if docstring.path is None:
        return dict(module.__dict__)
    if docstring.module is None:
        return {"__name__": "__main__"}
    watch.send({"k": "begin", "name": f"doctest:{docstring.name}:{docstring.line}"})
    try:
        return dict(import_file(docstring.path, docstring.module).__dict__)
    except BaseException as error:  # noqa: BLE001  (what a module of the project raises is reported as data)
        watch.send({"k": "uncollected", "name": docstring.module, "text": trace(error)})
        return None


def case_name(docstring: Docstring, example: doctest.Example) -> str:
    return f"doctest:{docstring.name}:{docstring.line + example.lineno}"


def about(docstring: Docstring, path: str, example: doctest.Example) -> Message:
    """A report's head: which case it is about, and where that stands."""
    return {
        "k": "case",
        "name": case_name(docstring, example),
        "origin": "doctest",
        "path": path,
        "line": docstring.line + example.lineno,
    }


def _flags(names: Sequence[str]) -> int:
    """As the project's pytest has them. What only changes reports would hide cases."""
    known = [doctest.OPTIONFLAGS_BY_NAME.get(name, 0) for name in names]
    return functools.reduce(int.__or__, known, 0) & ~doctest.REPORTING_FLAGS
