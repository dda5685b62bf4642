"""Small single edits that might repair a function whose cases fail, likely ones first."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from .function import Edit, Function
from .mutators import OPERATORS, Mutant


@dataclass(frozen=True, slots=True)
class Mutation:
    """A whole new function that differs in one small place. ``rationale`` names the place for a person."""

    source: str
    operator: str
    rationale: str


def mutations(function: Function) -> Iterator[Mutation]:
    """All mutations that parse, ordered by how often their operator repairs, then by place."""
    mutants = itertools.chain.from_iterable(operator(function) for operator in OPERATORS)
    seen = {function.source}
    for mutant in sorted(mutants, key=lambda mutant: -mutant.weight):
        source = function.apply((mutant.edit,))
        if source is None or source in seen:
            continue
        seen.add(source)
        if Function.parses(source):
            yield Mutation(source, mutant.operator, _rationale(function, mutant))


def _rationale(function: Function, mutant: Mutant) -> str:
    line = function.line_at(mutant.edit.start)
    old, new = _changed(function, mutant.edit)
    if not old:
        return f"adds `{new}` in line {line} of the function"
    if not new:
        return f"removes `{old}` in line {line} of the function"
    return f"changes `{old}` to `{new}` in line {line} of the function"


def _changed(function: Function, edit: Edit) -> tuple[str, str]:
    """Old and new text on one line each, as a person would name them."""
    return " ".join(function.slice(edit.start, edit.end).split()), " ".join(edit.text.split())
