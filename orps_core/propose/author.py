"""The programmer that asks a model, and reads what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..domain.candidate import Attempt
from ..domain.chat import Purpose
from ..domain.suite import TestSuite
from ..domain.tree import Node
from ..ports import Brief, Chat, Expansion, Move, Programmer
from .prompts import conversation, limit
from .reply import read
from .surroundings import Wanted

AUTHOR = "model/"
_WARM, _WARMER = 0.5, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Implements ``ports.Programmer``. ``cases`` gives the text of a suite's cases, for the model to read."""

    chat: Chat
    cases: Callable[[TestSuite], str]

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Attempt]:
        messages = conversation(brief, lineage, tried, expansion, self.cases(brief.baseline.suite))
        replies = await self.chat.complete(
            messages,
            purpose=Purpose.PROGRAMMER,
            samples=expansion.samples,
            temperature=_warmth(expansion),
            limit=limit(brief),
        )
        parent = lineage[-1].candidate
        return [
            read(
                reply.text,
                Wanted(target=brief.target, parent=parent, author=f"{AUTHOR}{reply.model}"),
                complete=reply.complete,
            )
            for reply in replies
        ]


def _warmth(expansion: Expansion) -> float:
    if expansion.warmth is not None:
        return expansion.warmth
    return _WARMER if expansion.move is Move.SAMPLE else _WARM


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Rules and a model as one programmer: whoever is asked for."""

    rules: Programmer
    model: Programmer

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Attempt]:
        asked = self.rules if expansion.move is Move.REWRITE else self.model
        return await asked.propose(brief, lineage, tried, expansion)
