"""All that is known about one candidate: what every card, lens and report is made of."""

from dataclasses import dataclass

from .budget import Spending
from .execution import Baseline
from .tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A judged candidate beside its baseline. ``spending`` is what it took to get there, if that is known."""

    node: Node
    baseline: Baseline
    spending: Spending | None = None
