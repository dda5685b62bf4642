"""Make a document with syntax errors runnable: blank out what does not parse, keep every offset."""

import itertools
import re

from . import parse, syntax

_MOST = 120
"""Statements a damaged stretch may reach over before its first one is given up."""
_CONTINUES = re.compile(r"\s*(else|elif|except|finally)\b")
_BODY = re.compile(r"(?m)^([ \t]+)(?=[^\s#])")


def mend(text: str) -> str:
    """Turn statements that do not parse into spaces: at the top level, and in classes member by member.

    The result has as many UTF-8 bytes as the text, and every other byte stays where it is.
    """
    return text if syntax.parsed(text) is not None else _mended(text, "")


def _mended(text: str, indent: str) -> str:
    """The text of a block whose statements start at ``indent``."""
    edges = _edges(text, indent)
    kept: list[str] = []
    at = 0
    while at < len(edges) - 1:
        end = _statement_end(text, edges, at, indent)
        piece = None
        if end is None:
            end = _decorated_end(text, edges, at)
            piece = _class_mended(text[edges[at] : edges[end]], indent)
            if piece is None:
                end = at + 1
                piece = _blanked(text[edges[at] : edges[end]], indent)
        kept.append(text[edges[at] : edges[end]] if piece is None else piece)
        at = end
    return "".join(kept)


def _edges(text: str, indent: str) -> list[int]:
    """Where statements of the block may start, and its end."""
    starts = re.finditer(rf"(?m)^{re.escape(indent)}(?=[^\s#)\]}}])", text)
    return sorted({0, *(match.start() for match in starts), len(text)})


def _statement_end(text: str, edges: list[int], at: int, indent: str) -> int | None:
    """A later edge up to which the text parses: a decorator needs its function, ``if`` takes its ``else``."""
    found = None
    for end in range(at + 1, min(len(edges), at + _MOST)):
        if _parses(text[edges[at] : edges[end]], indent):
            found = end
            if not _CONTINUES.match(text, edges[end]):
                break
        elif found is not None and not _CONTINUES.match(text, edges[end]):
            break
    return found


def _decorated_end(text: str, edges: list[int], at: int) -> int:
    """The edge after the first piece that is no decorator."""
    pieces = range(at, len(edges) - 1)
    last = next(itertools.dropwhile(lambda n: text[edges[n] :].lstrip(" \t").startswith("@"), pieces), at)
    return last + 1


def _class_mended(piece: str, indent: str) -> str | None:
    """A class with its broken members blanked; None for what is no class, or is left with nothing in it."""
    margin = re.escape(indent)
    head = re.match(rf"(?:{margin}@.*?^)?{margin}class\b[^\n]*:[^\n]*\n", piece, re.DOTALL | re.MULTILINE)
    body = _BODY.search(piece, head.end()) if head else None
    if head is None or body is None or len(body[1]) <= len(indent):
        return None
    mended = piece[: head.end()] + _mended(piece[head.end() :], body[1])
    return mended if _parses(mended, indent) else None


def _blanked(piece: str, indent: str) -> str:
    """A whole first line is right whatever is indented below it."""
    first, end, rest = piece.partition("\n")
    return first + end + _blank(rest) if rest and _parses(first, indent) else _blank(piece)


def _parses(piece: str, indent: str) -> bool:
    whole = syntax.in_block(piece, indent)
    problem = syntax.refusal(whole)
    return problem is None or parse.is_newer(whole, problem)


def _blank(text: str) -> str:
    return "".join(char if char in "\r\n" else " " * len(char.encode()) for char in text)
