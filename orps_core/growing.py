"""What becomes of candidates: each is tried once, judged, put into the tree, and told of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from .domain.budget import Budget, Spending
from .domain.candidate import Attempt, Candidate
from .domain.comparison import Static
from .domain.events import Improved, Judged, Missed, Proposed, Repeated, Spent, Warned
from .domain.execution import Execution
from .domain.tree import ROOT, Node, NodeId, SearchTree
from .domain.verdict import Objective
from .floor import Floor
from .ports import (
    Analyst,
    Brief,
    Critic,
    Executor,
    Expansion,
    OutOfBudget,
    Strategy,
    Unavailable,
    Unusable,
)
from .room import Room
from .search.agreement import agreement_with
from .trial import Facts, Trial

_BATCH = 16
"""Repairs by rules that are screened at once: what a model's candidate waits for at most."""

UNHEARD = "Not all candidates that pass could be told apart by what they answer: "
"""What is told, once for each reason, where somebody could not be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nursery:
    """Who has a part in it.

    ``reviewer`` is a critic that costs calls of a model, ``running`` how many candidates run at once where no
    time is taken.
    """

    brief: Brief
    strategy: Strategy
    executor: Executor
    analyst: Analyst
    critic: Critic
    reviewer: Critic | None
    budget: Budget
    thorough: bool
    running: int


class Growth:
    """The tree of one run while it grows. ``tried`` is all that was proposed, in order.

    ``denied``: the budget allows no further call of a model. ``gone``: there is no model any more.
    """

    def __init__(self, nursery: Nursery, root: Node, floor: Floor) -> None:
        self._with = nursery
        self._floor = floor
        self._repairing = nursery.brief.objective is Objective.FIX
        self._trial = Trial(
            executor=nursery.executor,
            brief=nursery.brief,
            before=root.static,
            thorough=nursery.thorough,
        )
        self._sifting = Room(1, floor.aside)
        self._again: list[tuple[str, str]] = []
        self._seen: dict[str, NodeId | None] = {nursery.analyst.fingerprint(root.candidate): ROOT}
        self._executions = 0
        self._unheard: set[str] = set()
        self.room = Room(nursery.running if self._repairing else 1, floor.aside)
        self.tried: list[Attempt] = []
        self.tree = SearchTree((root,))
        self.denied = False
        self.gone: Unavailable | None = None
        self.mute: Unavailable | None = None

    @property
    def spending(self) -> Spending:
        """What is under way counts: an execution when it begins, a call of a model when it is made."""
        return Spending(seconds=self._floor.seconds, executions=self._executions, models=self._floor.models)

    def lineage(self, id: NodeId) -> tuple[Node, ...]:  # noqa: A002  (the word of the domain)
        return tuple(reversed(tuple(self.tree.lineage(id))))

    async def miss(self, parent: NodeId, error: Unusable | Unavailable) -> None:
        """A call that failed costs itself. A model that is gone is told of once, and no longer asked."""
        match error:
            case OutOfBudget():
                self.denied = True
            case Unusable():
                await self._floor.emit(Missed(parent=parent, reason=str(error)))
            case Unavailable() if self.gone is None:
                self.gone = error
                if self.mute is None or self.mute.reason != error.reason:
                    await self._floor.emit(Warned(message=f"{error.reason} {error.advice}"))
            case Unavailable():
                pass

    async def hush(self, error: Unavailable) -> None:
        """A critic that is gone is told of once, and the search goes on without one."""
        if self.mute is None and self.gone is None:
            await self._floor.emit(Warned(message=f"{error.reason} {error.advice}"))
        self.mute = self.mute or error

    async def attempt(self, position: int, ask: Expansion, candidate: Candidate) -> None:
        async with self.room.entered(_turn(ask)):
            static = await self._admitted(ask, candidate)
            if static is None:
                return
            facts = await self._facts(ask, candidate, static)
        # Outside: a model that criticises keeps no other candidate from running.
        if facts is not None:
            await self._grow(position, ask, candidate, static, facts)

    async def sift(self, position: int, ask: Expansion, repairs: Sequence[Candidate]) -> None:
        """Almost all repairs by rules fail, which is found out faster for many at once.

        One batch at a time, also of other expansions: then there is a place for what a model has written.
        """
        for start in range(0, len(repairs), _BATCH):
            async with self._sifting.entered(0), self.room.entered(_turn(ask)):
                admitted = [
                    (each, static)
                    for each in repairs[start : start + _BATCH]
                    if (static := await self._admitted(ask, each)) is not None
                ]
                if not admitted:
                    continue
                batch = [candidate for candidate, _ in admitted]
                try:
                    found = await self._floor.abroad(partial(self._with.executor.sift, batch))
                except Unusable as error:
                    await self._floor.emit(Missed(parent=ask.parent, reason=str(error)))
                    continue
                for (candidate, static), execution in zip(admitted, found, strict=True):
                    facts = await self._facts(ask, candidate, static, execution)
                    if facts is not None:
                        await self._grow(position, ask, candidate, static, facts)

    async def _facts(
        self, ask: Expansion, candidate: Candidate, static: Static, execution: Execution | None = None
    ) -> Facts | None:
        try:
            facts = await self._floor.abroad(lambda: self._trial.of(candidate, static, execution))
        except Unusable as error:
            await self._floor.emit(Missed(parent=ask.parent, reason=str(error)))
            return None
        if facts.unheard is not None and facts.unheard not in self._unheard:
            self._unheard.add(facts.unheard)
            await self._floor.emit(Warned(message=UNHEARD + facts.unheard))
        return facts

    async def _grow(
        self, position: int, ask: Expansion, candidate: Candidate, static: Static, facts: Facts
    ) -> None:
        alone = Node(
            id=NodeId(len(self.tree.nodes)),
            parent=ask.parent,
            round=self.tree[ask.parent].round + 1,
            candidate=candidate,
            execution=facts.execution,
            comparison=facts.comparison,
            static=static,
            verdict=facts.verdict,
            critique=await self._with.critic.judge(
                self._with.brief,
                self.lineage(ask.parent),
                candidate,
                facts.execution,
                facts.comparison,
            ),
            before=self.tree.root.static,
            ask=position,
            answers=facts.answers,
        )
        reviewed = await self._reviewed(ask, alone)
        # Others may have joined the tree while the critic wrote.
        node = replace(reviewed, id=NodeId(len(self.tree.nodes)))
        self.tree = self.tree.grow(node)
        fingerprint = self._with.analyst.fingerprint(candidate)
        self._seen[fingerprint] = node.id
        again = [author for said, author in self._again if said == fingerprint]
        self._again = [each for each in self._again if each[0] != fingerprint]
        for _ in again:
            self.tree = self.tree.repeat(node.id)
        await self._tell(node)
        for author in again:
            await self._floor.emit(Repeated(node=node.id, author=author))

    async def _admitted(self, ask: Expansion, candidate: Candidate) -> Static | None:
        """Its static measures, unless it was tried before or is no version of the target.

        Who is admitted is tried: that is an execution, and is told.
        """
        if not self.spending.within(self._with.budget):
            return None
        fingerprint = self._with.analyst.fingerprint(candidate)
        if fingerprint in self._seen:
            await self._repeat(ask, candidate, self._seen[fingerprint])
            return None
        self._seen[fingerprint] = None
        self.tried.append(candidate)
        static = self._with.analyst.static(candidate)
        if static is None:
            reason = f"{candidate.author}: the proposal does not keep the function's signature"
            await self._floor.emit(Missed(parent=ask.parent, reason=reason))
            return None
        self._executions += 1
        await self._floor.emit(Proposed(parent=ask.parent, candidate=candidate))
        return static

    async def _repeat(self, ask: Expansion, candidate: Candidate, known: NodeId | None) -> None:
        """A model that says the same again votes for it; that two rules meet means nothing.

        What is still being tried gets its votes when it has a place in the tree.
        """
        if ask.free:
            return
        if known is None:
            self._again.append((self._with.analyst.fingerprint(candidate), candidate.author))
            return
        self.tree = self.tree.repeat(known)
        await self._floor.emit(Repeated(node=known, author=candidate.author))

    async def _reviewed(self, ask: Expansion, node: Node) -> Node:
        """With what the model that criticises says, where it is asked: one that fails costs its critique."""
        reviewer = self._with.reviewer
        if reviewer is None or not self._consulted(ask, node):
            return node
        told = self._with.brief, self.lineage(ask.parent), node.candidate, node.execution, node.comparison
        try:
            return replace(node, critique=await self._floor.abroad(lambda: reviewer.judge(*told)))
        except Unavailable as error:
            await self.hush(error)
        except Unusable as error:
            await self.miss(ask.parent, error)
        return node

    def _consulted(self, ask: Expansion, node: Node) -> bool:
        """What rules propose is judged by measurements alone."""
        usable = self.gone is None and self.mute is None and not self.denied
        return usable and not ask.free and self._with.strategy.consults(self.tree, node)

    async def _tell(self, node: Node) -> None:
        strategy = self._with.strategy
        await self._floor.emit(Judged(node=node))
        if node.verdict is not None and node.verdict.better:
            best = strategy.best(self.tree) is node
            agreement = agreement_with(self.tree, node)
            await self._floor.emit(Improved(node=node, best=best, agreement=agreement))
        await self._floor.emit(Spent(round=node.round, rounds=strategy.rounds, spending=self.spending))


def _turn(ask: Expansion) -> int:
    """What cost a call of a model runs first."""
    return 1 if ask.free else 0
