"""Loops that only collect or reduce become comprehensions and built-in functions, or the other way round."""

from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.function import Edit, Function

from .common import Nest, nest
from .rule import Change, Gain, Rule

_LISTED = ("sum", "max", "min", "tuple", "sorted")


def append_comprehension(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for place, loop in enumerate(block):
            found = nest(function, loop)
            filled = found and _filled(function, found)
            if not found or not filled:
                continue
            name, kind, item = filled
            if name in function.effects(*found.parts).names:
                continue
            start = _start(function, block[:place], name)
            value = start and match.assigned(start)
            whole = len(found.clauses) == 1 and found.text.startswith(f"for {item} in ")
            items = function.text(found.parts[0])
            made = f"[{item} {found.text}]" if kind == "list" else f"{{{item} {found.text}}}"
            if start and value and match.empty(value.value, kind):
                head = function.slice(function.inner(start)[0], function.span(value.value)[0])
                text = f"{kind}({items})" if whole else made
                edits = [function.remove(start), function.write(loop, f"{head}{text}")]
            elif kind != "dict":
                call = "extend" if kind == "list" else "update"
                edits = [function.write(loop, f"{name}.{call}({items if whole else made})")]
            else:
                continue
            yield Change(
                edits=tuple(edits), rationale=f"The loop only fills `{name}`: a comprehension does it faster."
            )


def _filled(function: Function, found: Nest) -> tuple[str, str, str] | None:
    """Name, kind and item of a collection to which a loop's only statement adds."""
    call = match.method_line(found.inner, "append", "add")
    name = call and match.named(call[0])
    if call and name and len(call[1]) == 1:
        value = call[1][0]
        kind = "list" if match.method_line(found.inner, "append") else "set"
        if name in function.effects(value).names or isinstance(value, cst.StarredElement):
            return None
        bare = isinstance(value, cst.Tuple) and not value.lpar
        return name, kind, f"({function.text(value)})" if bare else function.text(value)
    match match.small(found.inner):
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Subscript(value=cst.Name(value=name)) as target)],
            value=value,
        ) if key := match.index(target):
            effects = function.effects(key, value)
            bare = (isinstance(value, cst.Tuple) and not value.lpar) or (
                isinstance(key, cst.Tuple) and not key.lpar
            )
            if name in effects.names or bare:
                return None
            return name, "dict", f"{function.text(key)}: {function.text(value)}"
        case _:
            return None


def _start(function: Function, block: list[cst.BaseStatement], name: str) -> cst.BaseStatement | None:
    """The assignment that gives the name its value, if nothing has used it since."""
    for statement in reversed(block):
        found = match.assigned(statement)
        if found and found.name == name:
            return statement
        if name in function.effects(statement).names:
            return None
    return None


def builtin_reduce(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for place, loop in enumerate(block):
            found = nest(function, loop)
            if found and isinstance(loop, cst.For):
                yield from _accumulated(function, block[:place], loop, found)
                yield from _extreme(function, loop, found)
                yield from _searched(function, block[place + 1 :], loop, found)


def _accumulated(
    function: Function, before: list[cst.BaseStatement], loop: cst.For, found: Nest
) -> Iterator[Change]:
    grown = match.increased(found.inner)
    if grown is None or _uses(function, found, grown.name, grown.value):
        return
    start = _start(function, before, grown.name)
    value = start and match.assigned(start)
    if value and isinstance(value.value, cst.BaseString | cst.List | cst.Tuple):
        return
    item = function.text(grown.value)
    whole = f"for {item} in {function.text(loop.iter)}" == found.text
    call = "sum" if grown.operator == "+" else "math.prod"
    counts = grown.operator == "+" and match.number(grown.value) is not None
    made = f"{call}({function.text(loop.iter)})" if whole else f"{call}([{item} {found.text}])"
    neutral = 0 if grown.operator == "+" else 1
    if start and value and match.number(value.value) == neutral:
        head = function.slice(function.inner(start)[0], function.span(value.value)[0])
        edits = [function.remove(start), function.write(loop, f"{head}{made}")]
    else:
        edits = [function.write(loop, f"{grown.name} {grown.operator}= {made}")]
    yield Change(
        edits=tuple(edits),
        rationale=f"The loop only accumulates `{grown.name}`: {call}() does that in C.",
        imports=("import math",) if call == "math.prod" else (),
        speculative=not counts,
    )


def _uses(function: Function, found: Nest, name: str, *more: cst.BaseExpression) -> bool:
    return name in function.effects(*found.parts, *more).names


def _extreme(function: Function, loop: cst.For, found: Nest) -> Iterator[Change]:
    """``if x > best: best = x`` and ``best = max(best, x)``."""
    picked = match.assigned(found.inner)
    if picked is None:
        return
    chosen = _compared_best(function, found, picked) or _called_best(found, picked)
    if chosen is None:
        return
    call, item, clauses = chosen
    parts = [part for part in found.parts if part is not found.last_test or clauses == found.clauses]
    if picked.name in function.effects(item, *parts).names or not clauses:
        return
    text, clause = function.text(item), " ".join(clauses)
    whole = clause == f"for {text} in {function.text(loop.iter)}"
    values = function.text(loop.iter) if whole else f"[{text} {clause}]"
    yield Change(
        edits=(
            function.write(
                loop, f"{picked.name} = {call}({picked.name}, {call}({values}, default={picked.name}))"
            ),
        ),
        rationale=f"The loop only looks for the {call}imum: {call}() does that in C.",
    )


def _compared_best(
    function: Function, found: Nest, picked: match.Assigned
) -> tuple[str, cst.BaseExpression, tuple[str, ...]] | None:
    parts = match.compared(found.last_test)
    if parts is None:
        return None
    left, operator, right = function.text(parts[0]), parts[1], function.text(parts[2])
    item = function.text(picked.value)
    greater = isinstance(operator, cst.GreaterThan | cst.GreaterThanEqual)
    if not greater and not isinstance(operator, cst.LessThan | cst.LessThanEqual):
        return None
    if (left, right) == (item, picked.name):
        return "max" if greater else "min", picked.value, found.clauses[:-1]
    if (left, right) == (picked.name, item):
        return "min" if greater else "max", picked.value, found.clauses[:-1]
    return None


def _called_best(
    found: Nest, picked: match.Assigned
) -> tuple[str, cst.BaseExpression, tuple[str, ...]] | None:
    arguments = match.called(picked.value, "max", "min", count=2) or []
    others = [argument for argument in arguments if match.named(argument) != picked.name]
    if len(others) != 1 or not isinstance(picked.value, cst.Call):
        return None
    return match.dotted(picked.value.func), others[0], found.clauses


def _searched(
    function: Function, after: list[cst.BaseStatement], loop: cst.For, found: Nest
) -> Iterator[Change]:
    """``for …: if …: return True`` and then ``return False``."""
    inside = match.small(found.inner)
    last = match.small(after[0]) if after else None
    if not isinstance(inside, cst.Return) or not isinstance(last, cst.Return) or found.last_test is None:
        return
    replies = match.named(inside.value, "True", "False"), match.named(last.value, "True", "False")
    if None in replies or replies[0] == replies[1]:
        return
    made = f"any({function.text(found.last_test)} {' '.join(found.clauses[:-1])})"
    yield Change(
        edits=(
            function.write(loop, f"return {'' if replies[0] == 'True' else 'not '}{made}"),
            function.remove(after[0]),
        ),
        rationale="The loop only asks whether there is such an item: that is any().",
    )


def genexp_list(function: Function) -> Iterator[Change]:
    for call in function.find(cst.Call):
        arguments = match.positional(call) or []
        value = arguments[0] if len(arguments) == 1 else None
        name = match.dotted(call.func)
        if isinstance(value, cst.GeneratorExp):
            yield from _fed_by_generator(function, call, name, value)
        elif isinstance(value, cst.ListComp):
            yield from _fed_by_list(function, call, name, value)
        elif name == "list" and value:
            yield from _mapped(function, call, value)


def _fed_by_generator(
    function: Function, call: cst.Call, name: str, value: cst.GeneratorExp
) -> Iterator[Change]:
    inner = function.slice(*function.inner(value)).strip()
    joins = isinstance(call.func, cst.Attribute) and call.func.attr.value == "join"
    if name in _LISTED or joins:
        edit = Edit(*function.span(value), f"[{inner}]")
        yield _change(edit, "A list feeds the call faster than a generator.")
    elif name in {"list", "set"}:
        display = f"[{inner}]" if name == "list" else f"{{{inner}}}"
        yield _change(Edit(*function.span(call), display), f"A {name} comprehension needs no generator.")


def _fed_by_list(function: Function, call: cst.Call, name: str, value: cst.ListComp) -> Iterator[Change]:
    inner = function.slice(*function.inner(value))[1:-1].strip()
    if name in {"any", "all"}:
        edit = Edit(*function.span(value), inner)
        yield _change(edit, f"{name}() can stop early with a generator.")
    elif name == "set":
        yield _change(Edit(*function.span(call), f"{{{inner}}}"), "A set comprehension needs no list.")
    elif name == "list":
        yield _change(Edit(*function.span(call), f"[{inner}]"), "The comprehension is a list already.")


def _change(edit: Edit, rationale: str) -> Change:
    return Change(edits=(edit,), rationale=rationale)


def _mapped(function: Function, call: cst.Call, value: cst.BaseExpression) -> Iterator[Change]:
    """``list(map(lambda x: …, items))``."""
    match match.called(value, "map"):
        case [cst.Lambda(params=cst.Parameters(params=[cst.Param(default=None) as item]), body=body), items]:
            made = f"[{function.text(body)} for {item.name.value} in {function.text(items)}]"
            yield _change(
                Edit(*function.span(call), made), "A comprehension saves a call of the lambda for each item."
            )
        case _:
            pass


def any_to_loop(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for statement in block:
            reply = match.small(statement)
            value = reply.value if isinstance(reply, cst.Return) else None
            found = match.called(value, "any", "all")
            if not found or not isinstance(value, cst.Call) or not isinstance(found[0], cst.GeneratorExp):
                continue
            clause, item = found[0].for_in, found[0].elt
            if clause.inner_for_in is not None or clause.asynchronous:
                continue
            finds = match.dotted(value.func) == "any"
            tests = [*(one.test for one in clause.ifs), item]
            parts = [
                _operand(function, test) if len(tests) > 1 or not finds else function.text(test)
                for test in tests
            ]
            parts[-1] = parts[-1] if finds else f"not {parts[-1]}"
            lines = (
                f"for {function.text(clause.target)} in {function.text(clause.iter)}:",
                f"    if {' and '.join(parts)}:",
                f"        return {finds}",
                f"return {not finds}",
            )
            if not _clashes(function, clause.target, statement):
                yield Change(
                    edits=(function.write(statement, *lines),),
                    rationale="A plain loop saves a generator's switching to and fro for every item.",
                )


def _operand(function: Function, node: cst.BaseExpression) -> str:
    text = function.text(node)
    return text if isinstance(node, cst.Name | cst.Call | cst.Attribute) or node.lpar else f"({text})"


def _clashes(function: Function, target: cst.CSTNode, statement: cst.BaseStatement) -> bool:
    """Whether a loop variable would overwrite a name of the function."""
    names = function.effects(target).names
    outside = {name.value for name in function.find(cst.Name) if not function.holds(statement, name)}
    return not names.isdisjoint(outside | set(function.parameters))


RULES = (
    Rule("append_comprehension", append_comprehension, Gain.CONSTANT),
    Rule("builtin_reduce", builtin_reduce, Gain.CONSTANT),
    Rule("genexp_list", genexp_list, Gain.CONSTANT),
    Rule("any_to_loop", any_to_loop, Gain.CONSTANT),
)
