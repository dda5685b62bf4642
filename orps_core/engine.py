"""The one loop: ask the strategy, ask the world, append to the tree, tell the listener."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from .domain.budget import NOTHING_ASKED, Budget, Spending
from .domain.candidate import Attempt, Candidate, Refusal
from .domain.comparison import Static
from .domain.critique import Critique
from .domain.events import (
    BaselineReady,
    Event,
    Finished,
    Improved,
    Judged,
    Missed,
    Noted,
    Profiled,
    Proposed,
    Repeated,
    Spent,
    Started,
    Stop,
    Warned,
)
from .domain.execution import Baseline, Execution
from .domain.note import Note, NoteId, Thinking
from .domain.profile import Profile
from .domain.target import Target
from .domain.tree import ROOT, Node, NodeId, SearchTree
from .domain.verdict import Objective
from .ports import (
    Analyst,
    Ask,
    Asked,
    Brief,
    Clock,
    Consults,
    Critic,
    Executor,
    Expansion,
    Ledger,
    Move,
    OutOfBudget,
    Pondering,
    Programmer,
    Strategy,
    Thinker,
    Thought,
    Unavailable,
    Unusable,
)
from .room import Room
from .search.agreement import agreement_with
from .summary import summarise
from .trial import Facts, Trial

Emit = Callable[[Event], Awaitable[None]]
_PROFILING = 5.0  # seconds that must be left for a last look at the original
_BATCH = 16
"""Repairs by rules that are screened at once: what a model's candidate waits for at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The collaborators of one run. ``strategy`` makes one for the objective that the baseline leads to.

    ``critic`` needs no model, ``reviewer`` is one: about which candidates it is asked, the strategy says.
    ``asking`` is how many answers of programmer and thinker are waited for at once, ``running`` how many
    candidates run at once where no time is taken: beside a timing, nothing else runs. With ``thorough`` the
    memory of every candidate is weighed, also of those that will not be shown.
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

    async def run(self, target: Target, emit: Emit) -> Node | None:
        """Search until the strategy or the budget says stop. Raise ``Unavailable`` when it cannot begin."""
        began = self.clock.now()
        await emit(Started(target=target, budget=self.budget))
        baseline = await self.executor.baseline()
        objective = objective_of(self.objective, baseline)
        brief = Brief(target=target, baseline=baseline, objective=objective)
        search = _Search(self, brief, self.strategy(objective), root_of(self.analyst, brief), emit, began)
        await emit(BaselineReady(node=search.tree.root, baseline=baseline, objective=objective))
        for note in baseline.notes:
            await emit(Warned(message=note))
        return await search.run()


class _Thoughtless:
    """Stands where no model is."""

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        del brief, lineage, pondering
        raise Unusable("no model is there to think about it")


class _Search:
    """The state of one run: a tree that grows, what was asked for, and the tasks under way.

    Answers of programmer and thinker are waited for side by side, and a candidate is tried as soon as it is
    there: neither the model nor the machine waits for the other.
    """

    def __init__(
        self, engine: Engine, brief: Brief, strategy: Strategy, root: Node, emit: Emit, began: float
    ) -> None:
        self._engine = engine
        self._brief = brief
        self._strategy = strategy
        self._emit = emit
        self._began = began
        self._executions = 0
        self._thinker = engine.thinker or _Thoughtless()
        self._trial = Trial(
            executor=engine.executor, brief=brief, before=root.static, thorough=engine.thorough
        )
        self._repairing = brief.objective is Objective.FIX
        self._room = Room(engine.running if self._repairing else 1)
        self._sifting = asyncio.Lock()
        self._asked = Asked()
        self._waiting: set[int] = set()
        self._tasks: dict[asyncio.Task[None], int] = {}
        self._seen: dict[str, NodeId | None] = {engine.analyst.fingerprint(root.candidate): ROOT}
        self._tried: list[Attempt] = []
        self._denied = False
        self._gone: Unavailable | None = None
        self._profiles: dict[NodeId, Profile | None] = {}
        self.tree = SearchTree((root,))

    async def run(self) -> Node | None:
        try:
            stop = await self._go_on()
        finally:
            await self._end()
        await self._write_down()
        if self._gone is not None and len(self.tree.nodes) == 1:
            raise self._gone
        best = self._strategy.best(self.tree)
        agreement = agreement_with(self.tree, best)
        profile = await self._last_look() if best is None else None
        summary = summarise(self.tree, best, agreement, stop=stop, profile=profile)
        await self._emit(Finished(best=best, stop=stop, summary=summary, agreement=agreement))
        return best

    async def _go_on(self) -> Stop:
        """Begin what is wanted and affordable, wait until something ends, and look again."""
        while self._spending.within(self._engine.budget):
            plan = self._strategy.plan(self.tree, self._asked)
            if isinstance(plan, Stop):
                if plan.at_once or not self._tasks:
                    return plan
                plan = ()
            wanted = [ask for ask in plan if self._affordable(ask)]
            for ask in wanted:
                if ask.free or len(self._waiting) < self._engine.asking:
                    self._begin(ask)
            if not self._tasks:
                return Stop.BUDGET if len(wanted) < len(plan) else Stop.NOTHING_LEFT
            await self._next()
        return Stop.BUDGET

    def _affordable(self, ask: Ask) -> bool:
        if ask.free:
            return True
        usable = self._gone is None and not self._denied
        return usable and self._spending.affords(self._engine.budget)

    @property
    def _spending(self) -> Spending:
        """What is under way counts: an execution when it begins, a call of a model when it is made."""
        ledger = self._engine.ledger
        return Spending(
            seconds=self._engine.clock.now() - self._began,
            executions=self._executions,
            models=ledger.outlay if ledger else NOTHING_ASKED,
        )

    def _begin(self, ask: Ask) -> None:
        position = len(self._asked.asks)
        self._asked = Asked((*self._asked.asks, ask), self._asked.pending | {position})
        if not ask.free:
            self._waiting.add(position)
        work = self._expand(position, ask) if isinstance(ask, Expansion) else self._ponder(position, ask)
        self._tasks[asyncio.create_task(work)] = position

    async def _next(self) -> None:
        """Wait for the first task to end, or for the end of the time. A bug in one of them surfaces here."""
        left = max(0.0, self._engine.budget.seconds - self._spending.seconds)
        done, _ = await asyncio.wait(self._tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
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
        proposals: Sequence[Attempt] = ()
        try:
            told = await self._informed(ask)
            proposals = await self._engine.programmer.propose(
                self._brief, self._lineage(ask.parent), tuple(self._tried), told
            )
        except (Unusable, Unavailable) as error:
            await self._miss(ask.parent, error)
        finally:
            self._waiting.discard(position)
        await self._write_down()
        candidates: list[Candidate] = []
        for attempt in proposals:
            if isinstance(attempt, Refusal):
                self._tried.append(attempt)
                await self._emit(Missed(parent=ask.parent, reason=attempt.reason))
            else:
                candidates.append(attempt)
        if ask.free and self._repairing:
            self._tasks[asyncio.create_task(self._sift(position, ask, candidates))] = position
        else:
            for candidate in candidates:
                self._tasks[asyncio.create_task(self._try(position, ask, candidate))] = position

    async def _ponder(self, position: int, ask: Pondering) -> None:
        thoughts: Sequence[Thought] = ()
        try:
            if ask.kind is Thinking.TRACE:
                thoughts = await self._traced(ask.about)
            else:
                thoughts = await self._thinker.think(self._brief, self._lineage(ask.about), ask)
        except (Unusable, Unavailable) as error:
            await self._miss(ask.about, error)
        finally:
            self._waiting.discard(position)
        await self._write_down()
        for thought in thoughts[: ask.samples]:
            note = Note(
                id=NoteId(len(self.tree.notes)),
                kind=ask.kind,
                about=ask.about,
                ask=position,
                text=thought.text,
                value=thought.value,
            )
            self.tree = self.tree.note(note)
            await self._emit(Noted(note=note))

    async def _traced(self, about: NodeId) -> Sequence[Thought]:
        node = self.tree[about]
        problem = node.execution.first_problem
        text = await self._engine.executor.trace(node.candidate, problem.case) if problem else ""
        return [Thought(text=text)] if text else []

    async def _informed(self, ask: Expansion) -> Expansion:
        """Who is to improve what passes is told what costs it most."""
        parent = self.tree[ask.parent]
        improving = ask.move in {Move.REFINE, Move.PROFILE} and parent.execution.correct
        if not improving or self._brief.objective is Objective.FIX:
            return ask
        return replace(ask, profile=await self._profile(parent))

    async def _profile(self, node: Node) -> Profile | None:
        async with self._room.entered(0):
            if node.id not in self._profiles:
                found = await self._engine.executor.profile(node.candidate)
                self._profiles[node.id] = found
                if found is not None:
                    await self._emit(Profiled(node=node.id, profile=found))
            return self._profiles[node.id]

    async def _last_look(self) -> Profile | None:
        """Where the original's time goes, if nothing that was tried saves any and there is time left."""
        left = self._engine.budget.seconds - self._spending.seconds
        tried = any(node.execution.correct for node in self.tree.nodes[1:])
        if not tried or self._brief.objective is not Objective.TIME or left < _PROFILING:
            return None
        try:
            async with asyncio.timeout(left):
                return await self._profile(self.tree.root)
        except TimeoutError:
            return None

    async def _miss(self, parent: NodeId, error: Unusable | Unavailable) -> None:
        """A call that failed costs itself. A model that is gone is told of once, and no longer asked."""
        match error:
            case OutOfBudget():
                self._denied = True
            case Unusable():
                await self._emit(Missed(parent=parent, reason=str(error)))
            case Unavailable() if self._gone is None:
                self._gone = error
                await self._emit(Warned(message=f"{error.reason} {error.advice}"))
            case Unavailable():
                pass

    async def _write_down(self) -> None:
        for event in self._engine.ledger.drain() if self._engine.ledger else ():
            await self._emit(event)

    def _lineage(self, id: NodeId) -> tuple[Node, ...]:  # noqa: A002  (the word of the domain)
        return tuple(reversed(tuple(self.tree.lineage(id))))

    async def _try(self, position: int, ask: Expansion, candidate: Candidate) -> None:
        async with self._room.entered(_turn(ask)):
            static = await self._admitted(ask, candidate)
            if static is None:
                return
            facts = await self._facts(ask, candidate, static)
        # Outside: a model that criticises keeps no other candidate from running.
        if facts is not None:
            await self._grow(position, ask, candidate, static, facts)

    async def _sift(self, position: int, ask: Expansion, repairs: Sequence[Candidate]) -> None:
        """Almost all repairs by rules fail, which is found out faster for many at once.

        One batch at a time, also of other expansions: then there is a place for what a model has written.
        """
        for start in range(0, len(repairs), _BATCH):
            async with self._sifting, self._room.entered(_turn(ask)):
                admitted = [
                    (each, static)
                    for each in repairs[start : start + _BATCH]
                    if (static := await self._admitted(ask, each)) is not None
                ]
                if not admitted:
                    continue
                try:
                    found = await self._engine.executor.sift([candidate for candidate, _ in admitted])
                except Unusable as error:
                    await self._emit(Missed(parent=ask.parent, reason=str(error)))
                    continue
                for (candidate, static), execution in zip(admitted, found, strict=True):
                    facts = await self._facts(ask, candidate, static, execution)
                    if facts is not None:
                        await self._grow(position, ask, candidate, static, facts)

    async def _facts(
        self, ask: Expansion, candidate: Candidate, static: Static, execution: Execution | None = None
    ) -> Facts | None:
        try:
            return await self._trial.of(candidate, static, execution)
        except Unusable as error:
            await self._emit(Missed(parent=ask.parent, reason=str(error)))
            return None

    async def _grow(
        self, position: int, ask: Expansion, candidate: Candidate, static: Static, facts: Facts
    ) -> None:
        critique = await self._critique(ask, candidate, facts)
        node = Node(
            id=NodeId(len(self.tree.nodes)),
            parent=ask.parent,
            round=self.tree[ask.parent].round + 1,
            candidate=candidate,
            execution=facts.execution,
            comparison=facts.comparison,
            static=static,
            verdict=facts.verdict,
            critique=critique,
            before=self.tree.root.static,
            ask=position,
            answers=facts.answers,
        )
        self.tree = self.tree.grow(node)
        self._seen[self._engine.analyst.fingerprint(candidate)] = node.id
        await self._tell(node)

    async def _admitted(self, ask: Expansion, candidate: Candidate) -> Static | None:
        """Its static measures, unless it was tried before or is no version of the target.

        Who is admitted is tried: that is an execution, and is told.
        """
        if not self._spending.within(self._engine.budget):
            return None
        fingerprint = self._engine.analyst.fingerprint(candidate)
        if fingerprint in self._seen:
            await self._repeat(ask, candidate, self._seen[fingerprint])
            return None
        self._seen[fingerprint] = None
        self._tried.append(candidate)
        static = self._engine.analyst.static(candidate)
        if static is None:
            reason = f"{candidate.author}: the proposal does not keep the function's signature"
            await self._emit(Missed(parent=ask.parent, reason=reason))
            return None
        self._executions += 1
        await self._emit(Proposed(parent=ask.parent, candidate=candidate))
        return static

    async def _repeat(self, ask: Expansion, candidate: Candidate, known: NodeId | None) -> None:
        """A model that says the same again votes for it; that two rules meet means nothing."""
        if known is None or ask.free:
            return
        self.tree = self.tree.repeat(known)
        await self._emit(Repeated(node=known, author=candidate.author))

    async def _critique(self, ask: Expansion, candidate: Candidate, facts: Facts) -> Critique | None:
        """A critic that says nothing usable costs its critique, never the candidate."""
        lineage, execution = self._lineage(ask.parent), facts.execution
        critics = [self._engine.critic]
        if self._engine.reviewer is not None and self._reviewed(ask, execution):
            critics.insert(0, self._engine.reviewer)
        for critic in critics:
            try:
                critique = await critic.judge(self._brief, lineage, candidate, execution, facts.comparison)
            except (Unusable, Unavailable) as error:
                await self._miss(ask.parent, error)
                continue
            await self._write_down()
            return critique
        await self._write_down()
        return None

    def _reviewed(self, ask: Expansion, execution: Execution) -> bool:
        """A repair by rules is told apart by what it does: a call is better spent on another repair."""
        if self._gone is not None or self._denied or (ask.free and self._repairing):
            return False
        match self._strategy.consults:
            case Consults.NOBODY:
                return False
            case Consults.PASSING:
                return execution.correct
            case Consults.ALL:
                return True

    async def _tell(self, node: Node) -> None:
        await self._emit(Judged(node=node))
        if node.verdict is not None and node.verdict.better:
            best = self._strategy.best(self.tree) is node
            agreement = agreement_with(self.tree, node)
            await self._emit(Improved(node=node, best=best, agreement=agreement))
        await self._emit(Spent(round=node.round, rounds=self._strategy.rounds, spending=self._spending))


def _turn(ask: Expansion) -> int:
    """What cost a call of a model runs first."""
    return 1 if ask.free else 0


def objective_of(asked: Objective | None, baseline: Baseline) -> Objective:
    """Auto is: fix what fails, else save time. A failing baseline is no oracle for anything but a repair."""
    correct = baseline.execution.correct
    if asked is Objective.FIX and correct:
        raise Unavailable(
            f"There is nothing to fix: all {baseline.execution.counted} cases pass.",
            "Refine it for time instead (--objective time).",
        )
    if asked not in {None, Objective.FIX} and not correct:
        problem = baseline.execution.first_problem
        raise Unavailable(
            f"The function fails {baseline.execution.counted - baseline.execution.passed} of its own cases"
            f" (first: {problem.case if problem else '?'}), so there is no original to compare with.",
            "Fix it first (--objective fix).",
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
