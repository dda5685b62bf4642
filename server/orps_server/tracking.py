"""What edits have done to a function: the same to the byte, the same but for its looks, another, gone.

Pure: a person's edits of any kind lead to one of these, and each has its sentence.
"""

import ast
import enum
import re
from collections import Counter
from dataclasses import dataclass

from orps_core import FunctionOutline
from orps_core.domain.target import Target

from .documents import Page
from .lines import Lines
from .syntax import parsed

_DEFINED = re.compile(r"\bdef[ \t]+(\w+)")


class Hold(enum.Enum):
    """How the text as it is now relates to the one that was verified."""

    FRESH = "the same to the byte"
    COSMETIC = "the same code; comments, layout, docstring or name differ"
    UNSETTLED = "the same, and something that it was verified with is not"
    UNCLEAR = "it does not parse as it stands"
    EDITED = "other code"
    GONE = "no function of this name, and none that looks like it"

    @property
    def again(self) -> bool:
        """Whether what was found may still hold, if it is run again."""
        return self in {Hold.COSMETIC, Hold.UNSETTLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """``qualname`` is what the function is called now, ``line`` where it is; None: it cannot be seen."""

    hold: Hold
    qualname: str
    line: int | None


def find(page: Page, target: Target) -> Found:
    """Look for a target in the document as it is now."""
    line = page.line_of(target)
    if page.holds(target):
        return Found(hold=Hold.FRESH, qualname=target.qualname, line=line)
    function = page.named(target.qualname)
    if function is not None:
        return Found(hold=_compared(page, function, target), qualname=target.qualname, line=line)
    before = Counter(_DEFINED.findall(target.module))
    new = [each for each in page.functions if before[each.name] <= (each.name == target.name)]
    others = [each for each in new if not each.broken and _renamed(page, each, target)]
    if len(others) == 1:
        now = others[0]
        line = page.lines.line_at(now.name_span.start)
        return Found(hold=Hold.COSMETIC, qualname=now.qualname, line=line)
    return Found(hold=Hold.GONE if page.parses else Hold.UNCLEAR, qualname=target.qualname, line=None)


def moved(line: int | None, before: Lines, now: Lines) -> int | None:
    """Where a line is after an edit: above what changed it stays, below it moves, inside it is the top."""
    if line is None:
        return None
    old, new = before.whole, now.whole
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    if line < head:
        return line
    return line + len(new) - len(old) if line >= len(old) - tail else head


def _compared(page: Page, function: FunctionOutline, target: Target) -> Hold:
    meaning = None if function.broken else meaning_of(_source(page, function))
    if meaning is None:
        return Hold.UNCLEAR
    return Hold.COSMETIC if meaning == meaning_of(target.source) else Hold.EDITED


def _renamed(page: Page, function: FunctionOutline, target: Target) -> bool:
    """Whether this, whose name is new, is the target under another name, or in another class."""
    source = rename(_source(page, function), function.name, target.name)
    return meaning_of(source) == meaning_of(target.source)


def _source(page: Page, function: FunctionOutline) -> str:
    """At column zero, as ``Target.source``."""
    data = page.text.encode()
    before = data[: function.span.start].decode()
    indent = re.split(r"[\r\n\f]", before)[-1]
    text = data[function.span.start : function.span.end].decode()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.removeprefix(indent) if line.strip() else line for line in lines)


def meaning_of(source: str) -> str | None:
    """Equal for functions that differ in comments, layout and docstrings alone; None if it does not parse."""
    tree = parsed(source)
    if tree is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(
            node, clean=False
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def rename(source: str, old: str, new: str) -> str:
    """Exchange a name wherever it stands as a word; what that does to other words shows when it is run."""
    return source if old == new else re.sub(rf"\b{re.escape(old)}\b", new, source)
