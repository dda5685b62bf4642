"""The one place that knows tree-sitter: text in, plain values out."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Query, QueryCursor

from ..domain.outline import Block, FunctionOutline, Outline
from ..domain.target import Span
from .branches import decided
from .closing import is_closed

_FUNCTIONS = "(function_definition) @function"
_NAMES = "[(identifier) @name]"
_USED = "[(identifier) (string_content)] @used"
_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_IMPORTED = """[
  (import_statement) @import
  (import_from_statement) @import
]"""
_NEWER = """[
  (type_alias_statement)
  (function_definition type_parameters: (_))
  (class_definition type_parameters: (_))
] @newer"""
_RENAMED = """[
  (aliased_import name: (_) @old alias: (identifier) @new)
  (module (expression_statement (assignment left: (identifier) @new right: (_) @old)))
]"""
_LONE_CR = re.compile(rb"\r(?!\n)")
_OF_THE_FILE = re.compile(r"#!|#.*coding[:=]")
_DECORATED, _FUNCTION, _CLASS = "decorated_definition", "function_definition", "class_definition"
_BRANCHES = frozenset(
    {"if_statement", "else_clause", "elif_clause", "try_statement", "except_clause", "finally_clause"}
    | {"with_statement", "block"}
)
"""Statements at whose inside a definition still belongs to the scope around them."""
_ALTERNATIVES = ("overload", ".setter", ".deleter", ".getter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A top-level import statement."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A function or class. ``line`` counts from 1, decorators included.

    ``names`` are those it mentions; in a class, those that none of its members mentions.
    """

    qualname: str
    line: int
    is_class: bool
    bases: tuple[str, ...]
    decorators: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What can be known of a document without running it.

    ``names`` are all it mentions, dotted words of strings included. ``renamed`` are names it gives to what
    mentions others, as in ``import f as g`` and ``CASES = [f, 1]``. ``imported`` are modules and what is
    taken from them, as they are written: ``a.b`` and ``a.b.f`` for ``from a.b import f``.
    """

    definitions: tuple[Definition, ...]
    names: frozenset[str]
    renamed: tuple[tuple[str, frozenset[str]], ...]
    imported: frozenset[str]

    def aliases(self, wanted: frozenset[str]) -> frozenset[str]:
        """Other names the document gives to what mentions a wanted one."""
        return frozenset(new for new, old in self.renamed if old & wanted)


@lru_cache(maxsize=1)
def _language() -> Language:
    return Language(tree_sitter_python.language())


@lru_cache(maxsize=16)
def _query(text: str) -> Query:
    return Query(_language(), text)


def _root(data: bytes) -> Node:
    # To tree-sitter a comment does not end at a lone CR; to Python and to editors it does.
    return Parser(_language()).parse(_LONE_CR.sub(b"\n", data) if b"\r" in data else data).root_node


def _find(node: Node, query: str) -> list[Node]:
    captures = QueryCursor(_query(query)).captures(node)
    return sorted((n for nodes in captures.values() for n in nodes), key=lambda n: n.start_byte)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode() if node else ""


def is_newer(text: str, problem: str) -> bool:
    """Whether the problem is our Python's: as far as can be told, the text is right in a newer one."""
    root = _root(text.encode())
    return not root.has_error and (problem.startswith("f-string") or bool(_find(root, _NEWER)))


def outline(text: str) -> tuple[FunctionOutline, ...]:
    """Every function of the document in order; of several with one qualified name the one Python keeps."""
    return tuple(Outline(blocks(text.encode())))


def blocks(data: bytes) -> list[Block]:
    """The text cut where statements begin in the first column; comments belong to what is before them.

    As long as nothing in it is broken, each piece means by itself what it means where it is.
    """
    nodes = _root(data).children
    starts = [
        at
        for at, node in enumerate(nodes)
        if at and node.type != "comment" and data[node.start_byte - 1] in _ENDS
    ]
    made = list[Block]()
    for first, last in itertools.pairwise([0, *starts, len(nodes)] if nodes else ()):
        group, end = nodes[first:last], nodes[last].start_byte if last < len(nodes) else len(data)
        found = tuple(each for node in group if node.type not in _WITHOUT for each in _functions(node))
        broken = any(node.has_error for node in group) or any(each.broken for each in found)
        start = group[0].start_byte if first else 0
        loose = broken and not is_closed(data[start:end])
        made.append(Block(end - start, start, found, broken, loose))
    return made


_ENDS = b"\r\n"
_WITHOUT = frozenset(
    {
        "comment",
        "expression_statement",
        "import_statement",
        "import_from_statement",
        "future_import_statement",
    }
)
"""Statements in which no function can be defined."""


def _functions(statement: Node) -> list[FunctionOutline]:
    """Of several with one name in branches of an ``if``, those that Python is known to skip are left out."""
    made = list(_made(statement))
    times = Counter(each.qualname for _, each in made)
    if len(times) == len(made):
        return [each for _, each in made]
    never = [times[each.qualname] > 1 and _never_runs(node) for node, each in made]
    live = {each.qualname for (_, each), dead in zip(made, never, strict=True) if not dead}
    return [
        each for (_, each), dead in zip(made, never, strict=True) if not dead or each.qualname not in live
    ]


def _never_runs(node: Node) -> bool:
    inner, outer = node, node.parent
    while outer is not None:
        if outer.type == "if_statement" and _is_passed_over(outer, inner):
            return True
        inner, outer = outer, outer.parent
    return False


def _is_passed_over(choice: Node, branch: Node) -> bool:
    """Whether an ``if`` never takes one of its branches: by its own condition, or one before it."""
    for clause in [choice, *(each for each in choice.children if each.type == "elif_clause")]:
        holds = decided(_text(clause.child_by_field_name("condition")))
        if branch in (clause, clause.child_by_field_name("consequence")):
            return holds is False
        if holds:
            return True
    return False


def _made(statement: Node) -> Iterator[tuple[Node, FunctionOutline]]:
    for node in _find(statement, _FUNCTIONS):
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
        yield node, made


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


def facts(text: str) -> Facts:
    """Definitions are functions and classes at the top level and, at any depth, directly in those classes."""
    root = _root(text.encode())
    found = list(_definitions(root, ""))
    own = [set[str]() for _ in found]
    rest = set[str]()
    inside: list[int] = []
    following = 0
    for node in _find(root, _USED):
        at = node.start_byte
        while following < len(found) and found[following][0].start_byte <= at:
            inside.append(following)
            following += 1
        while inside and found[inside[-1]][0].end_byte <= at:
            inside.pop()
        (own[inside[-1]] if inside else rest).update(_used(node))
    made = (replace(each, names=frozenset(mine)) for (_, each), mine in zip(found, own, strict=True))
    return Facts(
        definitions=tuple(made),
        names=frozenset(rest.union(*own)),
        renamed=tuple(_renamed(root)),
        imported=frozenset(name for node in _find(root, _IMPORTED) for name in _imported(_text(node))),
    )


def _used(node: Node) -> tuple[str, ...] | list[str]:
    """A string may name what it is about, as in ``monkeypatch.setattr("a.b.f", …)``; prose does not."""
    text = _text(node)
    if node.type == "identifier":
        return (text,)
    return text.split(".") if _PATH.fullmatch(text) else ()


def _renamed(root: Node) -> Iterator[tuple[str, frozenset[str]]]:
    for _, found in QueryCursor(_query(_RENAMED)).matches(root):
        yield _text(found["new"][0]), frozenset[str]().union(*(_names(old) for old in found["old"]))


def _imported(statement: str) -> Iterator[str]:
    words = statement.replace("(", " ").replace(")", " ").replace(",", " ").split()
    if words[0] == "import":
        yield from (word for before, word in itertools.pairwise(words) if before != "as" and word != "as")
        return
    head = words.index("import") if "import" in words else len(words)
    module = "".join(words[1:head])
    yield module
    separator = "" if module.endswith(".") else "."
    for before, word in itertools.pairwise(words[head:]):
        if before != "as" and word != "as":
            yield f"{module}{separator}{word}"


def _definitions(block: Node | None, prefix: str) -> Iterator[tuple[Node, Definition]]:
    for node in block.children if block else ():
        inner = _inner(node)
        if inner.type in {_FUNCTION, _CLASS}:
            found = _definition(node, inner, prefix)
            yield node, found
            if found.is_class:
                yield from _definitions(inner.child_by_field_name("body"), f"{found.qualname}.")
        elif inner.type in _BRANCHES:
            yield from _definitions(inner, prefix)


def _definition(whole: Node, inner: Node, prefix: str) -> Definition:
    bases = inner.child_by_field_name("superclasses")
    return Definition(
        qualname=prefix + _text(inner.child_by_field_name("name")),
        line=whole.start_point.row + 1,
        is_class=inner.type == _CLASS,
        bases=tuple(_text(base) for base in bases.named_children) if bases else (),
        decorators=_decorators(whole),
        names=frozenset(),
    )


def names(text: str) -> frozenset[str]:
    return _names(_root(text.encode()))


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
