"""Has a candidate and the original run alone, each in a process of its own, and held against each other."""

import contextlib
import socket
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import BinaryIO, cast

from ..domain.comparison import Comparison
from ..ports import Unavailable
from .cases import Cases
from .comparing import longest
from .facing import Exported, claim, disclaimed, doubt, faced, unproven
from .job import Limits
from .measuring import Bench
from .process import HarnessGone, Message
from .turn import taking_turn

_SLACK = 5.0
_SHARE = 0.5  # of the time that each has, after which no input is begun
_TRIES = 3
"""Of a gain that is not seen from outside: a moment in which the machine is busy must deny nothing."""
_ENDED = "the process that asks the candidate ended early"


class Facing:
    """What was found beside the original has to be found again where the candidate is alone."""

    def __init__(
        self,
        bench: Bench,
        limits: Limits,
        opened: Callable[[], Awaitable[Cases]],
        discard: Callable[[Cases], Awaitable[None]],
    ) -> None:
        self._bench = bench
        self._limits = limits
        self._opened = opened
        self._discard = discard

    async def of(self, source: str, found: Comparison) -> Comparison:
        """``source`` is the whole text of the target's module with the candidate in it."""
        if found.behaviour is None:
            return found
        try:
            exported = await self._bench.exported()
            if exported is None:
                return found
            _, greeting = await self._bench.ready()
            slowest = float(greeting.get("slowest", 0))
            return await self._tried(source, found, exported, slowest)
        except Unavailable as error:
            note = error.reason
        except (ValueError, TypeError, KeyError):
            note = "the process that asks the candidate answers with something else"
        except (HarnessGone, TimeoutError):
            note = _ENDED
        return unproven(found, note)

    async def _tried(self, source: str, found: Comparison, exported: Exported, slowest: float) -> Comparison:
        timing, usual = claim(found), self._limits.wall
        wall = longest(usual, slowest)
        request: Message = {
            "op": "confront",
            "source": source,
            "wall": wall,
            "enough": _SHARE * min(usual, self._limits.cpu),
            "time": timing.inputs if timing else None,
        }
        why: str | None = None
        for _ in range(_TRIES):
            async with contextlib.AsyncExitStack() as turn:
                if timing is not None:
                    await turn.enter_async_context(taking_turn())
                facts = await self._asked({**request, "again": why is not None}, exported, wall)
            seen = faced(found, exported, facts)
            if why is None:
                exported = self._bench.settle(exported, facts)
            else:
                seen = replace(seen, apart=found.apart)  # few inputs were put to it again
            again = doubt(seen, facts)
            if again is None:
                # Only a time that was taken does away with a doubt.
                return seen if why is None or seen.outside is not None else disclaimed(seen, why)
            why, found = again, seen
        return disclaimed(found, str(why))

    async def _asked(self, request: Message, exported: Exported, wall: float) -> Message:
        request = {**request, "settled": exported.settled}
        try:
            return await self._asked_once(request, exported, wall)
        except (HarnessGone, TimeoutError):
            return await self._asked_once(request, exported, wall)

    async def _asked_once(self, request: Message, exported: Exported, wall: float) -> Message:
        """Processes that are hurt make room for new ones. Raise HarnessGone or TimeoutError."""
        cases = await self._opened()
        # The leaves are ended when the second of these is closed.
        leash, held = socket.socketpair()
        try:
            with held:
                async with cases.facing() as line:
                    return await line.ask(request, 2 * wall + _SLACK, [_file_of(exported.given), leash])
        except (HarnessGone, TimeoutError):
            await self._discard(cases)
            raise


def _file_of(given: bytes) -> BinaryIO:
    """Not a message: the process that forks the candidate's must not have read it."""
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115  (whoever it is given to closes it)
    file.write(given)
    file.seek(0)
    return file
