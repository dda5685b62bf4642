"""SRA-MCTS: Monte Carlo tree search over steps of reasoning in words; code is written at the end only.

Xu et al., arXiv 2411.11053. A node is a list of steps. It is expanded by several different next steps, the
value of a path is what the model says of it (0 to 10), and the reasons that it gives are the reflection in
whose light the path is continued. Selection is by UCB, a roll-out looks ahead from the best new step along
the best of several at a time, and values go back to the root weighted by visits.
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

_AHEAD = 0.5
"""What the roll-out weighs in a path's worth (alpha in their code)."""
_EXPLORE = 0.5


class _Path:
    """A partial solution in words, worth 0 to 10. It lives as long as one run of the script."""

    def __init__(self, steps: tuple[str, ...], parent: "_Path | None") -> None:
        self.steps = steps
        self.parent = parent
        self.children: list[_Path] = []
        self.value = 0.0
        self.visits = 0
        self.reflection: str | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """The steps with what was said of them, for whoever is to continue them."""
        return self.steps if self.reflection is None else (*self.steps, f"Said of these: {self.reflection}")

    @property
    def bound(self) -> tuple[float, float]:
        """UCB as in the paper's code: never visited comes first, of several the one worth most."""
        if not self.visits or self.parent is None:
            return math.inf, self.value
        explored = math.sqrt(2 * math.log(self.parent.visits) / self.visits)
        return self.value + _EXPLORE * explored, self.value


Part = Generator[Sequence[Ask], Sequence[Answer], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SraMcts(Scripted):
    """``iterations`` of the search, ``width`` steps for each expansion.

    A roll-out looks ``rollout`` steps ahead, each the best of ``looked``. The search in words ends where a
    path worth ``enough`` of 10 is selected; then ``programs`` are written from it and the best others, until
    one is better than the original.
    """

    iterations: int = 2
    width: int = 3
    rollout: int = 1
    looked: int = 2
    enough: float = 8.8
    programs: int = 3

    def __post_init__(self) -> None:
        if min(self.iterations, self.width, self.looked, self.programs) < 1 or self.rollout < 0:
            raise ValueError("a search needs at least one of everything")

    @property
    def rounds(self) -> int:
        return self.iterations

    def script(self, root: Node) -> Script:
        top = _Path((), None)
        known, found = list[_Path](), list[_Path]()
        for _ in range(self.iterations):
            leaf = top
            while leaf.children:
                leaf = max(leaf.children, key=lambda path: path.bound)
            if leaf.value >= self.enough:
                found.append(leaf)
                break
            leaf.children = yield from self._continued(leaf, self.width)
            known += leaf.children
            if leaf.children:
                child = max(leaf.children, key=lambda path: path.bound)
                ahead = yield from self._ahead(child)
                child.value = (1 - _AHEAD) * child.value + _AHEAD * ahead
                child.visits += 1
            _back(leaf)
        best = sorted(known or [top], key=lambda path: (path.value, len(path.steps)), reverse=True)
        return (yield from self._written(root, [*found, *(each for each in best if each not in found)]))

    def _continued(self, path: _Path, ways: int) -> Generator[Sequence[Ask], Sequence[Answer], list[_Path]]:
        """The path with one step more, in so many ways, each with its worth and why it is worth that."""
        (listed,) = yield [Pondering(about=ROOT, kind=Thinking.STEPS, samples=ways, notes=path.told)]
        made = [_Path((*path.steps, note.text), path) for note in listed.notes]
        judged: Sequence[Answer] = ()
        if made:
            judged = yield [Pondering(about=ROOT, kind=Thinking.WORTH, notes=each.steps) for each in made]
        for each, answer in zip(made, judged, strict=True):
            each.value, each.reflection = answer.value or 0.0, answer.text
        return made

    def _ahead(self, path: _Path) -> Part:
        """The best worth on the way when one step after the other is added greedily; without any, its own."""
        worths: list[float] = []
        at = path
        for _ in range(self.rollout):
            ways = yield from self._continued(at, self.looked)
            if not ways:
                break
            at = max(ways, key=lambda each: each.value)
            worths.append(at.value)
        return max(worths, default=path.value)

    def _written(self, root: Node, paths: Sequence[_Path]) -> Script:
        for path in paths[: self.programs]:
            (written,) = yield [
                Expansion(parent=root.id, samples=1, move=Move.SAMPLE, hint=_numbered(path.steps))
            ]
            node = written.node
            if node is not None and node.verdict is not None and node.verdict.better:
                return Stop.SATISFIED
        return Stop.ROUNDS


def _back(path: _Path) -> None:
    """From what was expanded up to the root, each becomes the mean of its children, weighted by visits."""
    at: _Path | None = path
    while at is not None:
        at.visits += 1
        visits = sum(child.visits for child in at.children)
        if visits:
            at.value = sum(child.value * child.visits for child in at.children) / visits
        at = at.parent


def _numbered(steps: Sequence[str]) -> str | None:
    if not steps:
        return None
    return "follow these steps:\n" + "\n".join(f"{at}. {step}" for at, step in enumerate(steps, 1))
