"""The paper's schedule as the reference is configured, counted at the model."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from orps_core.critique.plain import PlainCritic
from orps_core.critique.reviewer import Reviewer
from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Candidate
from orps_core.domain.chat import Message, Purpose, Reply, Usage
from orps_core.domain.events import Event, Finished, Judged, Stop
from orps_core.domain.execution import Execution
from orps_core.domain.settings import Tactics
from orps_core.domain.tree import Node
from orps_core.domain.verdict import Objective
from orps_core.ports import Strategy
from orps_core.propose.author import Author
from orps_core.search.catalogue import strategy
from tests.fakes import TARGET, Scripted, baseline, engine, execution

REFERENCE = Tactics(lockstep=True, samples=20, topk=3, rounds=5)


@dataclass(slots=True)
class Counting:
    """A model that never says the same twice, and counts who asked."""

    asked: Counter[Purpose] = field(default_factory=Counter[Purpose])

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        purpose: Purpose,
        samples: int = 1,
        temperature: float | None = None,
        limit: int,
    ) -> Sequence[Reply]:
        del messages, temperature, limit
        self.asked[purpose] += samples
        number = self.asked.total()
        await asyncio.sleep(0)
        text = (
            f"```python\ndef f(x):\n    return x + {number}\n```"
            if purpose is Purpose.PROGRAMMER
            else "SCORE: 3"
        )
        return [Reply(text=text, model="m", usage=Usage(prompt=1, completion=1), seconds=0.0)] * samples


class Failing(Scripted):
    """Nothing ever passes, so nothing ends the search before its time."""

    async def execute(self, candidate: Candidate) -> Execution:
        del candidate
        return execution("pf")

    def fingerprint(self, candidate: Candidate) -> str:
        return candidate.source


def test_the_references_own_configuration_asks_320_times_and_criticises_as_often() -> None:
    chat, world = Counting(), Failing(start=baseline("pf"))
    author = Author(chat=chat, cases=lambda suite: f"{len(suite.cases)} cases")

    def chosen(objective: Objective) -> Strategy:
        return strategy(REFERENCE, objective)

    made = replace(
        engine(world, budget=Budget(seconds=600, executions=1000)),
        programmer=author,
        reviewer=Reviewer(chat=chat, plain=PlainCritic()),
        strategy=chosen,
    )
    events: list[Event] = []

    async def emit(event: Event) -> None:
        events.append(event)

    asyncio.run(made.run(TARGET, emit))
    assert chat.asked == {Purpose.PROGRAMMER: 20 + 3 * 20 * 5, Purpose.CRITIC: 320}
    judged = [event.node for event in events if isinstance(event, Judged)]
    assert Counter(node.round for node in judged) == {1: 20, **dict.fromkeys(range(2, 7), 60)}
    assert all(len(parents) <= 3 for parents in _parents(judged).values())
    last = events[-1]
    assert isinstance(last, Finished)
    assert last.stop is Stop.ROUNDS


def _parents(judged: Sequence[Node]) -> dict[int, set[int | None]]:
    rounds: dict[int, set[int | None]] = {}
    for node in judged:
        rounds.setdefault(node.round, set()).add(node.parent)
    return rounds
