"""The search tree: an append-only log of judged candidates."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NewType

from .candidate import Candidate
from .comparison import Comparison, Static
from .critique import Critique
from .execution import Execution
from .note import Note
from .verdict import Verdict

NodeId = NewType("NodeId", int)
ROOT = NodeId(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A candidate together with everything learnt from it. The root is the target as written.

    ``ask`` is the position of what was asked for it. ``answers`` are fingerprints of what it does on inputs
    that are the same for the whole run; empty where that was not looked at.
    """

    id: NodeId
    parent: NodeId | None
    round: int
    candidate: Candidate
    execution: Execution
    comparison: Comparison | None
    static: Static
    verdict: Verdict | None
    critique: Critique | None
    ask: int | None = None
    answers: tuple[str, ...] = ()
    before: Static | None = None
    """What the target as written measures, for comparison with ``static``."""

    @property
    def ratio(self) -> float | None:
        """Baseline ÷ candidate in time on the inputs that decide; None where it was not measured."""
        timing = self.comparison.timing if self.comparison else None
        return timing.ratio if timing else None

    @property
    def gain(self) -> float | None:
        """Baseline ÷ candidate in what the run is after; None where it was not measured."""
        found = self.verdict.gain if self.verdict else None
        return self.ratio if found is None else found


@dataclass(frozen=True, slots=True)
class SearchTree:
    """Nodes in the order they were judged; ``id`` is the position. Growing returns a new tree.

    ``notes`` are what was thought in between. ``repeats`` names a node each time it was proposed once more.
    """

    nodes: tuple[Node, ...]
    notes: tuple[Note, ...] = ()
    repeats: tuple[NodeId, ...] = ()

    def __post_init__(self) -> None:
        for position, node in enumerate(self.nodes):
            if node.id != position:
                raise ValueError(f"node {node.id} at position {position}")
            if node.parent is not None and node.parent >= node.id:
                raise ValueError(f"node {node.id} precedes its parent {node.parent}")

    def __getitem__(self, id: NodeId) -> Node:  # noqa: A002  (the word of the domain)
        return self.nodes[id]

    @property
    def root(self) -> Node:
        return self.nodes[ROOT]

    def grow(self, node: Node) -> "SearchTree":
        return replace(self, nodes=(*self.nodes, node))

    def note(self, note: Note) -> "SearchTree":
        return replace(self, notes=(*self.notes, note))

    def repeat(self, id: NodeId) -> "SearchTree":  # noqa: A002
        return replace(self, repeats=(*self.repeats, id))

    def children(self, id: NodeId) -> tuple[Node, ...]:  # noqa: A002
        return tuple(node for node in self.nodes if node.parent == id)

    def lineage(self, id: NodeId) -> Iterator[Node]:  # noqa: A002
        """The node and its ancestors, youngest first."""
        at: NodeId | None = id
        while at is not None:
            node = self.nodes[at]
            yield node
            at = node.parent
