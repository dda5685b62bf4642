"""The programmer that proposes what somebody else wrote, each once."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.candidate import Candidate, Refusal
from ..domain.tree import Node
from ..ports import Brief, Expansion


@dataclass(frozen=True, slots=True)
class GivenProgrammer:
    """Implements ``ports.Programmer`` with candidates that are there already."""

    candidates: tuple[Candidate, ...]

    async def propose(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        tried: Sequence[Candidate | Refusal],
        expansion: Expansion,
    ) -> Sequence[Candidate]:
        del brief, lineage, expansion
        return [each for each in self.candidates if each not in tried]
