"""Reflexion: one chain; what failed is reflected upon in words, and the words go into the next attempt.

Shinn et al., arXiv 2303.11366. Theirs runs on tests that the model wrote; here the function's own cases are
run, which are better. No step back: each attempt is made from the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node, SearchTree
from ..ports import Ask, Asked, Consults, Expansion, Move, Pondering
from .choosing import best_of, is_better


@dataclass(frozen=True, slots=True, kw_only=True)
class Reflexion:
    """At most ``attempts`` implementations; stops at the first that is better than the original."""

    attempts: int = 10

    consults = Consults.NOBODY

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("a chain needs a first link")

    @property
    def rounds(self) -> int:
        return self.attempts

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree)

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        if asked.pending:
            return ()
        newest = tree.nodes[-1]
        if is_better(newest):
            return Stop.SATISFIED
        written = sum(isinstance(ask, Expansion) for ask in asked.asks)
        if written >= self.attempts or len(asked.asks) >= 2 * self.attempts:
            return Stop.ROUNDS
        if newest.id == ROOT:
            return [Expansion(parent=ROOT, samples=1, move=Move.SAMPLE)]
        memory = tuple(note.text for note in tree.notes if note.kind is Thinking.REFLECTION)
        about = [note for note in tree.notes if note.about == newest.id]
        if not about and not self._tried(asked, newest):
            return [Pondering(about=newest.id, kind=Thinking.REFLECTION, notes=memory)]
        hint = about[-1].text if about else None
        return [Expansion(parent=newest.id, samples=1, move=Move.REFINE, hint=hint)]

    @staticmethod
    def _tried(asked: Asked, node: Node) -> bool:
        """A reflection that did not come back is not asked for again: the next attempt goes without."""
        return any(isinstance(ask, Pondering) and ask.about == node.id for ask in asked.asks)
