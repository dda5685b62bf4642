"""Python's own parser, asked quietly: other people's code must not print warnings in our name."""

import ast
import warnings


def parsed(text: str) -> ast.Module | None:
    """None for what the Python that runs the server cannot parse."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
