"""The functions of a document, as an editor needs them."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, takewhile
from operator import itemgetter
from typing import NamedTuple

from .target import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOutline:
    """``span`` is that of Target; ``name_span`` covers the name; ``broken`` if its text does not parse."""

    qualname: str
    name: str
    span: Span
    name_span: Span
    broken: bool


class Block(NamedTuple):
    """``size`` bytes of statements, and the functions in them as they were read when it began at byte ``at``.

    Where it begins now is up to those before it, so that an edit leaves all others as they are. ``broken`` if
    it does not parse, and ``loose`` if a quote or a bracket of it may then end in another. No dataclass:
    thousands are made when a long document is read.
    """

    size: int
    at: int
    functions: tuple[FunctionOutline, ...]
    broken: bool = False
    loose: bool = False


class Outline:
    """Every function of a document in order; of several with one qualified name the one Python keeps.

    Asked for at every key stroke in documents with thousands of functions: what nobody looks at is not made.
    ``certain`` is False for what may be another when the whole text is read.
    """

    def __init__(self, blocks: Sequence[Block], *, certain: bool = True) -> None:
        self.blocks = blocks
        self.certain = certain

    @cached_property
    def ends(self) -> list[int]:
        """Where each block ends, in bytes."""
        return list(accumulate(map(_SIZE, self.blocks)))

    @cached_property
    def broken(self) -> int:
        """How many blocks of the document do not parse, in a function or outside."""
        return sum(map(_BROKEN, self.blocks))

    def replaced(self, first: int, after: int, blocks: Sequence[Block]) -> "Outline":
        """With others instead of those from ``first`` up to ``after``.

        It is not ``certain`` while several are broken, of which one may belong to another.
        """
        old = self.blocks[first:after]
        made = Outline([*self.blocks[:first], *blocks, *self.blocks[after:]])
        made.broken = self.broken + sum(map(_BROKEN, blocks)) - sum(map(_BROKEN, old))
        made.certain = made.broken <= 1 or not any(map(_LOOSE, made.blocks))
        if list(map(_names, old)) == list(map(_names, blocks)):
            made._last = self._last  # Nearly every key stroke leaves all names where they are.
        return made

    def __iter__(self) -> Iterator[FunctionOutline]:
        for number in range(len(self.blocks)):
            yield from self._kept(number)

    def named(self, qualname: str) -> FunctionOutline | None:
        number = self._last.get(qualname)
        kept = () if number is None else self._kept(number)
        return next((each for each in kept if each.qualname == qualname), None)

    def around(self, start: int, end: int) -> FunctionOutline | None:
        """The innermost function that begins before the byte ``end``, and ends at or after ``start``."""
        near = range(bisect_left(self.ends, start), len(self.blocks))
        holding = [
            each
            for number in takewhile(lambda number: self._start(number) < end, near)
            for each in self._kept(number)
            if each.span.start < end and start <= each.span.end
        ]
        return min(holding, key=lambda each: each.span.end - each.span.start, default=None)

    def _start(self, number: int) -> int:
        return self.ends[number] - self.blocks[number].size

    def _kept(self, number: int) -> Iterator[FunctionOutline]:
        block, by = self.blocks[number], self._start(number) - self.blocks[number].at
        last = {each.qualname: each for each in block.functions}
        for each in block.functions:
            if self._last[each.qualname] == number and last[each.qualname] is each:
                yield _moved(each, by) if by else each

    @cached_property
    def _last(self) -> dict[str, int]:
        return {each.qualname: number for number, block in enumerate(self.blocks) for each in block.functions}


_SIZE = itemgetter(0)
_BROKEN = itemgetter(3)
_LOOSE = itemgetter(4)


def _names(block: Block) -> list[str]:
    return [each.qualname for each in block.functions]


def _moved(function: FunctionOutline, by: int) -> FunctionOutline:
    return replace(function, span=_further(function.span, by), name_span=_further(function.name_span, by))


def _further(span: Span, by: int) -> Span:
    return Span(start=span.start + by, end=span.end + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Replace ``span`` (UTF-8 byte offsets) by ``text``; an empty span inserts."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """A document with a candidate in place: the new text, and the edits that lead to it, in order."""

    text: str
    edits: tuple[Edit, ...]
