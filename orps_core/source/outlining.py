"""Reads one document again and again while it is edited; what an edit leaves alone is not read again."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from operator import itemgetter

from ..domain.outline import Block, Outline
from . import parse

LONG = 50_000
"""Bytes of a text that takes longer to be read than somebody who types may wait."""
_STEP = 32_768
_END = itemgetter(1)


class Outliner:
    """What a long text has said, and what an edited one says then."""

    def __init__(self, least: int = LONG) -> None:
        """Of a text of less than so many bytes nothing is kept."""
        self._least = least
        self._data = b""
        self._blocks: Sequence[Block] = ()

    def __call__(self, text: str) -> Outline:
        found = self.near(text)
        return found if found is not None and found.certain else self.take(text, parse.blocks(text.encode()))

    def take(self, text: str, blocks: Sequence[Block]) -> Outline:
        """Keep what somebody else has read (`parse.blocks`)."""
        data = text.encode()
        self._data, self._blocks = (data, blocks) if len(data) >= self._least else (b"", ())
        return Outline(blocks)

    def near(self, text: str) -> Outline | None:
        """From what is known, having read the statements alone that differ; None where these are long.

        It is not ``certain`` while more than one place is broken: a string may begin at one, end at another.
        """
        data = text.encode()
        if not self._blocks or len(data) < self._least:
            return None
        start, tail = _shared(self._data, data)
        first, last = self._touched(start, len(self._data) - tail)
        by = len(data) - len(self._data)
        begin, end = self._blocks[first].start, self._blocks[last].end + by
        piece = data[begin:end]
        # Indented, or joined to what follows, it means nothing by itself.
        if len(piece) > self._least or piece[:1] in {b" ", b"\t"} or piece.rstrip(b"\r\n").endswith(b"\\"):
            return None
        read = parse.blocks(piece)
        if not read or any(each.broken for each in read):
            functions = tuple(each for block in read for each in block.functions)
            read = [Block(0, len(piece), 0, functions, broken=bool(read))]
        made = [
            *self._blocks[:first],
            *(each.shifted(begin) for each in read),
            *(each.shifted(by) for each in self._blocks[last + 1 :]),
        ]
        self._data, self._blocks = data, made
        return Outline(made, certain=sum(each.broken for each in made) <= 1)

    def _touched(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last block that an edit of these bytes concerns, with one before it.

        A line that is indented now belongs to the statement before.
        """
        first = max(0, bisect_left(self._blocks, start, key=_END) - 1)
        last = min(len(self._blocks) - 1, bisect_right(self._blocks, end, key=_END))
        return first, last


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
