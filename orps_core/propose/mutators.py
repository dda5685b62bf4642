"""The operators of repair: each lists the single edits it can think of, with a prior weight."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst

from . import match
from .function import Edit, Function

_COMPARISONS = {
    "<": ("<=", ">", ">="),
    "<=": ("<", ">=", ">"),
    ">": (">=", "<", "<="),
    ">=": (">", "<=", "<"),
    "==": ("!=", "<=", ">="),
    "!=": ("==", "<", ">"),
    "in": ("not in",),
    "not in": ("in",),
    "is": ("is not",),
    "is not": ("is",),
}
_ARITHMETIC = {
    "+": ("-", "*"),
    "-": ("+",),
    "*": ("+", "**", "//"),
    "/": ("//", "*"),
    "//": ("/", "%", "*"),
    "%": ("//", "/"),
    "**": ("*",),
    "^": ("&", "|"),
    "&": ("|", "^"),
    "|": ("&", "^"),
    "<<": (">>",),
    ">>": ("<<",),
}
_CALLS = {
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "append": ("extend", "add"),
    "extend": ("append",),
    "add": ("remove",),
    "sorted": ("list",),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "upper": ("lower",),
    "lower": ("upper",),
    "floor": ("ceil",),
    "ceil": ("floor",),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One edit, the operator that thought of it, and how likely it is to repair compared with others."""

    edit: Edit
    operator: str
    weight: float


Operator = Callable[[Function], Iterator[Mutant]]


def comparisons(function: Function) -> Iterator[Mutant]:
    for node in function.find(cst.ComparisonTarget):
        yield from _flipped(function, node.operator, _COMPARISONS, "comparison", 1.5)


def arithmetic(function: Function) -> Iterator[Mutant]:
    for node in function.find(cst.BinaryOperation):
        yield from _flipped(function, node.operator, _ARITHMETIC, "arithmetic", 1.2)
        start, end = function.inner(node)
        yield Mutant(Edit(start, end, function.text(node.left)), "drop_operand", 0.6)
        yield Mutant(Edit(start, end, function.text(node.right)), "drop_operand", 0.6)


def augmented(function: Function) -> Iterator[Mutant]:
    known = {f"{old}=": (*(f"{new}=" for new in news), "=") for old, news in _ARITHMETIC.items()}
    for node in function.find(cst.AugAssign):
        yield from _flipped(function, node.operator, known, "augmented", 1.2)
    for plain in function.find(cst.Assign):
        target = plain.targets[0].target
        if len(plain.targets) == 1 and isinstance(target, cst.Name):
            gap = Edit(function.span(target)[1], function.span(plain.value)[0], " += ")
            yield Mutant(gap, "augmented", 0.7)


def boolean(function: Function) -> Iterator[Mutant]:
    for node in function.find(cst.BooleanOperation):
        yield from _flipped(function, node.operator, {"and": ("or",), "or": ("and",)}, "boolean", 1.0)
        start, end = function.inner(node)
        yield Mutant(Edit(start, end, function.text(node.left)), "drop_condition", 0.8)
        yield Mutant(Edit(start, end, function.text(node.right)), "drop_condition", 0.8)


def negation(function: Function) -> Iterator[Mutant]:
    """Delete a ``not``; turn a condition or a truth value round."""
    for node in function.find(cst.UnaryOperation):
        if isinstance(node.operator, cst.Not | cst.Minus):
            yield Mutant(Edit(*function.inner(node), function.text(node.expression)), "delete_not", 1.0)
    tests = [node.test for node in function.find(cst.If)]
    tests += [node.test for node in function.find(cst.While)]
    tests += [node.test for node in function.find(cst.IfExp)]
    for test in tests:
        yield Mutant(Edit(*function.inner(test), f"not ({_inner(function, test)})"), "negate", 0.9)
    for name in function.find(cst.Name):
        if name.value in {"True", "False"}:
            yield Mutant(function.swap(name, str(name.value != "True")), "truth", 1.0)


def constants(function: Function) -> Iterator[Mutant]:
    for node in function.find(cst.Integer):
        value = match.number(node)
        if value is not None:
            for new in dict.fromkeys((value + 1, value - 1, 0, 1)):
                yield Mutant(function.swap(node, str(new)), "constant", 1.1)


def off_by_one(function: Function) -> Iterator[Mutant]:
    """One more or one less: bounds of ranges and slices, indexes, operands, results of calls."""
    for node in function.expressions():
        weight = _countable(function, node)
        if weight:
            for step in ("+ 1", "- 1"):
                yield Mutant(Edit(*function.span(node), _stepped(function, node, step)), "off_by_one", weight)


def _countable(function: Function, node: cst.BaseExpression) -> float:
    """How likely it is that an expression should be one more or less; 0 for never."""
    parent = function.parent(node)
    if not isinstance(node, cst.Name | cst.Call | cst.BinaryOperation | cst.Subscript) or _written(
        function, node
    ):
        return 0.0
    if isinstance(parent, cst.Index | cst.Slice):
        return 1.0
    if isinstance(parent, cst.Arg):
        ranged = match.called(function.parent(parent), "range") is not None
        return 1.0 if ranged else 0.8
    if isinstance(parent, cst.Comparison | cst.ComparisonTarget | cst.BinaryOperation):
        return 0.6 if isinstance(node, cst.Name) else 0.4
    return (
        0.9 if isinstance(parent, cst.Return | cst.Assign) and isinstance(node, cst.Call | cst.Name) else 0.0
    )


def _stepped(function: Function, node: cst.BaseExpression, step: str) -> str:
    text = function.text(node)
    near = isinstance(function.parent(node), cst.BinaryOperation | cst.UnaryOperation | cst.Attribute)
    low = isinstance(node, cst.BinaryOperation) and not isinstance(
        node.operator, cst.Add | cst.Subtract | cst.Multiply | cst.Divide | cst.FloorDivide | cst.Modulo
    )
    body = f"({text})" if low and not node.lpar else text
    return f"({body} {step})" if near else f"{body} {step}"


def swaps(function: Function) -> Iterator[Mutant]:
    """Exchange two arguments, two operands or the two halves of a pair."""
    for call in function.find(cst.Call):
        values = match.positional(call) or []
        for left, right in itertools.pairwise(values):
            yield _exchanged(function, left, right, "swap_arguments", 1.0)
    for node in function.find(cst.BinaryOperation):
        if not isinstance(node.operator, cst.Add | cst.Multiply):
            yield _exchanged(function, node.left, node.right, "swap_operands", 0.9)
    for pair in function.find(cst.Tuple):
        if len(pair.elements) > 1 and not _written(function, pair):
            yield _exchanged(function, pair.elements[0].value, pair.elements[1].value, "swap_items", 0.8)


def _exchanged(
    function: Function, left: cst.BaseExpression, right: cst.BaseExpression, operator: str, weight: float
) -> Mutant:
    (start, middle), (again, end) = function.span(left), function.span(right)
    gap = function.slice(middle, again)
    return Mutant(Edit(start, end, f"{function.text(right)}{gap}{function.text(left)}"), operator, weight)


def variables(function: Function) -> Iterator[Mutant]:
    """Another variable of the function in a place where one is read."""
    names = _variables(function)
    for node in function.find(cst.Name):
        if node.value not in names or _written(function, node):
            continue
        parent = function.parent(node)
        if isinstance(parent, cst.Call) or _keyword(parent, node):
            continue
        weight = 0.5 if isinstance(parent, cst.Attribute) else 1.0
        for name in names:
            if name != node.value:
                yield Mutant(function.swap(node, name), "variable", weight)


def _variables(function: Function) -> tuple[str, ...]:
    bound = [node.value for node in function.find(cst.Name) if _written(function, node)]
    return tuple(dict.fromkeys((*function.parameters, *bound)))


def _keyword(parent: cst.CSTNode | None, node: cst.Name) -> bool:
    labels = (
        isinstance(parent, cst.Arg) and parent.keyword is node,
        isinstance(parent, cst.Attribute) and parent.attr is node,
    )
    return any(labels)


def _written(function: Function, node: cst.CSTNode) -> bool:
    """Whether the node is bound or deleted rather than read."""
    child: cst.CSTNode = node
    for at in function.ancestors(node):
        if isinstance(
            at, cst.AssignTarget | cst.NameItem | cst.AsName | cst.Del | cst.Param | cst.ImportAlias
        ):
            return True
        if isinstance(at, cst.For | cst.CompFor | cst.AugAssign | cst.AnnAssign | cst.NamedExpr):
            return at.target is child
        if not isinstance(at, cst.Element | cst.StarredElement | cst.Tuple | cst.List):
            return False
        child = at
    return False


def calls(function: Function) -> Iterator[Mutant]:
    """The opposite function, a call without its wrapper, an argument too many."""
    for call in function.find(cst.Call):
        name = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
        for other in _CALLS.get(match.named(name) or "", ()):
            yield Mutant(function.swap(name, other), "call", 0.9)
        values = match.positional(call) or []
        if len(values) == 1 and isinstance(call.func, cst.Name):
            yield Mutant(Edit(*function.span(call), function.text(values[0])), "unwrap", 0.6)
        if len(values) > 1:
            kept = function.slice(function.span(values[0])[0], function.span(values[-2])[1])
            start, end = function.span(values[0])[0], function.span(values[-1])[1]
            yield Mutant(Edit(start, end, kept), "drop_argument", 0.5)


def slices(function: Function) -> Iterator[Mutant]:
    for node in function.find(cst.Slice):
        low = function.text(node.lower) if node.lower else ""
        high = function.text(node.upper) if node.upper else ""
        step = f":{function.text(node.step)}" if node.step else ""
        options = [("", high), (low, ""), (low or "1", high), (low, high or "-1")]
        for first, last in dict.fromkeys(options):
            if (first, last) != (low, high):
                yield Mutant(function.swap(node, f"{first}:{last}{step}"), "slice", 0.8)
    for call in function.find(cst.Call):
        values = match.called(call, "range", count=1)
        if values:
            yield Mutant(
                Edit(*function.span(values[0]), f"1, {function.text(values[0])}"), "range_start", 0.7
            )


def returns(function: Function) -> Iterator[Mutant]:
    """Give back something else: a variable, a plain value, the opposite."""
    for node in function.find(cst.Return):
        if node.value is None:
            continue
        inside = _inner(function, node.value)
        if isinstance(node.value, cst.Comparison | cst.BooleanOperation):
            yield Mutant(function.swap(node.value, f"not ({inside})"), "negate", 0.9)
        for name in _variables(function):
            yield Mutant(Edit(*function.span(node.value), name), "return_value", 0.6)
        for plain in ("True", "False", "None", "0", "1", "[]", '""'):
            yield Mutant(Edit(*function.span(node.value), plain), "return_value", 0.4)


def statements(function: Function) -> Iterator[Mutant]:
    """A statement too many, one step too deep, or in the wrong order."""
    for block in function.blocks():
        for place, statement in enumerate(block):
            if not isinstance(statement, cst.SimpleStatementLine):
                continue
            if len(block) > 1:
                yield Mutant(function.remove(statement), "delete_statement", 0.6)
            else:
                yield Mutant(function.write(statement, "pass"), "delete_statement", 0.4)
            if place + 1 < len(block):
                yield _in_other_order(function, statement, block[place + 1])


def _in_other_order(function: Function, first: cst.BaseStatement, second: cst.BaseStatement) -> Mutant:
    (start, middle), (again, end) = function.inner(first), function.inner(second)
    text = f"{function.slice(again, end)}{function.slice(middle, again)}{function.slice(start, middle)}"
    return Mutant(Edit(start, end, text), "swap_statements", 0.5)


def _flipped(
    function: Function, node: cst.CSTNode, known: dict[str, tuple[str, ...]], operator: str, weight: float
) -> Iterator[Mutant]:
    start, end = function.inner(node)
    written = function.slice(start, end)
    sign = " ".join(written.split())
    lead = start + len(written) - len(written.lstrip())
    tail = end - (len(written) - len(written.rstrip()))
    for new in known.get(sign, ()):
        yield Mutant(Edit(lead, tail, new), operator, weight)


def _inner(function: Function, node: cst.BaseExpression) -> str:
    return function.slice(*function.inner(node))


OPERATORS: tuple[Operator, ...] = (
    comparisons,
    arithmetic,
    augmented,
    constants,
    boolean,
    negation,
    off_by_one,
    variables,
    swaps,
    calls,
    slices,
    returns,
    statements,
)
