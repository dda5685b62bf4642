"""What a person may choose from: the accepted candidates that no other one beats on everything."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from .tree import Node

_Measures = tuple[float, float, float, bool]


class Pick(enum.Enum):
    FASTEST = "fastest"
    SMALLEST = "smallest"
    SIMPLEST = "simplest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The candidate of the front that is first in one respect."""

    pick: Pick
    node: Node


def front(nodes: Iterable[Node]) -> tuple[Node, ...]:
    """The accepted ones that none is at least as good as in all respects and better in one (Pareto)."""
    accepted = [node for node in nodes if node.verdict is not None and node.verdict.accepted]
    return tuple(node for node in accepted if not any(_beats(other, node) for other in accepted))


def choices(nodes: Iterable[Node]) -> tuple[Choice, ...]:
    """The fastest, the smallest in memory, the simplest, as far as each was measured to be a gain."""
    found = front(nodes)
    chosen: list[Choice] = []
    for position, pick in enumerate(Pick):
        first = max(found, key=lambda node: (_measures(node)[position], _measures(node)), default=None)
        if first is not None and _measures(first)[position] > 1:
            chosen.append(Choice(pick=pick, node=first))
    return tuple(chosen)


def _beats(one: Node, other: Node) -> bool:
    mine, theirs = _measures(one), _measures(other)
    at_least = all(a >= b for a, b in zip(mine, theirs, strict=True))
    # Of two that measure the same the older one stays, so that the front is never empty.
    return at_least and (mine != theirs or one.id < other.id)


def _measures(node: Node) -> _Measures:
    """Baseline ÷ candidate in time, memory and what there is to read; what was not measured is no gain.

    A candidate with flags never beats one without.
    """
    memory = node.comparison.memory if node.comparison else None
    weight = node.before.weight / node.static.weight if node.before else 1.0
    clean = node.verdict is not None and not node.verdict.flags
    return node.ratio or 0.0, memory.ratio if memory else 0.0, weight, clean
