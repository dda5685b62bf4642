"""The order of candidates: correctness gates everything, then measurements, then what a critic thinks."""

import enum

from ..domain.tree import Node

Rank = tuple[bool, bool, float, bool, float, float, int]


class Order(enum.Enum):
    """What counts first among candidates that are equally right.

    The reference implementation of the paper puts the critic's score first of all, also above correctness;
    ``PROCESS`` keeps that order below the gate of correctness.
    """

    OUTCOME = "outcome"
    PROCESS = "process"


def rank(node: Node, order: Order = Order.OUTCOME) -> Rank:
    """Largest first. A total order: the last part is the node's age."""
    execution, comparison = node.execution, node.comparison
    behaviour = comparison.behaviour if comparison else None
    passed = execution.passed / max(execution.counted, 1)
    score = node.critique.score if node.critique else 0.0
    same = behaviour is None or not behaviour.differ
    gain = node.gain or 0.0
    # A candidate that ran out of time ranks below one that failed.
    gate = execution.correct, not execution.exhausted
    if order is Order.PROCESS:
        return (*gate, score, same, passed, gain, -node.id)
    return (*gate, passed, same, gain, score, -node.id)
