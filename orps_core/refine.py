"""The front door: start a run, read its events, leave whenever you like."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from .chat.asking import Editor
from .compose import assembled
from .domain.candidate import Candidate
from .domain.events import Event
from .domain.settings import DEFAULT_TACTICS, Settings
from .domain.target import Target
from .domain.verdict import Objective
from .engine import Engine
from .execute.aside import Beside, here
from .floor import Emit
from .propose.given import GivenProgrammer
from .search.beam import Beam

Work = Callable[[Emit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _End:
    error: Exception | None


@asynccontextmanager
async def refine(
    target: Target, settings: Settings, editor: Editor | None = None, beside: Beside = here
) -> AsyncGenerator[AsyncIterator[Event]]:
    """Search for better versions of the target; leaving the block kills and removes all that was started.

    Reading raises ``Unavailable`` when the run cannot begin or go on. ``editor`` leads to models of the
    editor's, where one started the run. What would hold the interpreter for long is done ``beside``.
    """

    async def work(emit: Emit) -> None:
        async with assembled(target, settings, editor, beside) as engine:
            await engine.run(target, emit)

    async with _stream(work, target.qualname) as events:
        yield events


@asynccontextmanager
async def recheck(
    target: Target, candidates: Sequence[Candidate], settings: Settings, beside: Beside = here
) -> AsyncGenerator[AsyncIterator[Event]]:
    """Put candidates of an earlier run through everything again, for the target as it is now; ask nobody.

    Those that still hold are told of as ``Improved``. Raises like ``refine``.
    """

    async def work(emit: Emit) -> None:
        alone = replace(settings, model="rules", critic_model=None, tactics=DEFAULT_TACTICS)
        async with assembled(target, alone, None, beside) as engine:
            given = replace(engine, programmer=GivenProgrammer(tuple(candidates)), strategy=_once)
            await given.run(target, emit)

    async with _stream(work, target.qualname) as events:
        yield events


def _once(objective: Objective) -> Beam:
    del objective
    return Beam(width=1, samples=40, rounds=1)


@asynccontextmanager
async def search(engine: Engine, target: Target) -> AsyncGenerator[AsyncIterator[Event]]:
    """The same with an engine that somebody else assembled."""

    async def work(emit: Emit) -> None:
        await engine.run(target, emit)

    async with _stream(work, target.qualname) as events:
        yield events


@asynccontextmanager
async def _stream(work: Work, name: str) -> AsyncGenerator[AsyncIterator[Event]]:
    """Run ``work`` in its own task.

    The events come through a queue, not from an async generator that holds the search open: with a
    task group open across a ``yield``, a failure inside would cancel whoever happens to be reading.
    """
    # Bounded, so that a reader who falls behind slows the search and not the memory.
    queue: asyncio.Queue[Event | _End] = asyncio.Queue(maxsize=64)

    async def run() -> None:
        try:
            await work(queue.put)
        except Exception as error:  # noqa: BLE001  (a fence: the reader gets it, whatever it is)
            await queue.put(_End(error))
        else:
            await queue.put(_End(None))

    async def read() -> AsyncIterator[Event]:
        while not isinstance(item := await queue.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    task = asyncio.create_task(run(), name=f"refine {name}")
    try:
        yield read()
    finally:
        task.cancel()
        # Not ``await task``: that would swallow a cancellation meant for the reader.
        await asyncio.wait({task})
