"""What strategies that are scripts have in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import Node, SearchTree
from ..ports import Ask, Asked
from .choosing import best_of
from .script import Script, planned


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted(ABC):
    """A strategy whose rule is ``script``, which sees of the tree its root and what it asked for."""

    @property
    @abstractmethod
    def rounds(self) -> int:
        """How deep it goes at most."""

    def consults(self, tree: SearchTree, node: Node) -> bool:
        del tree, node
        return False

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        return planned(self.script(tree.root), tree, asked)

    def best(self, tree: SearchTree) -> Node | None:
        return best_of(tree)

    @abstractmethod
    def script(self, root: Node) -> Script:
        """The rule, from the beginning."""
