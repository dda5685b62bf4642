"""Run the project's pytest in this process, stop it before it collects, and report every case."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import types
from collections.abc import Callable, Iterator
from typing import Any, cast

from .cases import run_plain
from .config import Config
from .doctests import run_doctests
from .fixtured import Texts, is_modern
from .ignoring import Ignoring
from .lightly import all_plain, called, named, plain_functions
from .unittests import makers, run_made
from .watch import Selection, Watch

_TEXT = 2000


class _Plugin:
    """Stops pytest before it collects, and reports what it does after that."""

    def __init__(self, config: Config, wait: Callable[[], Watch | None]) -> None:
        self._config = config
        self._wait = wait
        self._watch: Watch | None = None
        self.collects = False
        self._before = 0
        self._reports: list[Any] = []
        self._collected: set[str] = set()
        self._makers: dict[str, types.ModuleType] = {}
        self.texts = Texts(config, lambda: self._watch)

    def pytest_collection(self, session: Any) -> None:
        self.collects = True
        watch = self._watch = self._wait()
        if watch is not None:
            module = watch.load()
            if watch.pause is None:
                self._run_texts(module, watch)
            session.config.args = self.texts.places(watch, session.config.args)

    def pytest_itemcollected(self, item: Any) -> None:
        self._collected.add(item.nodeid)

    def pytest_collection_finish(self, session: Any) -> None:
        self._makers = makers(self._config, session.config.args)

    def pytest_runtestloop(self, session: Any) -> None:
        if self._watch is not None and self._watch.pause is not None:
            _rehearse_failing()
            plain = all_plain(session)
            watch = self._watch = self._watch.pause(functools.partial(_rehearse, session, plain))
            if watch.turns is not None:
                self._take_turns(session, watch, watch.turns())
            self._run_texts(watch.load(), watch)
            if watch.lightly and plain:
                self._call(session.items, watch, plain)
        if self._watch is not None:
            run_made(self._config, self._watch, self._makers, self._collected)

    def _run_texts(self, module: types.ModuleType, watch: Watch) -> None:
        """Those that need no fixture: pytest has no part in them."""
        run_doctests(self._config, module, watch, self.texts.names)

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        if self._watch is None:
            return
        selection = self._watch.selection
        left = [item for item in items if not self._takes(item, selection)]
        if left:
            items[:] = [item for item in items if self._takes(item, selection)]
            config.hook.pytest_deselected(items=left)
        # Texts come first, as those without fixtures do.
        items.sort(key=lambda item: -1 if self.texts.has(item.nodeid) else selection.distance(item.nodeid))

    def _takes(self, item: Any, selection: Selection) -> bool:
        return self.texts.has(item.nodeid) or (self.texts.keeps(item) and selection.takes(item.nodeid))

    def _take_turns(self, session: Any, watch: Watch, turns: Iterator[None]) -> None:
        """Run the items again and again. How exactly one fails takes long to find out, and nobody asks."""
        runner: Any = importlib.import_module("_pytest.runner")
        session.config.option.tbstyle = "native"
        plain = plain_functions(session.items)
        for _ in turns:
            self._run_texts(watch.load(), watch)
            run_made(self._config, watch, self._makers, self._collected)
            for item, following in zip(session.items, [*session.items[1:], None]):
                self._before = watch.count()
                found = called(plain[item.nodeid]) if item.nodeid in plain else None
                if found is None:
                    reports = runner.runtestprotocol(item, log=False, nextitem=following)
                    self._finished(item.nodeid, item.location, reports)
                else:
                    self._report(item.nodeid, item.location, found)
        watch.finish()

    def _call(self, items: list[Any], watch: Watch, plain: dict[str, Callable[[], object]]) -> None:
        run_made(self._config, watch, self._makers, self._collected)
        for item in items:
            watch.send({"k": "begin", "name": item.nodeid})
            found = called(plain[item.nodeid])
            if found is None or found["outcome"] != "passed":
                watch.send({"k": "again"})
                break
            self._report(item.nodeid, item.location, found)
        watch.finish()

    def pytest_collectreport(self, report: Any) -> None:
        if self._watch is None:
            return
        if report.failed:
            text = str(report.longrepr)[-_TEXT:]
            self._watch.send({"k": "uncollected", "name": report.nodeid, "text": text})
        elif self._watch.selection.is_whole:
            self._watch.send({"k": "collected"})  # of many files: who is silent for too long is ended

    def pytest_runtest_logstart(self, nodeid: str, location: object) -> None:
        self._reports = []
        self._before = self._watch.count() if self._watch else 0
        if self._watch is not None:
            name = self.texts.first(nodeid) if self.texts.has(nodeid) else nodeid
            self._watch.send({"k": "begin", "name": name})

    def pytest_runtest_protocol(self, item: object) -> Iterator[None]:
        # Around fixtures too: a test may reach the target through them alone.
        with self._watch.around() if self._watch else contextlib.nullcontext():
            yield

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._reports.append(report)

    def pytest_runtest_logfinish(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        self._finished(nodeid, location, self._reports)

    def _finished(self, nodeid: str, location: tuple[str, int | None, str], reports: list[Any]) -> None:
        if not self.texts.has(nodeid):
            self._report(nodeid, location, _of_reports(reports))
        elif not any(report.when == "call" for report in reports):
            self.texts.explain(nodeid, _of_reports(reports))

    def _report(self, nodeid: str, location: tuple[str, int | None, str], found: dict[str, object]) -> None:
        if self._watch is None:
            return
        self._watch.send(
            {
                "k": "case",
                "name": nodeid,
                "origin": "pytest",
                "path": os.path.join(self._config.root, location[0]),
                "line": (location[1] or 0) + 1,
                "reached": self._watch.count() - self._before,
                **found,
            }
        )

    def pytest_sessionfinish(self) -> None:
        # Everything is torn down by now; what plugins do at the end of a session is of no interest.
        if self._watch is not None:
            self._watch.finish()


def _rehearse(session: Any, plain: object) -> None:
    """Run nothing, without fixtures: leaves find prepared what pytest prepares on first use."""
    if plain:  # then most of them have no use for pytest
        called(_do_nothing)
        return
    pytest: Any = importlib.import_module("pytest")
    runner: Any = importlib.import_module("_pytest.runner")
    fixtures: Any = importlib.import_module("_pytest.fixtures")
    item: Any = type("Nothing", (pytest.Item,), {"runtest": _do_nothing})
    made = item.from_parent(session, name="rehearsal")
    # A function comes closer to what tests are. How one is made without fixtures is up to pytest's version.
    with contextlib.suppress(Exception):
        none = fixtures.FuncFixtureInfo((), (), [], {})
        made = pytest.Function.from_parent(session, name="rehearsal", callobj=_do_nothing, fixtureinfo=none)
    runner.runtestprotocol(made, log=False, nextitem=None)


def _do_nothing(_: object = None) -> None:
    """What the rehearsal performs."""


def _rehearse_failing() -> None:
    """Have it told once how something fails, before there are leaves.

    For that, Python's ``inspect`` looks up the file of every module there is, which takes longer than all
    else of a small suite, and remembers it.
    """
    pytest: Any = importlib.import_module("pytest")
    try:
        int("")
    except ValueError:
        # How it is told is up to pytest's version.
        with contextlib.suppress(Exception):
            str(pytest.ExceptionInfo.from_current().getrepr())


def _of_reports(reports: list[Any]) -> dict[str, object]:
    """The outcome of one item from its set-up, call and tear-down reports."""
    seconds = sum(report.duration for report in reports if report.when == "call")
    for report in reports:
        if getattr(report, "wasxfail", None) is not None:
            return {"outcome": "skipped", "reason": "expected to fail", "seconds": seconds}
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            missing = getattr(report.longrepr, "errorstring", "")  # of a fixture that is not there
            return {
                "outcome": "raised",
                **named(str(getattr(crash, "message", "") or missing or report.longrepr)),
                "traceback": str(report.longrepr)[-_TEXT:],
                "seconds": seconds,
            }
        if report.skipped:
            place = report.longrepr
            reason = str(cast("tuple[object, ...]", place)[-1]) if isinstance(place, tuple) else str(place)
            return {"outcome": "skipped", "reason": reason[:_TEXT], "seconds": seconds}
    if not any(report.when == "call" for report in reports):
        return {"outcome": "missing", "seconds": None}
    return {"outcome": "passed", "seconds": seconds}


def _more(pytest: Any, texts: Texts) -> list[object]:
    """Plugins that earlier versions, whose hooks have other arguments, refuse."""
    if not is_modern(pytest):
        return []
    return [texts, Ignoring()] if texts.names else [Ignoring()]


def run_pytest(config: Config, wait: Callable[[], Watch | None], watch: Watch | None = None) -> None:
    """Run the project's pytest. ``wait`` is called before it collects, and says who watches.

    Where pytest does not get as far, ``watch``, if given, is told so, and gets the doctests nevertheless.
    """
    pytest: Any = importlib.import_module("pytest")
    plugin = _Plugin(config, wait)
    for name, options in (
        ("pytest_collection", {"tryfirst": True}),
        ("pytest_runtestloop", {"tryfirst": True}),
        ("pytest_collection_modifyitems", {"trylast": True}),
        ("pytest_sessionfinish", {"tryfirst": True}),
        ("pytest_runtest_protocol", {"hookwrapper": True}),
    ):
        pytest.hookimpl(**options)(getattr(_Plugin, name))
    with contextlib.suppress(SystemExit):
        pytest.main(list(config.pytest), plugins=[plugin, *_more(pytest, plugin.texts)])
    if watch is not None and not plugin.collects:
        watch.send({"k": "uncollected", "name": "pytest", "text": ""})
        run_plain(config, watch)
