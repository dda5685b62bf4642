"""The texts of a Python document that have examples: its docstrings, and those of its ``__test__``."""

import ast
import doctest
from collections.abc import Iterator
from dataclasses import dataclass

from . import parse, syntax

_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
_PROMPT = ">>>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """``qualname`` is of what has the text, empty for the module; ``names`` are all its examples mention."""

    qualname: str
    text: str
    line: int
    names: frozenset[str]


def documented(source: str) -> tuple[Documented, ...]:
    """In the order in which they stand. None where Python cannot read the document."""
    tree = syntax.parsed(source) if _PROMPT in source else None
    return () if tree is None else tuple(_made(*each) for each in _texts(tree) if _PROMPT in each[1])


def examples(text: str) -> list[doctest.Example]:
    try:
        return doctest.DocTestParser().get_examples(text)
    except ValueError:
        return []  # inconsistent indentation: not a doctest, whatever it looks like


def mentioned(text: str) -> frozenset[str]:
    """All names in the examples of a text."""
    return parse.names("".join(example.source for example in examples(text)))


def _made(qualname: str, text: str, line: int) -> Documented:
    return Documented(qualname=qualname, text=text, line=line, names=mentioned(text))


def _texts(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    for node, name in _definitions(tree, ""):
        text = ast.get_docstring(node, clean=False)
        if text is not None:
            yield name, text, node.body[0].lineno
    yield from _extra(tree)


def _definitions(node: _Documented, name: str) -> Iterator[tuple[_Documented, str]]:
    yield node, name
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return  # examples of nested functions cannot reach them from outside
    for child in _scope(node.body):
        yield from _definitions(child, f"{name}.{child.name}" if name else child.name)


def _scope(body: list[ast.stmt]) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """What is defined in a scope, under conditions too."""
    for child in body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        elif isinstance(child, ast.If):
            yield from _scope([*child.body, *child.orelse])
        elif isinstance(child, ast.Try):
            handled = [each for handler in child.handlers for each in handler.body]
            yield from _scope([*child.body, *handled, *child.orelse, *child.finalbody])


def _extra(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """The texts of a module's ``__test__``; functions and classes in it have docstrings of their own."""
    for node in tree.body:
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        if any(isinstance(name, ast.Name) and name.id == "__test__" for name in node.targets):
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                match key, value:
                    case ast.Constant(value=str(name)), ast.Constant(value=str(text)):
                        yield f"__test__.{name}", text, value.lineno
                    case _:
                        pass
