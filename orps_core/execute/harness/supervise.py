"""Watch one leaf until it ends or breaks a limit, and say which."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from dataclasses import dataclass

from .gauge import Gauge, Room
from .wire import Frames, Message

RESULTS = 16 << 20
"""Bytes that a leaf may report."""

_KEPT_OUTPUT = 4000
_UNNEEDED = "nobody needs it any more"
_COUNTED = 0.7  # of the limit; the kernel ends by ticks that it counts, and on a busy machine counts too many


@dataclass(frozen=True)
class Pipes:
    """The parent's ends: what the leaf reports, what it prints, and what hangs up when nobody needs it."""

    reports: int
    output: int
    leash: int | None = None


@dataclass(frozen=True)
class Bounds:
    """Seconds of wall time, of it without a report, and of CPU time; bytes printed, and what is measured."""

    wall: float
    quiet: float
    cpu: int
    output: int
    room: Room


@dataclass(frozen=True)
class Ended:
    """``reason`` is the limit it broke, or None if it ended by itself.

    ``status`` is that of waitpid, or None for one that has said its last word, or that nobody needs, and was
    killed, but is still to be waited for: taking down a process takes longer than running a small suite.
    """

    reason: str | None
    status: int | None
    messages: list[Message]
    output: str

    @property
    def signal(self) -> int:
        return os.WTERMSIG(self.status) if self.status is not None and os.WIFSIGNALED(self.status) else 0

    @property
    def code(self) -> int:
        return os.WEXITSTATUS(self.status) if self.status is not None and os.WIFEXITED(self.status) else 0


def supervise(pid: int, pipes: Pipes, nonce: bytes, bounds: Bounds) -> Ended:
    frames, printed, gauge = Frames(nonce, RESULTS), bytearray(), Gauge(pid, bounds.room)
    ended = os.pidfd_open(pid)
    over, status, used = False, 0, None
    try:
        reason = _follow(ended, pipes, frames, printed, bounds, gauge)
        over = reason == _UNNEEDED or (reason is None and frames.over)
    finally:
        # However we leave, it does nothing more.
        os.close(ended)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if not over:
            _, status, used = os.wait4(pid, 0)
    if used is None:
        return Ended(None, None, frames.messages, _shortened(printed))
    if reason is None and os.WIFSIGNALED(status) and os.WTERMSIG(status) in {signal.SIGKILL, signal.SIGXCPU}:
        spent = used.ru_utime + used.ru_stime >= _COUNTED * bounds.cpu
        reason = "CPU time" if spent else None
    if gauge.starved and reason in {"CPU time", "wall time"}:
        reason = "memory"  # it spent its time on asking for more
    return Ended(reason, status, frames.messages, _shortened(printed))


def _shortened(printed: bytearray) -> str:
    """The end says what went wrong, the beginning what it was about."""
    text = printed.decode("utf-8", "replace")
    if len(text) <= _KEPT_OUTPUT:
        return text
    return text[: _KEPT_OUTPUT // 4] + "\n…\n" + text[-_KEPT_OUTPUT * 3 // 4 :]


def _follow(
    ended: int, pipes: Pipes, frames: Frames, printed: bytearray, bounds: Bounds, gauge: Gauge
) -> str | None:
    heard = time.monotonic()
    deadline = heard + bounds.wall
    poll = select.poll()
    for fd in (ended, pipes.reports, pipes.output):
        poll.register(fd, select.POLLIN)
    if pipes.leash is not None:
        poll.register(pipes.leash, 0)  # a hang-up is always reported
    while True:
        left = min(deadline, heard + bounds.quiet) - time.monotonic()
        if left <= 0:
            gauge.measure()
            return "wall time"
        ready = [fd for fd, _ in poll.poll(min(left, gauge.wait()) * 1000 + 1)]
        if ready == [ended] or pipes.leash in ready:
            # Both pipes are drained, what was said in time is heard; or nobody listens any more.
            return _UNNEEDED if pipes.leash in ready else None
        for fd in (each for each in ready if each != ended):
            data = os.read(fd, 1 << 16)
            heard = time.monotonic() if fd == pipes.reports else heard
            reason = _take(data, frames, None if fd == pipes.reports else printed, bounds.output)
            if reason is not None or frames.over:
                return reason or _rest(pipes.output, printed, bounds.output)
            if not data:
                poll.unregister(fd)
        reason = None if gauge.wait() else gauge.look()
        if reason is not None:
            return reason


def _rest(output: int, printed: bytearray, most: int) -> str | None:
    """What was printed and not read yet; not what somebody still goes on printing beyond the limit."""
    poll = select.poll()
    poll.register(output, select.POLLIN)
    while poll.poll(0):
        data = os.read(output, 1 << 16)
        if not data:
            return None
        printed += data[: max(0, most + 1 - len(printed))]
        if len(printed) > most:
            return "output"
    return None


def _take(data: bytes, frames: Frames, printed: bytearray | None, most_output: int) -> str | None:
    """Book what came. Return why the leaf must be stopped, or None."""
    if printed is None:
        return frames.feed(data)
    printed += data[: max(0, most_output + 1 - len(printed))]
    return "output" if len(printed) > most_output else None
