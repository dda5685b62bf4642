"""How many things are done at once, with room for one that must be alone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Slots:
    """``one`` of several at a time, or ``all`` of them for one."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._free = asyncio.Semaphore(count)
        self._gathering = asyncio.Lock()

    @asynccontextmanager
    async def taken(self, *, alone: bool = False) -> AsyncGenerator[None]:
        taken = 0
        try:
            if alone:
                async with self._gathering:  # two who gather would wait for each other
                    while taken < self._count:
                        await self._free.acquire()
                        taken += 1
            else:
                await self._free.acquire()
                taken = 1
            yield
        finally:
            for _ in range(taken):
                self._free.release()
