"""CodeTree: a tree of ideas and debugging attempts, grown depth first while a critic sees it getting better.

Li et al., arXiv 2411.04329. Roles: the thinker lists strategies (the first level), the solver writes one
program for each, the debugger corrects, the critic scores a failing program and must also accept a passing
one. To the share of cases that pass a fifteenth of the critic's score from 1 to 5 is added, as in their code;
a program that passes gets all five.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from ..domain.critique import FULL
from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node, SearchTree
from ..ports import Ask, Expansion, Move, Pondering
from .choosing import is_better
from .script import Answer, Script
from .scripted import Scripted

_PART = 15.0
_WHOLE = 1.0 + FULL / _PART


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTree(Scripted):
    """At most ``ideas`` children of the root, ``remedies`` of others, ``depth`` levels, ``attempts`` in all.

    A failing program is corrected while its value is at least that of the program it came from; where both
    are worth the same, only as deep as the critic gives it points. One that passes ends the search if the
    critic accepts it, and is refined otherwise; so it does at the last level, if the one it came from passed.
    """

    ideas: int = 10
    remedies: int = 3
    depth: int = 3
    attempts: int = 20

    def __post_init__(self) -> None:
        if min(self.ideas, self.remedies, self.depth, self.attempts) < 1:
            raise ValueError("a tree needs at least one of everything")

    @property
    def rounds(self) -> int:
        return self.depth

    def consults(self, tree: SearchTree, node: Node) -> bool:
        """About what fails, where it decides on going on. What passes is verified by another question."""
        del tree
        return not is_better(node) and node.round < self.depth

    def script(self, root: Node) -> Script:
        (listed,) = yield [Pondering(about=ROOT, kind=Thinking.IDEAS, samples=self.ideas)]
        # Without a list the solver is asked once without an idea, as a tree needs a first node.
        ideas: list[str | None] = [note.text for note in listed.notes]
        budget = _Count(self.attempts)
        for idea in ideas or [None]:
            solver = Expansion(parent=ROOT, samples=1, move=Move.SAMPLE, hint=idea, warmth=0.0)
            if (yield from self._grow(root, solver, 1, budget)):
                return Stop.SATISFIED
            if not budget.left:
                return Stop.ROUNDS
        return Stop.NOTHING_LEFT

    def _grow(
        self, parent: Node, ask: Expansion, depth: int, budget: "_Count"
    ) -> Generator[Sequence[Ask], Sequence[Answer], bool]:
        """True when a program was accepted in this part of the tree."""
        if not budget.left:
            return False
        budget.left -= 1
        (written,) = yield [ask]
        node = written.node
        if node is None:
            return False
        kind = Thinking.REMEDIES
        review: tuple[str, ...] = ()
        if is_better(node):
            (verified,) = yield [Pondering(about=node.id, kind=Thinking.VERIFY)]
            if verified.value != 0 or (depth == self.depth and parent.id != ROOT and is_better(parent)):
                return True
            kind, review = Thinking.REFINEMENTS, (verified.text or "",)
        if depth >= self.depth or not _promising(node, parent, depth):
            return False
        (listed,) = yield [Pondering(about=node.id, kind=kind, samples=self.remedies, notes=review)]
        for note in listed.notes:
            debugger = Expansion(parent=node.id, samples=1, move=Move.REFINE, hint=note.text, warmth=0.0)
            if (yield from self._grow(node, debugger, depth + 1, budget)):
                return True
        return False


class _Count:
    """How many programs may still be written; the branches of one tree share it."""

    def __init__(self, left: int) -> None:
        self.left = left


def _promising(node: Node, parent: Node, depth: int) -> bool:
    if is_better(node) or parent.id == ROOT:
        return True
    if _value(node) == _value(parent):
        return depth <= _score(node)
    return _value(node) > _value(parent)


def _value(node: Node) -> float:
    """What running says, from 0 to 1, and what the critic says, a third of that at most."""
    if is_better(node):
        return _WHOLE
    return node.execution.passed / max(node.execution.counted, 1) + _score(node) / _PART


def _score(node: Node) -> float:
    return node.critique.score if node.critique else 0.0
