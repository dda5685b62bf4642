"""Recognise the small shapes of code that rules look for."""

from dataclasses import dataclass

import libcst as cst

_ATOMS = (
    cst.Name,
    cst.Call,
    cst.Attribute,
    cst.Subscript,
    cst.Integer,
    cst.Float,
    cst.SimpleString,
    cst.FormattedString,
    cst.List,
    cst.Dict,
    cst.Set,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
)


@dataclass(frozen=True, slots=True)
class Assigned:
    """``name = value``, with or without an annotation; ``operator`` is ``+`` for ``name += value``."""

    name: str
    value: cst.BaseExpression
    operator: str = ""


def small(statement: cst.CSTNode | None) -> cst.BaseSmallStatement | None:
    """The simple statement that has a line to itself."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None


def assigned(statement: cst.CSTNode | None) -> Assigned | None:
    """A plain assignment to one name."""
    match small(statement):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
            return Assigned(name, value)
        case cst.AnnAssign(target=cst.Name(value=name), value=cst.BaseExpression() as value):
            return Assigned(name, value)
        case _:
            return None


def increased(statement: cst.CSTNode | None) -> Assigned | None:
    """``name += value`` or ``name = name + value`` (also with ``*``)."""
    match small(statement):
        case cst.AugAssign(target=cst.Name(value=name), operator=cst.AddAssign(), value=value):
            return Assigned(name, value, "+")
        case cst.AugAssign(target=cst.Name(value=name), operator=cst.MultiplyAssign(), value=value):
            return Assigned(name, value, "*")
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Name(value=name))],
            value=cst.BinaryOperation(
                left=cst.Name(value=left), operator=cst.Add() | cst.Multiply() as operator, right=right
            ),
        ) if left == name:
            return Assigned(name, right, "+" if isinstance(operator, cst.Add) else "*")
        case _:
            return None


def called(
    node: cst.CSTNode | None, *names: str, count: int | None = None
) -> list[cst.BaseExpression] | None:
    """The arguments (``count`` of them) of a plain positional call of one of the named functions."""
    if isinstance(node, cst.Call) and dotted(node.func) in names:
        arguments = positional(node)
        return arguments if arguments is not None and count in {None, len(arguments)} else None
    return None


_Method = tuple[cst.BaseExpression, list[cst.BaseExpression]]


def method(node: cst.CSTNode | None, *names: str) -> _Method | None:
    """Owner and arguments of a plain positional call of one of the named methods."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in names:
        arguments = positional(node)
        return None if arguments is None else (node.func.value, arguments)
    return None


def method_line(statement: cst.CSTNode | None, *names: str) -> _Method | None:
    """The same for a call that is a statement."""
    expression = small(statement)
    return method(expression.value, *names) if isinstance(expression, cst.Expr) else None


def positional(call: cst.Call) -> list[cst.BaseExpression] | None:
    """All arguments, if none is named or starred."""
    if any(argument.keyword or argument.star for argument in call.args):
        return None
    return [argument.value for argument in call.args]


def dotted(node: cst.CSTNode) -> str:
    """``a.b.c`` as text; empty for anything that is not names and dots."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr.value}"
    return ""


def named(node: cst.CSTNode | None, *names: str) -> str | None:
    """The name, if the node is one (one of ``names``, when any are given)."""
    if isinstance(node, cst.Name) and (not names or node.value in names):
        return node.value
    return None


def is_number(node: cst.CSTNode | None, value: int) -> bool:
    """Whether the node is this integer literal."""
    return number(node) == value


def number(node: cst.CSTNode | None) -> int | None:
    """The value of an integer literal."""
    return int(node.value.replace("_", ""), 0) if isinstance(node, cst.Integer) else None


def index(node: cst.CSTNode | None) -> cst.BaseExpression | None:
    """``i`` in ``a[i]``; None for slices and several indexes."""
    match node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=value, star=None))]):
            return value
        case _:
            return None


def bounds(node: cst.CSTNode | None) -> cst.Slice | None:
    """The slice in ``a[x:y:z]``."""
    match node:
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Slice() as found)]):
            return found
        case _:
            return None


def compared(
    node: cst.CSTNode | None,
) -> tuple[cst.BaseExpression, cst.BaseCompOp, cst.BaseExpression] | None:
    """Left side, operator and right side of a comparison of two things."""
    match node:
        case cst.Comparison(left=left, comparisons=[target]):
            return left, target.operator, target.comparator
        case _:
            return None


def constant(node: cst.CSTNode | None) -> bool:
    """Whether an expression is made of literals only."""
    match node:
        case cst.Integer() | cst.Float() | cst.SimpleString():
            return True
        case cst.Name(value="True" | "False" | "None"):
            return True
        case cst.UnaryOperation(operator=cst.Minus(), expression=inner):
            return constant(inner)
        case cst.List(elements=elements) | cst.Tuple(elements=elements) | cst.Set(elements=elements):
            return all(isinstance(item, cst.Element) and constant(item.value) for item in elements)
        case cst.Dict(elements=pairs):
            known = [pair for pair in pairs if isinstance(pair, cst.DictElement)]
            return len(known) == len(pairs) and all(constant(p.key) and constant(p.value) for p in known)
        case _:
            return False


def empty(node: cst.CSTNode | None, kind: str) -> bool:
    """An empty ``list``, ``dict`` or ``set``, as a display or as a call."""
    if called(node, kind) == []:
        return True
    match node:
        case cst.List(elements=[]):
            return kind == "list"
        case cst.Dict(elements=[]):
            return kind == "dict"
        case _:
            return False


def atomic(node: cst.BaseExpression) -> bool:
    """Whether the expression can stand beside any operator without parentheses."""
    return isinstance(node, _ATOMS) or bool(node.lpar)
