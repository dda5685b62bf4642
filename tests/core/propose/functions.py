"""Functions cut out of modules, with their comments, and a class with a method to be rewritten."""

import ast
import io
import tokenize
from collections.abc import Iterator

METHODS = """\
class Stats:
    def __init__(self, xs):
        self.xs = xs

    def mean(self):
        t = 0
        for x in self.xs:
            t += x
        return t / len(self.xs)
"""


def functions(text: str) -> Iterator[tuple[str, str]]:
    """Line-qualified name and source at column zero of every function and method of a module."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            cut = [line.removeprefix(" " * node.col_offset) for line in lines[first - 1 : node.end_lineno]]
            yield f"{node.name}:{node.lineno}", "\n".join(cut)


def comments(source: str) -> set[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT}
