"""One timing run at a time on this machine, whoever starts it: two would measure each other."""

import asyncio
import fcntl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from .process import HARNESS

_PAUSE = 0.01


@asynccontextmanager
async def taking_turn() -> AsyncGenerator[None]:
    """Wait for the machine-wide turn. The lock is on a file of the installation: nothing to clean up."""
    with (HARNESS / "__init__.py").open("rb") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(_PAUSE)
            else:
                break
        yield  # closing the file gives the turn back, also when we are killed
