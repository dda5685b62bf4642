"""Take work out of loops: what does not change is computed, looked up or bound once."""

from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.effects import MUTATORS, root_name
from orps_core.propose.function import Edit, Function, Loop, Scope

from .common import certain, pure, stable
from .rule import Change, Gain, Rule

_MOST = 4
"""More hoisted expressions than this make a function harder to read, whatever they save."""


def loop_invariant(function: Function) -> Iterator[Change]:
    for loop in function.loop_statements():
        found = dict.fromkeys(function.text(node) for node in _invariants(function, loop))
        texts = list(found)[:_MOST]
        first = {text: function.matches(text, loop)[0] for text in texts if function.matches(text, loop)}
        yield from _hoisted(function, loop, {text: _wish(node) for text, node in first.items()})


def _hoisted(function: Function, loop: Loop, wishes: dict[str, str]) -> Iterator[Change]:
    """Compute the texts before the loop, under the wished names."""
    if not wishes or not _insertable(function, loop):
        return
    names = function.freshes(*wishes.values())
    edits: list[Edit] = []
    for text, name in zip(wishes, names, strict=True):
        uses = [node for node in function.matches(text, loop) if _repeated(function, loop, node)]
        edits += [Edit(*function.span(node), name) for node in uses]
    lines = [f"{name} = {text}" for text, name in zip(wishes, names, strict=True)]
    what = ", ".join(f"`{text}`" for text in wishes)
    yield Change(
        edits=(function.before(loop, *lines), *edits),
        rationale=f"The loop computes {what} again in every iteration although it does not change.",
    )


def _invariants(function: Function, loop: Loop) -> Iterator[cst.BaseExpression]:
    """The largest expressions in a loop that stay the same."""
    covered: list[cst.BaseExpression] = []
    for node in function.expressions(loop):
        if not isinstance(node, cst.Call | cst.BinaryOperation | cst.Subscript):
            continue
        if not _repeated(function, loop, node) or any(function.holds(outer, node) for outer in covered):
            continue
        safe = not _may_raise(node, function) or certain(function, node, loop)
        if safe and _worthwhile(function, node) and pure(function, node) and stable(function, node, loop):
            covered.append(node)
            yield node


def _repeated(function: Function, loop: Loop, node: cst.CSTNode) -> bool:
    """Whether each iteration of the loop evaluates the node, to read it."""
    if isinstance(function.parent(node), cst.AssignTarget | cst.AugAssign | cst.Del):
        return False
    return loop in function.loops(node)


def _worthwhile(function: Function, node: cst.BaseExpression) -> bool:
    """Constants are folded by Python itself, and slices are copies that somebody may change."""
    slices = any(isinstance(at, cst.Slice) for at in function.within(node))
    calls = [at for at in function.within(node) if isinstance(at, cst.Call)]
    builtins = {match.named(call.func) for call in calls}
    return not slices and bool(function.effects(node).names - builtins)


def _may_raise(node: cst.BaseExpression, function: Function) -> bool:
    """Whether the expression fails on values for which the rest of the loop may avoid it."""
    for at in function.within(node):
        if isinstance(at, cst.Subscript | cst.Divide | cst.FloorDivide | cst.Modulo):
            return True
        if isinstance(at, cst.Call) and match.dotted(at.func) not in {"len", "abs", "str", "repr", "bool"}:
            return True
    return False


def _wish(node: cst.BaseExpression) -> str:
    """A telling name: ``items_len`` for ``len(items)``."""
    if isinstance(node, cst.Call):
        verb = match.dotted(node.func).rpartition(".")[2]
        owner = node.func.value if isinstance(node.func, cst.Attribute) else None
        subject = root_name(node.args[0].value) if node.args else owner and root_name(owner)
        return f"{subject}_{verb}" if subject and verb else "invariant"
    if isinstance(node, cst.Subscript):
        return f"{root_name(node) or 'fixed'}_item"
    match node:
        case cst.BinaryOperation(
            left=cst.Name(value=name), operator=cst.Add(), right=cst.Integer(value=count)
        ):
            return f"{name}_plus_{count}"
        case cst.BinaryOperation(
            left=cst.Name(value=name), operator=cst.Subtract(), right=cst.Integer(value=count)
        ):
            return f"{name}_minus_{count}"
        case _:
            return "invariant"


def _insertable(function: Function, loop: Loop) -> bool:
    return isinstance(function.parent(loop), cst.IndentedBlock)


def bind_local(function: Function) -> Iterator[Change]:
    for loop in function.loop_statements():
        if function.loops(loop) or not _insertable(function, loop):
            continue
        stores = function.effects(loop).stores
        wishes: dict[str, str] = {}
        for call in function.find(cst.Call, inside=loop):
            owner = isinstance(call.func, cst.Attribute) and match.named(call.func.value)
            if owner and owner not in stores and loop in function.loops(call):
                text = function.text(call.func)
                wishes[text] = text.replace(".", "_")
        if not wishes:
            continue
        names = function.freshes(*wishes.values())
        edits = [
            Edit(*function.span(node), name)
            for text, name in zip(wishes, names, strict=True)
            for node in function.matches(text, loop)
            if loop in function.loops(node)
        ]
        lines = [f"{name} = {text}" for text, name in zip(wishes, names, strict=True)]
        what = ", ".join(f"`{text}`" for text in wishes)
        yield Change(
            edits=(function.before(loop, *lines), *edits),
            rationale=f"The loop looks up {what} in every iteration; a local name is found faster.",
        )


def row_alias(function: Function) -> Iterator[Change]:
    for loop in function.loop_statements():
        if not _insertable(function, loop):
            continue
        rows = dict.fromkeys(
            function.text(node.value)
            for node in function.find(cst.Subscript, inside=loop)
            if isinstance(node.value, cst.Subscript) and _fixed_row(function, loop, node.value)
        )
        texts = [text for text in rows if not any(text != other and other in text for other in rows)][:_MOST]
        if not texts:
            continue
        names = function.freshes(*("row" for _ in texts))
        pairs = list(zip(texts, names, strict=True))
        edits = [
            Edit(*function.span(node), name)
            for text, name in pairs
            for node in function.matches(text, loop)
            if loop in function.loops(node)
        ]
        yield Change(
            edits=(function.before(loop, *(f"{name} = {text}" for text, name in pairs)), *edits),
            rationale=f"The loop works on one row, {texts[0]}: bind it once instead of indexing twice.",
        )


def _fixed_row(function: Function, loop: Loop, row: cst.Subscript) -> bool:
    """Whether ``table[i]`` stays the same object while the loop runs."""
    table = match.named(row.value)
    place = match.index(row)
    if table is None or place is None or loop not in function.loops(row) or not pure(function, row):
        return False
    stores = function.effects(loop).stores
    if not stores.isdisjoint(function.effects(row).names):
        return False
    targets = function.find(cst.AssignTarget, inside=loop) + function.find(cst.AugAssign, inside=loop)
    replaced = [target.target for target in targets if isinstance(target.target, cst.Subscript)]
    swapped = [
        element.value for tuple_ in function.find(cst.Tuple, inside=loop) for element in tuple_.elements
    ]
    for target in (*replaced, *swapped):
        if isinstance(target, cst.Subscript) and match.named(target.value) == table:
            return False
    calls = [match.method(call, *MUTATORS) for call in function.find(cst.Call, inside=loop)]
    return not any(call and match.named(call[0]) == table for call in calls)


def early_break(function: Function) -> Iterator[Change]:
    for loop in function.find(cst.For):
        if loop.orelse is not None or function.loops(loop):
            continue
        lines = function.find(cst.SimpleStatementLine, inside=loop)
        flags = [match.assigned(line) for line in lines]
        if len(lines) != 1 or flags[0] is None or not match.named(flags[0].value, "True", "False"):
            continue
        flag, line = flags[0], lines[0]
        block = function.parent(line)
        test = function.parent(block) if block else None
        others = function.effects(loop).unsure - {flag.name} - function.effects(loop.target).names
        if not isinstance(test, cst.If) or test.orelse is not None or others:
            continue
        outside = [name.value for name in function.find(cst.Name) if not function.holds(loop, name)]
        if not function.effects(loop.target).names.isdisjoint(outside) or not _quiet(function, loop):
            continue
        yield Change(
            edits=(function.after(line, "break"),),
            rationale=f"Once `{flag.name}` is decided the rest of the loop changes nothing: stop there.",
        )


def _quiet(function: Function, loop: Loop) -> bool:
    """Whether the loop is free of inner loops, functions and calls that may do something."""
    inner = [at for at in function.within(loop.body) if isinstance(at, cst.For | cst.While | Scope)]
    return not inner and all(pure(function, call) for call in function.find(cst.Call, inside=loop.body))


RULES = (
    Rule("loop_invariant", loop_invariant, Gain.CONSTANT),
    Rule("row_alias", row_alias, Gain.CONSTANT),
    Rule("early_break", early_break, Gain.CONSTANT),
    Rule("bind_local", bind_local, Gain.CONSTANT),
)
