"""What a candidate's text says without running it: its size, its complexity, and what it is equal to."""

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..domain.candidate import Candidate
from ..domain.comparison import Static
from ..domain.target import Target
from .reaching import reaches
from .syntax import parsed

_BRANCHES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.IfExp,
    ast.ExceptHandler,
    ast.comprehension,
    ast.match_case,
)
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class TextAnalyst:
    """Implements ``ports.Analyst`` for one target. ``imported`` is what `imported_by` says of its module."""

    target: Target
    imported: Mapping[str, str]

    def static(self, candidate: Candidate) -> Static | None:
        function = _function(candidate.source)
        original = _function(self.target.source)
        if function is None or original is None or not _same_interface(original, function):
            return None
        imports = parsed("\n".join(candidate.imports))
        if imports is None:
            return None
        if not all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in imports.body):
            return None
        found = measure(candidate)
        text = (*candidate.imports, *candidate.helpers, candidate.source)
        reached = reaches(self.target.source, "\n".join(text), self.imported)
        return replace(found, reaches=reached) if found else None

    def fingerprint(self, candidate: Candidate) -> str:
        function = _function(candidate.source)
        if function is None:
            return candidate.source
        _drop_docstring(function)
        around = (*sorted(map(_normal, candidate.imports)), *map(_normal, candidate.helpers))
        return "\n".join((*around, ast.dump(function)))


def measure(candidate: Candidate) -> Static | None:
    """None where the text is not one function with helpers that parse."""
    function, helpers = _function(candidate.source), parsed("\n".join(candidate.helpers))
    if function is None or helpers is None:
        return None
    return Static(
        lines=_code_lines("\n".join((*candidate.helpers, candidate.source))),
        cyclomatic=1 + _decisions(function) + _decisions(helpers),
        cognitive=_cognitive(function) + _cognitive(helpers),
        nodes=_nodes(function) + _nodes(helpers),
    )


def _normal(source: str) -> str:
    tree = parsed(source)
    return source if tree is None else ast.dump(tree)


def _function(source: str) -> _Function | None:
    """The one function the source consists of."""
    tree = parsed(source)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], _Function):
        return None
    return tree.body[0]


def _same_interface(one: _Function, other: _Function) -> bool:
    return (
        type(one) is type(other)
        and one.name == other.name
        and ast.dump(one.args) == ast.dump(other.args)
        and _yields(one) == _yields(other)
    )


def _yields(function: _Function) -> bool:
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _decisions(tree: ast.AST) -> int:
    """McCabe's count: each branch, each further operand of ``and``/``or``, each ``if`` of a comprehension."""
    total = 0
    for node in ast.walk(tree):
        total += isinstance(node, _BRANCHES)
        if isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
        if isinstance(node, ast.comprehension):
            total += len(node.ifs)
    return total


def _cognitive(tree: ast.AST) -> int:
    """As Campbell 2018 counts it. Written anew, since comments can ask the library to look away."""
    from complexipy import code_complexity  # noqa: PLC0415  (six megabytes that nobody needs before a run)

    return code_complexity(ast.unparse(tree)).complexity


def _nodes(tree: ast.AST) -> int:
    """The size of the code itself, in whatever way it is spread over lines. Annotations are free."""
    skipped = {
        id(part)
        for node in ast.walk(tree)
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if isinstance(annotation, ast.AST)
        for part in ast.walk(annotation)
    }
    return sum(
        id(node) not in skipped and not isinstance(node, ast.expr_context | ast.operator)
        for node in ast.walk(tree)
    )


def _drop_docstring(function: _Function) -> None:
    if ast.get_docstring(function, clean=False) is not None:
        function.body = function.body[1:] or [ast.Pass()]


def _code_lines(source: str) -> int:
    """Lines that hold code: no blank ones, no comments, no docstrings."""
    skipped = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines: set[int] = set()
    previous = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        lone_string = token.type == tokenize.STRING and previous in {tokenize.NEWLINE, tokenize.INDENT}
        if token.type not in skipped and not lone_string:
            lines.update(range(token.start[0], token.end[0] + 1))
        if token.type not in {tokenize.NL, tokenize.COMMENT, tokenize.DEDENT}:
            previous = token.type
    return len(lines)
