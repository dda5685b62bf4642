"""DARS: depth first to the end, then back to the shallowest point to do something else there.

Aggarwal et al., arXiv 2503.14269, made for agents that edit repositories. What they call an action is here a
rewriting of the function. At a point to which the search returns it is shown what was done there before and
all that came of it, several alternatives are put into words, a critic picks one, and only that is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node
from ..ports import Ask, Expansion, Move, Pondering
from .choosing import is_better
from .script import Script
from .scripted import Scripted


@dataclass(frozen=True, slots=True, kw_only=True)
class Dars(Scripted):
    """Trajectories of at most ``depth`` rewritings, ``branches`` at a point, ``alternatives`` to pick from.

    The first trajectory that ends better than the original ends the search: the cases are the reviewer.
    """

    depth: int = 4
    branches: int = 2
    alternatives: int = 3
    trajectories: int = 6

    def __post_init__(self) -> None:
        if min(self.depth, self.branches, self.alternatives, self.trajectories) < 1:
            raise ValueError("a trajectory needs at least one of everything")

    @property
    def rounds(self) -> int:
        return self.depth

    def script(self, root: Node) -> Script:
        done: dict[int, list[Node]] = {}
        nodes, depths = {root.id: root}, {root.id: 0}
        point = root
        for _ in range(self.trajectories):
            while depths[point.id] < self.depth:
                before = done.setdefault(point.id, [])
                asks: list[Ask] = [self._first(point)]
                if before:
                    (listed,) = yield [self._others(before[-1], done)]
                    texts = tuple(note.text for note in listed.notes)
                    chosen = 0
                    if len(texts) > 1:
                        (picked,) = yield [Pondering(about=before[-1].id, kind=Thinking.CHOICE, notes=texts)]
                        chosen = min(max(int(picked.value or 0), 0), len(texts) - 1)
                    hint = texts[chosen] if texts else None
                    asks = [Expansion(parent=point.id, samples=1, move=Move.REFINE, hint=hint, warmth=0.8)]
                (written,) = yield asks
                child = written.node
                if child is None:
                    before.append(before[-1] if before else point)
                    break
                before.append(child)
                nodes[child.id], depths[child.id] = child, depths[point.id] + 1
                if is_better(child):
                    return Stop.SATISFIED
                point = child
            open_ = [
                node
                for node in nodes.values()
                if len(done.get(node.id, [])) in range(1, self.branches) and depths[node.id] < self.depth
            ]
            if not open_:
                return Stop.NOTHING_LEFT
            point = min(open_, key=lambda node: (depths[node.id], node.id))
        return Stop.ROUNDS

    @staticmethod
    def _first(point: Node) -> Expansion:
        move = Move.SAMPLE if point.id == ROOT else Move.REFINE
        return Expansion(parent=point.id, samples=1, move=move)

    def _others(self, before: Node, done: Mapping[int, Sequence[Node]]) -> Pondering:
        """With what was done after it: theirs shows the whole trajectory, for it is why to do otherwise."""
        return Pondering(
            about=before.id,
            kind=Thinking.ALTERNATIVES,
            samples=self.alternatives,
            notes=tuple(map(_told, _after(before, done))),
        )


def _after(node: Node, done: Mapping[int, Sequence[Node]]) -> Iterator[Node]:
    """The first trajectory on from a node. One that broke off holds the same node again."""
    following = done.get(node.id, ())
    while following and following[0].id > node.id:
        node = following[0]
        yield node
        following = done.get(node.id, ())


def _told(node: Node) -> str:
    ran = node.execution
    return f"then {node.candidate.rationale}: {ran.passed} of {ran.counted} cases pass"
