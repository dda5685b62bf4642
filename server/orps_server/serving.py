"""Serves one client until it leaves, is gone, or says ``exit``."""

import asyncio
import logging
import os
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from .framing import Fault, Frames
from .pipes import Ends, Inlet, Outlet, private_ends, socket_ends
from .transport import Server

logger = logging.getLogger(__name__)

_PATIENCE = 0.2
"""Seconds for threads that still work when the session is over."""

_SHARE = 0.0005
"""Seconds for which a thread keeps the interpreter while the loop waits for it: a tenth of Python's own."""


class _Workers(ThreadPoolExecutor):
    """Fault: at its end asyncio waits for every thread, however long the file it reads."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        del wait, cancel_futures  # The signature is the base class's.
        super().shutdown(wait=False, cancel_futures=True)


def serve_stdio(server: Server) -> None:
    _serve(server, private_ends())


def listen(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family)


def serve_socket(server: Server, listener: socket.socket) -> None:
    """Fault: pygls' own TCP server ends with a lost exception, and takes a second client for the first."""
    connection, _ = listener.accept()
    listener.close()
    with connection:
        _serve(server, socket_ends(connection))


def leave(status: int) -> None:
    """End the process; not waiting for threads that read a slow disk, which Python would do."""
    this = threading.current_thread()
    others = [each for each in threading.enumerate() if not each.daemon and each is not this]
    for each in others:
        each.join(_PATIENCE / len(others))
    if any(each.is_alive() for each in others):
        logging.shutdown()
        os._exit(status)


def _serve(server: Server, ends: Ends) -> None:
    sys.setswitchinterval(_SHARE)
    asyncio.run(_session(server, ends))


async def _session(server: Server, ends: Ends) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(_Workers(thread_name_prefix="orps-worker"))
    over = asyncio.Event()

    def end() -> None:
        with suppress(RuntimeError):  # The loop has ended by itself meanwhile.
            loop.call_soon_threadsafe(over.set)

    outlet = Outlet(ends, end)
    server.connect(outlet, end)
    reading = asyncio.create_task(_read(server, Inlet(ends)))
    waiting = asyncio.create_task(over.wait())
    await asyncio.wait({reading, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if reading.done() and (problem := reading.exception()) is not None:
        logger.error("A message could not be taken, and the session ends: %s", type(problem).__name__)
    for task in (reading, waiting):
        task.cancel()
    server.disconnect()
    outlet.close()


async def _read(server: Server, inlet: Inlet) -> None:
    frames = Frames()
    while piece := await inlet.piece():
        for found in frames.feed(piece):
            if isinstance(found, Fault):
                server.protocol.refuse(found.reason)
            else:
                server.protocol.receive(found)
            # Other tasks get their turn between two messages, however many have come at once.
            await asyncio.sleep(0)
