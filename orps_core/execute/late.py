"""Cases for which a suite has no time: run once with each candidate that is about to be shown."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from ..domain.execution import CaseResult, Execution, Passed
from ..domain.suite import TestCase

Run = Callable[[str, Sequence[str]], Awaitable[Sequence[CaseResult]]]
"""Runs cases, by name, on a module text that is imported anew."""


class Late:
    """What does not hold for the target as written in this company does not count: it is tried, too."""

    def __init__(self, cases: Sequence[TestCase], original: str, run: Run) -> None:
        self._cases = tuple(cases)
        self._original = original
        self._run = run
        self._trying: asyncio.Future[Sequence[CaseResult]] | None = None

    async def added(self, source: str, judged: Execution) -> Execution:
        """What was judged, and how the candidate fares with those cases."""
        if not self._cases:
            return judged
        ran, holding = await asyncio.gather(self._run(source, self._names), self._tried())
        results = tuple(each for each in ran if each.case in holding)
        late = tuple(case for case in self._cases if case.name in holding)
        return replace(judged, results=(*judged.results, *results), late=late)

    @property
    def _names(self) -> list[str]:
        return [case.name for case in self._cases]

    async def _tried(self) -> frozenset[str]:
        """Names of the cases that hold for the target as written. Found once, whoever asks."""
        if self._trying is None:
            self._trying = asyncio.ensure_future(self._run(self._original, self._names))
        results = await asyncio.shield(self._trying)
        return frozenset(each.case for each in results if isinstance(each.outcome, Passed))
