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
    """Looks at the clock on the wall, and at that of the loop's thread, which runs while it computes."""

    def __init__(self) -> None:
        self.lags: list[float] = []
        self.busy: list[float] = []

    async def watch(self) -> None:
        while True:
            asked, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(PULSE)
            self.lags.append(time.perf_counter() - asked - PULSE)
            self.busy.append(time.thread_time() - worked)

    def report(self) -> dict[str, list[float]]:
        """The longest waits and the longest work between two looks since the last report, in milliseconds."""
        found, self.lags, self.busy = {"lags": self.lags, "busy": self.busy}, [], []
        longest = {name: sorted(values, reverse=True)[:20] for name, values in found.items()}
        return {name: [round(1000 * each, 1) for each in values] for name, values in longest.items()}


def resident() -> float:
    """Memory in use, in megabytes."""
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def warm(server: Server, params: lsp.InitializeParams) -> None:
    opening.open_session(server, params)
    watchdog = Watchdog()
    keep.append(asyncio.get_running_loop().create_task(watchdog.watch()))

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
