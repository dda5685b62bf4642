"""Drafts that know nothing of each other: best of n, and a single chain of thought."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import ROOT, Node, SearchTree
from ..ports import Ask, Asked, Expansion, Move
from .choosing import best_of
from .styles import style

_THINK = "before the IDEA line, write down step by step what the function must do and how it gets there"


@dataclass(frozen=True, slots=True, kw_only=True)
class BestOfN:
    """``samples`` independent drafts in varied styles, all run, no feedback; the best by success, then time.

    The baseline of Yu et al. (arXiv 2412.15118, table 1) of that name. ``varied`` False asks for the same
    each time, as in the sampling of Chen et al. (arXiv 2107.03374).
    """

    samples: int = 20
    varied: bool = True

    rounds = 1

    def __post_init__(self) -> None:
        if self.samples < 1:
            raise ValueError("the best of none is nothing")

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        del tree
        wanted: list[Ask] = [
            Expansion(parent=ROOT, samples=1, move=Move.SAMPLE, hint=style(at) if self.varied else None)
            for at in range(len(asked.asks), self.samples)
        ]
        return wanted or (() if asked.pending else Stop.ROUNDS)

    def consults(self, tree: SearchTree, node: Node) -> bool:
        del tree, node
        return False

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainOfThought:
    """One draft, reasoned step by step (Wei et al., arXiv 2201.11903); it is judged, and not refined."""

    rounds = 1

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        del tree
        if not asked.asks:
            return [Expansion(parent=ROOT, samples=1, move=Move.SAMPLE, hint=_THINK)]
        return () if asked.pending else Stop.ROUNDS

    def consults(self, tree: SearchTree, node: Node) -> bool:
        del tree, node
        return False

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree)
