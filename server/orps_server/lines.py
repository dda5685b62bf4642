"""Places in a text: lines and characters in the client's units, UTF-8 byte offsets inside.

Pure and free of LSP, so that the laws of the conversion can be tested on their own.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

# Only these end a line in the protocol. ``str.splitlines`` also breaks at form feeds, U+2028 and others.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


_OTHERS = "\v\f\x1c\x1d\x1e"
"""Where else ``splitlines`` breaks an ASCII text."""


def _lines(text: str) -> list[str]:
    """At every key stroke a document is split once; the pattern takes ten times as long as the others."""
    if text.isascii() and not any(other in text for other in _OTHERS):
        return text.splitlines(keepends=True)
    if "\r" in text:
        return _LINE.findall(text)
    *whole, last = text.split("\n")
    return [f"{line}\n" for line in whole] + [last] * bool(last)


@dataclass(frozen=True, slots=True)
class Units:
    """What one ``character`` of a position counts: code units of ``codec``, ``width`` bytes each."""

    codec: str
    width: int

    def count(self, text: str) -> int:
        return len(text.encode(self.codec)) // self.width

    def prefix(self, text: str, count: int) -> str:
        """The first ``count`` units of ``text``; a character cut in two is left out."""
        return text.encode(self.codec)[: count * self.width].decode(self.codec, "ignore")


UTF8 = Units("utf-8", 1)
UTF16 = Units("utf-16-le", 2)
UTF32 = Units("utf-32-le", 4)


def units(encoding: str) -> Units:
    """The units of a position encoding by its LSP name; UTF-16 is the protocol's default."""
    return {"utf-8": UTF8, "utf-32": UTF32}.get(encoding, UTF16)


def without_surrogates(text: str) -> str:
    """A lone surrogate cannot be encoded, and no Python file can hold one: show U+FFFD, equally long."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a character in the client's units, both from zero."""

    line: int
    character: int


class Lines:
    """One version of a text, with the starts of its lines looked up once."""

    def __init__(self, text: str, units: Units) -> None:
        self.text = text
        self.units = units
        # With their ends; the last has none, and may be empty.
        self._lines = _lines(text)
        if not self._lines or self._lines[-1].endswith(("\r", "\n")):
            self._lines.append("")
        self._starts = [0, *accumulate(map(len, self._lines[:-1]))]
        self._bytes = self._starts
        if not text.isascii():
            self._bytes = [0, *accumulate(len(line.encode()) for line in self._lines[:-1])]
        self._end = self._bytes[-1] + len(self._lines[-1].encode())

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def whole(self) -> tuple[str, ...]:
        """The lines with their ends; an empty last line is left out, as ``splitlines`` does."""
        return tuple(self._lines if self._lines[-1] else self._lines[:-1])

    def index(self, place: Place) -> int:
        """The index into ``text``; a place beyond the line is its end, one beyond the text the text's end."""
        if place.line >= len(self):
            return len(self.text)
        content = self._lines[place.line].rstrip("\r\n")
        return self._starts[place.line] + len(self.units.prefix(content, place.character))

    def offset(self, place: Place) -> int:
        """The UTF-8 byte offset of a place."""
        index = self.index(place)
        line = bisect_right(self._starts, index) - 1
        return self._bytes[line] + len(self.text[self._starts[line] : index].encode())

    def start(self, line: int) -> int:
        """The UTF-8 byte offset at which a line starts; beyond the last line, past the end."""
        return self._bytes[line] if line < len(self) else self._end + 1

    def line_at(self, offset: int) -> int:
        """The line that holds a UTF-8 byte offset."""
        return bisect_right(self._bytes, offset) - 1

    def place(self, offset: int) -> Place:
        """The place of a UTF-8 byte offset that lies between two characters."""
        line = self.line_at(offset)
        start, length = self._starts[line], offset - self._bytes[line]
        # So many characters are at least so many bytes.
        before = self.text[start : start + length].encode()[:length].decode()
        return Place(line, self.units.count(before))

    def replaced(self, start: Place, end: Place, new: str) -> str:
        """The text with everything between two places replaced."""
        return self.text[: self.index(start)] + new + self.text[self.index(end) :]
