"""The real server with a scripted search and a few commands that look inside."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from lsprotocol import types as lsp

from orps_core import Settings
from orps_core.domain.events import Event
from orps_core.domain.target import Target
from orps_core.ports import Unavailable
from orps_server import app, logs, opening, protocol
from orps_server.serving import serve_stdio
from orps_server.transport import Server, Unanswered
from tests.server.fakes import Script, core, forever, story

BETTER = 'def {0}(x):\n    """A 😋."""\n    return list((x,))\n'
BEST = 'def {0}(x):\n    """A 😋."""\n    return [x,]\n'


async def no_tests() -> None:
    raise Unavailable("No tests were found.", "Add a doctest.")


async def bug() -> None:
    raise ZeroDivisionError("secret source text")


def refine(target: Target, settings: Settings) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
    """The name of the function decides what becomes of it."""
    found = story([BETTER.format(target.name), BEST.format(target.name)], summary=_summary(settings))
    steps = {
        "slow": (*found[:6], forever),
        # Long enough for an editor to show that something is going on.
        "ways": (*found[:2], partial(asyncio.sleep, 1.0), *found[2:]),
        "untested": (no_tests,),
        "bug": (bug,),
        "barren": tuple(story([], summary="nothing is faster")),
    }
    return Script(*steps.get(target.name, tuple(found))).play(target, settings)


def _summary(settings: Settings) -> str:
    objective = settings.objective.value if settings.objective else "auto"
    where = f"root {settings.root}, overlays {settings.overlays!r}"
    return f"budget {settings.budget.seconds:g}, {where}, objective {objective}, nice {settings.nice},"


def warm(server: Server, params: lsp.InitializeParams) -> None:
    opening.open_session(server, params, core(refine))
    _looks(server)
    _questions(server)
    _troubles(server)


def _looks(server: Server) -> None:
    @server.command("probe.text")
    def text(uri: str) -> str:
        document = server.document(uri)
        return "not open" if document is None else document.source

    @server.command("probe.version")
    def version(uri: str) -> int | None:
        document = server.document(uri)
        return None if document is None else document.version

    @server.command("probe.futures")
    def futures(_argument: protocol.Nothing) -> int:
        return server.protocol.leftovers

    @server.command("probe.tokens")
    def tokens(_argument: protocol.Nothing) -> int:
        held: Any = server.work_done_progress
        return len(held.tokens)


def _questions(server: Server) -> None:
    async def asked(seconds: float) -> str:
        try:
            params = lsp.ConfigurationParams(items=[])
            return repr(await server.ask(lsp.WORKSPACE_CONFIGURATION, params, seconds=seconds))
        except Unanswered as problem:
            return str(problem)

    @server.command("probe.ask")
    async def ask(_argument: protocol.Nothing) -> str:
        return await asked(0.3)

    @server.command("probe.ask patiently")
    async def ask_patiently(_argument: protocol.Nothing) -> str:
        return await asked(60)


def _troubles(server: Server) -> None:
    @server.command("probe.print")
    def say(_argument: protocol.Nothing) -> str:
        print("hello from some library")
        sys.__stdout__.write("and from another\n")  # type: ignore[union-attr]
        return f"read {sys.stdin.read()!r}"

    @server.command("probe.late")
    async def late(_argument: protocol.Nothing) -> str:
        """Something that still speaks when the session is over."""

        async def chatter() -> None:
            try:
                await asyncio.sleep(30)
            finally:
                for _ in range(3):
                    server.protocol.notify("x/late", {})

        keep.append(asyncio.get_running_loop().create_task(chatter()))
        return "started"

    @server.command("probe.flood")
    def flood(_argument: protocol.Nothing) -> str:
        threads = [threading.Thread(target=_send, args=(server, str(mark) * 9000)) for mark in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return "flooded"


def _send(server: Server, message: str) -> None:
    for _ in range(100):
        server.window_log_message(lsp.LogMessageParams(type=lsp.MessageType.Log, message=message))


keep: list[Any] = []

if __name__ == "__main__":
    logs.to_stderr()
    serve_stdio(app.create(warm))
