"""The one place that knows tree-sitter: text in, plain values out."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from ..domain.outline import FunctionOutline
from ..domain.target import Span

_FUNCTIONS = "(function_definition) @function"
_NAMES = "[(identifier) @name]"
_NEWER = """[
  (type_alias_statement)
  (function_definition type_parameters: (_))
  (class_definition type_parameters: (_))
] @newer"""
_RENAMED = """[
  (aliased_import name: (_) @old alias: (identifier) @new)
  (module (expression_statement (assignment left: (identifier) @new right: (_) @old)))
]"""
_OF_THE_FILE = re.compile(r"#!|#.*coding[:=]")
_DECORATED, _FUNCTION, _CLASS = "decorated_definition", "function_definition", "class_definition"
_ALTERNATIVES = ("overload", ".setter", ".deleter", ".getter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A top-level import statement."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function or class with the names it mentions. ``line`` counts from 1, decorators included."""

    qualname: str
    line: int
    is_class: bool
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    names: frozenset[str]


@lru_cache(maxsize=1)
def _language() -> Language:
    return Language(tree_sitter_python.language())


def _root(data: bytes) -> Node:
    return Parser(_language()).parse(data).root_node


def _find(node: Node, query: str) -> list[Node]:
    captures = QueryCursor(Query(_language(), query)).captures(node)
    return sorted((n for nodes in captures.values() for n in nodes), key=lambda n: n.start_byte)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode() if node else ""


def is_newer(text: str, problem: str) -> bool:
    """Whether the problem is our Python's: as far as can be told, the text is right in a newer one."""
    root = _root(text.encode())
    return not root.has_error and (problem.startswith("f-string") or bool(_find(root, _NEWER)))


def outline(text: str) -> tuple[FunctionOutline, ...]:
    """Every function of the document in order; of several with one qualified name the one Python keeps."""
    kept: dict[str, FunctionOutline] = {}
    for node in _find(_root(text.encode()), _FUNCTIONS):
        name = node.child_by_field_name("name")
        if name is None or not _text(name):
            continue
        whole = _with_decorators(node)
        if any(decorator.endswith(_ALTERNATIVES) for decorator in _decorators(whole)):
            continue
        made = FunctionOutline(
            qualname=_qualname(node),
            name=_text(name),
            # To tree-sitter, the CR of a CRLF belongs to the comment before it.
            span=Span(start=whole.start_byte, end=whole.start_byte + len((whole.text or b"").rstrip())),
            name_span=Span(start=name.start_byte, end=name.end_byte),
            broken=whole.has_error or not _has_body(node),
        )
        kept.pop(made.qualname, None)
        kept[made.qualname] = made
    return tuple(sorted(kept.values(), key=lambda each: each.span.start))


def _has_body(function: Node) -> bool:
    """A ``def`` that is still being typed has none, which tree-sitter does not call an error."""
    body = function.child_by_field_name("body")
    return body is not None and any(child.type != "comment" for child in body.named_children)


def signature(text: str, span: Span) -> str:
    """``def`` up to the colon, on one line, of the function that fills the span."""
    data = text.encode()[span.start : span.end]
    node = _find(_root(data), _FUNCTIONS)[0]
    end = next((child.start_byte for child in node.children if child.type == ":"), node.end_byte)
    return " ".join(data[node.start_byte : end].decode().split())


def imports(text: str) -> tuple[Import, ...]:
    kinds = ("import_statement", "import_from_statement", "future_import_statement")
    return tuple(
        Import(text=_text(node), span=Span(start=node.start_byte, end=node.end_byte))
        for node in _root(text.encode()).children
        if node.type in kinds
    )


def top_level_start(text: str, offset: int) -> int:
    """Where the top-level statement around a byte begins, the comments right above it included."""
    data = text.encode()
    children = _root(data).children
    at = next(i for i, node in enumerate(children) if node.start_byte <= offset < node.end_byte)
    while at and _is_right_above(data, children[at - 1], children[at]):
        at -= 1
    return children[at].start_byte


def _is_right_above(data: bytes, comment: Node, node: Node) -> bool:
    starts_its_line = data[: comment.start_byte][-1:] in {b"", b"\n", b"\f"}
    return comment.type == "comment" and starts_its_line and comment.end_point.row == node.start_point.row - 1


def next_line(text: str, offset: int) -> int:
    """The first start of a line after a byte that lies in no top-level statement."""
    data = text.encode()
    nodes = _root(data).children
    while True:
        found = data.find(b"\n", offset)
        if found < 0:
            return len(data)
        around = [node.end_byte for node in nodes if node.start_byte <= found < node.end_byte]
        if not around:
            return found + 1
        offset = around[0]


def head_end(text: str) -> int:
    """The start of the line after the module's docstring, or else after the comments about the file."""
    children = _root(text.encode()).children
    comments = list(itertools.takewhile(lambda node: node.type == "comment", children))
    following = children[len(comments)] if len(comments) < len(children) else None
    if (
        following is not None
        and following.type == "expression_statement"
        and following.children[0].type == "string"
    ):
        return next_line(text, following.end_byte)
    row = following.start_point.row if following else -1
    while (
        comments and comments[-1].start_point.row == row - 1 and not _OF_THE_FILE.match(_text(comments[-1]))
    ):
        row = comments.pop().start_point.row
    return next_line(text, comments[-1].end_byte) if comments else 0


def definitions(text: str) -> tuple[Definition, ...]:
    """Functions and classes at the top level and, at any depth, directly inside those classes."""
    return tuple(_definitions(_root(text.encode()), ""))


def _definitions(block: Node | None, prefix: str) -> Iterator[Definition]:
    for node in block.children if block else ():
        inner = _inner(node)
        if inner.type in {_FUNCTION, _CLASS}:
            found = _definition(node, inner, prefix)
            yield found
            if found.is_class:
                yield from _definitions(inner.child_by_field_name("body"), f"{found.qualname}.")


def _definition(whole: Node, inner: Node, prefix: str) -> Definition:
    bases = inner.child_by_field_name("superclasses")
    return Definition(
        qualname=prefix + _text(inner.child_by_field_name("name")),
        line=whole.start_point.row + 1,
        is_class=inner.type == _CLASS,
        bases=tuple(_text(base) for base in bases.named_children) if bases else (),
        decorators=_decorators(whole),
        names=_names(whole),
    )


def names(text: str) -> frozenset[str]:
    return _names(_root(text.encode()))


def aliases(text: str, wanted: frozenset[str]) -> frozenset[str]:
    """Other names a document gives to what mentions a wanted one: ``import f as g``, ``CASES = [f, 1]``."""
    matches = QueryCursor(Query(_language(), _RENAMED)).matches(_root(text.encode()))
    return frozenset(
        _text(found["new"][0]) for _, found in matches if any(_names(old) & wanted for old in found["old"])
    )


def _names(node: Node) -> frozenset[str]:
    return frozenset(_text(name) for name in _find(node, _NAMES))


def _inner(node: Node) -> Node:
    definition = node.child_by_field_name("definition") if node.type == _DECORATED else None
    return definition or node


def _with_decorators(function: Node) -> Node:
    parent = function.parent
    return parent if parent is not None and parent.type == _DECORATED else function


def _decorators(whole: Node) -> tuple[str, ...]:
    if whole.type != _DECORATED:
        return ()
    return tuple(_text(child).lstrip("@").strip() for child in whole.children if child.type == "decorator")


def _qualname(function: Node) -> str:
    parts = [_text(function.child_by_field_name("name"))]
    node = function.parent
    while node is not None:
        if node.type == _FUNCTION:
            parts += ["<locals>", _text(node.child_by_field_name("name"))]
        elif node.type == _CLASS:
            parts.append(_text(node.child_by_field_name("name")))
        node = node.parent
    return ".".join(reversed(parts))
