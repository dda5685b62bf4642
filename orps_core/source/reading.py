"""Reads a rewrite from what a person or a program has: the function, with helpers, or a whole module."""

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..domain.candidate import Candidate
from ..domain.target import Target
from ..ports import Unavailable
from . import syntax

_FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,})[^\n]*\n(?P<text>.*?)^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL)
_DIFF = re.compile(r"^(diff --git |--- \S.*\n\+\+\+ \S|@@ -\d+)", re.MULTILINE)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Text:
    """Text at column zero that parses."""

    text: str
    tree: ast.Module

    def cut(self, node: ast.stmt) -> str:
        """The statement with its decorators, at column zero."""
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        lines = self.text.split("\n")[first - 1 : node.end_lineno]
        indent = re.match(r"[ \t]*", lines[0])
        prefix = indent[0] if indent else ""
        return "\n".join(line.removeprefix(prefix) for line in lines)


def read_candidate(target: Target, text: str, name: str) -> Candidate:
    """The rewrite of the target in ``text``, which came from ``name``.

    Raise ``Unavailable`` where there is none, or where it changes more than the function.
    """
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not whole.strip():
        raise Unavailable(f"{name} is empty.", f"Give it the new text of {target.name}.")
    read = _parsed(whole, target, name)
    function = _find(read.tree, target)
    if function is None:
        raise Unavailable(f"{name} defines no function {target.name!r}.", _defined(read.tree))
    own = syntax.parsed(target.runnable)
    known = own.body if own else []
    imports = tuple(_imports(read.tree.body, known))
    helpers, changed, dropped = _around(read, function, target, known)
    if changed:
        raise Unavailable(
            f"{name} also changes {', '.join(changed[:3])}, outside of {target.qualname}.",
            "Check one function at a time: give it with the imports and new helpers it needs.",
        )
    rationale = f"given in {name}"
    if dropped:
        rationale += f"; {dropped} statements that only run something were left out"
    return Candidate(
        source=read.cut(function), imports=imports, helpers=helpers, rationale=rationale, author="given"
    )


def _parsed(text: str, target: Target, name: str) -> _Text:
    if _DIFF.search(text) and syntax.parsed(text) is None:
        raise Unavailable(
            f"{name} is a diff.",
            "Apply it to a copy of the file and give that file, or give the new function.",
        )
    for each in _readings(text, target):
        tree = syntax.parsed(each)
        if tree is not None:
            return _Text(each, tree)
    raise Unavailable(
        f"{name} does not parse: {syntax.refusal(text)}.", f"Give it the new text of {target.name} as Python."
    )


def _readings(text: str, target: Target) -> Iterator[str]:
    """The text as it is, without common indentation, with the first line's, and the fences in it."""
    stripped = text.strip("\n")
    # A method that was copied from its ``def`` on has lost the indentation of its first line only.
    if target.indent and re.match(r"(async\s|def\s|@)", stripped):
        yield textwrap.dedent(target.indent + stripped)
    yield text
    yield textwrap.dedent(stripped)
    blocks = [found["text"] for found in _FENCE.finditer(text)]
    defining = [each for each in blocks if re.search(rf"\bdef\s+{re.escape(target.name)}\b", each)]
    for block in reversed(defining):
        yield block
        yield textwrap.dedent(block)


def _find(tree: ast.Module, target: Target) -> _Function | None:
    """By the qualified name, else by the last part of it, where there is only one."""
    block: Sequence[ast.stmt] = tree.body
    parts = [part for part in target.qualname.split(".") if part != "<locals>"]
    found: ast.stmt | None = None
    for part in parts:
        found = next((each for each in reversed(block) if getattr(each, "name", None) == part), None)
        block = getattr(found, "body", [])
    if isinstance(found, _Function):
        return found
    top = [each for each in tree.body if isinstance(each, _Function) and each.name == target.name]
    every = [each for each in ast.walk(tree) if isinstance(each, _Function) and each.name == target.name]
    return top[-1] if top else every[0] if len(every) == 1 else None


def _defined(tree: ast.Module) -> str:
    names = [each.name for each in ast.walk(tree) if isinstance(each, _Function)]
    return f"It defines {', '.join(names[:5])}." if names else "Give it the function's whole new text."


def _imports(statements: Sequence[ast.stmt], known: Sequence[ast.stmt]) -> Iterator[str]:
    have = {ast.dump(each) for each in known}
    for each in statements:
        if isinstance(each, ast.Import | ast.ImportFrom) and ast.dump(each) not in have:
            yield ast.unparse(each)


def _around(
    read: _Text, function: _Function, target: Target, known: Sequence[ast.stmt]
) -> tuple[tuple[str, ...], list[str], int]:
    """New top-level statements; the names of what was there and is different now; how many were left out."""
    have = {ast.dump(each) for each in known}
    names = {name for each in known for name in _names(each)}
    helpers: list[str] = []
    changed: list[str] = []
    dropped = 0
    for each in read.tree.body:
        if each is function or isinstance(each, ast.Import | ast.ImportFrom) or ast.dump(each) in have:
            continue
        if any(inner is function for inner in ast.walk(each)):
            changed += _changed_inside(each, function, target, known)
        elif not _names(each):
            dropped += not _is_docstring(each)
        elif names & set(_names(each)):
            changed += sorted(names & set(_names(each)))
        else:
            helpers.append(read.cut(each))
    return tuple(helpers), changed, dropped


def _names(statement: ast.stmt) -> list[str]:
    """What a top-level statement defines, that a function could need. Nothing for what only runs."""
    if isinstance(statement, _Function | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [node.id for each in targets for node in ast.walk(each) if isinstance(node, ast.Name)]
    if isinstance(statement, ast.Try | ast.With) or (
        isinstance(statement, ast.If) and not _is_main(statement)
    ):
        return [
            name
            for each in ast.iter_child_nodes(statement)
            if isinstance(each, ast.stmt)
            for name in _names(each)
        ]
    return []


def _is_main(statement: ast.If) -> bool:
    return "__name__" in ast.unparse(statement.test)


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _changed_inside(
    holder: ast.stmt, function: _Function, target: Target, known: Sequence[ast.stmt]
) -> list[str]:
    """What else is different in the class or function that holds the target, as far as it is given."""
    name = getattr(holder, "name", "")
    original = next((each for each in known if getattr(each, "name", None) == name), None)
    have = {ast.dump(each) for each in getattr(original, "body", [])}
    found: list[str] = []
    for each in getattr(holder, "body", []):
        if each is function or ast.dump(each) in have or _is_docstring(each) or isinstance(each, ast.Pass):
            continue
        if any(inner is function for inner in ast.walk(each)):
            body = [each for each in getattr(original, "body", []) if isinstance(each, ast.stmt)]
            found += _changed_inside(each, function, target, body)
        else:
            found += [f"{name}.{part}" for part in _names(each)] or [f"the body of {name}"]
    return found
