"""The zygote's second stage: the tests are collected with the target as written, and leaves exchange it."""

from __future__ import annotations

import functools
import importlib
import os
import sys
import threading
import types
from collections.abc import Callable
from contextlib import nullcontext
from typing import NoReturn

from .config import Config
from .doctests import rehearse
from .grafting import Graft, Inexact
from .leaf import Leaf
from .overlay import Overlay, make_way
from .watch import Watch, selection_of
from .wire import Message


class Warming:
    """Watches a collection. ``ready`` is called with what leaves need, or with why there can be none."""

    def __init__(
        self,
        config: Config,
        serve: Callable[[Graft, Callable[[], None]], Watch],
        give_up: Callable[[str], NoReturn],
    ) -> None:
        self._config = config
        self._serve = serve
        self._give_up = give_up
        self._entered: set[int] = set()

    def watch(self, request: Message) -> Watch:
        return Watch(
            load=self._load,
            around=nullcontext,
            count=lambda: 0,
            send=lambda _: None,
            finish=lambda: self._give_up("the tests were not collected"),
            pause=self._pause,
            selection=selection_of(request),
        )

    def _load(self) -> types.ModuleType:
        make_way(self._config.module, self._config.path)
        threading.setprofile(self._called)
        sys.setprofile(self._called)
        try:
            return importlib.import_module(self._config.module)
        except BaseException as error:  # noqa: BLE001  (a module may raise anything; leaves will report it)
            self._give_up(f"the module does not load: {type(error).__name__}")

    def _called(self, frame: types.FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename == self._config.path and code.co_name != "<module>":
            self._entered.add(code.co_firstlineno)

    def _pause(self, rehearsal: Callable[[], None]) -> Watch:
        """Everything is collected and nothing has run. Returns in leaves only."""
        sys.setprofile(None)
        threading.setprofile(None)
        try:
            graft = Graft(self._config, frozenset(self._entered))
        except (Inexact, SyntaxError, LookupError) as error:
            self._give_up(str(error))
        if len(os.listdir("/proc/self/task")) > 1:
            self._give_up("what the tests import has started threads")

        def rehearse_all() -> None:
            rehearsal()
            rehearse(self._config)
            graft.rehearse()

        rehearse_all()
        return self._serve(graft, rehearse_all)


def watch_grafted(config: Config, graft: Graft, leaf: Leaf) -> Watch:
    """In a leaf of that stage: the candidate is put in where the target was."""

    @functools.lru_cache(maxsize=1)
    def load() -> types.ModuleType:
        source = str(leaf.request["source"])
        try:
            graft.apply(source)
        except Inexact as reason:
            leaf.send({"k": "inexact", "why": str(reason)})
            leaf.finish()
        except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is reported as data)
            leaf.fail_to_load(error)
        # A test may import the module again.
        Overlay({**config.overlay, config.path: source}, config.module, config.path).install()
        return sys.modules[config.module]

    return Watch(
        load=load,
        around=nullcontext,
        count=lambda: 0,
        send=leaf.send,
        finish=leaf.finish,
        selection=selection_of(leaf.request),
        lightly=bool(leaf.request.get("lightly")),
    )
