"""SRA-MCTS: Monte Carlo tree search over steps of reasoning in words; code is written at the end only.

Xu et al., arXiv 2411.11053. A node is a list of steps. It is expanded by several different next steps, the
value of a path is what the model says of it (0 to 10), selection is by UCB, a roll-out follows the best of
one new step at a time, and values go back to the root weighted by visits.
"""

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node
from ..ports import Ask, Expansion, Move, Pondering
from .script import Answer, Script
from .scripted import Scripted

_TEN = 10.0
_EXPLORE = 0.5


class _Path:
    """A partial solution in words. It lives as long as one run of the script."""

    def __init__(self, steps: tuple[str, ...], parent: "_Path | None") -> None:
        self.steps = steps
        self.parent = parent
        self.children: list[_Path] = []
        self.value = 0.0
        self.visits = 0

    @property
    def bound(self) -> float:
        """UCB as in the paper's code: never tried is tried first."""
        if not self.visits or self.parent is None:
            return math.inf
        return self.value + _EXPLORE * math.sqrt(2 * math.log(self.parent.visits) / self.visits)


Part = Generator[Sequence[Ask], Sequence[Answer], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SraMcts(Scripted):
    """``iterations`` of the search, ``width`` steps for each expansion, ``rollout`` steps looked ahead.

    The search in words stops at a path worth ``enough`` of 10; then ``programs`` are written from the best
    paths, the best first, until one is better than the original.
    """

    iterations: int = 2
    width: int = 3
    rollout: int = 2
    enough: float = 8.8
    programs: int = 3

    def __post_init__(self) -> None:
        if min(self.iterations, self.width, self.programs) < 1 or self.rollout < 0:
            raise ValueError("a search needs at least one of everything")

    @property
    def rounds(self) -> int:
        return self.iterations

    def script(self, root: Node) -> Script:
        top = _Path((), None)
        known = [top]
        for _ in range(self.iterations):
            leaf = top
            while leaf.children:
                leaf = max(leaf.children, key=lambda path: path.bound)
            value = yield from self._expanded(leaf, known)
            if leaf.children:
                child = max(leaf.children, key=lambda path: path.value)
                ahead = yield from self._rolled_out(child)
                child.value = (child.value + ahead) / 2
                value = max(value, child.value)
                _back(child)
            if value * _TEN >= self.enough:
                break
        return (yield from self._written(root, known))

    def _expanded(self, leaf: _Path, known: list[_Path]) -> Part:
        """Give a path children, each with its worth; the best worth."""
        (listed,) = yield [Pondering(about=ROOT, kind=Thinking.STEPS, samples=self.width, notes=leaf.steps)]
        made = [_Path((*leaf.steps, note.text), leaf) for note in listed.notes]
        if not made:
            return leaf.value
        judged = yield [Pondering(about=ROOT, kind=Thinking.WORTH, notes=path.steps) for path in made]
        for path, answer in zip(made, judged, strict=True):
            path.value = (answer.value or 0.0) / _TEN
            path.visits = 1
            leaf.visits += 1
        leaf.children += made
        known += made
        return max(path.value for path in made)

    def _rolled_out(self, path: _Path) -> Part:
        """The best worth on the way when one step after the other is added greedily."""
        steps, best = path.steps, path.value
        for _ in range(self.rollout):
            (listed,) = yield [Pondering(about=ROOT, kind=Thinking.STEPS, samples=1, notes=steps)]
            if listed.text is None:
                break
            steps = (*steps, listed.text)
            (judged,) = yield [Pondering(about=ROOT, kind=Thinking.WORTH, notes=steps)]
            best = max(best, (judged.value or 0.0) / _TEN)
        return best

    def _written(self, root: Node, known: Sequence[_Path]) -> Script:
        paths = sorted(known, key=lambda path: (path.value, len(path.steps)), reverse=True)
        for path in paths[: self.programs]:
            (written,) = yield [
                Expansion(parent=root.id, samples=1, move=Move.SAMPLE, hint=_numbered(path.steps))
            ]
            node = written.node
            if node is not None and node.verdict is not None and node.verdict.better:
                return Stop.SATISFIED
        return Stop.ROUNDS


def _back(path: _Path) -> None:
    """Each ancestor becomes the mean of its children, weighted by their visits."""
    at = path.parent
    path.visits += 1
    while at is not None:
        visits = sum(child.visits for child in at.children)
        at.value = sum(child.value * child.visits for child in at.children) / max(visits, 1)
        at.visits += 1
        at = at.parent


def _numbered(steps: Sequence[str]) -> str | None:
    if not steps:
        return None
    return "follow these steps:\n" + "\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1))
