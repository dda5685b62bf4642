"""One function as text with its syntax tree beside it: rewrites are edits, and all else stays as written."""

import bisect
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import libcst as cst
from libcst.metadata import ByteSpanPositionProvider, MetadataWrapper

from .effects import Effects, effects_of
from .nodes import children, deep, tame

_Node = TypeVar("_Node", bound=cst.CSTNode)

Loop = cst.For | cst.While
Comprehension = cst.ListComp | cst.SetComp | cst.DictComp | cst.GeneratorExp
Scope = cst.FunctionDef | cst.Lambda | cst.ClassDef

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the UTF-8 bytes ``start..end`` of the function's text."""

    start: int
    end: int
    text: str


class Function:
    """A parsed function. Offsets are bytes of UTF-8; nodes come in source order, parents before children."""

    def __init__(self, source: str, root: cst.FunctionDef, module: MetadataWrapper) -> None:
        self.source = source
        self.root = root
        self.name = root.name.value
        self._bytes = source.encode()
        self._spans = module.resolve(ByteSpanPositionProvider)
        self._parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self._order: list[cst.CSTNode] = []
        self._places: dict[cst.CSTNode, tuple[int, int]] = {}
        self._enter(root)
        self._effects = effects_of(self._order)
        self._fixed = self._signatures()
        self._editable: dict[type[cst.CSTNode], list[cst.CSTNode]] = defaultdict(list)
        for node in self._order:
            if node not in self._fixed:
                self._editable[type(node)].append(node)

    @staticmethod
    def parses(source: str) -> bool:
        """Whether a text is a module, which is much faster to say than to read it as a function."""
        try:
            cst.parse_module(source)
        except cst.ParserSyntaxError:
            return False
        return True

    @classmethod
    def parse(cls, source: str) -> "Function | None":
        """None for a text that is not exactly one function, or one nested deeper than a person writes."""
        if not tame(source):
            return None
        try:
            module = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
        except cst.ParserSyntaxError:
            return None
        body = module.module.body
        if len(body) != 1 or not isinstance(body[0], cst.FunctionDef) or deep(body[0]):
            return None
        return cls(source, body[0], module)

    # Looking

    def loop_statements(self) -> list[Loop]:
        return [*self.find(cst.For), *self.find(cst.While)]

    def counted_loops(self) -> list[cst.For | cst.CompFor]:
        """Everything that says ``for … in …``."""
        return [*self.find(cst.For), *self.find(cst.CompFor)]

    def find(self, kind: type[_Node], inside: cst.CSTNode | None = None) -> list[_Node]:
        """Nodes of a concrete kind that may be edited: no signature, decorator, annotation or docstring."""
        nodes = self._editable.get(kind, [])
        if inside is not None:
            first, last = self._places[inside]
            low, high = (bisect.bisect_left(nodes, at, key=self._place) for at in (first, last))
            nodes = nodes[low:high]
        return [node for node in nodes if isinstance(node, kind)]

    def _place(self, node: cst.CSTNode) -> int:
        return self._places[node][0]

    def expressions(self, inside: cst.CSTNode | None = None) -> list[cst.BaseExpression]:
        """All expressions that may be edited."""
        nodes = self.within(inside or self.root)
        return [node for node in nodes if isinstance(node, cst.BaseExpression) and node not in self._fixed]

    def matches(self, text: str, inside: cst.CSTNode) -> list[cst.BaseExpression]:
        """The expressions below a node that are written exactly so, outside nested functions."""
        found = [node for node in self.expressions(inside) if self.text(node) == text]
        return [node for node in found if self.scope(node) is self.scope(inside)]

    def scope(self, node: cst.CSTNode) -> cst.CSTNode:
        """The function, lambda or class whose body the node belongs to."""
        return next((at for at in self.ancestors(node) if isinstance(at, Scope)), self.root)

    def within(self, *nodes: cst.CSTNode | None) -> Iterator[cst.CSTNode]:
        """The nodes and everything below them."""
        for node in nodes:
            if node is not None:
                first, last = self._places[node]
                yield from self._order[first:last]

    def holds(self, outer: cst.CSTNode | None, inner: cst.CSTNode) -> bool:
        if outer is None:
            return False
        first, last = self._places[outer]
        return first <= self._places[inner][0] < last

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """From the parent outwards."""
        at = self._parents.get(node)
        while at is not None:
            yield at
            at = self._parents.get(at)

    def effects(self, *nodes: cst.CSTNode | None) -> Effects:
        """What the nodes do to names, together."""
        return self._effects.of([self._places[node] for node in nodes if node is not None])

    def text(self, node: cst.CSTNode) -> str:
        """The node as written, with its own parentheses."""
        start, end = self.span(node)
        return self._bytes[start:end].decode()

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        """Byte offsets of the node, its own parentheses included."""
        start, end = self.inner(node)
        if isinstance(node, cst.BaseExpression) and node.lpar:
            last = self._spans[node.rpar[-1]]
            return self._spans[node.lpar[0]].start, last.start + last.length
        return start, end

    def inner(self, node: cst.CSTNode) -> tuple[int, int]:
        """Byte offsets of the node without parentheses around it."""
        span = self._spans[node]
        return span.start, span.start + span.length

    def slice(self, start: int, end: int) -> str:
        return self._bytes[start:end].decode()

    def line_at(self, offset: int) -> int:
        """The line of the function an offset lies in, counted from 1."""
        return self._bytes.count(b"\n", 0, offset) + 1

    def binds(self, *names: str) -> bool:
        """Whether the function gives one of the names a meaning of its own."""
        return not self.effects(self.root).stores.isdisjoint(names)

    def fresh(self, *wishes: str) -> str:
        """The first wish, numbered if need be, that is no word of the function."""
        return self.freshes(*wishes)[0]

    def freshes(self, *wishes: str) -> list[str]:
        """As many new names as wishes, all different."""
        used = set(_WORD.findall(self.source))
        names: list[str] = []
        for wish in wishes:
            number, name = 2, wish
            while name in used:
                number, name = number + 1, f"{wish}{number}"
            used.add(name)
            names.append(name)
        return names

    @property
    def parameters(self) -> tuple[str, ...]:
        given = self.root.params
        return tuple(param.name.value for param in (*given.posonly_params, *given.params))

    # Statements

    @property
    def body(self) -> list[cst.BaseStatement]:
        """The function's own statements without its docstring."""
        return [s for s in self.statements(self.root.body) if s not in self._fixed]

    def blocks(self) -> list[list[cst.BaseStatement]]:
        """The statements of every indented block that may be edited."""
        found = [[s for s in block.body if s not in self._fixed] for block in self.find(cst.IndentedBlock)]
        return [block for block in found if block]

    @staticmethod
    def statements(body: cst.BaseSuite) -> list[cst.BaseStatement]:
        """The statements of an indented block; none for statements on the line of their header."""
        return list(body.body) if isinstance(body, cst.IndentedBlock) else []

    def statement(self, node: cst.CSTNode) -> cst.BaseStatement | None:
        """The innermost statement around the node that new lines can be put before."""
        for at in (node, *self.ancestors(node)):
            if isinstance(at, cst.SimpleStatementSuite):
                return None
            if isinstance(at, cst.BaseStatement) and isinstance(self.parent(at), cst.IndentedBlock):
                return at
        return None

    def loops(self, node: cst.CSTNode) -> list[Loop]:
        """The loops that run the node again and again, innermost first, inside its own function."""
        found: list[Loop] = []
        child = node
        for at in self.ancestors(node):
            if isinstance(at, Scope):
                break
            repeated = isinstance(at, cst.While) and child is not at.orelse
            if isinstance(at, cst.For | cst.While) and (repeated or child is at.body):
                found.append(at)
            child = at
        return found

    def comprehension(self, node: cst.CSTNode) -> Comprehension | None:
        """The outermost comprehension that runs the node again and again."""
        found: Comprehension | None = None
        for at in self.ancestors(node):
            if isinstance(at, cst.BaseStatement | cst.Lambda):
                break
            if isinstance(at, Comprehension) and not self.holds(at.for_in.iter, node):
                found = at
        return found

    # Editing

    def swap(self, node: cst.CSTNode, text: str) -> Edit:
        """Write ``text`` in place of the node; parentheses around the node stay."""
        return Edit(*self.inner(node), text)

    def before(self, statement: cst.BaseStatement, *lines: str) -> Edit:
        """Put new lines before a statement, below the comments that lead it."""
        start = self.inner(statement)[0]
        margin = "\n" + self.margin(statement)
        return Edit(start, start, "".join(self.laid(line) + margin for line in lines))

    def after(self, statement: cst.BaseStatement, *lines: str) -> Edit:
        """Put new lines after the last line of a statement."""
        end = self._line_end(self.inner(statement)[1])
        margin = "\n" + self.margin(statement)
        return Edit(end, end, "".join(margin + self.laid(line) for line in lines))

    def write(self, statement: cst.BaseStatement, *lines: str) -> Edit:
        """Put lines in place of a statement; comments inside it move above them."""
        start, end = self.inner(statement)
        margin = "\n" + self.margin(statement)
        kept = (*self._comments(start, end), *lines)
        return Edit(start, end, margin.join(self.laid(line) for line in kept))

    def remove(self, statement: cst.BaseStatement) -> Edit:
        """Take a statement away with its line end; comments on its lines stay as a line of their own."""
        start, end = self.inner(statement)
        if self._comments(start, self._line_end(end)):
            stop = self._line_end(end)
            return Edit(start, stop, ("\n" + self.margin(statement)).join(self._comments(start, stop)))
        first = self._bytes.rfind(b"\n", 0, start) + 1
        last = min(self._line_end(end) + 1, len(self._bytes))
        if self._blank_before(first) and self._bytes[last : last + 1] == b"\n":
            last += 1
        return Edit(first, last, "")

    def _blank_before(self, offset: int) -> bool:
        previous = self._bytes.rfind(b"\n", 0, max(offset - 1, 0))
        return previous >= 0 and not self._bytes[previous:offset].strip()

    def margin(self, statement: cst.BaseStatement) -> str:
        """The white space a statement's line starts with."""
        start = self.inner(statement)[0]
        first = self._bytes.rfind(b"\n", 0, start) + 1
        return self._bytes[first:start].decode()

    @property
    def unit(self) -> str:
        """One step of indentation, as this function writes it."""
        first = self.statements(self.root.body)
        return self.margin(first[0]) if first else "    "

    def laid(self, line: str) -> str:
        """A line that rules write with four spaces per step, in the function's own steps."""
        steps = (len(line) - len(line.lstrip(" "))) // 4
        return self.unit * steps + line[4 * steps :]

    def indent(self, start: int, end: int) -> Iterator[Edit]:
        """Move the lines that begin between two offsets one step to the right."""
        at = self._bytes.find(b"\n", start, end)
        while at >= 0:
            if self._bytes[at + 1 : at + 2] != b"\n":
                yield Edit(at + 1, at + 1, self.unit)
            at = self._bytes.find(b"\n", at + 1, end)

    def apply(self, edits: Sequence[Edit]) -> str | None:
        """The text with all edits made, insertions at one place in the order given; None if they overlap."""
        parts: list[bytes] = []
        at = 0
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            if edit.start < at:
                return None
            parts += [self._bytes[at : edit.start], edit.text.encode()]
            at = edit.end
        text = b"".join([*parts, self._bytes[at:]]).decode()
        return text if self.source.endswith("\n") else text.rstrip("\n")

    # Inside

    def _enter(self, node: cst.CSTNode) -> None:
        first = len(self._order)
        self._order.append(node)
        for child in children(node):
            self._parents[child] = node
            self._enter(child)
        self._places[node] = (first, len(self._order))

    def _signatures(self) -> frozenset[cst.CSTNode]:
        """What no rule may touch: signatures, decorators, annotations and docstrings, nested ones too."""
        fixed: set[cst.CSTNode] = set()
        for node in self._order:
            if isinstance(node, cst.FunctionDef):
                fixed.update(self.within(node.params, node.returns, *node.decorators))
                fixed.add(node.name)
            if isinstance(node, cst.FunctionDef | cst.ClassDef):
                fixed.update(self.within(_docstring(node)))
            if isinstance(node, cst.Annotation):
                fixed.update(self.within(node))
        return frozenset(fixed)

    def _line_end(self, offset: int) -> int:
        end = self._bytes.find(b"\n", offset)
        return len(self._bytes) if end < 0 else end

    def _comments(self, start: int, end: int) -> list[str]:
        """Comments that begin between two offsets."""
        strings = [self.inner(node) for node in self._order if isinstance(node, cst.BaseString)]
        found: list[str] = []
        at = self._bytes.find(b"#", start, end)
        while at >= 0:
            string = next((stop for first, stop in strings if first <= at < stop), None)
            if string is None:
                stop = self._line_end(at)
                found.append(self.slice(at, stop).rstrip())
                at = stop
            else:
                at = string
            at = self._bytes.find(b"#", at, end)
        return found


def _docstring(node: cst.FunctionDef | cst.ClassDef) -> cst.CSTNode | None:
    first = node.body.body[0] if node.body.body else None
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else first
    if isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString):
        return first
    return None
