"""The order of candidates: correctness gates everything, then measurements, then what a critic thinks."""

from ..domain.tree import Node

Rank = tuple[bool, bool, float, bool, float, float, int]


def rank(node: Node) -> Rank:
    """Largest first. A total order: the last part is the node's age."""
    execution, comparison = node.execution, node.comparison
    behaviour = comparison.behaviour if comparison else None
    return (
        execution.correct,
        not execution.exhausted,  # a candidate that ran out of time ranks below one that failed
        execution.passed / max(execution.counted, 1),
        behaviour is None or not behaviour.differ,
        node.gain or 0.0,
        node.critique.score if node.critique else 0.0,
        -node.id,
    )
