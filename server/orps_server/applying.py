"""Decides whether a candidate may go into the document as it is now, and what exactly changes then.

Pure: the law that a change never lands on text it was not verified for is tested here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, islice, takewhile

from orps_core import Edit
from orps_core.domain.target import Span, Target
from orps_core.domain.tree import Node
from orps_core.ports import Unavailable

from .core import Core
from .documents import Page
from .jobs import Job
from .lines import Lines
from .tracking import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Edits, as UTF-8 byte spans of the page, and the text they must lead to."""

    edits: tuple[Edit, ...]
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    reason: str
    advice: str


_WAIT = "Its candidates are being checked again: wait a moment, or undo the edit."
_AGAIN = "Undo the edit, or refine the function again."


def plan(core: Core, page: Page, job: Job, node: Node) -> Plan | Refusal:
    """Moved is fine; one changed byte is not."""
    verified = job.target
    if job.hold is Hold.UNSETTLED:
        reason = f"Something that {verified.qualname} was verified with has changed since."
        return Refusal(reason=reason, advice=_WAIT)
    try:
        target = core.cut(page.path or "", page.text, verified.qualname)
    except Unavailable as problem:
        return Refusal(reason=problem.reason, advice=_AGAIN)
    if _identity(target) != _identity(verified):
        reason = f"{verified.qualname} was edited since this candidate was verified."
        return Refusal(reason=reason, advice=_WAIT if job.hold.again else _AGAIN)
    splice = core.splice(target, node.candidate)
    return Plan(edits=smallest(page.lines, Lines(splice.text, page.lines.units)), expected=splice.text)


def _identity(target: Target) -> tuple[str, str, str]:
    return target.qualname, target.indent, target.text


def smallest(before: Lines, after: Lines) -> tuple[Edit, ...]:
    """The lines that change and no others: cursors, folds and marks elsewhere stay where they are."""
    old, new = before.whole, after.whole
    head = _shared(old, new, min(len(old), len(new)))
    tail = _shared(old[::-1], new[::-1], min(len(old), len(new)) - head)
    middle = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    offsets = [*accumulate((len(line.encode()) for line in old), initial=0)]
    return tuple(
        Edit(
            span=Span(start=offsets[head + first], end=offsets[head + last]),
            text="".join(new[head + new_first : head + new_last]),
        )
        for kind, first, last, new_first, new_last in middle.get_opcodes()
        if kind != "equal"
    )


def _shared(old: Sequence[str], new: Sequence[str], most: int) -> int:
    """How many lines at the start are the same, at ``most`` so many."""
    pairs = islice(zip(old, new, strict=False), most)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
