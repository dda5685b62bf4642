"""The processes that run cases: one that imports each candidate anew, and warm ones that only exchange it.

Beside them one that runs no case: it holds what a candidate does against what the original does.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from .opening import PATIENCE, Opener
from .process import Harness, HarnessGone, Line, Message


class Cases:
    """A harness whose first line imports anew, and whose others, once it is ``warm``, exchange.

    The last one is for ``facing``.
    """

    def __init__(self, harness: Harness, greeting: Message) -> None:
        self.greeting = greeting
        self._harness = harness
        self._clean = _free(harness.lines[0])
        self._warm = _free()
        self._facing = asyncio.Lock()
        self._faces = False

    @classmethod
    async def open(cls, opener: Opener, at_once: int) -> "Cases":
        """Raise ``Unavailable`` when it cannot serve."""
        return cls(*await opener.open("cases", lines=2 + at_once))

    async def warm(self, select: Message) -> str | None:
        """Have the tests collected once, for all candidates. Return why that is of no use, or None."""
        first, *others = numbers = list(range(1, len(self._harness.lines) - 1))
        lines = self._harness.lines
        try:
            async with self.line(exchanging=False) as line:
                await line.ask({"op": "branch", "lines": numbers, "warm": True, "select": select}, PATIENCE)
            greeting = await lines[first].hear(PATIENCE)
            if greeting.get("op") != "ready":
                return str(greeting.get("why") or greeting.get("text"))
            for number in others:
                await lines[first].ask({"op": "branch", "lines": [number], "warm": False}, PATIENCE)
                await lines[number].hear(PATIENCE)
        except (HarnessGone, TimeoutError):
            return "collecting the tests ended the process"
        for number in numbers:
            self._warm.put_nowait(lines[number])
        return None

    @asynccontextmanager
    async def line(self, *, exchanging: bool) -> AsyncGenerator[Line]:
        """A line that nobody else uses meanwhile."""
        free = self._warm if exchanging else self._clean
        line = await free.get()
        try:
            yield line
        finally:
            free.put_nowait(line)

    @asynccontextmanager
    async def facing(self) -> AsyncGenerator[Line]:
        """The line of the process that has loaded what facing needs. Raise HarnessGone or TimeoutError."""
        async with self._facing:
            line = self._harness.lines[-1]
            if not self._faces:
                number = len(self._harness.lines) - 1
                async with self.line(exchanging=False) as clean:
                    await clean.ask(
                        {"op": "branch", "lines": [number], "facing": True, "warm": False}, PATIENCE
                    )
                greeting = await line.hear(PATIENCE)
                if greeting.get("op") != "ready":
                    raise HarnessGone
                self._faces = True
            yield line

    async def close(self) -> None:
        await self._harness.close()


def _free(*lines: Line) -> asyncio.Queue[Line]:
    made = asyncio.Queue[Line]()
    for line in lines:
        made.put_nowait(line)
    return made
