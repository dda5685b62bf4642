"""The built-in programmer: proposes from the rewrite catalogue, or repairs while cases fail."""

import asyncio
import itertools
from collections.abc import Iterable, Iterator, Sequence

from orps_core.domain.candidate import Attempt, Candidate
from orps_core.domain.tree import Node
from orps_core.domain.verdict import Objective
from orps_core.ports import Brief, Expansion, Unusable

from .function import Function
from .mutations import Mutation, mutations
from .rules import CATALOGUE, Rewrite, Rule

_AUTHOR = "rules/"


class RuleProgrammer:
    """Knows its rules by heart and needs no model. Implements the port ``Programmer``."""

    def __init__(self, catalogue: Sequence[Rule] = CATALOGUE) -> None:
        self._catalogue = tuple(catalogue)

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Candidate]:
        """Raise ``Unusable`` when no rule has anything new to say."""
        youngest = lineage[-1]
        repairing = brief.objective is Objective.FIX
        if repairing and not _promising(brief, youngest):
            raise Unusable("a change that repairs no case is not changed again")
        known = {each.source for each in tried if isinstance(each, Candidate)}
        known |= {node.candidate.source for node in lineage}
        # In a thread, since reading and rewriting a long function takes longer than a server may be silent.
        found = await asyncio.to_thread(
            self._candidates, youngest.candidate, known, expansion.samples, repairing
        )
        if not found:
            raise Unusable("no rule applies" if not repairing else "no single change is left to try")
        return found

    def _candidates(
        self,
        parent: Candidate,
        known: set[str],
        samples: int,
        repairing: bool,  # noqa: FBT001  (it is the objective)
    ) -> list[Candidate]:
        function = Function.parse(parent.source)
        if function is None:
            return []
        found = _repairs(parent, function) if repairing else self._improvements(parent, function)
        return list(itertools.islice(_unknown(found, known), samples))

    def _improvements(self, parent: Candidate, function: Function) -> Iterator[Candidate]:
        """One rewrite of each rule in the catalogue's order, then another of each, and so on."""
        waiting = [rule.rewrites(function) for rule in self._catalogue]
        while waiting:
            left: list[Iterator[Rewrite]] = []
            for rewrites in waiting:
                rewrite = next(rewrites, None)
                if rewrite is not None:
                    left.append(rewrites)
                    yield _improved(parent, rewrite)
            waiting = left


def _promising(brief: Brief, node: Node) -> bool:
    """The target itself is changed; a changed version again only if the change made more cases pass."""
    return node.round == 0 or node.execution.passed > brief.baseline.execution.passed


def _repairs(parent: Candidate, function: Function) -> Iterator[Candidate]:
    return (_repaired(parent, mutation) for mutation in mutations(function))


def _unknown(found: Iterable[Candidate], known: set[str]) -> Iterator[Candidate]:
    seen = set(known)
    for candidate in found:
        if candidate.source not in seen:
            seen.add(candidate.source)
            yield candidate


def _improved(parent: Candidate, rewrite: Rewrite) -> Candidate:
    return Candidate(
        source=rewrite.source,
        imports=_merged(parent.imports, rewrite.imports),
        helpers=_merged(parent.helpers, rewrite.helpers),
        rationale=rewrite.rationale,
        author=_composed(parent.author, rewrite.rule),
        speculative=parent.speculative or rewrite.speculative,
    )


def _repaired(parent: Candidate, mutation: Mutation) -> Candidate:
    return Candidate(
        source=mutation.source,
        imports=parent.imports,
        helpers=parent.helpers,
        rationale=mutation.rationale,
        author=_composed(parent.author, mutation.operator),
        speculative=True,
    )


def _merged(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _composed(author: str, rule: str) -> str:
    """Name every rule of the lineage, oldest first: ``rules/range_len+membership_set``."""
    return f"{author}+{rule}" if author.startswith(_AUTHOR) else f"{_AUTHOR}{rule}"
