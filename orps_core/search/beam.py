"""Outcome-refining beam search: the best of each round are expanded (Yu et al., arXiv 2412.15118)."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import Node, NodeId, SearchTree
from ..domain.verdict import needed_gain
from ..ports import Expansion
from .ranking import rank


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

    def plan(self, tree: SearchTree, expanded: frozenset[NodeId]) -> Sequence[Expansion] | Stop:
        newest = max(node.round for node in tree.nodes)
        if self.until_better and self.best(tree) is not None:
            return Stop.SATISFIED
        if newest >= self.rounds:
            return Stop.ROUNDS
        frontier = [node for node in tree.nodes if node.id not in expanded and self._promising(tree, node)]
        survivors = sorted(frontier, key=rank, reverse=True)[: self.width]
        if not survivors:
            return Stop.NOTHING_LEFT
        return [Expansion(parent=node.id, samples=self.samples) for node in survivors]

    def best(self, tree: SearchTree) -> Node | None:
        """The first by rank, unless it bought too little over the better node it was made from."""
        better = [node for node in tree.nodes if _better(node)]
        best = max(better, key=rank, default=None)
        while best is not None and best.parent is not None:
            parent = tree[best.parent]
            if not _better(parent) or _pays(parent, best):
                break
            best = parent
        return best

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


def _better(node: Node) -> bool:
    return node.verdict is not None and node.verdict.better


def _pays(parent: Node, child: Node) -> bool:
    if parent.gain is None or child.gain is None:
        return False
    return child.gain / parent.gain >= needed_gain(parent.static, child.static)
