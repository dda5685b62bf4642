"""Ends what takes too long, from within: for code that is not meant to last, and does not know it."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager


class TooLong(BaseException):
    """Not an Exception, so that the function under test does not catch it."""


def _stop(*_: object) -> None:
    raise TooLong


@contextmanager
def limited(seconds: float) -> Generator[None]:
    """Raise TooLong out of Python code after so many seconds; what hangs in C is stopped from outside."""
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
