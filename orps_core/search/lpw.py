"""LPW: plan, verify the plan on every case by hand, code, and debug by comparing the run with the plan.

Lei et al., arXiv 2411.14503. A plan holds when the walk through every case ends as the case says, and a
second look finds no wrong step in the walk. One that does not agree is revised; where only the walk is
wrong, the same plan is walked through again. Theirs has the model put prints into the program to see what it
does; here the program is traced as it is, which shows the same values and leaves the program alone.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node
from ..ports import Ask, Expansion, Move, Pondering
from .choosing import is_better
from .script import Answer, Script
from .scripted import Scripted


@dataclass(frozen=True, slots=True, kw_only=True)
class Lpw(Scripted):
    """At most ``walks`` through the cases until one agrees and holds; then ``attempts`` at the program."""

    walks: int = 12
    attempts: int = 12

    def __post_init__(self) -> None:
        if min(self.walks, self.attempts) < 1:
            raise ValueError("a plan is made at least once")

    @property
    def rounds(self) -> int:
        return self.attempts

    def script(self, root: Node) -> Script:
        plan, walk = yield from self._planned()
        notes = "\n\n".join(part for part in (plan and f"Plan:\n{plan}", walk and f"Walk:\n{walk}") if part)
        newest, hint = root, notes or None
        for _ in range(self.attempts):
            move = Move.SAMPLE if newest.id == ROOT else Move.REFINE
            (written,) = yield [Expansion(parent=newest.id, samples=1, move=move, hint=hint)]
            newest = written.node or newest
            if is_better(newest):
                return Stop.SATISFIED
            if newest.id == ROOT or newest.execution.correct:
                continue
            (trace,) = yield [Pondering(about=newest.id, kind=Thinking.TRACE)]
            (found,) = yield [
                Pondering(about=newest.id, kind=Thinking.DEVIATION, notes=(notes, trace.text or ""))
            ]
            hint = found.text
        return Stop.ROUNDS

    def _planned(self) -> Generator[Sequence[Ask], Sequence[Answer], tuple[str | None, str | None]]:
        """The plan and the walk that agreed with every case and held, or the last ones."""
        (made,) = yield [Pondering(about=ROOT, kind=Thinking.PLAN)]
        plan, walk = made.text, None
        for at in range(self.walks):
            (walked,) = yield [Pondering(about=ROOT, kind=Thinking.CHECK, notes=(plan or "",))]
            walk = walked.text or walk
            told = (plan or "", walk or "")
            if walked.value:
                (held,) = yield [Pondering(about=ROOT, kind=Thinking.RECHECK, notes=told)]
                if held.value:
                    break
            elif at + 1 < self.walks:
                (made,) = yield [Pondering(about=ROOT, kind=Thinking.PLAN, notes=told)]
                plan = made.text or plan
        return plan, walk
