"""Put a candidate back into its document, touching nothing else."""

import difflib
import re
from collections.abc import Mapping

from ..domain.candidate import Candidate
from ..domain.outline import Edit, Splice
from ..domain.target import Span, Target
from . import parse, syntax
from .imports import import_edits

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


def splice(target: Target, candidate: Candidate) -> Splice:
    """The document with the candidate in place, its imports and helpers where a person puts them."""
    end = line_end(target.module)
    edits = [*import_edits(target, candidate.imports, end), *_helpers(target, candidate, end)]
    edits.append(Edit(span=target.span, text=_function(target, candidate, end)))
    ordered = tuple(sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)))
    return Splice(text=apply(target.module, ordered), edits=ordered)


def splice_runnable(target: Target, candidate: Candidate) -> str:
    """The same in the text that is executed: equal offsets, broken statements blanked."""
    return apply(target.runnable, splice(target, candidate).edits)


def apply(text: str, edits: tuple[Edit, ...]) -> str:
    """Apply edits in order of their spans, which must not overlap."""
    data, parts, at = text.encode(), list[bytes](), 0
    for edit in edits:
        if edit.span.start < at:
            raise ValueError(f"edits overlap at byte {edit.span.start}")
        parts += [data[at : edit.span.start], edit.text.encode()]
        at = edit.span.end
    return b"".join([*parts, data[at:]]).decode()


def line_end(text: str) -> str:
    """The document's own line end: the one most of its lines have."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf * 2 > text.count("\n") else "\n"


def _function(target: Target, candidate: Candidate, end: str) -> str:
    """The candidate at the target's indentation. Lines it kept go back exactly as they stood.

    ``Target.source`` cannot say which lines inside strings, brackets and comments were less indented than
    the function, nor how each line ended; the target's own text can.
    """
    lines = candidate.source.rstrip("\n").split("\n")
    known = target.source.split("\n")
    matcher = difflib.SequenceMatcher(None, known, lines, autojunk=False)
    kept = {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    placed = _placed(target, lines, kept, end)
    if lines != known and syntax.parsed(syntax.in_block(target.indent + placed, target.indent)) is None:
        # A new statement can look like an old line of text in a string.
        placed = _placed(target, lines, {}, end)
    return placed


def _placed(target: Target, lines: list[str], kept: Mapping[int, int], end: str) -> str:
    old = _LINE.findall(target.indent + target.text)
    placed: list[str] = []
    for number, line in enumerate(lines):
        if number in kept:
            text, own = old[kept[number]]
            placed.append(text + (own or end))
        else:
            placed.append((target.indent + line if line.strip() else line) + end)
    return "".join(placed).removeprefix(target.indent).rstrip("\r\n")


def _helpers(target: Target, candidate: Candidate, end: str) -> list[Edit]:
    if not candidate.helpers:
        return []
    offset = parse.top_level_start(target.runnable, target.span.start)
    gap = end * 3
    text = "".join(helper.strip("\n").replace("\n", end) + gap for helper in candidate.helpers)
    return [Edit(span=Span(start=offset, end=offset), text=text)]
