"""A recorded run again: its tasks act in the recorded order, and the world answers what it answered then."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from .domain import journal
from .domain.candidate import Candidate
from .domain.comparison import Comparison
from .domain.events import Event, Missed, Noted, Profiled, Started, Warned
from .domain.execution import Baseline, Execution, Passed, Skipped
from .domain.note import Thinking
from .domain.profile import Profile
from .domain.tree import Node
from .floor import Emit, Floor, Work
from .growing import UNHEARD
from .ports import Clock, Ledger, Unavailable, Unusable
from .tape import Tape

T = TypeVar("T")
_STUCK = 20.0
"""Seconds in which no task whose turn it is came to act."""
_ADVICE = "Repeat it with the version of ORPS that recorded it."


class Stage:
    """Lets the world see which step is being repeated."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._floor: RepeatedFloor | None = None

    def floor(self, emit: Emit, clock: Clock, ledger: Ledger | None) -> Floor:
        self._floor = RepeatedFloor(self.tape, emit, clock, ledger)
        return self._floor

    @property
    def own(self) -> tuple[Event, ...]:
        """What the recorded run told in this step by itself."""
        return self._floor.own if self._floor is not None else ()


class RepeatedFloor(Floor):
    """Gives the floor in the recorded order. Raise ``Unavailable`` where the run turns out differently."""

    def __init__(self, tape: Tape, emit: Emit, clock: Clock, ledger: Ledger | None) -> None:
        super().__init__(emit, clock, ledger)
        self._tape = tape
        self._waiting: dict[int, asyncio.Future[None]] = {}
        self._done = 0
        self._astray: Unavailable | None = None

    @property
    def own(self) -> tuple[Event, ...]:
        """What the recorded run told in this step by itself."""
        return self._tape.own_of(self._done - 1)

    async def emit(self, event: Event) -> None:
        recorded = self._tape.events[self._events] if self._events < len(self._tape.events) else None
        # The function may lie elsewhere now.
        same = isinstance(event, Started) or (
            recorded is not None and journal.write(event) == journal.write(recorded)
        )
        if not same:
            there = f"at event {self._events + 1}"
            self._astray = Unavailable(f"The run goes another way than the recorded one, {there}.", _ADVICE)
            for called in self._waiting.values():
                if not called.done():
                    called.set_result(None)
            raise self._astray
        await super().emit(event)

    async def abroad(self, work: Work[T]) -> T:
        """The world answers when its turn has come, and at once."""
        self._leave()
        await self._take()
        return await work()

    async def idle(self, work: Work[object]) -> None:
        del work
        self._leave()
        await self._take()

    async def _take(self) -> None:
        me = asyncio.current_task()
        number = self._tasks[me]
        while self._holder is not None or not self._is_next(number):
            called = self._waiting[number] = asyncio.get_running_loop().create_future()
            before = self._done
            try:
                async with asyncio.timeout(_STUCK if number == 0 else None):
                    await called
            except TimeoutError:
                if self._done == before and self._holder is None:
                    raise Unavailable("The recorded run cannot be repeated.", _ADVICE) from None
            finally:
                self._waiting.pop(number, None)
            if self._astray is not None:
                raise self._astray
        self._holder = me
        step = self._tape.steps[self._done]
        told = self._tape.told_in(self._done)
        self._done += 1
        self._begin(step, step.models or self.models)
        for event in told:
            await self.emit(event)

    def _is_next(self, number: int) -> bool:
        return self._done < len(self._tape.steps) and self._tape.steps[self._done].task == number

    def _leave(self) -> None:
        self._holder = None
        for number, called in self._waiting.items():
            if self._is_next(number) and not called.done():
                called.set_result(None)


class RepeatedExecutor:
    """Implements ``ports.Executor`` with what was found out then. Nothing is run."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tape = stage.tape

    async def baseline(self) -> Baseline:
        return self._tape.baseline

    async def execute(self, candidate: Candidate) -> Execution:
        return _first_of(self._node(candidate))

    async def sift(self, candidates: Sequence[Candidate]) -> Sequence[Execution]:
        known = [self._tape.nodes.get(each) for each in candidates]
        if not any(known):
            self._fail()
        # Who was not judged had passed here, and nothing usable was said about it later.
        return [_first_of(node) if node else _passing(self._tape.baseline.execution) for node in known]

    async def confirm(self, candidate: Candidate) -> Execution:
        return self._node(candidate).execution

    async def compare(self, candidate: Candidate) -> Comparison:
        return self._node(candidate).comparison or Comparison()

    async def weigh(self, candidate: Candidate, found: Comparison) -> Comparison:
        del candidate
        return found

    async def confront(self, candidate: Candidate, found: Comparison) -> Comparison:
        del candidate
        return found

    async def trace(self, candidate: Candidate, case: str) -> str:
        del candidate, case
        notes = (event.note for event in self._stage.own if isinstance(event, Noted))
        return next((note.text for note in notes if note.kind is Thinking.TRACE), "")

    async def profile(self, candidate: Candidate) -> Profile | None:
        del candidate
        return next((event.profile for event in self._stage.own if isinstance(event, Profiled)), None)

    async def answers(self, candidate: Candidate) -> tuple[str, ...]:
        warned = (each.message for each in self._stage.own if isinstance(each, Warned))
        why = next((message for message in warned if message.startswith(UNHEARD)), None)
        if why is not None:
            raise Unusable(why.removeprefix(UNHEARD))
        return self._node(candidate).answers

    def _node(self, candidate: Candidate) -> Node:
        """Raise ``Unusable`` where the world had nothing usable to say about a candidate."""
        node = self._tape.nodes.get(candidate)
        if node is None:
            self._fail()
            raise Unusable("nothing was recorded about it")
        return node

    def _fail(self) -> None:
        first = next(iter(self._stage.own), None)
        if isinstance(first, Missed):
            raise Unusable(first.reason)


def _first_of(node: Node) -> Execution:
    """What ran beside its tests, before it was judged apart from them: who was compared had passed."""
    return node.execution if node.comparison is None else _passing(node.execution)


def _passing(execution: Execution) -> Execution:
    results = (
        result if isinstance(result.outcome, Passed | Skipped) else replace(result, outcome=Passed())
        for result in execution.results
    )
    return replace(execution, results=tuple(results))
