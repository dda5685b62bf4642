"""Ends what takes too long, wherever it is."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Generator


class TooLong(BaseException):
    """Not an Exception, so that the project's code does not catch it."""


def _stop(*_: object) -> None:
    raise TooLong


@contextlib.contextmanager
def limited(seconds: float) -> Generator[None]:
    """Raise TooLong in the block when so many seconds are over. For the main thread, and not nested."""
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
