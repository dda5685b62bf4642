"""Reflexion: one chain; what failed is reflected upon in words, and the words go into the next attempt.

Shinn et al., arXiv 2303.11366. Theirs runs on tests that the model wrote; here the function's own cases are
run, which are better. No step back: each attempt is made from the one before.
"""

from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node
from ..ports import Expansion, Move, Pondering
from .choosing import is_better
from .script import Script
from .scripted import Scripted

_REMEMBERED = 1
"""Reflections that are kept, as in the paper where programs are written (section 4.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflexion(Scripted):
    """At most ``attempts`` implementations; stops at the first that is better than the original."""

    attempts: int = 10

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("a chain needs a first link")

    @property
    def rounds(self) -> int:
        return self.attempts

    def script(self, root: Node) -> Script:
        newest, memory = root, list[str]()
        for _ in range(self.attempts):
            hint = memory[-1] if memory else None
            move = Move.SAMPLE if newest.id == ROOT else Move.REFINE
            (written,) = yield [Expansion(parent=newest.id, samples=1, move=move, hint=hint)]
            if written.node is None:
                continue
            newest = written.node
            if is_better(newest):
                return Stop.SATISFIED
            (reflected,) = yield [Pondering(about=newest.id, kind=Thinking.REFLECTION, notes=tuple(memory))]
            memory = [*memory, reflected.text][-_REMEMBERED:] if reflected.text else memory
        return Stop.ROUNDS
