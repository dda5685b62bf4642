"""When repairs that pass have been compared enough, and about which of them the critic is asked.

There is no original to compare them with, so they vote, and the critic is heard beside them. Drafts come
first, for a critic can only choose among what is there; then opinions, about several of each behaviour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from ..domain.note import Thinking
from ..domain.tree import Node, SearchTree
from ..ports import Ask, Asked, Expansion, Pondering
from .agreement import agreement_with, behaviours, opinions

_COMPARED = 3
"""Behaviours that the critic compares: those that most share."""
_OF_EACH = 5
_AGAINST = 3
"""Opinions that it takes for the critic to keep a search going that everybody else would end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What is known at one moment; ``best`` is the repair that would be handed over now.

    The critic is ``content`` with what it gives so many points of five.
    """

    tree: SearchTree
    asked: Asked
    best: Node
    content: float

    @property
    def over(self) -> bool:
        """So many agree that others would hardly change the choice, and the critic has nothing against it."""
        # A critic that has nothing to say stops nobody.
        return self._agreed and bool(self._heard) and self._scored >= self.content

    @property
    def last_words(self) -> Sequence[Ask] | None:
        """What the critic is asked about those that agree, while nobody writes more; None: let them write."""
        if not self._agreed:
            return None
        alike = self._alike
        about = self._about
        if any(at in self.asked.pending for at, _ in about):
            return ()
        wanted = 1 if not about else _AGAINST
        if len(about) >= min(wanted, len(alike)):
            return None
        done = {ask.about for _, ask in about}
        new = [node for node in alike if node.id not in done]
        return [_opinion(node) for node in new[: wanted - len(about)]]

    @property
    def opinions(self) -> list[Ask]:
        """About repairs that do different things, in turn, each asked about once."""
        groups = behaviours(self.tree)[:_COMPARED]
        if len(groups) <= 1:
            return []
        known = {ask.about for ask in self.asked.asks if isinstance(ask, Pondering)}
        turns: list[tuple[int, int, Node]] = []
        for place, group in enumerate(groups):
            new = [node for node in group if node.id not in known]
            done = len(group) - len(new)
            turns += [(done + at, place, node) for at, node in enumerate(new) if done + at < _OF_EACH]
        return [_opinion(node) for _, _, node in sorted(turns, key=lambda turn: turn[:2])]

    @property
    def _agreed(self) -> bool:
        """Rules that agree make small changes at the same place; a model must be among them."""
        agreement = agreement_with(self.tree, self.best)
        if agreement is None or not agreement.settled:
            return False
        return any(_of_model(node, self.asked) for node in self._alike)

    @property
    def _alike(self) -> tuple[Node, ...]:
        return next(group for group in behaviours(self.tree) if group[0].answers == self.best.answers)

    @property
    def _about(self) -> list[tuple[int, Pondering]]:
        """Questions about what the best one does, with their positions."""
        return [
            (at, ask)
            for at, ask in enumerate(self.asked.asks)
            if isinstance(ask, Pondering) and self.tree[ask.about].answers == self.best.answers
        ]

    @property
    def _heard(self) -> list[Pondering]:
        return [ask for at, ask in self._about if at not in self.asked.pending]

    @property
    def _scored(self) -> float:
        said = opinions(self.tree).get(self.best.answers, ())
        return fmean(said) if said else self.content


def _opinion(node: Node) -> Pondering:
    return Pondering(about=node.id, kind=Thinking.OPINION)


def _of_model(node: Node, asked: Asked) -> bool:
    ask = None if node.ask is None else asked.asks[node.ask]
    return isinstance(ask, Expansion) and not ask.free
