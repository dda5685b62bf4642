"""LDB: debug block by block. A failing case is traced, each block is judged by the values after it.

Zhong et al., arXiv 2402.16906. A block is one of the control-flow graph; what the variables hold after each
comes from running, not from a model. The program to debug is given to theirs; here it is the function as it
is where that fails its cases, else a draft. Theirs takes a failing case at random, here it is the first, so
that the same tree leads to the same plan.
"""

from dataclasses import dataclass

from ..domain.events import Stop
from ..domain.note import Thinking
from ..domain.tree import ROOT, Node
from ..ports import Expansion, Move, Pondering
from .choosing import is_better
from .script import Script
from .scripted import Scripted


@dataclass(frozen=True, slots=True, kw_only=True)
class Ldb(Scripted):
    """At most ``attempts`` times: trace the newest program, judge the blocks, write it anew."""

    attempts: int = 10

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("debugging takes an attempt")

    @property
    def rounds(self) -> int:
        return self.attempts + 1

    def script(self, root: Node) -> Script:
        newest = root
        if root.execution.correct:
            (seeded,) = yield [Expansion(parent=ROOT, samples=1, move=Move.SAMPLE)]
            newest = seeded.node or root
        for _ in range(self.attempts):
            if is_better(newest):
                return Stop.SATISFIED
            hint = None
            if not newest.execution.correct:
                (trace,) = yield [Pondering(about=newest.id, kind=Thinking.TRACE)]
                if trace.text:
                    (judged,) = yield [Pondering(about=newest.id, kind=Thinking.BLOCKS, notes=(trace.text,))]
                    hint = judged.text
            (written,) = yield [Expansion(parent=newest.id, samples=1, move=Move.REFINE, hint=hint)]
            newest = written.node or newest
        return Stop.SATISFIED if is_better(newest) else Stop.ROUNDS
