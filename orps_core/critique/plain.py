"""The critic that needs no model: it turns measured facts into a score and one line of advice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.candidate import Candidate
from ..domain.comparison import Behaviour, Comparison, Likeness
from ..domain.critique import Critique
from ..domain.execution import Execution, explain
from ..domain.tree import Node
from ..ports import Brief

AUTHOR = "measurements"
_CAPPED = 3.0


@dataclass(frozen=True, slots=True)
class PlainCritic:
    """Scores 1 for nothing passing, up to 2.9 for failing, 2 for changed behaviour, from 3 on by speed.

    What is flagged gets 3 at most: a difference on made-up inputs is no proof, but no praise either.
    """

    async def judge(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
    ) -> Critique:
        del brief, lineage, candidate  # the measurements speak for themselves
        advice, score = _failing(execution) if not execution.correct else _passing(comparison)
        return Critique(advice=advice, score=score, author=AUTHOR)


def _failing(execution: Execution) -> tuple[str, float]:
    problem = execution.first_problem
    share = execution.passed / max(execution.counted, 1)
    return explain(problem) if problem else "no case says anything", 1 + 1.9 * share


def _passing(comparison: Comparison | None) -> tuple[str, float]:
    if comparison is None or comparison.behaviour is None:
        note = comparison.note if comparison else None
        return note or "all cases pass", _CAPPED
    behaviour, timing = comparison.behaviour, comparison.timing
    if behaviour.likeness in {Likeness.DIFFERS, Likeness.UNDECIDED}:
        return _difference(behaviour), 2.0
    speed = "its time was not measured" if timing is None else ""
    score = _CAPPED
    if timing is not None:
        speed = f"{timing.ratio:.2f}× the speed of the original on {timing.inputs} inputs"
        score += min(1.5, max(-1.0, 0.75 * math.log2(timing.ratio)))
    if behaviour.flags:
        shown = _difference(behaviour) if behaviour.differ else behaviour.flags[0]
        return f"{shown}; {speed}", min(score, _CAPPED)
    return comparison.note or speed if timing is None else speed, score


def _difference(behaviour: Behaviour) -> str:
    if not behaviour.differ:
        changes = behaviour.imported.changes if behaviour.imported else ()
        return f"importing it changes {changes[0]}" if changes else "it does something else"
    first = behaviour.differ[0]
    return f"{first.input}: the original gives {first.baseline}, the candidate {first.candidate}"
