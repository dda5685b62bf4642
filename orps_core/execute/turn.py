"""One timing run at a time on this machine, whoever starts it: two would measure each other."""

import asyncio
import errno
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_NAME = "\0orps.timing"
_PAUSE = 0.01


@asynccontextmanager
async def taking_turn() -> AsyncGenerator[None]:
    """Wait for the machine-wide turn, which every installation of ORPS knows by the same name.

    It is a name in Linux' abstract namespace: there is no file to clean up, and when its holder ends, also
    by a kill, it is free.
    """
    with socket.socket(socket.AF_UNIX) as turn:
        while True:
            try:
                turn.bind(_NAME)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                break
        yield
