"""Cheaper arithmetic that gives the same numbers."""

from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.function import Edit, Function

from .common import apart, loose, operand
from .rule import Change, Gain, Rule

_HALVES = ("0.5", "(1/2)", "(1 / 2)", ".5")


def numeric_ops(function: Function) -> Iterator[Change]:
    squares = apart(edit for node in function.expressions() for edit in _square(function, node))
    if squares:
        yield Change(edits=squares, rationale="A product is faster than a general power.")
    for node in function.find(cst.BinaryOperation):
        yield from _modular(function, node)
        if isinstance(node.operator, cst.Power) and function.text(node.right) in _HALVES:
            text = f"math.sqrt({function.slice(*function.inner(node.left))})"
            yield _mathematical(function, node, text, "math.sqrt() is faster than a power of one half.")
    for call in function.find(cst.Call):
        arguments = match.called(call, "int", "math.floor") or []
        root = _root(function, arguments[0]) if len(arguments) == 1 else None
        if root:
            text = f"math.isqrt({root})"
            yield _mathematical(function, call, text, "math.isqrt() is the exact integer square root.")
        elif len(arguments) == 1 and isinstance(arguments[0], cst.BinaryOperation):
            yield from _halved(function, call, arguments[0])


def _square(function: Function, node: cst.BaseExpression) -> Iterator[Edit]:
    base: cst.BaseExpression | None = None
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Power):
        base = node.left if match.is_number(node.right, 2) else None
    elif arguments := match.called(node, "pow", count=2):
        base = arguments[0] if match.is_number(arguments[1], 2) else None
    if name := match.named(base):
        yield loose(function, node, f"{name} * {name}", compares=False)


def _modular(function: Function, node: cst.BinaryOperation) -> Iterator[Change]:
    """``a ** b % m``: the power need never be computed."""
    if not isinstance(node.operator, cst.Modulo):
        return
    base: tuple[cst.BaseExpression, cst.BaseExpression] | None = None
    if isinstance(node.left, cst.BinaryOperation) and isinstance(node.left.operator, cst.Power):
        base = node.left.left, node.left.right
    elif arguments := match.called(node.left, "pow", count=2):
        base = arguments[0], arguments[1]
    if base and not match.is_number(base[1], 2):
        inside = ", ".join(function.slice(*function.inner(part)) for part in (*base, node.right))
        yield Change(
            edits=(function.swap(node, f"pow({inside})"),),
            rationale="pow() with a modulus never computes the huge power.",
            speculative=True,
        )


def _root(function: Function, node: cst.BaseExpression) -> str | None:
    """What the square root is taken of."""
    if (arguments := match.called(node, "math.sqrt", "sqrt")) and len(arguments) == 1:
        return function.text(arguments[0])
    power = isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Power)
    if power and isinstance(node, cst.BinaryOperation) and function.text(node.right) in _HALVES:
        return function.slice(*function.inner(node.left))
    return None


def _halved(function: Function, call: cst.Call, node: cst.BinaryOperation) -> Iterator[Change]:
    if isinstance(node.operator, cst.Divide) and isinstance(call.func, cst.Name | cst.Attribute):
        text = f"{operand(function, node.left)} // {operand(function, node.right)}"
        yield Change(
            edits=(loose(function, call, text, compares=False),),
            rationale="Floor division stays with integers, which is exact and faster.",
            speculative=True,
        )


def _mathematical(function: Function, node: cst.BaseExpression, text: str, rationale: str) -> Change:
    return Change(
        edits=(function.swap(node, text),), rationale=rationale, imports=("import math",), speculative=True
    )


def sqrt_bound(function: Function) -> Iterator[Change]:
    for loop in function.counted_loops():
        counted = match.called(loop.iter, "range") or []
        place = match.named(loop.target)
        region = loop.body if isinstance(loop, cst.For) else function.parent(loop)
        tested = _divided(function, region, place) if region and place else None
        if not counted or tested is None:
            continue
        limit = counted[0 if len(counted) == 1 else 1]
        if "sqrt" not in function.text(limit) and tested in function.effects(limit).names:
            yield Change(
                edits=(Edit(*function.span(limit), f"math.isqrt({tested}) + 1"),),
                rationale=f"Divisors of {tested} come in pairs: it is enough to try up to its square root.",
                imports=("import math",),
                speculative=True,
            )
    yield from _while_bound(function)


def _while_bound(function: Function) -> Iterator[Change]:
    for loop in function.find(cst.While):
        parts = match.compared(loop.test)
        place = match.named(parts[0]) if parts else None
        tested = _divided(function, loop.body, place) if place else None
        if parts and tested and isinstance(parts[1], cst.LessThan | cst.LessThanEqual):
            limit = parts[2]
            if "sqrt" not in function.text(limit) and tested in function.effects(limit).names:
                yield Change(
                    edits=(function.swap(loop.test, f"{place} * {place} <= {tested}"),),
                    rationale=f"Divisors of {tested} come in pairs: try them up to its square root.",
                    speculative=True,
                )


def _divided(function: Function, region: cst.CSTNode, place: str) -> str | None:
    """``n`` in ``n % place``."""
    for node in function.find(cst.BinaryOperation, inside=region):
        if isinstance(node.operator, cst.Modulo) and match.named(node.right) == place:
            return match.named(node.left)
    return None


def minmax_inline(function: Function) -> Iterator[Change]:
    edits: list[Edit] = []
    for call in function.find(cst.Call):
        for name, sign in (("min", "<"), ("max", ">")):
            arguments = match.called(call, name, count=2) or []
            if arguments and all(isinstance(one, cst.Name | cst.Integer | cst.Float) for one in arguments):
                first, second = (function.text(one) for one in arguments)
                edits.append(loose(function, call, f"{second} if {second} {sign} {first} else {first}"))
    if chosen := apart(edits):
        yield Change(edits=chosen, rationale="Comparing two values directly saves a call of min() or max().")


def stdlib_equivalent(function: Function) -> Iterator[Change]:
    for loop in function.find(cst.While):
        yield from _euclid(function, loop)
    for node in function.find(cst.Call):
        yield from _bits(function, node)
        yield from _distance(function, node)


def _euclid(function: Function, loop: cst.While) -> Iterator[Change]:
    """``while b: a, b = b, a % b``."""
    body = function.statements(loop.body)
    text = function.text(loop.test).removesuffix(" != 0").removesuffix(" > 0")
    match match.small(body[0]) if len(body) == 1 else None:
        case cst.Assign(targets=[target], value=cst.Tuple() as value):
            names = [name.strip() for name in function.text(target.target).strip("()").split(",")]
            wanted = "".join(function.text(value).strip("()").split())
            plain = isinstance(function.parent(loop), cst.IndentedBlock) and loop.orelse is None
            if plain and names[1:] == [text] and wanted == f"{text},{names[0]}%{text}":
                yield Change(
                    edits=(function.write(loop, f"{names[0]}, {text} = math.gcd({names[0]}, {text}), 0"),),
                    rationale="The loop is Euclid's algorithm: math.gcd() does it in C.",
                    imports=("import math",),
                    speculative=True,
                )
        case _:
            pass


def _bits(function: Function, call: cst.Call) -> Iterator[Change]:
    """``bin(n).count("1")``."""
    counted = match.method(call, "count")
    number = match.called(counted[0], "bin") if counted else None
    if (
        counted
        and number
        and len(counted[1]) == len(number) == 1
        and function.text(counted[1][0]) in {'"1"', "'1'"}
    ):
        yield Change(
            edits=(function.swap(call, f"{operand(function, number[0])}.bit_count()"),),
            rationale="bit_count() counts the ones without writing the number as text.",
        )


def _distance(function: Function, call: cst.Call) -> Iterator[Change]:
    """``math.sqrt(x ** 2 + y ** 2)``."""
    arguments = match.called(call, "math.sqrt") or []
    total = arguments[0] if len(arguments) == 1 else None
    if not isinstance(total, cst.BinaryOperation) or not isinstance(total.operator, cst.Add):
        return
    sides = [_squared(function, side) for side in (total.left, total.right)]
    if all(sides):
        yield _mathematical(
            function, call, f"math.hypot({sides[0]}, {sides[1]})", "math.hypot() is this very formula."
        )


def _squared(function: Function, node: cst.BaseExpression) -> str | None:
    if not isinstance(node, cst.BinaryOperation):
        return None
    if isinstance(node.operator, cst.Power) and match.is_number(node.right, 2):
        return function.slice(*function.inner(node.left))
    if isinstance(node.operator, cst.Multiply) and function.text(node.left) == function.text(node.right):
        return function.slice(*function.inner(node.left))
    return None


RULES = (
    Rule("sqrt_bound", sqrt_bound, Gain.COMPLEXITY),
    Rule("stdlib_equivalent", stdlib_equivalent, Gain.COMPLEXITY),
    Rule("numeric_ops", numeric_ops, Gain.CONSTANT),
    Rule("minmax_inline", minmax_inline, Gain.CONSTANT),
)
