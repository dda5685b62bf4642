"""Counts the time spent on compiling regular expressions: Python keeps them, so candidates may rely on it."""

from __future__ import annotations

import importlib
import re
import time
from typing import Any


class PatternClock:
    """While entered, ``seconds`` adds up. Without the place to look at, it stays zero."""

    def __init__(self) -> None:
        self.seconds = 0.0
        # Where ``re`` keeps its compiler has changed with 3.11.
        self._home: Any = getattr(re, "_compiler", None) or importlib.import_module("sre_compile")
        self._real: Any = None

    def __enter__(self) -> PatternClock:  # noqa: PYI034  (typing.Self is younger than the oldest interpreter)
        self._real = self._home.compile
        self._home.compile = self._compile
        return self

    def __exit__(self, *_: object) -> None:
        self._home.compile = self._real

    def _compile(self, *args: Any, **kwargs: Any) -> object:  # noqa: ANN401  (whatever ``re`` passes on)
        began = time.thread_time()
        try:
            return self._real(*args, **kwargs)
        finally:
            self.seconds += time.thread_time() - began
