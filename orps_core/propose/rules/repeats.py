"""Do not do the same thing twice: repeated expressions, look-ups and constants rebuilt on every call."""

from collections.abc import Iterator

import libcst as cst

from orps_core.propose import match
from orps_core.propose.function import Comprehension, Edit, Function, Scope

from .common import certain, pure
from .rule import Change, Gain, Rule

_PATTERNS = {"match": 2, "search": 2, "findall": 2, "fullmatch": 2, "finditer": 2, "sub": 3, "split": 2}
_MOST = 2


def cse(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for statement in block:
            if isinstance(statement, cst.SimpleStatementLine | cst.If):
                yield from _repeated(function, statement)


def _repeated(function: Function, statement: cst.SimpleStatementLine | cst.If) -> Iterator[Change]:
    found: dict[str, list[cst.BaseExpression]] = {}
    for node in function.expressions(statement):
        if isinstance(node, cst.Call | cst.Subscript) and _repeatable(function, statement, node):
            found.setdefault(function.text(node), []).append(node)
    changed = function.effects(statement).unsure
    several = [text for text, uses in found.items() if uses[1:]]
    for text in sorted(several, key=len, reverse=True)[:_MOST]:
        uses = found[text]
        first = uses[0]
        asked = any(certain(function, node, statement) for node in uses)
        if not asked or not changed.isdisjoint(function.effects(first).names - {function.name}):
            continue
        recursive = not pure(function, first)
        name = function.fresh("value" if recursive or isinstance(first, cst.Subscript) else "result")
        yield Change(
            edits=(
                function.before(statement, f"{name} = {text}"),
                *(Edit(*function.span(node), name) for node in uses),
            ),
            rationale=f"`{text}` is computed {len(uses)} times: keep it in a variable.",
            speculative=recursive,
        )


def _repeatable(function: Function, statement: cst.BaseStatement, node: cst.BaseExpression) -> bool:
    for at in function.ancestors(node):
        if at is statement:
            break
        if isinstance(at, Comprehension | Scope | cst.For | cst.While):
            return False
    if isinstance(function.parent(node), cst.AssignTarget | cst.AugAssign | cst.Del):
        return False
    if isinstance(node, cst.Call) and match.named(node.func, function.name):
        return all(pure(function, argument.value) for argument in node.args)
    return pure(function, node) and bool(function.effects(node).names)


def hoist_constant(function: Function) -> Iterator[Change]:
    prefix = "_" + function.name.strip("_").upper()
    for statement in function.find(cst.SimpleStatementLine):
        found = match.assigned(statement)
        if found and _table(function, found) and function.loops(statement) == []:
            name = function.fresh(f"{prefix}_{found.name.strip('_').upper()}")
            uses = [node for node in function.find(cst.Name) if node.value == found.name]
            uses = [node for node in uses if not function.holds(statement, node)]
            value = _shifted(function, statement, found.value)
            bare = isinstance(found.value, cst.Tuple) and not found.value.lpar
            block = function.parent(statement)
            alone = isinstance(block, cst.IndentedBlock) and len(block.body) == 1
            removed = function.write(statement, "pass") if alone else function.remove(statement)
            yield Change(
                edits=(removed, *(Edit(*function.span(node), name) for node in uses)),
                rationale=f"`{found.name}` never changes but is built on every call: make it a constant.",
                helpers=(f"{name} = ({value})" if bare else f"{name} = {value}",),
            )
    yield from _compiled(function, prefix)


def _shifted(function: Function, statement: cst.BaseStatement, value: cst.BaseExpression) -> str:
    """A collection's text with its further lines moved to the left, as far as no string runs over lines."""
    text = function.text(value)
    strings = [function.text(node) for node in function.find(cst.SimpleString, inside=value)]
    if any("\n" in string for string in strings):
        return text
    return text.replace("\n" + function.margin(statement), "\n")


def _table(function: Function, found: match.Assigned) -> bool:
    """Whether a constant collection is only ever looked into."""
    value = found.value
    if not isinstance(value, cst.List | cst.Dict | cst.Set | cst.Tuple) or not match.constant(value):
        return False
    effects = function.effects(function.root)
    names = [node for node in function.find(cst.Name) if node.value == found.name]
    targets = [node for node in names if isinstance(function.parent(node), cst.AssignTarget | cst.AnnAssign)]
    if not value.elements[1:] or len(targets) != 1 or found.name in function.parameters:
        return False
    if found.name in effects.mutated | effects.exposed:
        return False
    return all(_looked_into(function, node) for node in names)


def _looked_into(function: Function, node: cst.Name) -> bool:
    match function.parent(node):
        case cst.Subscript() | cst.ComparisonTarget() | cst.For() | cst.CompFor() | cst.Attribute():
            return True
        case cst.AssignTarget() | cst.AnnAssign():
            return True
        case cst.Arg() as argument:
            call = function.parent(argument)
            return isinstance(call, cst.Call) and match.dotted(call.func) in {
                "len",
                "enumerate",
                "zip",
                "sum",
                "sorted",
            }
        case _:
            return False


def _compiled(function: Function, prefix: str) -> Iterator[Change]:
    for call in function.find(cst.Call):
        module, _, name = match.dotted(call.func).rpartition(".")
        arguments = match.positional(call) or []
        if (
            module != "re"
            or name not in _PATTERNS
            or len(arguments) != _PATTERNS[name]
            or not isinstance(arguments[0], cst.SimpleString)
        ):
            continue
        pattern = function.fresh(f"{prefix}_RE")
        rest = ", ".join(function.text(one) for one in arguments[1:])
        yield Change(
            edits=(Edit(*function.span(call), f"{pattern}.{name}({rest})"),),
            rationale="The pattern is looked up on every call: compile it once.",
            imports=("import re",),
            helpers=(f"{pattern} = re.compile({function.text(arguments[0])})",),
        )


def dict_get(function: Function) -> Iterator[Change]:
    for choice in function.find(cst.If):
        other = choice.orelse
        parts = match.compared(choice.test)
        if not isinstance(other, cst.Else) or not parts or not isinstance(parts[1], cst.In | cst.NotIn):
            continue
        yes, no = function.statements(choice.body), function.statements(other.body)
        if len(yes) != 1 or len(no) != 1 or not isinstance(function.parent(choice), cst.IndentedBlock):
            continue
        if isinstance(parts[1], cst.NotIn):
            yes, no = no, yes
        table, key = function.text(parts[2]).removesuffix(".keys()"), function.text(parts[0])
        line = _counted(function, match.small(yes[0]), match.small(no[0]), table, key)
        if line:
            yield Change(
                edits=(function.write(choice, line),),
                rationale=f"The table {table} can be asked once instead of twice.",
            )


def _counted(
    function: Function,
    yes: cst.BaseSmallStatement | None,
    no: cst.BaseSmallStatement | None,
    table: str,
    key: str,
) -> str | None:
    """One line for "count or start counting" and for "append or start a list"."""
    if not isinstance(no, cst.Assign) or len(no.targets) != 1:
        return None
    place = f"{table}[{key}]"
    if function.text(no.targets[0].target) != place:
        return None
    if isinstance(yes, cst.AugAssign) and isinstance(yes.operator, cst.AddAssign):
        same = function.text(yes.value) == function.text(no.value)
        counts = match.number(yes.value) is not None
        if same and counts and function.text(yes.target) == place:
            return f"{place} = {table}.get({key}, 0) + {function.text(yes.value)}"
    call = match.method(yes.value, "append") if isinstance(yes, cst.Expr) else None
    started = (
        [function.text(item.value) for item in no.value.elements] if isinstance(no.value, cst.List) else []
    )
    if (
        call
        and started
        and function.text(call[0]) == place
        and started == [function.text(one) for one in call[1]]
    ):
        return f"{table}.setdefault({key}, []).append({started[0]})"
    return None


def tuple_swap(function: Function) -> Iterator[Change]:
    for block in function.blocks():
        for one, two, three in zip(block, block[1:], block[2:], strict=False):
            kept = match.assigned(one)
            first, second = match.small(two), match.small(three)
            if not kept or not isinstance(first, cst.Assign) or not isinstance(second, cst.Assign):
                continue
            if len(first.targets) != 1 or len(second.targets) != 1:
                continue
            left, right = function.text(kept.value), function.text(first.value)
            swaps = (
                function.text(first.targets[0].target) == left
                and function.text(second.targets[0].target) == right
                and match.named(second.value) == kept.name
            )
            uses = [node for node in function.find(cst.Name) if node.value == kept.name]
            if swaps and not uses[2:]:
                yield Change(
                    edits=(
                        function.write(one, f"{left}, {right} = {right}, {left}"),
                        function.remove(two),
                        function.remove(three),
                    ),
                    rationale="Two values can change places without a third name.",
                )


RULES = (
    Rule("cse", cse, Gain.CONSTANT),
    Rule("hoist_constant", hoist_constant, Gain.CONSTANT),
    Rule("dict_get", dict_get, Gain.CONSTANT),
    Rule("tuple_swap", tuple_swap, Gain.READABILITY),
)
