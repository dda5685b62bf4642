"""Tells which branch Python takes where that is the same in every run: by version, system, type checking."""

import ast
import operator
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from .syntax import parsed

_KNOWN: Mapping[str, Any] = {
    "sys.version_info": tuple(sys.version_info),
    "sys.hexversion": sys.hexversion,
    "sys.platform": sys.platform,
    "os.name": os.name,
    "typing.TYPE_CHECKING": False,
    "TYPE_CHECKING": False,
}
"""By this Python: that of the project may be another, but is seldom on the other side of what is asked."""
_COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def decided(condition: str) -> bool | None:
    """Whether a condition holds; None where only running can tell."""
    match parsed(condition.strip()):
        case ast.Module(body=[ast.Expr(value=asked)]):
            try:
                return bool(_value(asked))
            except (LookupError, TypeError, ValueError, RecursionError):
                return None
        case _:
            return None


def _value(node: ast.expr) -> Any:  # noqa: ANN401  (of whatever type the condition is)
    """Raise LookupError for what is not known."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=parts):
            return tuple(map(_value, parts))
        case ast.Name() | ast.Attribute():
            return _KNOWN[ast.unparse(node)]
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _value(inner)
        case ast.Subscript(
            value=whole, slice=ast.Slice(lower=None, upper=ast.Constant(value=int(end)), step=None)
        ):
            return _value(whole)[:end]
        case ast.Subscript(value=whole, slice=ast.Constant(value=int(at))):
            return _value(whole)[at]
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _COMPARED[type(op)](_value(left), _value(right))
        case ast.Call(func=ast.Attribute(value=whole, attr="startswith"), args=[start], keywords=[]):
            return str(_value(whole)).startswith(_value(start))
        case _:
            raise LookupError(ast.unparse(node))
