"""Tree-of-Code: whole programs, breadth first; one that fails when it runs is tried in another way.

Ni et al., arXiv 2412.15305. A program that runs is a leaf; leaves vote. There is no ground truth in theirs;
here running means that the function's own cases hold, and the vote is the choice among those that pass by
what they do beyond the cases.
"""

from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import ROOT, Node
from ..ports import Expansion, Move
from .script import Script
from .scripted import Scripted
from .styles import style


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeOfCode(Scripted):
    """``width`` programs first and below each that fails, each in another style, ``depth`` levels deep."""

    width: int = 3
    depth: int = 3
    leaves: int = 5

    def __post_init__(self) -> None:
        if min(self.width, self.depth, self.leaves) < 1:
            raise ValueError("a tree needs at least one of everything")

    @property
    def rounds(self) -> int:
        return self.depth

    def script(self, root: Node) -> Script:
        level, told, leaves = [root], 0, 0
        for _ in range(self.depth):
            asks = [
                Expansion(
                    parent=node.id,
                    samples=1,
                    move=Move.SAMPLE if node.id == ROOT else Move.REFINE,
                    hint=style(told + at * self.width + way),
                )
                for at, node in enumerate(level)
                for way in range(self.width)
            ]
            told += len(asks)
            answers = yield asks
            grown = [node for answer in answers for node in answer.nodes]
            leaves += sum(node.execution.correct for node in grown)
            level = [node for node in grown if not node.execution.correct]
            if not level or leaves >= self.leaves:
                return Stop.NOTHING_LEFT
        return Stop.ROUNDS
