"""Look things up in sets and tables instead of searching lists."""

from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.effects import MUTATORS
from orps_core.propose.function import Edit, Function

from .common import once, operand, pure
from .rule import Change, Gain, Rule

_HASHED = ("dict", "set", "frozenset", "str", "Counter", "defaultdict", "Mapping", "range", "bytes")
_TABLE_METHODS = ("items", "keys", "values", "get", "add", "discard", "setdefault")


def membership_set(function: Function) -> Iterator[Change]:
    tests = _memberships(function)
    lists = dict.fromkeys(name for _, right in tests if (name := match.named(right)))
    for name in lists:
        yield from _seen_list(function, name, [right for _, right in tests if match.named(right) == name])
    for test, right in tests:
        if isinstance(right, cst.List | cst.Tuple):
            yield from _display(function, test, right)
        elif isinstance(right, cst.Name | cst.Attribute | cst.Subscript | cst.Call):
            yield from _searched(function, test, right)


def _memberships(function: Function) -> list[tuple[cst.Comparison, cst.BaseExpression]]:
    found: list[tuple[cst.Comparison, cst.BaseExpression]] = []
    for node in function.find(cst.Comparison):
        parts = match.compared(node)
        if parts and isinstance(parts[1], cst.In | cst.NotIn):
            found.append((node, parts[2]))
    return found


def _display(function: Function, test: cst.Comparison, right: cst.List | cst.Tuple) -> Iterator[Change]:
    values = [element.value for element in right.elements]
    plain = all(
        match.constant(value) and not isinstance(value, cst.List | cst.Dict | cst.Set) for value in values
    )
    if values[1:] and plain:
        start, end = function.span(values[0])[0], function.span(values[-1])[1]
        yield Change(
            edits=(Edit(*function.span(right), "{" + function.slice(start, end) + "}"),),
            rationale=f"`{function.text(test)}` searches a constant sequence: a set finds it at once.",
        )


def _searched(function: Function, test: cst.Comparison, right: cst.BaseExpression) -> Iterator[Change]:
    """A sequence that stays the same while it is searched again and again."""
    anchor = once(function, test, right)
    looked_up = f"{function.text(right)}[{function.text(test.left)}]"
    if anchor is None or not _sequence(function, right) or function.matches(looked_up, function.root):
        return
    name = function.fresh(f"{match.named(right) or 'lookup'}_set")
    text = function.text(right)
    searched = [
        node
        for other, node in _memberships(function)
        if function.text(node) == text and once(function, other, node) is anchor
    ]
    yield Change(
        edits=(
            function.before(anchor, f"{name} = set({text})"),
            *(Edit(*function.span(node), name) for node in searched),
        ),
        rationale=f"`{function.text(test)}` searches {text} again and again: look it up in a set.",
    )


def _sequence(function: Function, right: cst.BaseExpression) -> bool:
    """Whether the searched thing may be a list: nothing in the function says that it is a set or a table."""
    if isinstance(right, cst.Call):
        values = match.method(right, "values") or match.called(right, "list", "tuple", "sorted")
        return bool(values)
    if not pure(function, right):
        return False
    name = match.named(right)
    return name is None or not _hashed(function, name)


def _hashed(function: Function, name: str) -> bool:
    params = function.root.params
    for param in (*params.posonly_params, *params.params, *params.kwonly_params):
        if param.name.value == name and param.annotation:
            return function.text(param.annotation.annotation).rpartition(".")[2].startswith(_HASHED)
    for statement in function.find(cst.SimpleStatementLine):
        found = match.assigned(statement)
        if found and found.name == name:
            value = found.value
            kind = match.dotted(value.func) if isinstance(value, cst.Call) else ""
            made = isinstance(value, cst.Dict | cst.Set | cst.DictComp | cst.SetComp | cst.BaseString)
            if made or kind.rpartition(".")[2] in _HASHED:
                return True
    calls = [match.method(call, *_TABLE_METHODS) for call in function.find(cst.Call)]
    return any(call and match.named(call[0]) == name for call in calls)


def _seen_list(function: Function, name: str, searched: list[cst.BaseExpression]) -> Iterator[Change]:
    """A list that only grows by ``append`` and is searched: keep a set beside it."""
    lines = function.find(cst.SimpleStatementLine)
    starts = [(line, found) for line in lines if (found := match.assigned(line)) and found.name == name]
    grows = [(line, call) for line in lines if (call := match.method_line(line, "append"))]
    grows = [(line, call) for line, call in grows if match.named(call[0]) == name and len(call[1]) == 1]
    changes = [call for call in function.find(cst.Call) if _changes(call, name)]
    effects = function.effects(function.root)
    if len(starts) != 1 or not grows or len(grows) != len(changes) or name in effects.exposed:
        return
    start, found = starts[0]
    added = [call[1][0] for _, call in grows]
    simple = all(not any(isinstance(at, cst.Call) for at in function.within(value)) for value in added)
    if not simple or not isinstance(found.value, cst.List | cst.ListComp | cst.Call):
        return
    known = function.fresh(f"{name}_set")
    first = "" if match.empty(found.value, "list") else name
    yield Change(
        edits=(
            function.after(start, f"{known} = set({first})"),
            *(
                function.after(line, f"{known}.add({function.text(value)})")
                for (line, _), value in zip(grows, added, strict=True)
            ),
            *(Edit(*function.span(node), known) for node in searched),
        ),
        rationale=f"`{name}` only grows and is searched again and again: keep a set of the same things.",
    )


def _changes(call: cst.Call, name: str) -> bool:
    function = call.func
    return (
        isinstance(function, cst.Attribute)
        and function.attr.value in MUTATORS
        and match.named(function.value) == name
    )


def count_index_table(function: Function) -> Iterator[Change]:
    for call in function.find(cst.Call):
        found = match.method(call, "count", "index")
        name = found and match.named(found[0])
        anchor = found and once(function, call, found[0])
        if not found or not name or anchor is None or len(found[1]) != 1:
            continue
        key = function.text(found[1][0])
        counts = isinstance(call.func, cst.Attribute) and call.func.attr.value == "count"
        table = function.fresh(f"{name}_counts" if counts else f"{name}_index")
        made = f"collections.Counter({name})"
        if not counts:
            place, item = function.freshes("place", "item")
            made = f"{{{item}: {place} for {place}, {item} in reversed(list(enumerate({name})))}}"
        yield Change(
            edits=(
                function.before(anchor, f"{table} = {made}"),
                Edit(*function.span(call), f"{table}[{key}]"),
            ),
            rationale=f"`{function.text(call)}` walks through {name} every time: build a table once.",
            imports=("import collections",) if counts else (),
            speculative=True,
        )


def prefix_sum(function: Function) -> Iterator[Change]:
    sums = [(call, _summed(call)) for call in function.find(cst.Call)]
    names = dict.fromkeys(found[0] for _, found in sums if found)
    for name in names:
        mine = [(call, found[1]) for call, found in sums if found and found[0] == name]
        anchor = once(function, mine[0][0], cst.ensure_type(_slice_owner(mine[0][0]), cst.Name))
        mine = [(call, part) for call, part in mine if anchor and function.holds(anchor, call)]
        if anchor is None or not mine:
            continue
        table = function.fresh(f"{name}_sums")
        edits: list[Edit] = []
        for call, part in mine:
            high = function.text(part.upper) if part.upper else "-1"
            low = f" - {table}[{function.text(part.lower)}]" if part.lower else ""
            edits.append(Edit(*function.span(call), f"({table}[{high}]{low})" if low else f"{table}[{high}]"))
        yield Change(
            edits=(function.before(anchor, f"{table} = [0, *itertools.accumulate({name})]"), *edits),
            rationale=f"Sums of slices of {name} are differences of running sums, which are computed once.",
            imports=("import itertools",),
            speculative=True,
        )


def _slice_owner(call: cst.Call) -> cst.BaseExpression:
    return cst.ensure_type(call.args[0].value, cst.Subscript).value


def _summed(call: cst.Call) -> tuple[str, cst.Slice] | None:
    """Name and bounds of ``sum(name[low:high])``."""
    arguments = match.called(call, "sum")
    if arguments and len(arguments) == 1 and isinstance(arguments[0], cst.Subscript):
        name, part = match.named(arguments[0].value), match.bounds(arguments[0])
        if name and part and part.step is None:
            return name, part
    return None


def pair_search_dict(function: Function) -> Iterator[Change]:
    for loop in function.find(cst.For):
        body = function.statements(loop.body)
        inner = body[0] if len(body) == 1 else None
        held = function.statements(inner.body) if isinstance(inner, cst.For) else []
        test = held[0] if len(held) == 1 else None
        if not isinstance(inner, cst.For) or not isinstance(test, cst.If) or test.orelse is not None:
            continue
        first, second = match.named(loop.target), match.named(inner.target)
        kept = function.statements(test.body)
        parts = match.compared(test.test)
        reply = match.small(kept[0]) if len(kept) == 1 else None
        if not (
            first and second and parts and isinstance(parts[1], cst.Equal) and isinstance(reply, cst.Return)
        ):
            continue
        found = _pair(function, parts[0], parts[2], first, second) or _pair(
            function, parts[2], parts[0], first, second
        )
        if found is None or reply.value is None or not isinstance(function.parent(loop), cst.IndentedBlock):
            continue
        name, total = found
        seen, need = function.freshes("places", "missing")
        lines = (
            f"{seen} = {{}}",
            f"for {second} in range(len({name})):",
            f"    {need} = {operand(function, total)} - {name}[{second}]",
            f"    if {need} in {seen}:",
            f"        {first} = {seen}[{need}]",
            f"        {function.text(reply).strip()}",
            f"    {seen}.setdefault({name}[{second}], {second})",
        )
        yield Change(
            edits=(function.write(loop, *lines),),
            rationale=f"All pairs of {name} are tried: remember the values seen and look up what is missing.",
            speculative=True,
        )


def _pair(
    function: Function, left: cst.BaseExpression, total: cst.BaseExpression, first: str, second: str
) -> tuple[str, cst.BaseExpression] | None:
    """Name and total of ``name[first] + name[second] == total``."""
    if not isinstance(left, cst.BinaryOperation) or not isinstance(left.operator, cst.Add):
        return None
    name = match.named(left.left.value) if isinstance(left.left, cst.Subscript) else None
    wanted = {f"{name}[{first}]", f"{name}[{second}]"}
    fixed = function.effects(total).names.isdisjoint((first, second))
    return (name, total) if name and fixed and wanted == _texts(function, left) else None


def _texts(function: Function, sum_: cst.BinaryOperation) -> set[str]:
    return {function.text(sum_.left), function.text(sum_.right)}


RULES = (
    Rule("membership_set", membership_set, Gain.COMPLEXITY),
    Rule("count_index_table", count_index_table, Gain.COMPLEXITY),
    Rule("prefix_sum", prefix_sum, Gain.COMPLEXITY),
    Rule("pair_search_dict", pair_search_dict, Gain.COMPLEXITY),
)
