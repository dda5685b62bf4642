"""Which node is handed over: the same for every strategy, since better does not depend on the search."""

from ..domain.tree import Node, SearchTree
from ..domain.verdict import needed_gain
from .agreement import preferred
from .ranking import Order, rank


def best_of(tree: SearchTree, order: Order = Order.OUTCOME) -> Node | None:
    """The first by rank, unless it bought too little over the better node it was made from.

    Where there is no original to compare with, the one that agrees best with the others that pass.
    """
    better = [node for node in tree.nodes if is_better(node)]
    if any(node.answers for node in better):
        return preferred(tree)
    best = max(better, key=lambda node: rank(node, order), default=None)
    while best is not None and best.parent is not None:
        parent = tree[best.parent]
        if not is_better(parent) or _pays(parent, best):
            break
        best = parent
    return best


def is_better(node: Node) -> bool:
    return node.verdict is not None and node.verdict.better


def _pays(parent: Node, child: Node) -> bool:
    if parent.gain is None or child.gain is None:
        return False
    return child.gain / parent.gain >= needed_gain(parent.static, child.static)
