"""The one loop: ask the strategy, ask the world, append to the tree, tell the listener."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .domain.budget import Budget
from .domain.candidate import Attempt, Candidate, Refusal
from .domain.events import BaselineReady, Finished, Missed, Noted, Profiled, Started, Stop, Warned
from .domain.execution import Baseline
from .domain.note import Note, NoteId, Thinking
from .domain.profile import Profile
from .domain.settings import Setup
from .domain.target import Target
from .domain.tree import ROOT, Node, NodeId, SearchTree
from .domain.verdict import Objective
from .floor import Emit, Floor, Work
from .growing import Growth, Nursery
from .ports import (
    Analyst,
    Ask,
    Asked,
    Brief,
    Clock,
    Critic,
    Executor,
    Expansion,
    Ledger,
    Move,
    Pondering,
    Programmer,
    Strategy,
    Thinker,
    Thought,
    Unavailable,
    Unusable,
)
from .search.agreement import agreement_with
from .summary import summarise

Floors = Callable[[Emit, Clock, Ledger | None], Floor]
_PROFILING = 5.0  # seconds that must be left for a last look at the original


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The collaborators of one run. ``strategy`` makes one for the objective that the baseline leads to.

    ``critic`` needs no model, ``reviewer`` is one: about which candidates it is asked, the strategy says.
    ``asking`` is how many answers of programmer and thinker are waited for at once, ``running`` how many
    candidates run at once where no time is taken: beside a timing, nothing else runs. With ``thorough`` the
    memory of every candidate is weighed, also of those that will not be shown. ``setup`` is what a person
    asked for, to be told; ``floor`` decides in what order tasks go on.
    """

    programmer: Programmer
    critic: Critic
    executor: Executor
    analyst: Analyst
    clock: Clock
    strategy: Callable[[Objective], Strategy]
    budget: Budget
    objective: Objective | None = None
    thinker: Thinker | None = None
    reviewer: Critic | None = None
    ledger: Ledger | None = None
    thorough: bool = False
    asking: int = 4
    running: int = 1
    setup: Setup | None = None
    floor: Floors = Floor

    async def run(self, target: Target, emit: Emit) -> Node | None:
        """Search until the strategy or the budget says stop. Raise ``Unavailable`` when it cannot begin."""
        floor = self.floor(emit, self.clock, self.ledger)
        await floor.emit(Started(target=target, budget=self.budget, setup=self.setup))
        baseline = await self.executor.baseline()
        objective = objective_of(self.objective, baseline)
        brief = Brief(target=target, baseline=baseline, objective=objective)
        search = _Search(self, brief, self.strategy(objective), root_of(self.analyst, brief), floor)
        await floor.emit(BaselineReady(node=search.tree.root, baseline=baseline, objective=objective))
        for note in baseline.notes:
            await floor.emit(Warned(message=note))
        return await floor.acting(search.run)


class _Thoughtless:
    """Stands where no model is."""

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        del brief, lineage, pondering
        raise Unusable("no model is there to think about it")


class _Search:
    """The state of one run: what was asked for, the tasks under way, and the tree that grows of it.

    Answers of programmer and thinker are waited for side by side, and a candidate is tried as soon as it is
    there: neither the model nor the machine waits for the other.
    """

    def __init__(self, engine: Engine, brief: Brief, strategy: Strategy, root: Node, floor: Floor) -> None:
        self._engine = engine
        self._brief = brief
        self._strategy = strategy
        self._floor = floor
        self._thinker = engine.thinker or _Thoughtless()
        self._repairing = brief.objective is Objective.FIX
        self._asked = Asked()
        self._waiting: set[int] = set()
        self._tasks: dict[asyncio.Task[None], int] = {}
        self._profiles: dict[NodeId, Profile | None] = {}
        nursery = Nursery(
            brief=brief,
            strategy=strategy,
            executor=engine.executor,
            analyst=engine.analyst,
            critic=engine.critic,
            reviewer=engine.reviewer,
            budget=engine.budget,
            thorough=engine.thorough,
            running=engine.running,
        )
        self._growth = Growth(nursery, root, floor)

    @property
    def tree(self) -> SearchTree:
        return self._growth.tree

    async def run(self) -> Node | None:
        try:
            stop = await self._go_on()
        finally:
            await self._end()
        await self._floor.renew()
        gone = self._growth.gone
        if gone is not None and len(self.tree.nodes) == 1:
            raise gone
        best = self._strategy.best(self.tree)
        agreement = agreement_with(self.tree, best)
        profile = await self._last_look() if best is None else None
        summary = summarise(self.tree, best, agreement, stop=stop, profile=profile)
        steps = self._floor.steps
        await self._floor.emit(
            Finished(best=best, stop=stop, summary=summary, agreement=agreement, steps=steps)
        )
        return best

    async def _go_on(self) -> Stop:
        """Begin what is wanted and affordable, wait until something ends, and look again."""
        while self._growth.spending.within(self._engine.budget):
            plan = self._strategy.plan(self.tree, self._asked)
            if isinstance(plan, Stop):
                if plan.at_once or not self._tasks:
                    return plan
                plan = ()
            wanted = [ask for ask in plan if self._affordable(ask)]
            for ask in wanted:
                if ask.free or self._has_room:
                    self._begin(ask)
            if not self._tasks:
                return Stop.BUDGET if len(wanted) < len(plan) else Stop.NOTHING_LEFT
            await self._next()
        await self._see_through()
        return Stop.BUDGET

    async def _see_through(self) -> None:
        """What was begun before the last execution was spent is paid for: wait for it while there is time."""
        while any(position not in self._waiting for position in self._tasks.values()):
            if self._growth.spending.seconds >= self._engine.budget.seconds:
                return
            await self._next()

    @property
    def _has_room(self) -> bool:
        """For another question to a model. Where candidates take longer than answers, it waits for them.

        As many are asked for as keep both busy: more would be written without knowing what came of these.
        """
        asking = self._engine.asking
        under_way = sum(not self._asked.asks[at].free for at in self._asked.pending)
        return len(self._waiting) < asking and under_way < asking + self._engine.running

    def _affordable(self, ask: Ask) -> bool:
        if ask.free:
            return True
        usable = self._growth.gone is None and not self._growth.denied
        return usable and self._growth.spending.affords(self._engine.budget)

    def _begin(self, ask: Ask) -> None:
        position = len(self._asked.asks)
        self._asked = Asked((*self._asked.asks, ask), self._asked.pending | {position})
        if not ask.free:
            self._waiting.add(position)
        if isinstance(ask, Expansion):
            self._spawn(position, partial(self._expand, position, ask))
        else:
            self._spawn(position, partial(self._ponder, position, ask))

    def _spawn(self, position: int, life: Work[None]) -> None:
        self._tasks[asyncio.create_task(self._floor.acting(life))] = position

    async def _next(self) -> None:
        """Wait for the first task to end, or for the end of the time. A bug in one of them surfaces here."""
        left = max(0.0, self._engine.budget.seconds - self._growth.spending.seconds)
        first = asyncio.FIRST_COMPLETED
        await self._floor.idle(lambda: asyncio.wait(self._tasks, timeout=left, return_when=first))
        for task in [each for each in self._tasks if each.done()]:
            del self._tasks[task]
            task.result()
        self._asked = replace(self._asked, pending=frozenset(self._tasks.values()))

    async def _end(self) -> None:
        """Cancel what is under way, and wait until it is gone."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        # A task that failed while it was being cancelled has been read: its error has no other reader.
        for task in self._tasks:
            if not task.cancelled():
                task.exception()
        self._tasks.clear()

    async def _expand(self, position: int, ask: Expansion) -> None:
        growth = self._growth
        proposals: Sequence[Attempt] = ()
        try:
            told = await self._informed(ask)
            lineage, tried = growth.lineage(ask.parent), tuple(growth.tried)
            proposals = await self._floor.abroad(
                lambda: self._engine.programmer.propose(self._brief, lineage, tried, told)
            )
        except (Unusable, Unavailable) as error:
            await growth.miss(ask.parent, error)
        finally:
            self._waiting.discard(position)
        candidates: list[Candidate] = []
        for attempt in proposals:
            if isinstance(attempt, Refusal):
                growth.tried.append(attempt)
                await self._floor.emit(Missed(parent=ask.parent, reason=attempt.reason))
            else:
                candidates.append(attempt)
        if ask.free and self._repairing:
            self._spawn(position, partial(growth.sift, position, ask, candidates))
        else:
            for candidate in candidates:
                self._spawn(position, partial(growth.attempt, position, ask, candidate))

    async def _ponder(self, position: int, ask: Pondering) -> None:
        thoughts: Sequence[Thought] = ()
        try:
            thoughts = await self._floor.abroad(lambda: self._thoughts(ask))
        except Unavailable as error:
            critic = ask.kind is Thinking.OPINION
            await (self._growth.hush(error) if critic else self._growth.miss(ask.about, error))
        except Unusable as error:
            await self._growth.miss(ask.about, error)
        finally:
            self._waiting.discard(position)
        for thought in thoughts[: ask.samples]:
            note = Note(
                id=NoteId(len(self.tree.notes)),
                kind=ask.kind,
                about=ask.about,
                ask=position,
                text=thought.text,
                value=thought.value,
            )
            self._growth.tree = self.tree.note(note)
            await self._floor.emit(Noted(note=note))

    async def _thoughts(self, ask: Pondering) -> Sequence[Thought]:
        lineage = self._growth.lineage(ask.about)
        node = lineage[-1]
        if ask.kind is Thinking.OPINION:
            return await self._opinion(lineage)
        if ask.kind is not Thinking.TRACE:
            return await self._thinker.think(self._brief, lineage, ask)
        problem = node.execution.first_problem
        text = await self._engine.executor.trace(node.candidate, problem.case) if problem else ""
        return [Thought(text=text)] if text else []

    async def _opinion(self, lineage: Sequence[Node]) -> Sequence[Thought]:
        """None where no model criticises, or it says nothing."""
        if self._engine.reviewer is None or self._growth.mute is not None:
            return []
        node = lineage[-1]
        told = node.candidate, node.execution, node.comparison
        critique = await self._engine.reviewer.judge(self._brief, lineage[:-1], *told)
        text = critique.said or critique.advice
        return [Thought(text=text, value=critique.score)] if critique.of_model else []

    async def _informed(self, ask: Expansion) -> Expansion:
        """Who is to improve what passes is told what costs it most."""
        parent = self.tree[ask.parent]
        improving = ask.move in {Move.REFINE, Move.PROFILE} and parent.execution.correct
        if not improving or self._brief.objective is Objective.FIX:
            return ask
        return replace(ask, profile=await self._profile(parent))

    async def _profile(self, node: Node) -> Profile | None:
        async with self._growth.room.entered(0):
            if node.id not in self._profiles:
                found = await self._floor.abroad(lambda: self._engine.executor.profile(node.candidate))
                self._profiles[node.id] = found
                if found is not None:
                    await self._floor.emit(Profiled(node=node.id, profile=found))
            return self._profiles[node.id]

    async def _last_look(self) -> Profile | None:
        """Where the original's time goes, if nothing that was tried saves any and there is time left."""
        left = self._engine.budget.seconds - self._growth.spending.seconds
        tried = any(node.execution.correct for node in self.tree.nodes[1:])
        if not tried or self._brief.objective is not Objective.TIME or left < _PROFILING:
            return None
        try:
            async with asyncio.timeout(left):
                return await self._profile(self.tree.root)
        except TimeoutError:
            return None


def objective_of(asked: Objective | None, baseline: Baseline) -> Objective:
    """Auto is: fix what fails, else save time. A failing baseline is no oracle for anything but a repair."""
    correct = baseline.execution.correct
    if asked is Objective.FIX and correct:
        raise Unavailable(
            f"There is nothing to fix: all {baseline.execution.counted} cases pass.",
            "Refine it for time instead.",
            option="--objective time",
        )
    if asked not in {None, Objective.FIX} and not correct:
        problem = baseline.execution.first_problem
        raise Unavailable(
            f"The function fails {baseline.execution.counted - baseline.execution.passed} of its own cases"
            f" (first: {problem.case if problem else '?'}), so there is no original to compare with.",
            "Fix it first.",
            option="--objective fix",
        )
    return asked or (Objective.TIME if correct else Objective.FIX)


def root_of(analyst: Analyst, brief: Brief) -> Node:
    original = Candidate(source=brief.target.source, rationale="as written", author="you")
    static = analyst.static(original)
    if static is None:
        raise Unavailable(
            f"{brief.target.qualname} uses syntax that the Python of ORPS does not know.",
            "Run ORPS with a Python at least as new as the project's.",
        )
    return Node(
        id=ROOT,
        parent=None,
        round=0,
        candidate=original,
        execution=brief.baseline.execution,
        comparison=None,
        static=static,
        verdict=None,
        critique=None,
    )
