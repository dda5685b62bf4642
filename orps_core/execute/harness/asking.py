"""One version of the target in another process, asked from here."""

from __future__ import annotations

import socket
import time

from .wire import Channel, Message

ASKEW, ENDED = "its process answers with something else", "its process has ended"


class Gone(Exception):
    """Raised where no answer comes, or something that is none; the message says which. ``pid`` was asked."""

    def __init__(self, problem: str, pid: int) -> None:
        super().__init__(problem)
        self.pid = pid


class Line:
    """Where a witness is asked, one question at a time. ``pid`` is that of its process."""

    def __init__(self, fd: int, pid: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._channel = Channel(self._socket)
        self.pid = pid

    def asked(self, request: Message, seconds: float) -> Message:
        """Raise Gone."""
        self.send(request)
        return self.receive(seconds)

    def send(self, request: Message) -> None:
        self._socket.settimeout(None)
        try:
            self._channel.send(request)
        except OSError as error:
            raise Gone(ENDED, self.pid) from error

    def receive(self, seconds: float) -> Message:
        """Raise Gone, also for who answers byte by byte."""
        until = time.monotonic() + seconds
        self._socket.settimeout(max(0.001, seconds))
        try:
            reply = self._channel.receive()
        except TimeoutError as error:
            raise Gone("no answer in time", self.pid) from error
        except (OSError, ValueError, RecursionError) as error:
            raise Gone(ASKEW, self.pid) from error
        if reply is None:
            raise Gone(ENDED, self.pid)
        if type(reply) is not dict or time.monotonic() > until + seconds:
            raise Gone(ASKEW, self.pid)
        return reply

    def close(self) -> None:
        self._channel.close()
