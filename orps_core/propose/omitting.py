"""Find what a model left out of a function that it was to write in full."""

import ast
import itertools
import re
from typing import cast

from .parsing import FunctionNode, Text, parsed

_LEFT_OUT = re.compile(
    r"^[ \t]*#[ \t]*(?:[\[(<]*(?:\.{3}|\u2026)[ \t]*(?:the )?"
    r"(?:rest|same|unchanged|existing|remaining|original|as before|code)\b"
    r"|(?:the )?(?:rest|remainder) of (?:the )?(?:code|function|implementation|body|logic)\b"
    r"|[\[(<]*(?:the )?(?:existing|original|remaining|previous|same|unchanged)"
    r" (?:code|logic|body|implementation)"
    r"(?: (?:here|goes here|as before|unchanged|above|below))?[\])>. \t\u2026]*$"
    r"|[^\n]*\b(?:omitted|elided|left out|skipped) (?:for (?:brevity|clarity)|here)\b"
    r"|\W*(?:the )?(?:rest )?(?:is |stays |remains )?(?:same|unchanged)"
    r" as (?:before|above|the original)[\])>. \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_LISTED_DOTS = ast.dump(ast.parse("[...]", mode="eval").body)


def left_out(text: Text, function: FunctionNode, parent: str) -> str | None:
    """One clause on what is missing, unless the ``parent`` looks the same already."""
    if _is_blank(function):
        return "it leaves the body of the function out"
    if _LEFT_OUT.search(_with_comments(text, function)) and not _LEFT_OUT.search(parent):
        return "it leaves a part of the function out: a comment stands in its place"
    before = parsed(parent)
    if any(map(_is_gap, ast.walk(function))) and not any(map(_is_gap, ast.walk(before or ast.Pass()))):
        return "it leaves a part of the function out: dots stand in its place"
    return None


def _is_blank(function: FunctionNode) -> bool:
    """Nothing is there but what stands for code to come."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or (isinstance(each, ast.Raise) and "NotImplementedError" in ast.unparse(each))
        for each in function.body
    )


def _is_gap(node: ast.AST) -> bool:
    """Dots among other statements, where nothing needs them."""
    for name in ("body", "orelse", "finalbody"):
        held: object = getattr(node, name, None)
        block = cast("list[ast.stmt]", held) if isinstance(held, list) else []
        said = [each.value for each in block if isinstance(each, ast.Expr)]
        dots = any(isinstance(each, ast.Constant) and each.value is ... for each in said)
        texts = sum(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in said)
        if any(ast.dump(each) == _LISTED_DOTS for each in said) or (dots and len(block) > texts + 1):
            return True
    return False


def _with_comments(text: Text, function: FunctionNode) -> str:
    """The function with what is said behind its last statement."""
    behind = text.source.split("\n")[function.end_lineno :]
    inside = " " * (function.col_offset + 1)
    said = itertools.takewhile(lambda line: not line.strip() or line.startswith((inside, "\t")), behind)
    return "\n".join((text.segment(function), *said))
