"""A run whose model cannot be asked goes on without one, and says so: nobody waits for nothing."""

import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from orps_core import NoModel, Settings
from orps_core.domain.events import Event, Warned
from orps_core.domain.target import Target

from .core import Refine


def falling_back(refine: Refine) -> Refine:
    def begin(target: Target, settings: Settings) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        return _run(refine, target, settings)

    return begin


@asynccontextmanager
async def _run(refine: Refine, target: Target, settings: Settings) -> AsyncGenerator[AsyncIterator[Event]]:
    async with AsyncExitStack() as stack:

        async def read() -> AsyncGenerator[Event]:
            try:
                async for event in await stack.enter_async_context(refine(target, settings)):
                    yield event
            except NoModel as problem:
                yield Warned(message=f"{problem.reason} {problem.advice} The rules work alone.")
                alone = dataclasses.replace(settings, model="rules", critic_model=None)
                async for event in await stack.enter_async_context(refine(target, alone)):
                    yield event

        yield read()
