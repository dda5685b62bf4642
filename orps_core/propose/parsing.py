"""Read Python that somebody else wrote, in silence, and as much of it as is whole."""

import ast
import re
import textwrap
import warnings
from dataclasses import dataclass

from .nodes import tame

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_BEGIN = re.compile(r"^(?:async\s+def|def|class|@|import|from)\b|^@|^[A-Z_]{2,}\s*(?::[^=]+)?=")
_TABS = re.compile(r"^[ \t]*\t[ \t]*", re.MULTILINE)
_MOST_STARTS, _MOST_ENDS = 12, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Source and its tree. ``cut`` when the end was left out because it is no Python, for ``problem``."""

    source: str
    tree: ast.Module
    cut: bool = False
    problem: str | None = None

    def segment(self, node: ast.stmt) -> str:
        """The statement at column zero, its decorators included."""
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        lines = self.source.split("\n")[first - 1 : node.end_lineno]
        margin = " " * node.col_offset
        return "\n".join(line.removeprefix(margin) for line in lines)


def parsed(source: str) -> ast.Module | None:
    found = _attempt(source)
    return found if isinstance(found, ast.Module) else None


def readings(text: str) -> list[Text]:
    """Ways to read a text as Python, the fullest first: all of it, or without what surrounds the code."""
    source = textwrap.dedent(_without_tabs(text)).strip("\n")
    whole = _longest(source)
    if "\t" in text and (whole is None or whole.cut):
        wide = textwrap.dedent(text.expandtabs(8)).strip("\n")
        source, whole = (wide, _longest(wide)) if parsed(wide) is not None else (source, whole)
    if whole is not None and not whole.cut:
        return [whole]
    lines = source.split("\n")
    starts = [at for at, line in enumerate(lines) if _BEGIN.match(line)][:_MOST_STARTS]
    found = [_longest("\n".join(lines[at:])) for at in starts]
    return [each for each in (whole, *found) if each is not None and each.tree.body]


def problem(text: str) -> str | None:
    """What Python says about a text that it cannot read."""
    found = _attempt(textwrap.dedent(_without_tabs(text)).strip("\n"))
    if isinstance(found, ast.Module):
        return None
    line = getattr(found, "lineno", None)
    said = getattr(found, "msg", None) or str(found) or "it is nested too deeply"
    return f"{said} (line {line})" if line else said


def _longest(source: str) -> Text | None:
    """The text up to the top-level statement that is no Python any more.

    Not tried for ever: what a model repeats without end would be parsed as often as it has lines.
    """
    lines = source.split("\n")
    complaint: str | None = None
    for _ in range(_MOST_ENDS):
        at = "\n".join(lines)
        found = _attempt(at)
        if isinstance(found, ast.Module):
            return Text(source=at, tree=found, cut=complaint is not None, problem=complaint)
        complaint = complaint or getattr(found, "msg", None) or str(found)
        line = min(getattr(found, "lineno", None) or len(lines), len(lines))
        tops = [n for n in range(line) if lines[n][:1].strip() and not lines[n].startswith((")", "]", "}"))]
        end = line - 1 if "unmatched" in str(getattr(found, "msg", "")) else (tops[-1] if tops else 0)
        lines = lines[:end] if end < len(lines) else []
        if not lines:
            break
    return None


def _without_tabs(text: str) -> str:
    return _TABS.sub(lambda found: found[0].expandtabs(4), text)


def _attempt(source: str) -> ast.Module | Exception:
    if not tame(source):
        return ValueError("it is nested too deeply to be read")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return error
