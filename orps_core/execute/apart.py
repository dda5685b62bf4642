"""Judges a candidate in two processes that stand ready: one holds the tests, the other has seen none."""

import asyncio
import contextlib
import socket

from .cases import Cases
from .process import Message

_LONGER = 1.0
"""Seconds by which a candidate outlives its judge, so that it is the judge who says that it took too long."""


async def judged_apart(cases: Cases, request: Message, seconds: float) -> Message:
    """What the judge says. Only for ``cases`` that are warm. Raise HarnessGone or TimeoutError."""
    answer: Message = {**request, "op": "answer", "wall": float(request["wall"]) + _LONGER}
    as_written = {key: value for key, value in request.items() if key != "source"}
    with contextlib.ExitStack() as ends:
        judge, candidate = map(ends.enter_context, socket.socketpair())
        # The process of the candidate is ended when the second of these is closed.
        leash, held = map(ends.enter_context, socket.socketpair())
        # Always in this order, so that two who judge do not wait for each other.
        async with cases.line(exchanging=False) as clean, cases.line(exchanging=True) as warm:
            answering = asyncio.create_task(clean.ask(answer, seconds + _LONGER, [candidate, leash]))
            try:
                facts = await warm.ask(as_written, seconds, [judge])
                held.close()
                await answering
            finally:
                answering.cancel()  # a judge that is lost says so itself
                await asyncio.gather(answering, return_exceptions=True)
    return facts
