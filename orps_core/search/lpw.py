"""LPW: plan, verify the plan on every case by hand, code, and debug by comparing the run with the plan.

Lei et al., arXiv 2411.14503. Theirs has the model put prints into the program to see what it does; here the
program is traced as it is, which shows the same values and leaves the program alone.
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
    """At most ``plans`` plans until the walk through the cases agrees ``agreed`` times; then ``attempts``."""

    plans: int = 12
    agreed: int = 2
    attempts: int = 12

    def __post_init__(self) -> None:
        if min(self.plans, self.agreed, self.attempts) < 1:
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
        """The plan and the walk that agreed with every case, or the last ones."""
        plan: str | None = None
        walk: str | None = None
        for _ in range(self.plans):
            before = tuple(text for text in (plan, walk) if text)
            (made,) = yield [Pondering(about=ROOT, kind=Thinking.PLAN, notes=before)]
            plan = made.text or plan
            for _ in range(self.agreed):
                (checked,) = yield [Pondering(about=ROOT, kind=Thinking.CHECK, notes=(plan or "",))]
                walk = checked.text or walk
                if not checked.value:
                    break
            else:
                break
        return plan, walk
