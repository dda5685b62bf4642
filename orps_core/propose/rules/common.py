"""Questions that several rules ask before they dare."""

from collections.abc import Iterable
from dataclasses import dataclass

import libcst as cst

from orps_core.propose import match
from orps_core.propose.effects import PURE_METHODS, PURE_MODULES
from orps_core.propose.function import Edit, Function

_REPEATABLE = frozenset(
    (
        *("abs", "bin", "bool", "bytes", "chr", "float", "format", "frozenset", "hash", "hex", "int", "len"),
        *("max", "min", "oct", "ord", "pow", "repr", "round", "str", "sum", "tuple", "divmod"),
    )
)
_MAKERS = frozenset(("sorted", "list", "set", "dict", "split", "splitlines", "rsplit", "union", "difference"))
_VIEWS = frozenset(("items", "keys", "values", "copy", "get", "join"))
_CHANGEABLE = (
    cst.Lambda,
    cst.Await,
    cst.Yield,
    cst.NamedExpr,
    cst.List,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.GeneratorExp,
    cst.FormattedString,
)


def pure(function: Function, expression: cst.BaseExpression) -> bool:
    """Whether computing the expression once instead of several times gives the same, names being unchanged.

    Calls must be of known functions; one that makes a new container counts only where nobody can keep it.
    """
    for node in function.within(expression):
        if isinstance(node, _CHANGEABLE):
            return False
        if isinstance(node, cst.Call) and not _repeatable(function, node):
            return False
    return True


def _repeatable(function: Function, call: cst.Call) -> bool:
    if isinstance(call.func, cst.Attribute):
        name, owner = call.func.attr.value, match.dotted(call.func.value)
        known = owner in PURE_MODULES or name in PURE_METHODS - _VIEWS
    else:
        name = match.dotted(call.func)
        known = name in _REPEATABLE | _MAKERS
    return known and (name not in _MAKERS or _consumed(function, call))


def _consumed(function: Function, node: cst.BaseExpression) -> bool:
    """Whether the value is looked into on the spot and then forgotten."""
    match function.parent(node):
        case cst.ComparisonTarget() | cst.Subscript() | cst.For() | cst.CompFor():
            return True
        case cst.Arg() as argument:
            call = function.parent(argument)
            return isinstance(call, cst.Call) and match.dotted(call.func) in _REPEATABLE
        case _:
            return False


def stable(
    function: Function, expression: cst.BaseExpression, region: cst.CSTNode, *, contents: bool = False
) -> bool:
    """Whether the expression means the same all through a region, as far as the text tells.

    Arithmetic asks only that its names stay; what looks into an object, or copies its ``contents``, asks
    that nobody else may change the object.
    """
    effects = function.effects(region)
    names = function.effects(expression).names
    looks = any(isinstance(n, cst.Call | cst.Subscript | cst.Attribute) for n in function.within(expression))
    if not looks and not contents:
        return names.isdisjoint(effects.changed)
    suspended = any(isinstance(node, cst.Await | cst.Yield) for node in function.within(region))
    return not suspended and names.isdisjoint(effects.unsure)


def once(function: Function, node: cst.CSTNode, expression: cst.BaseExpression) -> cst.BaseStatement | None:
    """The outermost statement around a repeated node before which an expression can be computed for good."""
    anchor: cst.BaseStatement | None = None
    around = function.comprehension(node)
    names = function.effects(expression).names
    if around and names.isdisjoint(function.effects(around).unsure):
        anchor = function.statement(around)
        if isinstance(anchor, cst.While):
            anchor = None
    for loop in function.loops(node):
        if not stable(function, expression, loop, contents=True):
            break
        anchor = loop
    inside_block = anchor is not None and isinstance(function.parent(anchor), cst.IndentedBlock)
    return anchor if inside_block else None


def leaks(function: Function, loop: cst.For) -> bool:
    """Whether a loop's variables are used outside it."""
    inside = _targets(function, loop)
    outside = [node for node in function.find(cst.Name) if not function.holds(loop, node)]
    return any(node.value in inside for node in outside)


def _targets(function: Function, loop: cst.For) -> set[str]:
    loops = [node for node in function.within(loop) if isinstance(node, cst.For)]
    return {name for node in loops for name in function.effects(node.target).names}


def suspends(function: Function, node: cst.CSTNode) -> bool:
    """Whether the code awaits, yields, or binds a name inside an expression: it must stay a loop."""
    return any(isinstance(at, cst.Await | cst.Yield | cst.NamedExpr) for at in function.within(node))


def apart(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """As many of the edits, in order, as do not overlap."""
    chosen: list[Edit] = []
    for edit in edits:
        if all(edit.end <= other.start or other.end <= edit.start for other in chosen):
            chosen.append(edit)
    return tuple(chosen)


def certain(function: Function, node: cst.CSTNode, region: cst.CSTNode) -> bool:
    """Whether the region evaluates the node whenever it runs, not only under a condition."""
    child: cst.CSTNode = node
    for at in function.ancestors(node):
        if _optional(at, child):
            return False
        if at is region:
            return True
        child = at
    return True


def _optional(at: cst.CSTNode, child: cst.CSTNode) -> bool:
    """Whether ``at`` may skip its part ``child``."""
    match at:
        case cst.BooleanOperation(right=part):
            return part is child
        case cst.IfExp(test=part) | cst.If(test=part):
            return part is not child
        case (
            cst.Else() | cst.Try() | cst.ExceptHandler() | cst.Lambda() | cst.FunctionDef() | cst.MatchCase()
        ):
            return True
        case cst.CompFor(iter=part):
            return part is not child
        case _:
            return False


def operand(function: Function, node: cst.BaseExpression) -> str:
    """The expression's text, fit to stand beside any operator."""
    text = function.text(node)
    return text if match.atomic(node) else f"({text})"


def loose(function: Function, node: cst.BaseExpression, text: str, *, compares: bool = True) -> Edit:
    """Write an operation in place of an expression, in parentheses where operators are near.

    Arithmetic, which does not compare, needs none beside a comparison.
    """
    parent = function.parent(node)
    if not compares and isinstance(parent, cst.Comparison | cst.ComparisonTarget | cst.BooleanOperation):
        return function.swap(node, text)
    close = isinstance(
        parent,
        cst.BinaryOperation
        | cst.UnaryOperation
        | cst.Comparison
        | cst.ComparisonTarget
        | cst.BooleanOperation
        | cst.Attribute
        | cst.Subscript
        | cst.Call
        | cst.IfExp
        | cst.Await
        | cst.StarredElement
        | cst.CompFor
        | cst.CompIf,
    )
    return function.swap(node, f"({text})" if close and not node.lpar else text)


@dataclass(frozen=True, slots=True)
class Nest:
    """A loop of nothing but ``for`` and ``if`` around one statement, as a comprehension would say it."""

    clauses: tuple[str, ...]
    inner: cst.BaseStatement
    last_test: cst.BaseExpression | None
    parts: tuple[cst.BaseExpression, ...]

    @property
    def text(self) -> str:
        return " ".join(self.clauses)


def nest(function: Function, loop: cst.CSTNode) -> Nest | None:
    """Read a ``for`` statement as the clauses of a comprehension."""
    if not isinstance(loop, cst.For) or suspends(function, loop) or leaks(function, loop):
        return None
    clauses: list[str] = []
    parts: list[cst.BaseExpression] = []
    test: cst.BaseExpression | None = None
    at: cst.CSTNode = loop
    while isinstance(at, cst.For | cst.If):
        if at.orelse is not None or len(function.statements(at.body)) != 1:
            return None
        if isinstance(at, cst.For):
            if at.asynchronous:
                return None
            clauses.append(f"for {function.text(at.target)} in {_clause(function, at.iter)}")
            parts.append(at.iter)
            test = None
        else:
            clauses.append(f"if {_clause(function, at.test)}")
            parts.append(at.test)
            test = at.test
        at = function.statements(at.body)[0]
    if not isinstance(at, cst.SimpleStatementLine):
        return None
    return Nest(tuple(clauses), at, test, tuple(parts))


def _clause(function: Function, node: cst.BaseExpression) -> str:
    """A loop's iterable or test, fit to stand in a comprehension."""
    text = function.text(node)
    bare = isinstance(node, cst.IfExp | cst.Lambda | cst.Tuple) and not node.lpar
    return f"({text})" if bare else text
