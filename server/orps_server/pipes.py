"""Where bytes come in and go out, so that nobody waits for a client that does not read.

No other thread has to be woken for a message where it can be helped: on a busy machine each costs its turn.
"""

import asyncio
import os
import select
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

_PIECE = 1 << 16
_BACKLOG = 64 * 1024 * 1024
"""Bytes that a client may leave unread; one that leaves more does not read at all."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a connection, as plain functions. ``read`` gives nothing at the end.

    ``number`` is the descriptor that is read. ``offer`` writes as much as is taken without waiting.
    """

    number: int
    read: Callable[[], bytes]
    write: Callable[[bytes], None]
    offer: Callable[[bytes], int]
    close: Callable[[], None]


def private_ends() -> Ends:
    """Fault: whatever anyone prints to stdout ends the session, and a child that reads stdin eats messages.

    From here on printing goes to stderr, reading finds nothing, and neither pipe is inherited by children.
    """
    reader, writer = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr

    def write(data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(writer, left) :]

    return Ends(
        reader,
        lambda: os.read(reader, _PIECE),
        write,
        lambda data: _offered(writer, data),
        lambda: os.close(writer),
    )


def _offered(writer: int, data: bytes) -> int:
    """A pipe that is ready takes so many bytes; it stays blocking, for its other end may belong to others."""
    if not hasattr(select, "poll"):
        return 0
    poll, sent = select.poll(), 0
    poll.register(writer, select.POLLOUT)
    while sent < len(data) and poll.poll(0):
        sent += os.write(writer, data[sent : sent + select.PIPE_BUF])
    return sent


def socket_ends(connection: socket.socket) -> Ends:
    return Ends(
        connection.fileno(),
        lambda: connection.recv(_PIECE),
        connection.sendall,
        lambda data: _offered(connection.fileno(), data),
        connection.close,
    )


class Outlet:
    """Sends whole messages in their order, whoever sends them: at once, or in a thread of its own.

    A client that does not read for a while stops nobody; ``lost`` is called once, from whatever thread, when
    it is gone or has left too much unread.
    """

    def __init__(self, ends: Ends, lost: Callable[[], None]) -> None:
        self._ends = ends
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._size = 0
        """Bytes that wait, or that the thread is sending."""
        self._open = True
        self._thread = threading.Thread(target=self._work, name="orps-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Raise BrokenPipeError once nobody listens any more."""
        try:
            too_much = self._take(data)
        except OSError:
            self._give_up()
            raise BrokenPipeError from None
        if too_much:
            self._give_up()

    def _take(self, data: bytes) -> bool:
        with self._changed:
            if not self._open:
                raise BrokenPipeError
            left = data if self._size else data[self._ends.offer(data) :]
            if left:
                self._waiting.append(left)
                self._size += len(left)
                self._changed.notify()
            return self._size > _BACKLOG

    def close(self, seconds: float = 0.3) -> None:
        """Send what is left, if it is read in time."""
        with self._changed:
            self._open = False
            self._changed.notify()
        if self._thread is not threading.current_thread():
            self._thread.join(seconds)

    def _work(self) -> None:
        while (data := self._next()) is not None:
            try:
                self._ends.write(data)
            except OSError:
                self._give_up()
                return
            with self._changed:
                self._size -= len(data)

    def _next(self) -> bytes | None:
        with self._changed:
            while not self._waiting and self._open:
                self._changed.wait()
            return self._waiting.popleft() if self._waiting else None

    def _give_up(self) -> None:
        with self._changed:
            was_open, self._open = self._open, False
            self._waiting.clear()
            self._changed.notify()
        if was_open:
            self._lost()


class Inlet:
    """Reads a piece when it is asked for one: a client that sends faster than we work has to wait."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    async def piece(self) -> bytes:
        """What has come, as soon as something has; nothing at the end."""
        try:
            await _ready(self._ends.number)
        except (PermissionError, NotImplementedError):  # A file, which is always ready; or not on Linux.
            return await asyncio.to_thread(self._ends.read)
        with suppress(OSError):  # A reset connection is an end like any other.
            return self._ends.read()
        return b""


async def _ready(number: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(number, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(number)
