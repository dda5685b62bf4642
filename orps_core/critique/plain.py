"""The critic that needs no model: it turns measured facts into a score and one line of advice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.candidate import Candidate
from ..domain.comparison import Comparison
from ..domain.critique import Critique
from ..domain.execution import Execution, explain
from ..domain.tree import Node
from ..ports import Brief

AUTHOR = "measurements"


@dataclass(frozen=True, slots=True)
class PlainCritic:
    """Scores 1 for nothing passing, up to 2.9 for failing, 2 for changed behaviour, from 3 on by speed."""

    async def judge(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
    ) -> Critique:
        del brief, lineage, candidate  # the measurements speak for themselves
        if not execution.correct:
            problem = execution.first_problem
            share = execution.passed / max(execution.counted, 1)
            return Critique(
                advice=explain(problem) if problem else "no case says anything",
                score=1 + 1.9 * share,
                author=AUTHOR,
            )
        if comparison is None or comparison.behaviour is None:
            note = comparison.note if comparison else None
            return Critique(advice=note or "all cases pass", score=3.0, author=AUTHOR)
        behaviour, timing = comparison.behaviour, comparison.timing
        if behaviour.differ:
            first = behaviour.differ[0]
            advice = f"{first.input}: the original gives {first.baseline}, the candidate {first.candidate}"
            return Critique(advice=advice, score=2.0, author=AUTHOR)
        if timing is None:
            return Critique(advice=comparison.note or "its time was not measured", score=3.0, author=AUTHOR)
        gain = min(1.5, max(-1.0, 0.75 * math.log2(timing.ratio)))
        advice = f"{timing.ratio:.2f}× the speed of the original on {timing.inputs} inputs"
        return Critique(advice=advice, score=3 + gain, author=AUTHOR)
