"""A whole run in one sentence, for whoever reads only its end."""

from .domain.agreement import Agreement
from .domain.events import Stop
from .domain.profile import Profile
from .domain.tree import Node, SearchTree


def summarise(
    tree: SearchTree,
    best: Node | None,
    agreement: Agreement | None = None,
    *,
    stop: Stop | None = None,
    profile: Profile | None = None,
) -> str:
    """One sentence on what was found, also when it is nothing. ``profile`` is the original's."""
    tried = len(tree.nodes) - 1
    right = sum(node.execution.correct for node in tree.nodes[1:])
    if best is not None and best.verdict is not None:
        better = sum(node.verdict is not None and node.verdict.better for node in tree.nodes)
        counted = f"{better} of {tried} candidates are better than the original"
        return "; ".join([best.verdict.reason, counted, *([agreement.sentence] if agreement else [])])
    if not tried and stop is Stop.BUDGET:
        return "the budget was spent before a candidate was tried to its end"
    if not tried:
        return "no rule has anything to propose for this function"
    if not right:
        return f"none of {tried} candidates passes all cases"
    none = f"none of {right} candidates that pass all cases ({tried} tried) is verified to be better"
    return f"{none}; {profile.sentence}" if profile else none
