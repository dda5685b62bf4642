"""Strategies that read like their papers: a generator that asks and is told what came of it.

A plan must follow from the tree alone. So the generator is run from its beginning each time, with the
answers that are in the tree, until it asks for something that nobody has asked for yet.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Note
from ..domain.tree import Node, SearchTree
from ..ports import Ask, Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one ask; both are empty when nothing usable did, or nothing new."""

    nodes: tuple[Node, ...]
    notes: tuple[Note, ...]

    @property
    def node(self) -> Node | None:
        return self.nodes[0] if self.nodes else None

    @property
    def text(self) -> str | None:
        return self.notes[0].text if self.notes else None

    @property
    def value(self) -> float | None:
        return self.notes[0].value if self.notes else None


Script = Generator[Sequence[Ask], Sequence[Answer], Stop]
"""Yields asks that may be under way side by side, receives an answer for each, returns why it stops."""


def planned(script: Script, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
    """What the script wants next; empty while something it must know is pending."""
    used = 0
    try:
        wanted = next(script)
        while True:
            begun = min(len(wanted), len(asked.asks) - used)
            if begun < len(wanted):
                return wanted[begun:]
            if any(used <= at < used + begun for at in asked.pending):
                return ()
            answers = [_answer(tree, used + at) for at in range(begun)]
            used += begun
            wanted = script.send(answers)
    except StopIteration as end:
        stop: Stop = end.value
        return stop


def _answer(tree: SearchTree, position: int) -> Answer:
    return Answer(
        nodes=tuple(node for node in tree.nodes if node.ask == position),
        notes=tuple(note for note in tree.notes if note.ask == position),
    )
