"""The paper's search without its rounds: whatever is known decides what is asked for next.

Outcome-Refining Process Supervision (Yu et al., arXiv 2412.15118) expands the best of each round, and a
round ends when its slowest answer is there. Here a place that becomes free is filled at once, from the best
nodes of that moment, so that a budget of 30 calls is spent well and nobody waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import ROOT, Node, SearchTree
from ..ports import Ask, Asked, Expansion, Move
from .beam import Beam
from .choosing import best_of
from .polling import Poll
from .ranking import Order, rank
from .styles import style

_AHEAD = 16
_MORE = 2
"""Drafts beyond half of the calls: of few calls, most go into drafts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anytime:
    """Drafts in different styles first, then in turn a rewrite of one of the ``topk`` best and another draft.

    The built-in ``rules`` go first, since they are free; a model is asked when those that apply to the
    function as written are judged. Where cases fail it is asked at once: repairs by rules that pass prove
    nothing by themselves, so the search does not end without an answer of the model.

    A repair that passes is not rewritten, for its errors would be copied: more drafts are asked for, to
    compare it with. With half of the ``calls`` drawn, those that do different things are shown to the critic.

    ``samples`` bounds the drafts and the rewrites of one node. The search ends when the objective is met and
    the critic is content, for a repair most others that pass must agree; or, where all worked before, when of
    the last ``patience`` answers none ranks above what was there before.
    """

    rules: Beam | None = None
    drafts: int = 4
    samples: int = 20
    topk: int = 3
    rounds: int = 5
    patience: int = 8
    calls: int = 30
    content: float = 4.0
    order: Order = Order.OUTCOME

    def __post_init__(self) -> None:
        if min(self.drafts, self.samples, self.topk, self.rounds, self.patience, self.calls) < 1:
            raise ValueError("a search needs at least one of everything")

    def consults(self, tree: SearchTree, node: Node) -> bool:
        """About what passes and stands first: it is rewritten next, or ends the search.

        Repairs are not rewritten, and told apart by their answers: only where they have none, the critic
        decides.
        """
        if not node.execution.correct:
            return False
        if not tree.root.execution.correct:
            return not node.answers
        return all(rank(node, self.order) > rank(each, self.order) for each in tree.nodes[1:])

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree, self.order)

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        free = self.rules.plan(tree, asked) if self.rules is not None else ()
        if isinstance(free, Stop):
            free = ()
        works = tree.root.execution.correct
        if works and ((free and not asked.asks) or any(_is_first(asked.asks[at]) for at in asked.pending)):
            return free
        stop = self._stop(tree, asked)
        return stop or [*free, *self._wanted(tree, asked)] or (() if asked.pending else Stop.NOTHING_LEFT)

    def _stop(self, tree: SearchTree, asked: Asked) -> Stop | None:
        best = self.best(tree)
        if best is None:
            return None
        if best.answers:
            return Stop.SATISFIED if self._poll(tree, asked, best).over else None
        if best.critique is not None and best.critique.score >= self.content:
            return Stop.SATISFIED
        return Stop.UNLIKELY if self._idle(tree, asked) >= self.patience else None

    def _poll(self, tree: SearchTree, asked: Asked, best: Node) -> Poll:
        return Poll(tree=tree, asked=asked, best=best, content=self.content)

    def _idle(self, tree: SearchTree, asked: Asked) -> int:
        """Answers of the model since the one that brought the highest ranking node."""
        top = max(tree.nodes[1:], key=lambda node: rank(node, self.order), default=None)
        since = -1 if top is None or top.ask is None else top.ask
        answered = [
            at
            for at, ask in enumerate(asked.asks)
            if at > since and at not in asked.pending and isinstance(ask, Expansion) and not ask.free
        ]
        return len(answered)

    def _wanted(self, tree: SearchTree, asked: Asked) -> list[Ask]:
        """What the next free places are for, as if each were filled in turn."""
        counts: dict[int, int] = {}
        for ask in asked.asks:
            if isinstance(ask, Expansion) and not ask.free:
                counts[ask.parent] = counts.get(ask.parent, 0) + 1
        best = self.best(tree)
        if best is not None and best.answers:
            return self._compared(self._poll(tree, asked, best), counts.get(ROOT, 0))
        survivors = self._survivors(tree)
        wanted: list[Ask] = []
        for _ in range(_AHEAD):
            one = self._one(survivors, counts)
            if one is None:
                break
            counts[one.parent] = counts.get(one.parent, 0) + 1
            wanted.append(one)
        return wanted

    def _compared(self, poll: Poll, drafted: int) -> list[Ask]:
        """Drafts to compare a repair with, until half of the calls are used; then opinions; then the rest."""
        words = poll.last_words
        if words is not None:
            return [*words]
        drafts: list[Ask] = [_draft(at) for at in range(drafted, min(drafted + _AHEAD, self.samples))]
        first = max(self.calls // 2 + _MORE - drafted, 0)
        return [*drafts[:first], *poll.opinions, *drafts[first:]]

    def _one(self, survivors: Sequence[Node], counts: dict[int, int]) -> Expansion | None:
        drafted = counts.get(ROOT, 0)
        refined = sum(counts.values()) - drafted
        open_ = [node for node in survivors if counts.get(node.id, 0) < self.samples]
        if open_ and drafted >= min(self.drafts + refined, self.samples):
            # The least refined of the best; of equals the best.
            node = min(open_, key=lambda each: counts.get(each.id, 0))
            return Expansion(parent=node.id, samples=1, move=Move.REFINE, hint=style(counts.get(node.id, 0)))
        if drafted < self.samples:
            return _draft(drafted)
        return None

    def _survivors(self, tree: SearchTree) -> list[Node]:
        deep = [node for node in tree.nodes[1:] if node.round <= self.rounds]
        return sorted(deep, key=lambda node: rank(node, self.order), reverse=True)[: self.topk]


def _draft(number: int) -> Expansion:
    return Expansion(parent=ROOT, samples=1, move=Move.SAMPLE, hint=style(number))


def _is_first(ask: Ask) -> bool:
    """The rules at work on the function as written."""
    return isinstance(ask, Expansion) and ask.free and ask.parent == ROOT
