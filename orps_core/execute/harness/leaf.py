"""One forked, confined process from within: what it was asked, and what it reports."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from .config import Config
from .integrity import Integrity
from .overlay import Build, Overlay, make_way, plainly
from .wire import Message, Reporter

_TEXT = 4000


class Leaf:
    """Who asked for what, with which descriptors, and the way to report."""

    def __init__(
        self, request: Message, passed: Sequence[int], reporter: Reporter, integrity: Integrity
    ) -> None:
        self.request = request
        self.passed = passed
        self.send = reporter.send
        self.broken = integrity.broken
        self.guard = integrity.note_functions
        self._exit = os._exit

    def finish(self) -> NoReturn:
        for what in self.broken()[:1]:
            self.send({"k": "tampered", "what": what})
        self.send({"k": "end"})
        self._exit(0)

    def fail_to_load(self, error: BaseException) -> NoReturn:
        """The module could not even be imported: say why, and end."""
        self.send(failure(error))
        self.finish()

    def load(self, config: Config, build: Build = plainly) -> None:
        """Lay the candidate's text over the file and import it."""
        source = self.request.get("source")
        texts = dict(config.overlay)
        if isinstance(source, str):
            texts[config.path] = source
        Overlay(texts, config.module, config.path, build).install()
        make_way(config.module, config.path)
        present = sys.modules.get(config.module)
        if os.path.realpath(getattr(present, "__file__", None) or "") == os.path.realpath(config.path):
            del sys.modules[config.module]  # whoever has imported it before us has not imported the candidate
        try:
            importlib.import_module(config.module)
        except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is reported as data)
            self.fail_to_load(error)


def failure(error: BaseException) -> Message:
    """What is reported of a module that does not load."""
    return {
        "k": "load",
        "type": type(error).__name__,
        "message": str(error)[:_TEXT],
        "traceback": trace(error),
    }


def trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-_TEXT:]
