"""Places in a text: lines and characters in the client's units, UTF-8 byte offsets inside.

Pure and free of LSP, so that the laws of the conversion can be tested on their own.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
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


class _Starts:
    """Where each line starts. From the line ``turn`` on all is ``by`` further than it is written down.

    So that what comes after a key stroke need not be written anew: the next one is likely to be near it.
    """

    __slots__ = ("_by", "_turn", "_written")

    def __init__(self, written: list[int], turn: int = 0, by: int = 0) -> None:
        self._written, self._turn, self._by = written, turn, by

    @classmethod
    def after(cls, sizes: Iterable[int]) -> "_Starts":
        return cls(list(accumulate(sizes, initial=0))[:-1])

    def __len__(self) -> int:
        return len(self._written)

    def __getitem__(self, line: int) -> int:
        return self._written[line] + (self._by if line >= self._turn else 0)

    def until(self, place: int) -> int:
        """How many lines start at the place or before it."""
        if self._turn < len(self) and place >= self[self._turn]:
            return bisect_right(self._written, place - self._by, lo=self._turn)
        return bisect_right(self._written, place, hi=self._turn)

    def joined(self, first: int, after: int, sizes: Iterable[int]) -> "_Starts":
        """With lines of these sizes instead of those from ``first`` up to ``after``."""
        *fresh, end = accumulate(sizes, initial=self[first])
        moved = self._by + (end - self[after] if after < len(self) else 0)
        was, turn, by = self._written, self._turn, self._by
        head = was[: min(turn, first)] + [each + by for each in was[turn:first]]
        tail = [each - by for each in was[after:turn]] + was[max(after, turn) :]
        return _Starts([*head, *fresh, *tail], len(head) + len(fresh), moved)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The lines with their ends, and where each starts in characters and in bytes.

    The last line has no end, and may be empty.
    """

    lines: list[str]
    starts: _Starts
    bytes: _Starts


def _cut(text: str) -> _Cut:
    lines = _closed(_lines(text))
    starts = _Starts.after(map(len, lines))
    return _Cut(lines, starts, starts if text.isascii() else _Starts.after(map(_size, lines)))


def _closed(lines: list[str]) -> list[str]:
    return [*lines, ""] if not lines or lines[-1].endswith(("\r", "\n")) else lines


def _size(line: str) -> int:
    return len(line.encode())


class Lines:
    """One version of a text, with the starts of its lines looked up once."""

    def __init__(self, text: str, units: Units, cut: _Cut | None = None) -> None:
        """``cut``: where that is known already."""
        self.text = text
        self.units = units
        known = _cut(text) if cut is None else cut
        self._lines, self._starts, self._bytes = known.lines, known.starts, known.bytes

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
        line = self._starts.until(index) - 1
        return self._bytes[line] + len(self.text[self._starts[line] : index].encode())

    def start(self, line: int) -> int:
        """The UTF-8 byte offset at which a line starts; beyond the last line, past the end."""
        return (
            self._bytes[line] if line < len(self) else self._bytes[len(self) - 1] + _size(self._lines[-1]) + 1
        )

    def line_at(self, offset: int) -> int:
        """The line that holds a UTF-8 byte offset."""
        return self._bytes.until(offset) - 1

    def place(self, offset: int) -> Place:
        """The place of a UTF-8 byte offset that lies between two characters."""
        line = self.line_at(offset)
        return Place(line, self.units.count(self.text[self._starts[line] : self._index(offset)]))

    def between(self, start: int, end: int) -> str:
        """The text between two UTF-8 byte offsets that lie between characters."""
        return self.text[self._index(start) : self._index(end)]

    def _index(self, offset: int) -> int:
        line = self.line_at(offset)
        start, length = self._starts[line], offset - self._bytes[line]
        # So many characters are at least so many bytes.
        return start + len(self.text[start : start + length].encode()[:length].decode())

    def replaced(self, start: Place, end: Place, new: str) -> "Lines":
        """The text with everything between two places replaced; of its lines only what is new is cut."""
        begin, stop = self.index(start), self.index(end)
        text = self.text[:begin] + new + self.text[stop:]
        if stop < begin:
            return Lines(text, self.units)
        # One line more: a "\n" that comes to stand behind its "\r" belongs to it.
        first, after = max(0, self._starts.until(begin) - 2), self._starts.until(stop)
        return Lines(text, self.units, self._recut(text, first, after))

    def _recut(self, text: str, first: int, after: int) -> _Cut:
        """The lines of a text that is the same before the line ``first`` and from the line ``after`` on."""
        by, open_end = len(text) - len(self.text), after == len(self)
        fresh = _lines(text[self._starts[first] : len(text) if open_end else self._starts[after] + by])
        fresh = _closed(fresh) if open_end else fresh
        starts = self._starts.joined(first, after, map(len, fresh))
        return _Cut(
            [*self._lines[:first], *fresh, *self._lines[after:]],
            starts,
            starts if text.isascii() else self._bytes.joined(first, after, map(_size, fresh)),
        )
