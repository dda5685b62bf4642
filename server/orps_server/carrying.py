"""Carries a candidate over edits that leave the code as it is: the person's comments and names stay theirs.

What comes out was not verified: it has to be run again before it may be shown.
"""

import ast
import dataclasses
from difflib import SequenceMatcher

from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target

from .syntax import parsed
from .tracking import meaning_of, rename


def carried(candidate: Candidate, before: Target, now: Target) -> Candidate | None:
    """The candidate for ``now``, which means the same as ``before``; None where both cannot be had."""
    base = rename(before.source, before.name, now.name)
    theirs = rename(candidate.source, before.name, now.name)
    merged = _merged(base.split("\n"), now.source.split("\n"), theirs.split("\n"))
    wanted = meaning_of(theirs)
    # What a candidate says about itself stands, unless the person has written something else meanwhile.
    edited = _docstring(before.source) != _docstring(now.source)
    for source in ("\n".join(merged), theirs):
        fits = not edited or _docstring(source) in {_docstring(now.source), None}
        if fits and meaning_of(source) == wanted:
            return dataclasses.replace(candidate, source=source)
    return None


def _merged(base: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    """``theirs`` with those changes from base to mine that lie where base and theirs are the same."""
    # Where each unchanged line of base is in theirs.
    same = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    made = list(theirs)
    changes = SequenceMatcher(None, base, mine, autojunk=False).get_opcodes()
    for kind, first, last, new_first, new_last in reversed(changes):
        if kind == "equal":
            continue
        for block in same:
            if block.a <= first and last <= block.a + block.size:
                at = first - block.a + block.b
                made[at : at + last - first] = mine[new_first:new_last]
                break
    return made


def _docstring(source: str) -> str | None:
    tree = parsed(source)
    body = tree.body if tree else []
    first = body[0] if body else None
    if not isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    return ast.get_docstring(first, clean=False)
