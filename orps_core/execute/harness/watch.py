"""How a run of the suite is observed: the seam between running the cases and what is wanted of it."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from .wire import Message


@dataclass(frozen=True)
class Watch:
    """What a run of the suite calls.

    ``load`` imports the target's module, ``around`` goes around each case, ``count`` tells how often the
    target was entered so far, ``send`` takes what is reported, and ``finish`` is called when all is done.
    ``pause``, if there is one, is called when all is collected and nothing has run, and says who watches from
    there on. ``turns``, if there are any, exchange the function between whole runs of the suite.
    """

    load: Callable[[], types.ModuleType]
    around: Callable[[], AbstractContextManager[object]]
    count: Callable[[], int]
    send: Callable[[Message], None]
    finish: Callable[[], None]
    pause: Callable[[], Watch] | None = None
    turns: Callable[[], Iterator[None]] | None = None
