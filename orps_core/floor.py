"""One task of a search acts at a time, in an order that is written down, so that it can be repeated."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from typing import TypeVar

from .domain.budget import NOTHING_ASKED
from .domain.chat import Outlay
from .domain.events import Event
from .domain.step import Step
from .ports import Clock, Ledger, Unavailable, Unusable

T = TypeVar("T")
Emit = Callable[[Event], Awaitable[None]]
Work = Callable[[], Awaitable[T]]


class Floor:
    """Who has the floor may change the state of the search and tell of it; who waits gives it back.

    Everything else about a run follows from what was answered and from the order in which the tasks went on
    after they had waited: that order is kept in ``steps``. Time and outlay stand still during a step.
    """

    def __init__(self, emit: Emit, clock: Clock, ledger: Ledger | None) -> None:
        self._send = emit
        self._clock = clock
        self._ledger = ledger
        self._began = clock.now()
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._numbers = itertools.count()
        self._tasks: dict[asyncio.Task[object] | None, int] = {}
        self._steps: list[Step] = []
        self._events = 0
        self.seconds = 0.0
        self.models = NOTHING_ASKED

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps)

    async def emit(self, event: Event) -> None:
        self._events += 1
        await self._send(event)

    def acting(self, life: Work[T]) -> Coroutine[object, object, T]:
        """The whole ``life`` of a task, which acts whenever it does not wait. It is numbered at once."""
        return self._acting(next(self._numbers), life)

    async def abroad(self, work: Work[T]) -> T:
        """Wait for the world, which answers when it likes, while others act."""
        self._leave()
        return await self._returned(work())

    async def aside(self, work: Awaitable[T]) -> T:
        """Wait for what another task of the search will do."""
        self._leave()
        return await self._returned(work)

    async def idle(self, work: Work[object]) -> None:
        """Wait until there is something to look at."""
        self._leave()
        await work()
        await self._take()

    async def renew(self) -> None:
        """Begin another step, which tells what calls have left to be told since this one began."""
        self._leave()
        await self._take()

    async def _acting(self, number: int, life: Work[T]) -> T:
        me = asyncio.current_task()
        self._tasks[me] = number
        try:
            await self._take()
            return await life()
        finally:
            del self._tasks[me]
            if self._holder is me:
                self._leave()

    async def _returned(self, work: Awaitable[T]) -> T:
        try:
            found = await work
        except (Unusable, Unavailable):
            self._still_wanted()
            await self._take()
            raise
        self._still_wanted()
        await self._take()
        return found

    @staticmethod
    def _still_wanted() -> None:
        """Who was cancelled while it waited, or brings home a bug, does not act any more.

        Whoever has cancelled it has the floor and waits for its end, also where the answer came at the same
        moment and is handed over instead of the cancellation, as ``asyncio.wait_for`` does (CPython 3.11).
        """
        me = asyncio.current_task()
        if me is not None and me.cancelling():
            raise asyncio.CancelledError

    async def _take(self) -> None:
        await self._lock.acquire()
        me = self._holder = asyncio.current_task()
        told = self._ledger.drain() if self._ledger else ()
        models = self._ledger.outlay if self._ledger else NOTHING_ASKED
        step = Step(
            task=self._tasks[me],
            seconds=self._clock.now() - self._began,
            at=self._events,
            told=len(told),
            models=None if models == self.models else models,
        )
        self._begin(step, models)
        for event in told:
            await self.emit(event)

    def _begin(self, step: Step, models: Outlay) -> None:
        self._steps.append(step)
        self.seconds, self.models = step.seconds, models

    def _leave(self) -> None:
        self._holder = None
        self._lock.release()
