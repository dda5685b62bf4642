"""All that is known about one candidate: what every card, lens and report is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from .agreement import Agreement
from .budget import Spending
from .execution import Baseline
from .note import Note, Thinking
from .tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a model that criticises thinks: ``score`` is the mean of ``said`` scores from 1 to 5."""

    text: str
    score: float
    said: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A judged candidate beside its baseline. ``spending`` is what it took to get there, if that is known.

    ``agreement`` says how many other repairs that pass do the same; None where nobody asked. ``opinion``
    proves nothing, and is told as that.
    """

    node: Node
    baseline: Baseline
    spending: Spending | None = None
    agreement: Agreement | None = None
    opinion: Opinion | None = None


def opinion_on(node: Node, notes: Iterable[Note], others: Iterable[Node]) -> Opinion | None:
    """What was said of a candidate, or of ``others`` that answer like it; None where nobody was asked."""
    alike = {node.id, *(each.id for each in others if node.answers and each.answers == node.answers)}
    said = [
        (note.about == node.id, note.text, note.value)
        for note in notes
        if note.kind is Thinking.OPINION and note.value is not None and note.about in alike
    ]
    if said:
        own = max(said, key=lambda each: each[0])
        return Opinion(text=own[1], score=fmean(value for _, _, value in said), said=len(said))
    critique = node.critique
    if critique is None or not critique.of_model:
        return None
    return Opinion(text=critique.said or critique.advice, score=critique.score)
