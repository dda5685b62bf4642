"""Walk syntax trees without layout, and turn away texts too deep for a recursive reader."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import cast

import libcst as cst

_LAYOUT = re.compile(r"whitespace|leading_lines|lines_after|header|footer|comma|semicolon|lpar|rpar|^indent$")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BRACKET = re.compile(r"[()\[\]{}]")
_BRACKETS, _RUN, _LINES = 100, 3000, 3000
_DEEPEST = 150


def tame(source: str) -> bool:
    """Whether libcst can parse the text safely: its native parser overflows the stack on thousands of levels.

    Levels come from brackets, from runs of operators without a comma, and from conditions in a row. Half a
    character (a lone surrogate) cannot be written in UTF-8, which libcst and our offsets are about.
    """
    if _SURROGATE.search(source):
        return False
    lines = source.split("\n")
    if len(lines) > _LINES or any(len(run) > _RUN for line in lines for run in line.split(",")):
        return False
    depth = 0
    for found in _BRACKET.finditer(source):
        depth = depth + 1 if found[0] in "([{" else max(depth - 1, 0)
        if depth > _BRACKETS:
            return False
    return True


def deep(root: cst.CSTNode) -> bool:
    """Whether a tree has more levels than Python's stack lets libcst write out."""
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in children(node)]
        if not level:
            return False
    return True


@functools.cache
def _branches(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if not _LAYOUT.search(field.name))


def _nodes(items: Iterable[object]) -> Iterator[cst.CSTNode]:
    return (item for item in items if isinstance(item, cst.CSTNode))


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for name in _branches(type(node)):
        value: object = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, Iterable) and not isinstance(value, str):
            yield from _nodes(cast("Iterable[object]", value))
