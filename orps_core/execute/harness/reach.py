"""Count how often the target is entered, or follow it, without touching it."""

from __future__ import annotations

import functools
import sys
import types
from collections.abc import Generator
from contextlib import contextmanager, nullcontext

from .config import Config
from .leaf import Leaf
from .tracing import Tracer
from .watch import Watch


class Reach:
    """``count`` grows with every entry into the function that stands at the target's place in its file."""

    def __init__(self, config: Config) -> None:
        self._path = config.path
        self._name = config.name
        self._line = config.line
        self.count = 0

    def _entered(self, frame: types.FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_firstlineno == self._line and code.co_name == self._name:
            self.count += code.co_filename == self._path

    @contextmanager
    def counting(self) -> Generator[None]:
        sys.setprofile(self._entered)
        try:
            yield
        finally:
            sys.setprofile(None)


def watch_leaf(config: Config, leaf: Leaf) -> Watch:
    """Count or follow only where the request asks for it: both slow every call down."""
    reach = Reach(config)

    @functools.lru_cache(maxsize=1)
    def load() -> types.ModuleType:
        leaf.load(config)
        return sys.modules[config.module]

    around = reach.counting if leaf.request.get("reach") else nullcontext
    if leaf.request.get("trace"):
        around = Tracer(config, leaf.send).tracing
    return Watch(load=load, around=around, count=lambda: reach.count, send=leaf.send, finish=leaf.finish)
