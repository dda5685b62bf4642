"""Reads one document again and again while it is edited; what an edit leaves alone is not read again."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from operator import attrgetter

from ..domain.outline import Block, Outline
from . import parse
from .closing import is_closed

SHORT = 1_000
"""Bytes of a text that is read as soon as it is found out what of it is new."""
LONG = 50_000
"""Bytes of a text that takes longer to be read than somebody who types may wait."""
_STEP = 32_768


class Outliner:
    """What a text has said, and what an edited one says then."""

    def __init__(self, least: int = SHORT) -> None:
        """Of a text of less than so many bytes nothing is kept."""
        self._least = least
        self._data: bytes = b""
        self._outline = Outline(())
        self._faults = 0
        """How many pieces did not parse when the whole was read. One may be misread for one before it."""

    def __call__(self, text: str) -> Outline:
        found = self.near(text)
        return found if found is not None and found.certain else self.take(text, parse.blocks(text.encode()))

    def take(self, text: str, blocks: Sequence[Block]) -> Outline:
        """Keep what somebody else has read (`parse.blocks`)."""
        data = text.encode()
        found = Outline(blocks)
        self._faults = found.broken
        self._data, self._outline = (data, found) if len(data) >= self._least else (b"", Outline(()))
        return found

    def near(self, text: str) -> Outline | None:
        """From what is known, having read the statements alone that differ; None where these are long.

        It is not ``certain`` while several places are broken, if a text may begin at one and end at another;
        nor when less is broken than when the whole was read.
        """
        data = text.encode()
        outline = self._outline
        if not outline.blocks or len(data) < self._least:
            return None
        if data != self._data:
            start, tail = _shared(self._data, data)
            first, last = _touched(outline, self._data, start, len(self._data) - tail)
            made = _reread(outline, first, last, data, len(data) - len(self._data))
            if made is None:
                return None
            made.certain = made.certain and made.broken >= self._faults
            self._data, self._outline = data, made
        return self._outline


def _reread(old: Outline, first: int, last: int, data: bytes, longer: int) -> Outline | None:
    """Read the text of these blocks anew, ``longer`` by so many bytes; None if it means nothing alone."""
    start = old.ends[first] - old.blocks[first].size
    piece = data[start : old.ends[last] + longer]
    if len(piece) > LONG or piece[:1] in _INDENT or piece.rstrip(b"\r\n").endswith(b"\\"):
        return None
    read = parse.blocks(piece)
    if not any(map(_BROKEN, read)):
        return old.replaced(first, last + 1, read or [Block(len(piece), 0, ())])
    if last + 1 < len(old.blocks) and _decorates(piece):
        more = parse.blocks(data[start : old.ends[last + 1] + longer])
        if not any(map(_BROKEN, more)):
            return old.replaced(first, last + 2, more)
    functions = tuple(each for block in read for each in block.functions)
    loose = not is_closed(piece)
    return old.replaced(first, last + 1, [Block(len(piece), 0, functions, broken=True, loose=loose)])


_BROKEN = attrgetter("broken")
_INDENT = frozenset({b" ", b"\t", b"\\"})


def _touched(outline: Outline, data: bytes, start: int, end: int) -> tuple[int, int]:
    """The first and the last block that an edit of these bytes concerns, and what may belong to them."""
    blocks, ends = outline.blocks, outline.ends
    first, last = bisect_left(ends, start), min(len(ends) - 1, bisect_right(ends, end))
    while last + 1 < len(blocks) and blocks[last + 1].broken and _follows(outline, data, last + 1):
        last += 1
    if first and (_LINE_END.search(data, ends[first - 1], start) is None or _follows(outline, data, first)):
        # A line that is indented now, or has another word at its start, belongs to the statement before.
        first -= 1
    return first, last


def _follows(outline: Outline, data: bytes, number: int) -> bool:
    """Whether a block may go on with what the one before begins."""
    before, begin = outline.blocks[number - 1], outline.ends[number - 1]
    if before.loose or outline.blocks[number].loose or _CLAUSE.match(data, begin):
        return True
    return before.broken and _decorates(data[begin - before.size : begin])


def _decorates(piece: bytes) -> bool:
    """Whether its last decorator may be that of the function which follows."""
    at = max(piece.rfind(b"\n@"), piece.rfind(b"\r@"))
    return (at >= 0 or piece.startswith(b"@")) and _DEFINED.search(piece, at + 1) is None


_DEFINED = re.compile(rb"[\r\n](?:async|class|def)\b")
_LINE_END = re.compile(rb"[\r\n]")
_CLAUSE = re.compile(rb"(?:else|elif|except|finally)\b")


def _shared(old: bytes, new: bytes) -> tuple[int, int]:
    """How many bytes at the start and at the end are the same."""
    shortest = min(len(old), len(new))
    start = _same(shortest, lambda first, last: old[first:last] == new[first:last])
    a, b = len(old), len(new)
    return start, _same(
        shortest - start, lambda first, last: old[a - last : a - first] == new[b - last : b - first]
    )


def _same(most: int, equal: Callable[[int, int], bool]) -> int:
    """How far it is equal from the start: in large steps first, for what is compared is copied."""
    start = 0
    while start + _STEP <= most and equal(start, start + _STEP):
        start += _STEP
    return start + _most(min(_STEP, most - start), lambda count: equal(start, start + count))


def _most(most: int, holds: Callable[[int], bool]) -> int:
    """The largest number up to ``most`` for which something holds that holds for all smaller ones."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if holds(middle) else (least, middle - 1)
    return least
