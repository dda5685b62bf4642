"""Cases that reach the target without naming it, where enough others do: run before anything is shown."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from ..domain.candidate import Candidate
from ..domain.execution import Execution
from ..domain.suite import TestCase
from ..ports import Unavailable
from .job import Job

SHORTEST = 3.0
"""Seconds of patience with which they are looked for at all: a short run is for searching."""
_ENDS = 4
"""Times the patience after which they are given up, on a machine that has much else to do."""


class Elsewhere(Protocol):
    """An executor of its own, whose processes know tests that those of the run have never collected."""

    async def cases(self) -> tuple[TestCase, ...]:
        """Those that count. Raise ``Unavailable`` if they cannot be run."""
        ...

    async def anew(self, candidate: Candidate) -> Execution:
        """How a candidate fares with them, in a process that imports it as it would be imported."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """End all that was started."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    executor: Elsewhere
    cases: tuple[TestCase, ...]


class Others:
    """Found once, when they are first asked for. Close it in the end."""

    def __init__(self, wider: Callable[[], Job], elsewhere: Callable[[Job], Elsewhere]) -> None:
        self._wider = wider
        self._elsewhere = elsewhere
        self._known: asyncio.Task[_Known | None] | None = None
        self._opened: list[Elsewhere] = []

    async def added(self, candidate: Candidate, judged: Execution) -> Execution:
        """What was judged, and how the candidate fares with the others. None were run: as it was."""
        if self._known is None:
            self._known = asyncio.create_task(self._found(), name="find tests that do not name it")
        known = await asyncio.shield(self._known)
        if known is None:
            return judged
        names = {case.name for case in known.cases}
        ran = (await known.executor.anew(candidate)).results if names else ()
        results = tuple(result for result in ran if result.case in names)
        return replace(judged, results=(*judged.results, *results), further=known.cases)

    async def _found(self) -> _Known | None:
        job = await asyncio.to_thread(self._wider)
        executor = self._elsewhere(job)
        self._opened.append(executor)
        try:
            async with asyncio.timeout(_ENDS * job.patience):
                cases = await executor.cases()
        except (Unavailable, TimeoutError):
            return None  # the baseline has said that they were not run, and goes on saying so
        return _Known(executor=executor, cases=tuple(case for case in cases if not case.direct))

    async def close(self) -> None:
        if self._known is not None:
            self._known.cancel()
            await asyncio.wait({self._known})
        for executor in self._opened:
            await executor.__aexit__(None, None, None)
