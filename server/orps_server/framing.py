"""Messages in a stream of bytes: headers, a length, a body. Behind what is no message reading goes on.

Pure, so that the law can be tested on its own: how the bytes are cut into pieces changes nothing.
"""

import re
from dataclasses import dataclass

LONGEST = 256 * 1024 * 1024
"""Bytes of one message; a document of that length is a slip of somebody's program."""
_LONGEST_LINE = 8192

# Searched for in the line, not matched: it may follow the rest of a message whose length was wrong.
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Bytes that are no message, and why."""

    reason: str


class Frames:
    """Takes pieces as they come, and gives the bodies that are complete."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._rest = bytearray()
        self._length: int | None = None
        self._skip = 0
        self._garbage = False
        self._in_body = False

    def feed(self, piece: bytes) -> list[bytes | Fault]:
        self._rest += piece
        found: list[bytes | Fault] = []
        while (made := self._next()) is not None:
            if made:
                found += made
        return found

    def _next(self) -> list[bytes | Fault] | None:
        """What the next step brings, which may be nothing; None while there are too few bytes for a step."""
        if self._skip:
            gone = min(self._skip, len(self._rest))
            del self._rest[:gone]
            self._skip -= gone
            return [] if gone else None
        return self._body() if self._in_body else self._header()

    def _body(self) -> list[bytes | Fault] | None:
        length = self._length or 0
        if len(self._rest) < length:
            return None
        body = bytes(self._rest[:length])
        del self._rest[:length]
        self._length, self._in_body = None, False
        return [body]

    def _header(self) -> list[bytes | Fault] | None:
        end = self._rest.find(b"\n", 0, _LONGEST_LINE)
        if end < 0 and len(self._rest) < _LONGEST_LINE:
            return None
        line = bytes(self._rest[: end + 1 if end >= 0 else _LONGEST_LINE // 2])
        del self._rest[: len(line)]
        if line.strip():
            self._take(line)
            return []
        return self._blank()

    def _take(self, line: bytes) -> None:
        if (said := _LENGTH.search(line)) is not None:
            self._length = int(said[1])
        elif b":" not in line:
            self._garbage = True

    def _blank(self) -> list[bytes | Fault]:
        """The end of the headers."""
        garbage, self._garbage = self._garbage, False
        if self._length is None:
            return [Fault("a message without Content-Length")] if garbage else []
        if self._length > self._longest:
            self._skip, self._length = self._length, None
            return [Fault(f"a message of {self._skip} bytes; the longest that is read has {self._longest}")]
        self._in_body = True
        return []
