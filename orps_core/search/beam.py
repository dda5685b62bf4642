"""Outcome-refining beam search: the best of each round are expanded (Yu et al., arXiv 2412.15118).

``Beam`` drives the built-in rules, ``Lockstep`` reproduces the paper's schedule with a model.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import Node, SearchTree
from ..ports import Ask, Asked, Expansion, Move
from .choosing import best_of
from .ranking import Order, rank
from .styles import style


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """Each of ``rounds`` rounds gives the best ``width`` unexpanded nodes up to ``samples`` children.

    With ``until_better`` the search ends with the round that brought the first improvement.
    """

    width: int = 3
    samples: int = 40
    rounds: int = 3
    until_better: bool = False

    def __post_init__(self) -> None:
        if min(self.width, self.samples, self.rounds) < 1:
            raise ValueError("a beam needs at least one of everything")

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        if any(isinstance(ask := asked.asks[at], Expansion) and ask.free for at in asked.pending):
            return ()
        newest = max(node.round for node in tree.nodes)
        if self.until_better and self.best(tree) is not None:
            return Stop.SATISFIED
        if newest >= self.rounds:
            return Stop.ROUNDS
        expanded = {ask.parent for ask in asked.asks if isinstance(ask, Expansion) and ask.free}
        frontier = [node for node in tree.nodes if node.id not in expanded and self._promising(tree, node)]
        survivors = sorted(frontier, key=rank, reverse=True)[: self.width]
        if not survivors:
            return Stop.NOTHING_LEFT
        return [Expansion(parent=node.id, samples=self.samples) for node in survivors]

    def consults(self, tree: SearchTree, node: Node) -> bool:
        del tree, node
        return False

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree)

    @staticmethod
    def _promising(tree: SearchTree, node: Node) -> bool:
        """Worth building on: as right as the baseline at least, and doing the same where it was compared."""
        if node.id == tree.root.id:
            return True
        comparison = node.comparison
        if comparison is not None and comparison.behaviour is not None and comparison.behaviour.differ:
            return False
        if tree.root.execution.correct:
            return node.execution.correct
        return node.execution.passed > tree.root.execution.passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockstep:
    """The paper's schedule: ``samples`` drafts, then ``rounds`` times as many rewrites of each of ``topk``.

    Only nodes of the newest round survive; a round begins when all of the one before is judged. At most
    samples + topk · samples · rounds calls of the programmer, and as many of the critic.
    """

    samples: int = 20
    topk: int = 3
    rounds: int = 5
    order: Order = Order.OUTCOME

    def __post_init__(self) -> None:
        if min(self.samples, self.topk) < 1 or self.rounds < 0:
            raise ValueError("a beam needs at least one of everything")

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        done = set(asked.asks)
        for level in range(self.rounds + 1):
            parents = self._survivors(tree, level)
            if not parents:
                return () if asked.pending else Stop.NOTHING_LEFT
            whole = self._round(level, parents)
            missing = [ask for ask in whole if ask not in done]
            if missing:
                return missing
            if any(asked.asks[at] in whole for at in asked.pending):
                return ()
        return Stop.ROUNDS

    def consults(self, tree: SearchTree, node: Node) -> bool:
        del tree, node
        return True

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree)

    def _survivors(self, tree: SearchTree, level: int) -> list[Node]:
        if level == 0:
            return [tree.root]
        newest = [node for node in tree.nodes if node.round == level]
        return sorted(newest, key=lambda node: rank(node, self.order), reverse=True)[: self.topk]

    def _round(self, level: int, parents: Sequence[Node]) -> list[Ask]:
        move = Move.SAMPLE if level == 0 else Move.REFINE
        return [
            Expansion(parent=node.id, samples=1, move=move, hint=style(at), warmth=0.5)
            for at in range(self.samples)
            for node in parents
        ]
