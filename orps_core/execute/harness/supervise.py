"""Watch one leaf until it ends or breaks a limit, and say which."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass

from .wire import Frames, Message

_RESULTS = 16 << 20
_KEPT_OUTPUT = 4000


@dataclass(frozen=True)
class Pipes:
    """The parent's ends: what the leaf reports, and what it prints."""

    reports: int
    output: int


@dataclass(frozen=True)
class Ended:
    """``reason`` is why we ended it, or None if it ended by itself; ``status`` is that of waitpid."""

    reason: str | None
    status: int
    messages: list[Message]
    output: str

    @property
    def signal(self) -> int:
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0

    @property
    def code(self) -> int:
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else 0


def supervise(pid: int, pipes: Pipes, nonce: bytes, wall: float, most_output: int) -> Ended:
    frames, printed = Frames(nonce, _RESULTS), bytearray()
    ended = os.pidfd_open(pid)
    try:
        reason = _follow(ended, pipes, frames, printed, time.monotonic() + wall, most_output)
    finally:
        os.close(ended)
    if reason is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return Ended(reason, status, frames.messages, _shortened(printed))


def _shortened(printed: bytearray) -> str:
    """The end says what went wrong, the beginning what it was about."""
    text = printed.decode("utf-8", "replace")
    if len(text) <= _KEPT_OUTPUT:
        return text
    return text[: _KEPT_OUTPUT // 4] + "\n…\n" + text[-_KEPT_OUTPUT * 3 // 4 :]


def _follow(
    ended: int, pipes: Pipes, frames: Frames, printed: bytearray, deadline: float, most_output: int
) -> str | None:
    poll = select.poll()
    for fd in (ended, pipes.reports, pipes.output):
        poll.register(fd, select.POLLIN)
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return "wall time"
        ready = [fd for fd, _ in poll.poll(left * 1000)]
        if ready == [ended]:
            return None  # both pipes are drained: what was said in time is heard
        for fd in ready:
            data = b"" if fd == ended else os.read(fd, 1 << 16)
            reason = _take(data, frames, None if fd == pipes.reports else printed, most_output)
            if reason is not None:
                return reason
            if not data and fd != ended:
                poll.unregister(fd)


def _take(data: bytes, frames: Frames, printed: bytearray | None, most_output: int) -> str | None:
    """Book what came. Return why the leaf must be stopped, or None."""
    if printed is None:
        return frames.feed(data)
    printed += data[: max(0, most_output + 1 - len(printed))]
    return "output" if len(printed) > most_output else None
