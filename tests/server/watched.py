"""The real server and core, with someone who notes how long the loop keeps others waiting."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp

from orps_server import app, logs, opening, protocol
from orps_server.serving import serve_stdio
from orps_server.transport import Server

PULSE = 0.002
"""Seconds between two looks at the clock."""


class Watchdog:
    """Looks at the clock on the wall, and at what the loop's thread did with the time between two looks.

    ``busy``: it computed; ``queued``: the machine's cores were with others; ``held``: neither, so that
    another thread of ours had the interpreter, or there was nothing to do. ``taken`` is what other threads of
    ours have computed meanwhile, but for what they could while there was no core for the loop.
    """

    def __init__(self) -> None:
        self.seen: dict[str, list[float]] = {}

    async def watch(self) -> None:
        while True:
            asked, worked, queued = time.perf_counter(), time.thread_time(), _queued()
            others = time.process_time() - worked
            await asyncio.sleep(PULSE)
            lag = time.perf_counter() - asked - PULSE
            busy, wait = time.thread_time() - worked, _queued() - queued
            taken = time.process_time() - time.thread_time() - others - wait
            held = lag - busy - wait
            found = {
                "lags": lag,
                "busy": busy,
                "queued": wait,
                "held": max(0.0, held),
                "taken": max(0.0, taken),
            }
            for name, value in found.items():
                self.seen.setdefault(name, []).append(value)

    def report(self) -> dict[str, list[float]]:
        """The longest of each between two looks since the last report, in milliseconds."""
        found, self.seen = self.seen, {}
        longest = {name: sorted(values, reverse=True)[:20] for name, values in found.items()}
        return {name: [round(1000 * each, 1) for each in values] for name, values in longest.items()}


class Stopwatch:
    """How long each code action takes from when its message was read to when its answer was written.

    In milliseconds: ``wall`` is what the clock says, ``ours`` the same without what the loop has waited for a
    core while others had all of them, ``own`` what it has computed.
    """

    def __init__(self, server: Server) -> None:
        self.seen: dict[str, list[float]] = {"wall": [], "ours": [], "own": []}
        self._began: tuple[float, float, float] | None = None
        self._to: Any = server.protocol.writer
        self._receive = server.protocol.receive
        server.protocol.receive = self.receive  # type: ignore[method-assign]
        server.protocol.set_writer(self)

    def receive(self, body: bytes) -> None:
        if b'"textDocument/codeAction"' in body:
            self._began = time.perf_counter(), time.thread_time(), _queued()
        self._receive(body)

    def write(self, data: bytes) -> None:
        self._to.write(data)
        if self._began is not None and b'"result"' in data:
            wall, own, queued = self._began
            took = time.perf_counter() - wall
            found = {"wall": took, "ours": took - (_queued() - queued), "own": time.thread_time() - own}
            for name, value in found.items():
                self.seen[name].append(1000 * value)
            self._began = None

    def close(self) -> None:
        self._to.close()

    def report(self) -> dict[str, list[float]]:
        """Since the last report."""
        found, self.seen = self.seen, {name: [] for name in self.seen}
        return found


def _queued() -> float:
    """Seconds for which this thread could have run, and had no core."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


def resident() -> float:
    """Memory in use, in megabytes."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def warm(server: Server, params: lsp.InitializeParams) -> None:
    opening.open_session(server, params)
    watchdog = Watchdog()
    keep.append(asyncio.get_running_loop().create_task(watchdog.watch()))

    stopwatch = Stopwatch(server)

    @server.command("watched.actions")
    def actions(_argument: protocol.Nothing) -> dict[str, list[float]]:
        return stopwatch.report()

    @server.command("watched.lags")
    def lags(_argument: protocol.Nothing) -> dict[str, list[float]]:
        return watchdog.report()

    @server.command("watched.memory")
    def memory(_argument: protocol.Nothing) -> float:
        return resident()


keep: list[Any] = []

if __name__ == "__main__":
    logs.to_stderr()
    serve_stdio(app.create(warm))
