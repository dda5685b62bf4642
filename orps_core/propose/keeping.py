"""Give back to a rewritten function what the rewriter left out without need."""

import ast
import difflib
import re

import libcst as cst

_DOCSTRING = cst.SimpleString | cst.ConcatenatedString


def kept(original: str, rewritten: str) -> str:
    """The rewritten function under the original's decorators, signature and docstring, with its comments.

    Both are one function each, with parameters of the same names. What cannot be kept without touching the
    code is left as it was rewritten.
    """
    try:
        old, new = _function(original), _function(rewritten)
    except cst.ParserSyntaxError:
        return rewritten
    if old is None or new is None:
        return rewritten
    merged = new.with_changes(
        decorators=_decorators(old, new),
        params=old.params,
        returns=old.returns,
        whitespace_after_def=old.whitespace_after_def,
        whitespace_before_params=old.whitespace_before_params,
        whitespace_before_colon=old.whitespace_before_colon,
        leading_lines=[],
        lines_after_decorators=[],
        body=_documented(old, new),
    )
    text = cst.Module(body=[merged]).code.strip("\n")
    commented = _commented(original, text)
    return commented if _same(commented, text) else text


def _function(source: str) -> cst.FunctionDef | None:
    body = cst.parse_module(source).body
    return body[0] if len(body) == 1 and isinstance(body[0], cst.FunctionDef) else None


def _decorators(old: cst.FunctionDef, new: cst.FunctionDef) -> list[cst.Decorator]:
    """The original's in their order; those that the rewriter added stay nearest to the function."""
    known = {_code(each.decorator) for each in old.decorators}
    added = [each for each in new.decorators if _code(each.decorator) not in known]
    return [*old.decorators, *added]


def _code(node: cst.CSTNode) -> str:
    return cst.Module(body=[]).code_for_node(node)


def _documented(old: cst.FunctionDef, new: cst.FunctionDef) -> cst.BaseSuite:
    documentation = _docstring(old)
    if documentation is None:
        return new.body
    if isinstance(new.body, cst.IndentedBlock):
        rest = list(new.body.body)
        if _docstring(new) is not None:
            rest = rest[1:]
        return new.body.with_changes(body=[documentation, *rest])
    parts = [part for part in new.body.body if isinstance(part, cst.BaseSmallStatement)]
    simple = [cst.SimpleStatementLine(body=[part]) for part in parts if not _is_text(part)]
    return cst.IndentedBlock(body=[documentation, *simple])


def _docstring(function: cst.FunctionDef) -> cst.SimpleStatementLine | None:
    if not isinstance(function.body, cst.IndentedBlock) or not function.body.body:
        return None
    first = function.body.body[0]
    if isinstance(first, cst.SimpleStatementLine) and len(first.body) == 1 and _is_text(first.body[0]):
        return first
    return None


def _is_text(statement: cst.BaseSmallStatement | cst.CSTNode) -> bool:
    return isinstance(statement, cst.Expr) and isinstance(statement.value, _DOCSTRING)


def _commented(original: str, text: str) -> str:
    """Comments of lines that are still there: those above them, and those behind them."""
    old, new = original.split("\n"), text.split("\n")
    marks = [_code_of(line) for line in old]
    matcher = difflib.SequenceMatcher(None, marks, [_code_of(line) for line in new], autojunk=False)
    pairs = {b + n: a + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    result: list[str] = []
    for at, line in enumerate(new):
        source = pairs.get(at)
        if source is None or not marks[source]:
            result.append(line)
            continue
        if not (result and result[-1].lstrip().startswith("#")):
            result += _above(old, source)
        # A comment of the rewriter's own is newer than the one it took the place of.
        result.append(old[source] if "#" not in line and "#" in old[source] else line)
    return "\n".join(result)


def _above(lines: list[str], at: int) -> list[str]:
    first = at
    while first and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return lines[first:at]


def _code_of(line: str) -> str:
    """Without a comment at the end, as far as that can be seen in one line; empty for a comment."""
    return re.sub(r"(?:^|\s)\s*#[^'\"]*$", "", line).rstrip()


def _same(one: str, other: str) -> bool:
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError):
        return False
