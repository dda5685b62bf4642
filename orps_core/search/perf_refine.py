"""Performance by feedback: right first, then rewrites that see what costs most; a slower one is taken back.

The second phase of PerfCodeGen (Peng et al., arXiv 2412.03578), with the acceptance of SOAP, also known as
EffiLearner (Huang et al., arXiv 2405.15189): a new version is kept only if it still passes and its measured
cost has fallen. Theirs is the cost of one run, ours is the verdict of interleaved measurements.
"""

from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.tree import ROOT, Node
from ..ports import Expansion, Move
from .choosing import is_better
from .script import Script
from .scripted import Scripted


@dataclass(frozen=True, slots=True, kw_only=True)
class PerfRefine(Scripted):
    """At most ``corrections`` to get it right, then a chain of ``steps`` rewrites for speed."""

    corrections: int = 5
    steps: int = 5

    def __post_init__(self) -> None:
        if min(self.corrections, self.steps) < 1:
            raise ValueError("a chain needs a first link")

    @property
    def rounds(self) -> int:
        return self.corrections + self.steps

    def script(self, root: Node) -> Script:
        kept = root
        for _ in range(self.corrections):
            if kept.execution.correct:
                break
            move = Move.SAMPLE if kept.id == ROOT else Move.REFINE
            (written,) = yield [Expansion(parent=kept.id, samples=1, move=move)]
            kept = written.node or kept
        if not root.execution.correct:
            # Beside an original that fails nothing is timed: no rewrite for speed could be kept.
            return Stop.SATISFIED if is_better(kept) else Stop.ROUNDS
        for _ in range(self.steps):
            (written,) = yield [Expansion(parent=kept.id, samples=1, move=Move.PROFILE)]
            if written.node is not None and _cheaper(written.node, kept):
                kept = written.node
        return Stop.ROUNDS


def _cheaper(new: Node, old: Node) -> bool:
    """Both are measured against the original; without a measurement there is nothing to keep it for."""
    if not new.execution.correct or new.ratio is None:
        return False
    behaviour = new.comparison.behaviour if new.comparison else None
    return behaviour is not None and behaviour.agrees and new.ratio > (old.ratio or 1.0)
