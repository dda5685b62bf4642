"""Python's own parser, asked quietly: other people's code must not print warnings in our name."""

import ast
import warnings


def parsed(source: str) -> ast.Module | None:
    """None for what the Python that runs ORPS cannot parse."""
    found = _attempt(source)
    return found if isinstance(found, ast.Module) else None


def in_block(source: str, indent: str) -> str:
    """Statements that stand at ``indent``, as a whole module."""
    return f"if 1:\n{indent}pass\n{source}" if indent else source


def refusal(source: str) -> str | None:
    """What Python says is wrong with the text, in its own few words."""
    found = _attempt(source)
    if isinstance(found, ast.Module):
        return None
    return (found.msg if isinstance(found, SyntaxError) else None) or str(found) or "it is nested too deeply"


def _attempt(source: str) -> ast.Module | Exception:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error
