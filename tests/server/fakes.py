"""A core whose search is scripted: cutting and splicing are real, running is not."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from orps_core import Settings
from orps_core.domain.budget import Spending
from orps_core.domain.candidate import Candidate
from orps_core.domain.comparison import Behaviour, Comparison, Static
from orps_core.domain.events import BaselineReady, Event, Finished, Improved, Judged, Spent, Stop
from orps_core.domain.execution import Baseline, CaseResult, Confinement, Execution, Passed
from orps_core.domain.suite import Origin, TestCase, TestSuite
from orps_core.domain.target import Target
from orps_core.domain.timing import Timing
from orps_core.domain.tree import ROOT, Node, NodeId
from orps_core.domain.verdict import Objective, Standing, Verdict
from orps_server.core import Core, Recheck, Refine

EXECUTION = Execution(
    results=(CaseResult(case="doctest:f:2", outcome=Passed(), seconds=0.001),),
    confinement=Confinement(level="strict", mechanisms=()),
)
BASELINE = Baseline(
    suite=TestSuite(
        cases=(
            TestCase(name="doctest:f:2", origin=Origin.DOCTEST, path="/a.py", line=2, found="its doctest"),
        )
    ),
    execution=EXECUTION,
)


def node(number: int, source: str, ratio: float = 2.0, *, imports: tuple[str, ...] = ()) -> Node:
    logs = (0.6931 * ratio / 2,) * 8
    timing = Timing(inputs="grown", forks=(logs, logs, logs), baseline=2e-6, candidate=1e-6)
    return Node(
        id=NodeId(number),
        parent=ROOT if number else None,
        round=1,
        candidate=Candidate(source=source, imports=imports, rationale="a set is faster", author="rules/set"),
        execution=EXECUTION,
        comparison=Comparison(behaviour=Behaviour(recorded=1, grown=3, agree=4), grown=timing),
        static=Static(lines=2, cyclomatic=1),
        verdict=Verdict(standing=Standing.BETTER, reason="faster"),
        critique=None,
    )


def story(sources: Sequence[str], *, summary: str = "one improvement") -> list[Event]:
    """The events of a run that finds these sources, each better than the one before."""
    found = [node(number, source, number + 1.0) for number, source in enumerate(sources, 1)]
    events: list[Event] = [
        BaselineReady(node=node(0, "def f(): pass"), baseline=BASELINE, objective=Objective.TIME)
    ]
    for each in found:
        events += [Judged(node=each), Improved(node=each, best=True)]
    events.append(Spent(round=1, rounds=1, spending=Spending(seconds=0.1, executions=len(found))))
    events.append(Finished(best=found[-1] if found else None, stop=Stop.NOTHING_LEFT, summary=summary))
    return events


Step = Event | Callable[[], Awaitable[object]]


class Script:
    """Plays steps: events are handed out, functions awaited in between. Remembers how it was used."""

    def __init__(self, *steps: Step) -> None:
        self.steps = steps
        self.began: list[tuple[Target, Settings]] = []
        self.left = 0

    @asynccontextmanager
    async def play(self, target: Target, settings: Settings) -> AsyncGenerator[AsyncIterator[Event]]:
        self.began.append((target, settings))
        try:
            yield self._events()
        finally:
            self.left += 1

    async def _events(self) -> AsyncIterator[Event]:
        for step in self.steps:
            if callable(step):
                await step()
            else:
                yield step

    def __call__(
        self, target: Target, settings: Settings
    ) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        return self.play(target, settings)


async def forever() -> None:
    await asyncio.Event().wait()


def again(
    target: Target, candidates: Sequence[Candidate], settings: Settings
) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
    """Every candidate still holds, but for those that say otherwise."""
    kept = [each.source for each in candidates if "no more" not in target.module]
    return Script(*story(kept[::-1])).play(target, settings)


def core(refine: Refine, recheck: Recheck = again) -> Core:
    return Core(refine=refine, recheck=recheck)
