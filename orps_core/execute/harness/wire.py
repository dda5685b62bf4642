"""Length-prefixed JSON: the only language spoken between ORPS and the processes it does not trust."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import cast

# JSON from another process: its shape is checked where it is used.
Message = dict[str, object]

MOST = 64 << 20
"""Bytes of the largest message either side of the control channel may send."""

_HEAD = struct.Struct("!I")
_LARGEST = 1 << 63
_MOST_PASSED = 4


def pack(message: Message) -> bytes:
    body = json.dumps(message, ensure_ascii=True).encode("ascii")
    return _HEAD.pack(len(body)) + body


class Channel:
    """The control channel of a harness process: one request, one reply."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def fileno(self) -> int:
        return self._connection.fileno()

    def close(self) -> None:
        self._connection.close()

    def send(self, message: Message) -> None:
        self._connection.sendall(pack(message))

    def receive(self) -> Message | None:
        """The next message, or None when the other side is gone."""
        return self._read(self.exactly(_HEAD.size))

    def take(self) -> tuple[Message, list[int]] | None:
        """The next message with the descriptors that came with it: only from who is trusted."""
        head, passed, _, _ = socket.recv_fds(self._connection, _HEAD.size, _MOST_PASSED)
        rest = self.exactly(_HEAD.size - len(head)) if head else None
        message = self._read(None if rest is None else head + rest)
        return None if message is None else (message, list(passed))

    def _read(self, head: bytes | None) -> Message | None:
        if head is None:
            return None
        (size,) = _HEAD.unpack(head)
        if size > MOST:
            raise ValueError(f"a message of {size} bytes")
        body = self.exactly(size)
        return None if body is None else cast("Message", json.loads(body))

    def exactly(self, count: int) -> bytes | None:
        """So many bytes, or None when the other side is gone before."""
        parts = bytearray()
        while len(parts) < count:
            part = self._connection.recv(min(count - len(parts), 1 << 20))
            if not part:
                return None
            parts += part
        return bytes(parts)


def hand_in(door: socket.socket, message: Message, passed: Sequence[int]) -> None:
    """Give a process that waits at the other side a message, and descriptors of ours.

    Raise OSError only where it cannot have taken the whole message.
    """
    body = pack(message)
    sent = socket.send_fds(door, [body], list(passed))
    if sent < len(body):  # sending nothing fails, too, when the other side has taken all and hung up
        door.sendall(body[sent:])


def take_in(door: int) -> tuple[Message, list[int]] | None:
    """The other side of ``hand_in``; None when nobody will hand in anything any more."""
    with socket.socket(fileno=os.dup(door)) as connection:
        return Channel(connection).take()


class Reporter:
    """What a leaf reports through. Everything it needs is bound before any candidate code exists."""

    def __init__(self, fd: int, nonce: bytes) -> None:
        write, encode, head = os.write, json.JSONEncoder().encode, _HEAD.pack

        def send(*messages: Message) -> None:
            bodies = [nonce + encode(message).encode("ascii") for message in messages]
            rest = b"".join([head(len(body)) + body for body in bodies])
            while rest:
                rest = rest[write(fd, rest) :]

        self.send = send


class Frames:
    """Takes a leaf's bytes apart. Whatever does not carry the nonce was not sent by the reporter."""

    def __init__(self, nonce: bytes, most: int) -> None:
        self._nonce = nonce
        self._most = most
        self._buffer = bytearray()
        self._total = 0
        self.messages: list[Message] = []

    @property
    def over(self) -> bool:
        """Whether the last word was said."""
        return bool(self.messages) and self.messages[-1].get("k") == "end" and "n" not in self.messages[-1]

    def feed(self, data: bytes) -> str | None:
        """Return why the leaf must be stopped, or None."""
        self._total += len(data)
        if self._total > self._most:
            return "result flood"
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            (size,) = _HEAD.unpack_from(self._buffer)
            if size > self._most or size < len(self._nonce):
                return "bad frame"
            if len(self._buffer) < _HEAD.size + size:
                return None
            body = bytes(self._buffer[_HEAD.size : _HEAD.size + size])
            del self._buffer[: _HEAD.size + size]
            if not body.startswith(self._nonce):
                return "forged frame"
            try:
                message = readable(json.loads(body[len(self._nonce) :]))
            except (ValueError, RecursionError):
                return "bad frame"
            if not isinstance(message, dict):
                return "bad frame"
            self.messages.append(cast("Message", message))
        return None


def readable(value: object, depth: int = 4) -> object:
    """The value, if every program further on can read and write it, with text that encodes. Or ValueError."""
    if not depth:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, list):
        return [readable(each, depth - 1) for each in cast("list[object]", value)]
    if isinstance(value, dict):
        return {key: readable(each, depth - 1) for key, each in cast("Message", value).items()}
    if isinstance(value, (int, float)) and not -_LARGEST < value < _LARGEST:  # true of what is no number, too
        raise ValueError("a number out of range")
    return value
