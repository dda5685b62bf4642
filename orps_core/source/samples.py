"""Calls of a target that somebody has written down: in the prose of its docstring, in the project's code."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..domain.target import Target
from . import parse, syntax

_MOST = 40
_LONGEST = 300


def written_calls(target: Target, known: Mapping[str, parse.Facts]) -> Iterator[str]:
    """With literals for arguments, as they would be written beside the target. Not of methods."""
    if "." in target.measured:
        return
    texts = [target.runnable, *(_doc_calls(target))]
    using = [path for path, facts in known.items() if target.measured in facts.names and path != target.path]
    texts += map(_read, using[:_MOST])
    found = (call for text in texts for call in _calls(text, target.measured))
    yield from list(dict.fromkeys(call for call in found if len(call) <= _LONGEST))[:_MOST]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8") if Path(path).is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _doc_calls(target: Target) -> Iterator[str]:
    """Anything in its docstring that looks like a call of it on one line."""
    tree = syntax.parsed(target.source)
    first = tree.body[0] if tree is not None and tree.body else None
    if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef):
        text = ast.get_docstring(first) or ""
        for match in re.finditer(rf"\b{re.escape(target.measured)}\(", text):
            yield from _balanced(text[match.start() :].split("\n", 1)[0])


def _balanced(text: str) -> Iterator[str]:
    depth = 0
    for at, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == ")" and not depth:
            yield text[: at + 1]
            return


def _calls(text: str, name: str) -> Iterator[str]:
    tree = syntax.parsed(text) if f"{name}(" in text else None
    for node in ast.walk(tree) if tree is not None else ():
        match node:
            case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called)) if called == name:
                yield ast.unparse(ast.Call(func=ast.Name(id=name), args=node.args, keywords=node.keywords))
            case _:
                pass
