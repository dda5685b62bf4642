"""The programmer that proposes what somebody else wrote, once."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.candidate import Candidate
from ..domain.tree import Node
from ..ports import Brief


@dataclass(frozen=True, slots=True)
class GivenProgrammer:
    """Implements ``ports.Programmer`` with a single candidate."""

    candidate: Candidate

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], siblings: Sequence[Candidate], samples: int
    ) -> Sequence[Candidate]:
        del brief, lineage, samples
        return [] if self.candidate in siblings else [self.candidate]
