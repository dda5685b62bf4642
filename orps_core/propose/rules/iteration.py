"""Walk over things instead of over their indexes, and let range() do the counting."""

import re
from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.function import Comprehension, Edit, Function

from .rule import Change, Gain, Rule

_For = cst.For | cst.CompFor


def range_len(function: Function) -> Iterator[Change]:
    for loop in function.counted_loops():
        counted = match.called(loop.iter, "range")
        measured = match.called(counted[0], "len") if counted and len(counted) == 1 else None
        name = match.named(measured[0]) if measured and len(measured) == 1 else None
        place = match.named(loop.target)
        region = _region(function, loop)
        if name and place and region and _untouched(function, region, loop, name, place):
            yield from _indexed(function, loop, region, name, place)


def _region(function: Function, loop: _For) -> cst.CSTNode | None:
    """The code in which the loop's variable has its value."""
    if isinstance(loop, cst.For):
        return loop.body
    parent = function.parent(loop)
    return parent if isinstance(parent, Comprehension) else None


def _untouched(function: Function, region: cst.CSTNode, loop: _For, name: str, place: str) -> bool:
    effects = function.effects(region)
    if isinstance(loop, cst.CompFor):
        # The comprehension binds its own variable; twice would be another matter.
        loops = [node for node in function.within(region) if isinstance(node, cst.CompFor)]
        own = [node for node in loops if match.named(node.target) == place]
        return name not in effects.unsure and len(own) == 1
    return name not in effects.unsure and place not in effects.changed


def _indexed(function: Function, loop: _For, region: cst.CSTNode, name: str, place: str) -> Iterator[Change]:
    reads = [
        node for node in function.find(cst.Subscript, inside=region) if match.named(match.index(node), place)
    ]
    mine = [node for node in reads if match.named(node.value) == name]
    if not mine:
        return
    written = (cst.AssignTarget, cst.AugAssign, cst.Del)
    others = [node for node in reads if match.named(node.value) not in {name, None}]
    others = [node for node in others if not isinstance(function.parent(node), written)]
    item = function.fresh(_one(name))
    uses = [node for node in function.find(cst.Name) if node.value == place and node is not loop.target]
    replaced = [Edit(*function.span(node), item) for node in mine]
    if len(uses) == len(mine):
        yield Change(
            edits=(_heading(function, loop, item, name), *replaced),
            rationale=f"Only the items of {name} are needed: iterate over them instead of over indexes.",
        )
    else:
        yield Change(
            edits=(_heading(function, loop, f"{place}, {item}", f"enumerate({name})"), *replaced),
            rationale=f"enumerate() gives index and item of {name} together.",
        )
    second = {str(match.named(node.value)) for node in others}
    if len(second) == 1 and len(uses) == len(mine) + len(others):
        other = second.pop()
        first, last = function.freshes(_one(name), _one(other))
        if other not in function.effects(region).unsure:
            yield Change(
                edits=(
                    _heading(function, loop, f"{first}, {last}", f"zip({name}, {other})"),
                    *(Edit(*function.span(node), first) for node in mine),
                    *(Edit(*function.span(node), last) for node in others),
                ),
                rationale=f"zip() walks over {name} and {other} together, without indexes.",
                speculative=True,
            )


def _heading(function: Function, loop: _For, target: str, iterable: str) -> Edit:
    return Edit(function.span(loop.target)[0], function.span(loop.iter)[1], f"{target} in {iterable}")


def _one(name: str) -> str:
    """A name for one of many: ``word`` for ``words``."""
    return name[:-1] if re.search(r"\w[^\Ws]s$", name) else f"{name}_item"


def dict_items(function: Function) -> Iterator[Change]:
    for loop in function.find(cst.For):
        key = match.named(loop.target)
        keys = match.method(loop.iter, "keys")
        name = match.named(keys[0]) if keys else match.named(loop.iter)
        if not key or not name or not {name, key}.isdisjoint(function.effects(loop.body).unsure):
            continue
        reads = [
            node for node in function.find(cst.Subscript, inside=loop.body) if match.named(node.value) == name
        ]
        reads = [node for node in reads if match.named(match.index(node)) == key]
        if reads:
            value = function.fresh(f"{key}_value")
            yield Change(
                edits=(
                    _heading(function, loop, f"{key}, {value}", f"{name}.items()"),
                    *(Edit(*function.span(node), value) for node in reads),
                ),
                rationale=f"items() gives key and value of {name} together, without a look-up for each.",
            )


def while_to_for(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for place, loop in enumerate(block):
            if isinstance(loop, cst.While) and loop.orelse is None:
                yield from _counted(function, block[place - 1] if place else None, loop)


def _counted(function: Function, before: cst.BaseStatement | None, loop: cst.While) -> Iterator[Change]:
    parts = match.compared(loop.test)
    body = function.statements(loop.body)
    name = match.named(parts[0]) if parts else None
    step = match.increased(body[-1]) if body else None
    if parts is None or not name or not body[1:] or step is None or (step.name, step.operator) != (name, "+"):
        return
    operator, limit, by = parts[1], parts[2], match.number(step.value)
    rest = function.effects(*body[:-1])
    names = function.effects(limit).names
    if not isinstance(operator, cst.LessThan | cst.LessThanEqual) or not by or name in rest.changed:
        return
    if not names.isdisjoint(rest.unsure | {name}) or _continues(function, loop):
        return
    first = match.assigned(before)
    start = first.value if first and first.name == name else None
    outside = [
        node for node in function.find(cst.Name) if node.value == name and not function.holds(loop, node)
    ]
    if any(not (start and function.holds(before, node)) for node in outside):
        return
    if start is None and name not in function.parameters:
        return
    low = function.text(start) if start else name
    high = function.text(limit) + (" + 1" if isinstance(operator, cst.LessThanEqual) else "")
    bare = low == "0" and by == 1
    counts = high if bare else f"{low}, {high}" + (f", {by}" if by != 1 else "")
    header = Edit(function.inner(loop)[0], function.span(loop.test)[1], f"for {name} in range({counts})")
    removed = (function.remove(before),) if start and before else ()
    yield Change(
        edits=(*removed, header, function.remove(body[-1])),
        rationale=f"The loop counts `{name}` up to a fixed limit: range() counts faster.",
    )


def _continues(function: Function, loop: cst.While) -> bool:
    """Whether the counting at the end can be skipped."""
    found = [node for node in function.within(loop.body) if isinstance(node, cst.Continue)]
    return any(function.loops(node)[0] is loop for node in found)


RULES = (
    Rule("range_len", range_len, Gain.CONSTANT),
    Rule("dict_items", dict_items, Gain.CONSTANT),
    Rule("while_to_for", while_to_for, Gain.CONSTANT),
)
