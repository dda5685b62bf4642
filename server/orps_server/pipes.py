"""Where bytes come in and go out: in two threads, so that nobody waits for a client that does not read."""

import os
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
_AHEAD = 64
"""Pieces read and not yet handled: a client that sends faster than we work has to wait."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends of a connection, as plain functions. ``read`` gives nothing at the end."""

    read: Callable[[], bytes]
    write: Callable[[bytes], None]
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

    return Ends(lambda: os.read(reader, _PIECE), write, lambda: os.close(writer))


def socket_ends(connection: socket.socket) -> Ends:
    return Ends(lambda: connection.recv(_PIECE), connection.sendall, connection.close)


class Outlet:
    """Sends in a thread of its own, whole messages in their order, whoever sends them.

    A client that does not read for a while stops nobody; ``lost`` is called once, from whatever thread, when
    it is gone or has left too much unread.
    """

    def __init__(self, ends: Ends, lost: Callable[[], None]) -> None:
        self._ends = ends
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._size = 0
        self._open = True
        self._thread = threading.Thread(target=self._work, name="orps-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Raise BrokenPipeError once nobody listens any more."""
        with self._changed:
            if not self._open:
                raise BrokenPipeError
            self._waiting.append(data)
            self._size += len(data)
            too_much = self._size > _BACKLOG
            self._changed.notify()
        if too_much:
            self._give_up()

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
    """Reads in a thread of its own; ``take`` gets each piece there, nothing at the end."""

    def __init__(self, ends: Ends, take: Callable[[bytes], None]) -> None:
        self._ends = ends
        self._take = take
        self._room = threading.Semaphore(_AHEAD)
        threading.Thread(target=self._work, name="orps-reader", daemon=True).start()

    def handled(self) -> None:
        """One piece has been worked through."""
        self._room.release()

    def _work(self) -> None:
        while True:
            piece = b""
            with suppress(OSError):  # A reset connection is an end like any other.
                piece = self._ends.read()
            self._room.acquire()
            with suppress(RuntimeError):  # The loop is gone, and this thread with the process in a moment.
                self._take(piece)
            if not piece:
                return
