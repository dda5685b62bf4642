"""Who is cancelled ends, also where what it waits for comes at that very moment."""

import asyncio
import socket

import pytest

from orps_core.execute.process import Line


async def cancelled_after(turns: int) -> tuple[bool, bool]:
    """Whether somebody was still waiting so many turns of the loop after the answer, and whether it ended."""
    ours, theirs = socket.socketpair()
    with theirs:
        line = await Line.over(ours)
        asking = asyncio.create_task(line.ask({}, 60))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        theirs.sendall(b"\0\0\0\x09" + b'{"id": 1}')
        for _ in range(turns):
            await asyncio.sleep(0)
        waited = asking.cancel()
        await asyncio.wait({asking})
        line.close()
        return waited, asking.cancelled()


@pytest.mark.parametrize("turns", range(12))
def test_an_answer_does_not_stand_for_a_cancellation(turns: int) -> None:
    waited, ended = asyncio.run(cancelled_after(turns))
    assert ended is waited
