"""Build text in one go, and ask strings in their own words."""

from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.function import Edit, Function, Loop

from .rule import Change, Gain, Rule


def str_join(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for place, start in enumerate(block):
            found = match.assigned(start)
            if (
                not found
                or not isinstance(found.value, cst.SimpleString)
                or "b" in found.value.prefix.lower()
            ):
                continue
            for statement in block[place + 1 :]:
                if found.name not in function.effects(statement).names:
                    continue
                if isinstance(statement, cst.For | cst.While):
                    yield from _joined(function, start, found, statement)
                break


def _joined(
    function: Function, start: cst.BaseStatement, found: match.Assigned, loop: Loop
) -> Iterator[Change]:
    name = found.name
    added, put_before, uses = _growth(function, name, loop)
    inside = [node for node in function.find(cst.Name, inside=loop) if node.value == name]
    if len(inside) != uses or bool(added) == bool(put_before):
        return
    parts = function.fresh(f"{name}_parts")
    blank = found.value.evaluated_value == "" if isinstance(found.value, cst.SimpleString) else False
    edits = [
        function.write(line, f"{parts}.append({function.text(value)})") for line, value in added or put_before
    ]
    first = function.write(start, f"{parts} = []") if blank else function.after(start, f"{parts} = []")
    if put_before:
        last = f'{name} = "".join(reversed({parts}))' + ("" if blank else f" + {name}")
    else:
        last = f'{name} {"=" if blank else "+="} "".join({parts})'
    yield Change(
        edits=(first, *edits, function.after(loop, last)),
        rationale=f"`{name}` is built by repeated concatenation: collect the parts and join them once.",
    )


_Lines = list[tuple[cst.BaseStatement, cst.BaseExpression]]


def _growth(function: Function, name: str, loop: Loop) -> tuple[_Lines, _Lines, int]:
    """Lines of a loop that append to a text, lines that prepend to it, and how often they name it."""
    added: _Lines = []
    put_before: _Lines = []
    uses = 0
    for line in function.find(cst.SimpleStatementLine, inside=loop):
        grown, plain = match.increased(line), match.assigned(line)
        if grown and grown.name == name and grown.operator == "+":
            added.append((line, grown.value))
            uses += 2 if plain else 1
        elif plain and plain.name == name and (head := _head(plain)):
            put_before.append((line, head))
            uses += 2
    return added, put_before, uses


def _head(plain: match.Assigned) -> cst.BaseExpression | None:
    """What ``text = head + text`` puts in front."""
    match plain.value:
        case cst.BinaryOperation(left=left, operator=cst.Add(), right=cst.Name(value=plain.name)):
            return left
        case _:
            return None


def string_api(function: Function) -> Iterator[Change]:
    for either in function.find(cst.BooleanOperation):
        yield from _either(function, either)
    for part in function.find(cst.Subscript):
        yield from _first_part(function, part)
    for test in function.find(cst.Comparison):
        yield from _contains(function, test)
    for call in function.find(cst.Call):
        joined = match.method(call, "join")
        turned = match.called(joined[1][0], "reversed") if joined and len(joined[1]) == 1 else None
        if joined and turned and function.text(joined[0]) in {'""', "''"} and match.named(turned[0]):
            yield Change(
                edits=(Edit(*function.span(call), f"{function.text(turned[0])}[::-1]"),),
                rationale="A slice turns a text round without taking it apart.",
                speculative=True,
            )


def _either(function: Function, node: cst.BooleanOperation) -> Iterator[Change]:
    """``s.startswith(a) or s.startswith(b)``."""
    for name in ("startswith", "endswith"):
        left, right = match.method(node.left, name), match.method(node.right, name)
        if not left or not right or not isinstance(node.operator, cst.Or):
            continue
        same = function.text(left[0]) == function.text(right[0]) and len(left[1]) == len(right[1]) == 1
        texts = [function.text(call[1][0]) for call in (left, right)]
        if same and not any(isinstance(call[1][0], cst.Tuple) for call in (left, right)):
            yield Change(
                edits=(function.swap(node, f"{function.text(left[0])}.{name}(({texts[0]}, {texts[1]}))"),),
                rationale=f"{name}() takes several texts at once.",
            )


def _first_part(function: Function, node: cst.Subscript) -> Iterator[Change]:
    """``s.split(x)[0]`` and ``s.split(x)[-1]``."""
    found, at = match.method(node.value, "split"), match.index(node)
    place = function.text(at) if at else ""
    if found and len(found[1]) == 1 and place in {"0", "-1"} and match.named(found[1][0]) != "None":
        owner, separator = function.text(found[0]), function.text(found[1][0])
        part = f"partition({separator})[0]" if place == "0" else f"rpartition({separator})[2]"
        yield Change(
            edits=(Edit(*function.span(node), f"{owner}.{part}"),),
            rationale="partition() stops at the separator that matters instead of splitting everything.",
        )


def _contains(function: Function, node: cst.Comparison) -> Iterator[Change]:
    """``s.find(x) != -1``."""
    parts = match.compared(node)
    found = match.method(parts[0], "find") if parts else None
    if not parts or not found or len(found[1]) != 1:
        return
    asked = (type(parts[1]), function.text(parts[2]))
    present = asked in {(cst.NotEqual, "-1"), (cst.GreaterThan, "-1"), (cst.GreaterThanEqual, "0")}
    absent = asked in {(cst.Equal, "-1"), (cst.LessThan, "0")}
    if present or absent:
        word = "in" if present else "not in"
        yield Change(
            edits=(function.swap(node, f"{function.text(found[1][0])} {word} {function.text(found[0])}"),),
            rationale="`in` asks the same without a call.",
        )


RULES = (
    Rule("str_join", str_join, Gain.COMPLEXITY),
    Rule("string_api", string_api, Gain.CONSTANT),
)
