"""Make recursion cheap: remember results, or loop where the call comes last."""

import re
from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.function import Comprehension, Edit, Function, Loop

from .rule import Change, Gain, Rule

_UNHASHABLE = re.compile(r"(typing\.)?(list|dict|set|bytearray|List|Dict|Set|Sequence\[list)\b")
_IMPURE = frozenset(("print", "input", "open", "random", "next", "time"))


def memoize_recursion(function: Function) -> Iterator[Change]:
    for node in function.within(function.root):
        if not isinstance(node, cst.FunctionDef) or not _remembers(function, node):
            continue
        name = node.name.value
        if node is function.root:
            edit = Edit(0, 0, "@functools.cache\n")
        elif isinstance(function.parent(node), cst.IndentedBlock):
            edit = function.before(node, "@functools.cache")
        else:
            continue
        yield Change(
            edits=(edit,),
            rationale=f"`{name}` calls itself more than once: remember the results of repeated sub-problems.",
            imports=("import functools",),
            speculative=True,
        )


def _remembers(function: Function, node: cst.FunctionDef) -> bool:
    """Whether caching the results may pay and nothing in the text forbids it."""
    given = (*node.params.posonly_params, *node.params.params)
    kinds = [function.text(param.annotation.annotation) for param in given if param.annotation]
    params = {param.name.value for param in given}
    if any(_UNHASHABLE.match(kind) for kind in kinds):
        return False
    if not params or node.decorators or node.asynchronous or params & {"self", "cls"}:
        return False
    calls = _self_calls(function, node)
    if not calls[1:] and not any(_repeats(function, call) for call in calls):
        return False
    effects = function.effects(node.body)
    forbidden = any(
        isinstance(at, cst.Yield | cst.Global | cst.Nonlocal) for at in function.within(node.body)
    )
    return not forbidden and params.isdisjoint(effects.mutated) and _IMPURE.isdisjoint(effects.names)


def _repeats(function: Function, call: cst.Call) -> bool:
    return bool(function.loops(call)) or any(
        isinstance(at, Comprehension | Loop) for at in function.ancestors(call)
    )


def _self_calls(function: Function, node: cst.FunctionDef) -> list[cst.Call]:
    name = node.name.value
    return [call for call in function.find(cst.Call, inside=node.body) if match.named(call.func) == name]


def tail_recursion(function: Function) -> Iterator[Change]:
    root = function.root
    calls = _self_calls(function, root)
    plain = not (root.decorators or root.asynchronous or root.params.kwonly_params or root.params.star_kwarg)
    if not calls or not plain or not isinstance(root.params.star_arg, cst.MaybeSentinel) or not function.body:
        return
    awkward = (cst.Lambda, cst.FunctionDef, cst.ClassDef, cst.Yield, cst.For, cst.While, cst.Try, cst.With)
    strings = [function.text(node) for node in function.expressions() if isinstance(node, cst.BaseString)]
    nodes = [node for statement in function.body for node in function.within(statement)]
    if any(isinstance(node, awkward) for node in nodes) or any("\n" in text for text in strings):
        return
    returns = _tail_returns(function, calls)
    if returns is not None:
        yield Change(
            edits=tuple(_looped(function, returns)),
            rationale=f"`{function.name}` ends by calling itself: a loop needs no stack and no call.",
        )


def _tail_returns(
    function: Function, calls: list[cst.Call]
) -> dict[cst.BaseStatement, tuple[str, ...]] | None:
    """The lines in place of each statement that returns a call of the function itself."""
    lines: dict[cst.BaseStatement, tuple[str, ...]] = {}
    for call in calls:
        parent = function.parent(call)
        at = function.statement(call)
        choice = parent if isinstance(parent, cst.IfExp) and parent.test is not call else None
        reply = function.parent(choice) if choice else parent
        if at is None or not isinstance(reply, cst.Return) or match.small(at) is not reply or at in lines:
            return None
        step = _rebinding(function, call)
        if step is None:
            return None
        if choice is None:
            lines[at] = (*step, "continue")
        elif choice.orelse is call:
            lines[at] = (
                f"if {function.text(choice.test)}:",
                f"    return {function.text(choice.body)}",
                *step,
                "continue",
            )
        else:
            lines[at] = (
                f"if not ({function.text(choice.test)}):",
                f"    return {function.text(choice.orelse)}",
                *step,
                "continue",
            )
    return lines


def _rebinding(function: Function, call: cst.Call) -> tuple[str, ...] | None:
    """Give the parameters the values the call would have given them."""
    arguments = match.positional(call)
    if arguments is None or len(arguments) != len(function.parameters):
        return None
    pairs = [(name, function.text(value)) for name, value in zip(function.parameters, arguments, strict=True)]
    changed = [(name, value) for name, value in pairs if name != value]
    if not changed:
        return None
    return (", ".join(name for name, _ in changed) + " = " + ", ".join(value for _, value in changed),)


def _looped(function: Function, returns: dict[cst.BaseStatement, tuple[str, ...]]) -> Iterator[Edit]:
    """Put the body into ``while True``, one step deeper, with the statements replaced."""
    first, last = function.body[0], function.body[-1]
    start, end = function.inner(first)[0], function.inner(last)[1]
    unit, margin = function.unit, function.margin(first)
    yield Edit(start, start, f"while True:\n{margin}{unit}")
    replaced = {function.inner(statement): (statement, lines) for statement, lines in returns.items()}
    at = start
    for (low, high), (statement, lines) in sorted(replaced.items(), key=lambda item: item[0]):
        yield from function.indent(at, low)
        kept = lines[:-1] if statement is last else lines
        inner = "\n" + function.margin(statement) + unit
        yield Edit(low, high, inner.join(function.laid(line) for line in kept))
        at = high
    yield from function.indent(at, end)
    if last not in returns and not _leaves(function, last):
        yield Edit(end, end, f"\n{margin}{unit}return None")


def _leaves(function: Function, statement: cst.BaseStatement) -> bool:
    """Whether control cannot run past the statement."""
    if isinstance(statement, cst.If):
        other = statement.orelse
        bodies = [statement.body, *([other.body] if isinstance(other, cst.Else) else [])]
        ends = [function.statements(body)[-1:] for body in bodies]
        return isinstance(other, cst.Else) and all(end and _leaves(function, end[0]) for end in ends)
    return isinstance(match.small(statement), cst.Return | cst.Raise)


RULES = (
    Rule("memoize_recursion", memoize_recursion, Gain.COMPLEXITY),
    Rule("tail_recursion", tail_recursion, Gain.CONSTANT),
)
