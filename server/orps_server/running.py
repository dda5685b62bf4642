"""The core's runs, whose reading of whole projects is done by a process that ends when a run is stopped."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec

from orps_core import Aside
from orps_core.domain.events import Event

from .core import Run

P = ParamSpec("P")


class Runs:
    """Between two runs the process stays, since it knows the projects by then."""

    def __init__(self, beside: Aside) -> None:
        self._beside = beside
        self._going = 0

    def with_end(self, begin: Callable[P, Run]) -> Callable[P, Run]:
        """Stopping the last of what ``begin`` has begun leaves nothing running."""

        @asynccontextmanager
        async def run(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[AsyncIterator[Event]]:
            self._going += 1
            try:
                async with begin(*args, **kwargs) as events:
                    yield events
            except asyncio.CancelledError:
                if self._going == 1:
                    self._beside.stop()
                raise
            finally:
                self._going -= 1

        return run
