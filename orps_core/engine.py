"""The one loop: ask the strategy, ask the world, append to the tree, tell the listener."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .domain.budget import NOTHING_ASKED, Budget, Spending
from .domain.candidate import Attempt, Candidate, Refusal
from .domain.comparison import Comparison, Static
from .domain.critique import Critique
from .domain.events import (
    BaselineReady,
    Event,
    Finished,
    Improved,
    Judged,
    Missed,
    Proposed,
    Spent,
    Started,
    Stop,
    Warned,
)
from .domain.execution import Baseline, Execution
from .domain.target import Target
from .domain.tree import ROOT, Node, NodeId, SearchTree
from .domain.verdict import Objective, Verdict, judge
from .ports import (
    Analyst,
    Brief,
    Clock,
    Critic,
    Executor,
    Expansion,
    Ledger,
    Programmer,
    Strategy,
    Unavailable,
    Unusable,
)

Emit = Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The collaborators of one run. ``strategy`` makes one for the objective that the baseline leads to."""

    programmer: Programmer
    critic: Critic
    executor: Executor
    analyst: Analyst
    clock: Clock
    strategy: Callable[[Objective], Strategy]
    budget: Budget
    objective: Objective | None = None
    ledger: Ledger | None = None

    async def run(self, target: Target, emit: Emit) -> Node | None:
        """Search until the strategy or the budget says stop. Raise ``Unavailable`` when it cannot begin."""
        began = self.clock.now()
        await emit(Started(target=target, budget=self.budget))
        baseline = await self.executor.baseline()
        objective = _objective(self.objective, baseline)
        brief = Brief(target=target, baseline=baseline, objective=objective)
        search = _Search(self, brief, self.strategy(objective), _root(self.analyst, brief), emit, began)
        await emit(BaselineReady(node=search.tree.root, baseline=baseline, objective=objective))
        for note in baseline.notes:
            await emit(Warned(message=note))
        return await search.run()


class _Search:
    """The state of one run: a tree that grows, and what has been tried."""

    def __init__(
        self, engine: Engine, brief: Brief, strategy: Strategy, root: Node, emit: Emit, began: float
    ) -> None:
        self._engine = engine
        self._brief = brief
        self._strategy = strategy
        self._emit = emit
        self._began = began
        self._executions = 0
        self._expanded: frozenset[NodeId] = frozenset()
        self._seen = {engine.analyst.fingerprint(root.candidate)}
        self._tried: list[Attempt] = []
        self.tree = SearchTree((root,))

    async def run(self) -> Node | None:
        while True:
            plan = self._strategy.plan(self.tree, self._expanded)
            if isinstance(plan, Stop):
                break
            for expansion in plan:
                if not self._spending.within(self._engine.budget):
                    break
                self._expanded |= {expansion.parent}
                await self._expand(expansion)
            if not self._spending.within(self._engine.budget):
                plan = Stop.BUDGET
                break
        best = self._strategy.best(self.tree)
        await self._emit(Finished(best=best, stop=plan, summary=summarise(self.tree, best)))
        return best

    @property
    def _spending(self) -> Spending:
        ledger = self._engine.ledger
        return Spending(
            seconds=self._engine.clock.now() - self._began,
            executions=self._executions,
            models=ledger.outlay if ledger else NOTHING_ASKED,
        )

    async def _write_down(self) -> None:
        for event in self._engine.ledger.drain() if self._engine.ledger else ():
            await self._emit(event)

    async def _expand(self, expansion: Expansion) -> None:
        lineage = tuple(reversed(tuple(self.tree.lineage(expansion.parent))))
        try:
            proposals = await self._engine.programmer.propose(
                self._brief, lineage, tuple(self._tried), expansion
            )
        except Unusable as error:
            await self._emit(Missed(parent=expansion.parent, reason=str(error)))
            return
        finally:
            await self._write_down()
        for attempt in proposals:
            if isinstance(attempt, Refusal):
                self._tried.append(attempt)
                await self._emit(Missed(parent=expansion.parent, reason=attempt.reason))
                continue
            if not self._spending.within(self._engine.budget):
                return
            await self._try(expansion.parent, attempt)

    async def _try(self, parent: NodeId, candidate: Candidate) -> None:
        fingerprint = self._engine.analyst.fingerprint(candidate)
        if fingerprint in self._seen:
            return
        self._seen.add(fingerprint)
        self._tried.append(candidate)
        static = self._engine.analyst.static(candidate)
        if static is None:
            reason = f"{candidate.author}: the proposal does not keep the function's signature"
            await self._emit(Missed(parent=parent, reason=reason))
            return
        await self._emit(Proposed(parent=parent, candidate=candidate))
        self._executions += 1
        execution = await self._engine.executor.execute(candidate)
        comparison = None
        if execution.correct and self._brief.objective is not Objective.FIX:
            comparison = await self._engine.executor.compare(candidate)
        if self._verdict(execution, comparison, static).accepted:
            execution = await self._engine.executor.confirm(candidate)
        node = await self._judged(parent, candidate, execution, comparison, static)
        self.tree = self.tree.grow(node)
        await self._tell(node)

    async def _judged(
        self,
        parent: NodeId,
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
        static: Static,
    ) -> Node:
        critique = await self._critique(parent, candidate, execution, comparison)
        return Node(
            id=NodeId(len(self.tree.nodes)),
            parent=parent,
            round=self.tree[parent].round + 1,
            candidate=candidate,
            execution=execution,
            comparison=comparison,
            static=static,
            verdict=self._verdict(execution, comparison, static),
            critique=critique,
            before=self.tree.root.static,
        )

    def _verdict(self, execution: Execution, comparison: Comparison | None, static: Static) -> Verdict:
        return judge(
            objective=self._brief.objective,
            execution=execution,
            comparison=comparison,
            before=self.tree.root.static,
            after=static,
        )

    async def _critique(
        self, parent: NodeId, candidate: Candidate, execution: Execution, comparison: Comparison | None
    ) -> Critique | None:
        """A critic that says nothing usable costs its critique, never the candidate."""
        try:
            lineage = tuple(reversed(tuple(self.tree.lineage(parent))))
            return await self._engine.critic.judge(self._brief, lineage, candidate, execution, comparison)
        except Unusable as error:
            await self._emit(Missed(parent=parent, reason=str(error)))
            return None
        finally:
            await self._write_down()

    async def _tell(self, node: Node) -> None:
        await self._emit(Judged(node=node))
        if node.verdict is not None and node.verdict.better:
            await self._emit(Improved(node=node, best=self._strategy.best(self.tree) is node))
        await self._emit(Spent(round=node.round, rounds=self._strategy.rounds, spending=self._spending))


def _objective(asked: Objective | None, baseline: Baseline) -> Objective:
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


def _root(analyst: Analyst, brief: Brief) -> Node:
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


def summarise(tree: SearchTree, best: Node | None) -> str:
    """One sentence on what was found, also when it is nothing."""
    tried = len(tree.nodes) - 1
    right = sum(node.execution.correct for node in tree.nodes[1:])
    if best is not None and best.verdict is not None:
        better = sum(node.verdict is not None and node.verdict.better for node in tree.nodes)
        return f"{best.verdict.reason}; {better} of {tried} candidates are better than the original"
    if not tried:
        return "no rule has anything to propose for this function"
    if not right:
        return f"none of {tried} candidates passes all cases"
    return f"none of {right} candidates that pass all cases ({tried} tried) is verified to be better"
