"""All that is known about one candidate: what every card, lens and report is made of."""

from dataclasses import dataclass

from .agreement import Agreement
from .budget import Spending
from .execution import Baseline
from .tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A judged candidate beside its baseline. ``spending`` is what it took to get there, if that is known.

    ``agreement`` says how many other repairs that pass do the same; None where nobody asked.
    """

    node: Node
    baseline: Baseline
    spending: Spending | None = None
    agreement: Agreement | None = None
