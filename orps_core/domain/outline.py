"""The functions of a document, as an editor needs them."""

from dataclasses import dataclass

from .target import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionOutline:
    """``span`` is that of Target; ``name_span`` covers the name; ``broken`` if its text does not parse."""

    qualname: str
    name: str
    span: Span
    name_span: Span
    broken: bool


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
