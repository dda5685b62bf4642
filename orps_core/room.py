"""Room for a few at a time, where of those who wait the most urgent goes first."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

Wait = Callable[[Awaitable[None]], Awaitable[None]]


async def _simply(called: Awaitable[None]) -> None:
    await called


class Room:
    """``places`` may be taken at once. The lower ``turn`` goes first, of equals who came first.

    Who must wait does so through ``wait``.
    """

    def __init__(self, places: int, wait: Wait = _simply) -> None:
        self._free = places
        self._wait = wait
        self._arrivals = itertools.count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def entered(self, turn: int) -> AsyncGenerator[None]:
        await self._enter(turn)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, turn: int) -> None:
        if self._free:
            self._free -= 1
            return
        called = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (turn, next(self._arrivals), called))
        try:
            await self._wait(called)
        except asyncio.CancelledError:
            if not called.cancelled():
                self._leave()  # it was called in, and leaves before it entered
            raise

    def _leave(self) -> None:
        """Hand the place on: it is free only when nobody waits."""
        while self._waiting:
            _, _, called = heapq.heappop(self._waiting)
            if not called.done():
                called.set_result(None)
                return
        self._free += 1
