"""Lists that are copied, shifted or filled item by item where one step would do."""

import itertools
from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.effects import MUTATORS
from orps_core.propose.function import Edit, Function

from .common import stable
from .rule import Change, Gain, Rule

_COPIES = ("list", "tuple", "copy.copy", "copy.deepcopy", "deepcopy")


def slice_assign(function: Function) -> Iterator[Change]:
    for loop in function.find(cst.For):
        body = function.statements(loop.body)
        place = match.named(loop.target)
        counted = match.called(loop.iter, "range") or []
        if len(body) != 1 or not place or not counted or loop.orelse is not None:
            continue
        match match.small(body[0]):
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Subscript() as target)], value=value):
                pass
            case _:
                continue
        name = match.named(target.value)
        if not name or match.named(match.index(target)) != place or not match.constant(value):
            continue
        if isinstance(value, cst.List | cst.Dict | cst.Set) or not isinstance(
            function.parent(loop), cst.IndentedBlock
        ):
            continue
        low, *rest = [function.text(one) for one in counted]
        colon = ":" if all(match.atomic(one) for one in counted) else " : "
        part = colon.join([low, *rest]) if rest else f":{low}"
        count = function.text(loop.iter)
        yield Change(
            edits=(function.write(loop, f"{name}[{part}] = [{function.text(value)}] * len({count})"),),
            rationale=f"One slice assignment sets all these items of {name} at once.",
            speculative=True,
        )


def list_concat(function: Function) -> Iterator[Change]:
    for statement in function.find(cst.SimpleStatementLine):
        grown = match.increased(statement)
        if not grown or grown.operator != "+" or not isinstance(grown.value, cst.List):
            continue
        items = grown.value.elements
        in_place = isinstance(match.small(statement), cst.AugAssign)
        if len(items) == 1 and isinstance(items[0], cst.Element):
            line = f"{grown.name}.append({function.text(items[0].value)})"
        elif items and not in_place:
            line = f"{grown.name} += {function.text(grown.value)}"
        else:
            continue
        yield Change(
            edits=(function.write(statement, line),),
            rationale=f"`{grown.name}` grows in place instead of being copied for every item.",
            speculative=not in_place,
        )


def flatten_chain(function: Function) -> Iterator[Change]:
    for call in function.find(cst.Call):
        arguments = match.called(call, "sum", count=2) or []
        if arguments and match.empty(arguments[1], "list"):
            lists = function.text(arguments[0])
            bare = isinstance(arguments[0], cst.GeneratorExp) and not arguments[0].lpar
            inner = f"({lists})" if bare else lists
            yield Change(
                edits=(Edit(*function.span(call), f"list(itertools.chain.from_iterable({inner}))"),),
                rationale="A sum of lists copies the result again for every list.",
                imports=("import itertools",),
            )


def deque(function: Function) -> Iterator[Change]:
    shifts: dict[str, list[Edit]] = {}
    repeated: set[str] = set()
    for call in function.find(cst.Call):
        found = match.method(call, "pop", "insert")
        name = match.named(found[0]) if found else None
        if not found or not name or not found[1] or match.number(found[1][0]) != 0:
            continue
        pops = match.method(call, "pop") is not None
        if len(found[1]) == (1 if pops else 2):
            new = f"{name}.popleft()" if pops else f"{name}.appendleft({function.text(found[1][1])})"
            shifts.setdefault(name, []).append(Edit(*function.span(call), new))
            repeated |= {name} if function.loops(call) else set()
    for name, edits in shifts.items():
        if name in repeated and not _kept_as_list(function, name):
            yield from _queued(function, name, edits)


def _kept_as_list(function: Function, name: str) -> bool:
    """Whether something is done with the list that a deque cannot do."""
    for node in function.find(cst.Name):
        parent = function.parent(node)
        if node.value != name:
            continue
        if isinstance(parent, cst.Subscript) and parent.value is node and match.index(parent) is None:
            return True
        if isinstance(parent, cst.Comparison | cst.ComparisonTarget | cst.BinaryOperation):
            return not isinstance(parent, cst.ComparisonTarget) or isinstance(
                parent.operator, cst.Equal | cst.NotEqual
            )
    calls = [match.method(call, "sort", "pop", "insert") for call in function.find(cst.Call)]
    positions = [call[1] for call in calls if call and match.named(call[0]) == name]
    return any(where and match.number(where[0]) != 0 for where in positions)


def _queued(function: Function, name: str, edits: list[Edit]) -> Iterator[Change]:
    starts = [
        found.value
        for line in function.find(cst.SimpleStatementLine)
        if (found := match.assigned(line)) and found.name == name
    ]
    made = [
        Edit(
            *function.span(value),
            f"collections.deque({'' if match.empty(value, 'list') else function.text(value)})",
        )
        for value in starts
    ]
    if not starts and name in function.parameters and function.body:
        made = [function.before(function.body[0], f"{name} = collections.deque({name})")]
    if not made:
        return
    replies = [node for node in function.find(cst.Return) if match.named(node.value) == name]
    back = [Edit(*function.span(node.value), f"list({name})") for node in replies if node.value]
    yield Change(
        edits=(*made, *edits, *back),
        rationale=f"Taking from the front of {name} shifts the whole list; a deque does it at once.",
        imports=("import collections",),
        speculative=True,
    )


def copy_removal(function: Function) -> Iterator[Change]:
    for node in function.expressions():
        original = _copied(node)
        parent = function.parent(node)
        if original is None or isinstance(parent, cst.AssignTarget | cst.Del) or _changed(function, node):
            continue
        yield Change(
            edits=(Edit(*function.span(node), function.text(original)),),
            rationale=f"`{function.text(node)}` may be a copy that nobody needs.",
            speculative=True,
        )


def _copied(node: cst.BaseExpression) -> cst.BaseExpression | None:
    if (arguments := match.called(node, *_COPIES)) and len(arguments) == 1:
        plain = isinstance(arguments[0], cst.Name | cst.Attribute | cst.Subscript)
        return arguments[0] if plain else None
    if (found := match.method(node, "copy", "keys")) and not found[1]:
        return found[0]
    part = match.bounds(node)
    whole = part is not None and part.lower is None and part.upper is None and part.step is None
    return node.value if whole and isinstance(node, cst.Subscript) else None


def _changed(function: Function, node: cst.BaseExpression) -> bool:
    """Whether the copy, or its original while it is walked over, is changed afterwards."""
    match function.parent(node):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name in function.effects(function.root).mutated
        case cst.For() as loop:
            return not stable(function, node, loop.body)
        case _:
            return False


def sorted_minmax(function: Function) -> Iterator[Change]:
    for node in function.find(cst.Subscript):
        if isinstance(node.value, cst.Call) and match.dotted(node.value.func) == "sorted":
            yield from _ends(function, node, node.value)
    for call in function.find(cst.Call):
        arguments = (
            match.called(call, "sorted", "set", "sum", "min", "max", "any", "all", "tuple", "list") or []
        )
        inner = arguments[0] if len(arguments) == 1 else None
        outer = match.dotted(call.func)
        casts = (
            ("list", "tuple", "sorted") if outer in {"set", "min", "max", "any", "all"} else ("list", "tuple")
        )
        source = match.called(inner, *casts)
        if inner and source and len(source) == 1:
            yield Change(
                edits=(Edit(*function.span(inner), function.text(source[0])),),
                rationale=f"{outer}() takes any iterable: the step before it only makes a copy.",
            )


def _ends(function: Function, node: cst.Subscript, call: cst.Call) -> Iterator[Change]:
    """``sorted(x)[0]`` and ``sorted(x)[:k]``."""
    if not call.args or any(one.star for one in call.args) or call.args[0].keyword:
        return
    options = {one.keyword.value: function.text(one.value) for one in call.args[1:] if one.keyword}
    backwards = options.pop("reverse", "False")
    if backwards not in {"True", "False"}:
        return
    items = function.text(call.args[0].value) + "".join(f", {key}={value}" for key, value in options.items())
    at, part = match.index(node), match.bounds(node)
    if at is not None and function.text(at) in {"0", "-1"}:
        end = "min" if (function.text(at) == "0") == (backwards == "False") else "max"
        yield Change(
            edits=(Edit(*function.span(node), f"{end}({items})"),),
            rationale=f"Sorting everything to take one end is more than {end}() needs.",
            speculative=True,
        )
    elif part and part.upper and part.lower is None and part.step is None:
        pick = "nlargest" if backwards == "True" else "nsmallest"
        yield Change(
            edits=(Edit(*function.span(node), f"heapq.{pick}({function.text(part.upper)}, {items})"),),
            rationale=f"heapq.{pick}() keeps only as many items as are asked for.",
            imports=("import heapq",),
            speculative=True,
        )


def sort_in_loop(function: Function) -> Iterator[Change]:
    for statement in function.find(cst.SimpleStatementLine):
        call = match.method_line(statement, "sort")
        name = match.named(call[0]) if call else None
        loops = function.loops(statement)
        if not name or not loops or not isinstance(function.parent(loops[-1]), cst.IndentedBlock):
            continue
        others = [
            other
            for other in function.find(cst.Call, inside=loops[-1])
            if (found := match.method(other, *MUTATORS)) and match.named(found[0]) == name
        ]
        block = function.parent(statement)
        alone = isinstance(block, cst.IndentedBlock) and len(block.body) == 1
        if len(others) == 1 and name not in function.effects(loops[-1]).stores and not alone:
            yield Change(
                edits=(function.before(loops[-1], function.text(statement)), function.remove(statement)),
                rationale=f"`{name}` is sorted in every iteration: once before the loop is enough.",
                speculative=True,
            )


def insort(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for first, second in itertools.pairwise(block):
            added, sorting = match.method_line(first, "append"), match.method_line(second, "sort")
            if added and sorting and len(added[1]) == 1 and not sorting[1]:
                name = function.text(added[0])
                if name == function.text(sorting[0]):
                    line = f"bisect.insort({name}, {function.text(added[1][0])})"
                    yield Change(
                        edits=(function.write(first, line), function.remove(second)),
                        rationale="bisect.insort() puts the item into its place without sorting again.",
                        imports=("import bisect",),
                        speculative=True,
                    )


RULES = (
    Rule("deque", deque, Gain.COMPLEXITY),
    Rule("list_concat", list_concat, Gain.COMPLEXITY),
    Rule("flatten_chain", flatten_chain, Gain.COMPLEXITY),
    Rule("sort_in_loop", sort_in_loop, Gain.COMPLEXITY),
    Rule("insort", insort, Gain.COMPLEXITY),
    Rule("sorted_minmax", sorted_minmax, Gain.COMPLEXITY),
    Rule("slice_assign", slice_assign, Gain.CONSTANT),
    Rule("copy_removal", copy_removal, Gain.CONSTANT),
)
