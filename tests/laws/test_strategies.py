"""Laws of every strategy, run by the real engine against a world that answers as hypothesis likes."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import hypothesis.strategies as st
from hypothesis import given, settings

from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Attempt, Candidate
from orps_core.domain.chat import Outlay
from orps_core.domain.comparison import Comparison
from orps_core.domain.critique import Critique
from orps_core.domain.events import Event, Finished, Judged, Replied, Stop, Warned
from orps_core.domain.execution import Execution
from orps_core.domain.tree import Node, SearchTree
from orps_core.engine import Engine
from orps_core.ports import (
    Ask,
    Asked,
    Brief,
    Expansion,
    OutOfBudget,
    Pondering,
    Strategy,
    Thought,
    Unusable,
)
from orps_core.search.anytime import Anytime
from orps_core.search.beam import Beam, Lockstep
from orps_core.search.codetree import CodeTree
from orps_core.search.dars import Dars
from orps_core.search.ldb import Ldb
from orps_core.search.lpw import Lpw
from orps_core.search.perf_refine import PerfRefine
from orps_core.search.ranking import Order
from orps_core.search.reflexion import Reflexion
from orps_core.search.sampling import BestOfN, ChainOfThought
from orps_core.search.sra_mcts import SraMcts
from orps_core.search.tree_of_code import TreeOfCode
from tests.fakes import TARGET, Scripted, baseline

STRATEGIES: dict[str, Callable[[], Strategy]] = {
    "rules": Beam,
    "orps": Anytime,
    "orps with rules": lambda: Anytime(rules=Beam(width=2, samples=3, rounds=2)),
    "lockstep": lambda: Lockstep(samples=3, topk=2, rounds=2),
    "lockstep by process": lambda: Lockstep(samples=2, topk=2, rounds=2, order=Order.PROCESS),
    "best-of-n": lambda: BestOfN(samples=7),
    "cot": ChainOfThought,
    "reflexion": lambda: Reflexion(attempts=4),
    "ldb": lambda: Ldb(attempts=3),
    "codetree": lambda: CodeTree(ideas=3, remedies=2, attempts=8),
    "sra-mcts": SraMcts,
    "lpw": lambda: Lpw(walks=3, attempts=3),
    "tree-of-code": lambda: TreeOfCode(width=2),
    "dars": lambda: Dars(depth=3, trajectories=4),
    "perf-refine": lambda: PerfRefine(corrections=3, steps=3),
}
WORDS = ("pp:1", "pp:2", "pf", "ff", "pe", "ee", "same", "signature", "unusable", "none")


@dataclass(slots=True)
class World(Scripted):
    """A model that says anything at all. It counts each call before it answers, as a real ledger does."""

    budget: Budget = field(default_factory=Budget)
    seed: int = 0
    words: Sequence[str] = WORDS
    calls: int = 0
    critiques: int = 0
    proposals: int = 0

    def _call(self) -> random.Random:
        if self.budget.calls is not None and self.calls >= self.budget.calls:
            raise OutOfBudget("no more calls")
        self.calls += 1
        return random.Random(f"{self.seed} {self.calls}")

    @property
    def outlay(self) -> Outlay:
        return Outlay(calls=self.calls)

    def drain(self) -> Sequence[Replied | Warned]:
        return ()

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Candidate]:
        draw = random.Random(f"{self.seed} {self.proposals}") if expansion.free else self._call()
        self.proposals += 1
        number = self.proposals
        for _ in range(draw.randrange(3)):
            await asyncio.sleep(0)
        word = draw.choice(self.words)
        if word == "unusable":
            raise Unusable("prose only")
        outcomes, _, speed = word.partition(":")
        unique = "same" if word == "same" else f"{outcomes}:{speed or 1}:ab:{number}"
        made = Candidate(source=unique if word != "same" else "pp:1:ab", rationale="", author="model")
        return [] if word == "none" else [made]

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        draw = self._call()
        if draw.random() < 0.2:
            raise Unusable("no thought")
        count = draw.randrange(pondering.samples + 1)
        return [
            Thought(text=f"{pondering.kind.name} {n}", value=draw.choice((0, 1, 5, 10))) for n in range(count)
        ]

    async def judge(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
    ) -> Critique:
        score = self._call().choice((1.0, 3.0, 5.0))
        self.critiques += 1
        return Critique(advice="", score=score, author="critic")


@dataclass(frozen=True, slots=True)
class Watched:
    """Plans like the strategy inside, and keeps what was asked of it."""

    inner: Strategy
    plans: list[tuple[SearchTree, Asked, Sequence[Ask] | Stop]]

    @property
    def rounds(self) -> int:
        return self.inner.rounds

    def consults(self, tree: SearchTree, node: Node) -> bool:
        return self.inner.consults(tree, node)

    def best(self, tree: SearchTree) -> Node | None:
        return self.inner.best(tree)

    def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
        plan = self.inner.plan(tree, asked)
        self.plans.append((tree, asked, plan))
        return plan


def run(strategy: Strategy, world: World, budget: Budget) -> list[Event]:
    events: list[Event] = []

    async def emit(event: Event) -> None:
        events.append(event)
        await asyncio.sleep(0)

    world.budget = budget
    engine = Engine(
        programmer=world,
        critic=Scripted(),
        reviewer=world,
        thinker=world,
        ledger=world,
        executor=world,
        analyst=world,
        clock=world,
        strategy=lambda _: strategy,
        budget=budget,
        asking=3,
        running=2,
    )
    asyncio.run(asyncio.wait_for(engine.run(TARGET, emit), 30))
    return events


BUDGETS = st.builds(Budget, seconds=st.just(1000.0), executions=st.integers(1, 30), calls=st.integers(1, 40))
NAMES = st.sampled_from(sorted(STRATEGIES))
STARTS = st.sampled_from(("pp", "pf", "ff"))


@given(NAMES, BUDGETS, st.integers(), STARTS)
@settings(deadline=None)
def test_every_strategy_ends_within_its_budget(name: str, budget: Budget, seed: int, start: str) -> None:
    world = World(seed=seed, start=baseline(start))
    events = run(STRATEGIES[name](), world, budget)
    assert isinstance(events[-1], Finished)
    assert world.calls <= (budget.calls or 0)
    assert len(world.executed) <= budget.executions
    judged = [event.node for event in events if isinstance(event, Judged)]
    assert [node.id for node in judged] == list(range(1, len(judged) + 1))


@given(NAMES, BUDGETS, st.integers(), STARTS)
@settings(deadline=None)
def test_the_same_tree_leads_to_the_same_plan_and_best(
    name: str, budget: Budget, seed: int, start: str
) -> None:
    watched = Watched(STRATEGIES[name](), [])
    run(watched, World(seed=seed, start=baseline(start)), budget)
    again = STRATEGIES[name]()
    for tree, asked, plan in watched.plans:
        assert again.plan(tree, asked) == plan
        assert again.best(tree) == watched.best(tree)


@given(NAMES, BUDGETS, st.integers(), STARTS)
@settings(deadline=None)
def test_what_is_handed_over_was_verified(name: str, budget: Budget, seed: int, start: str) -> None:
    end = run(STRATEGIES[name](), World(seed=seed, start=baseline(start)), budget)[-1]
    assert isinstance(end, Finished)
    if end.best is not None:
        assert end.best.verdict is not None
        assert end.best.verdict.better
        assert end.best.execution.correct


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 3), st.integers())
@settings(deadline=None, max_examples=40)
def test_lockstep_asks_no_more_than_the_papers_schedule(
    samples: int, topk: int, rounds: int, seed: int
) -> None:
    world = World(seed=seed, start=baseline("pf"))
    run(Lockstep(samples=samples, topk=topk, rounds=rounds), world, Budget(calls=None, executions=10_000))
    most = samples + topk * samples * rounds
    assert world.proposals <= most
    assert world.critiques <= most


def test_a_round_of_lockstep_begins_when_the_one_before_is_judged() -> None:
    watched = Watched(Lockstep(samples=3, topk=2, rounds=2), [])
    run(watched, World(words=("pf", "ff")), Budget(calls=None))
    for tree, asked, plan in watched.plans:
        asks = () if isinstance(plan, Stop) else plan
        parents = [ask.parent for ask in asks if isinstance(ask, Expansion)]
        for parent in parents:
            newest = tree[parent].round
            under_way = (asked.asks[at] for at in asked.pending)
            assert all(tree[ask.parent].round >= newest for ask in under_way if isinstance(ask, Expansion))
