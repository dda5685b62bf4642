"""The functions of a document, as an editor needs them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
    """Statements and the functions in them, as they were read when they stood ``by`` bytes before.

    ``start`` and ``end`` are where they are; ``broken`` if they do not parse. No dataclass: thousands are
    made at a key stroke.
    """

    start: int
    end: int
    by: int
    functions: tuple[FunctionOutline, ...]
    broken: bool = False

    def shifted(self, by: int) -> "Block":
        """The same so many bytes further on."""
        return Block(self.start + by, self.end + by, self.by + by, self.functions, self.broken)

    def moved(self, function: FunctionOutline) -> FunctionOutline:
        if not self.by:
            return function
        span, name = _moved(function.span, self.by), _moved(function.name_span, self.by)
        return replace(function, span=span, name_span=name)


class Outline:
    """Every function of a document in order; of several with one qualified name the one Python keeps.

    Asked for at every key stroke in documents with thousands of functions: what nobody looks at is not made.
    ``certain`` is False for what may be another when the whole text is read.
    """

    def __init__(self, blocks: Sequence[Block], *, certain: bool = True) -> None:
        self._blocks = blocks
        self.certain = certain

    @property
    def broken(self) -> bool:
        """True if something of the document does not parse, in a function or outside."""
        return any(block.broken for block in self._blocks)

    def __iter__(self) -> Iterator[FunctionOutline]:
        for block in self._blocks:
            yield from self._kept(block)

    def named(self, qualname: str) -> FunctionOutline | None:
        block = self._last.get(qualname)
        return (
            next((each for each in self._kept(block) if each.qualname == qualname), None) if block else None
        )

    def around(self, start: int, end: int) -> FunctionOutline | None:
        """The innermost function that begins before the byte ``end``, and ends at or after ``start``."""
        near = (each for each in self._blocks if each.start < end and start <= each.end)
        holding = [
            each
            for block in near
            for each in self._kept(block)
            if each.span.start < end and start <= each.span.end
        ]
        return min(holding, key=lambda each: each.span.end - each.span.start, default=None)

    def _kept(self, block: Block) -> Iterator[FunctionOutline]:
        last = {each.qualname: each for each in block.functions}
        for each in block.functions:
            if self._last[each.qualname] is block and last[each.qualname] is each:
                yield block.moved(each)

    @cached_property
    def _last(self) -> dict[str, Block]:
        return {each.qualname: block for block in self._blocks for each in block.functions}


def _moved(span: Span, by: int) -> Span:
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
