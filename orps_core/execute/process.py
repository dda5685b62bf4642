"""One harness process, from the outside: start it, ask it, and be sure that it is gone afterwards."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Self, cast

from ..ports import Unavailable

HARNESS = Path(__file__).parent / "harness"
_HEAD = struct.Struct("!I")
_MOST = 64 << 20
_GRACE = 2.0

# JSON off the wire: its shape is checked by the reader.
Message = dict[str, Any]


# Anything with a descriptor that can be given away.
Passed = socket.socket | BinaryIO


class HarnessGone(Exception):
    """The process ended without an answer."""


class Line:
    """One control channel: one request, one reply."""

    def __init__(
        self, connection: socket.socket, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.transport.set_write_buffer_limits(0)  # what is drained is on its way
        self._connection = connection
        self._reader = reader
        self._writer = writer
        self._asking = asyncio.Lock()
        self._asked = 0

    @classmethod
    async def over(cls, connection: socket.socket) -> Self:
        return cls(connection, *await asyncio.open_connection(sock=connection))

    async def ask(self, message: Message, seconds: float, passed: Sequence[Passed] = ()) -> Message:
        """Send a request and wait for its reply. Raise HarnessGone, or TimeoutError after ``seconds``.

        ``passed`` is given away to the process: it is closed here.
        """
        async with self._asking:
            self._asked += 1
            body = json.dumps({**message, "id": self._asked}).encode()
            try:
                await self._send(_HEAD.pack(len(body)), body, passed)
                while True:
                    reply = await self.hear(seconds)
                    # Whoever asked before us may have been cancelled while the answer was on its way.
                    if reply.get("id", self._asked) == self._asked:
                        return reply
            except ConnectionError as error:
                raise HarnessGone from error

    async def _send(self, head: bytes, body: bytes, passed: Sequence[Passed]) -> None:
        if passed:
            await self._writer.drain()
            socket.send_fds(self._connection, [head], [each.fileno() for each in passed])
            head = b""
            for each in passed:
                each.close()
        self._writer.write(head + body)
        await self._writer.drain()

    async def hear(self, seconds: float) -> Message:
        """A message that comes unasked: the greeting of a process that was told to serve this line."""
        try:
            async with asyncio.timeout(seconds):
                return await self._receive()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise HarnessGone from error

    async def _receive(self) -> Message:
        (size,) = _HEAD.unpack(await self._reader.readexactly(_HEAD.size))
        if size > _MOST:
            raise HarnessGone
        message = json.loads(await self._reader.readexactly(size))
        if not isinstance(message, dict):
            raise HarnessGone
        return cast("Message", message)

    def close(self) -> None:
        self._writer.close()


class Harness:
    """Use ``start``; ``close`` ends the process and everything below it, whatever it is doing.

    Its first line is served from the beginning, the others by whom it is told to branch off.
    """

    def __init__(self, process: asyncio.subprocess.Process, lines: Sequence[Line]) -> None:
        self._process = process
        self.lines = tuple(lines)

    @classmethod
    async def start(
        cls,
        executable: str,
        config: Message,
        environment: Mapping[str, str],
        seconds: float,
        *,
        wall: Sequence[str] = (),
        lines: int = 1,
    ) -> tuple["Harness", Message]:
        """Return the harness and its greeting. Raise ``Unavailable`` when it cannot serve.

        ``wall`` is the beginning of a command line that runs the rest of it confined.
        """
        # Whoever cancels this gets no process that is half begun.
        beginning = asyncio.ensure_future(cls._begun([*wall, executable], environment, lines))
        try:
            harness = await asyncio.shield(beginning)
        except asyncio.CancelledError:
            await (await beginning).close()
            raise
        try:
            greeting = await harness.ask(config, seconds)
        except (HarnessGone, TimeoutError) as error:
            said = await harness.close()
            raise Unavailable(
                f"The interpreter {executable} could not run the harness: {_last_line(said)}.",
                "Check that it starts, or choose another with --python or orps.interpreter.",
            ) from error
        except BaseException:
            await harness.close()
            raise
        return harness, greeting

    @classmethod
    async def _begun(cls, command: Sequence[str], environment: Mapping[str, str], lines: int) -> "Harness":
        pairs = [socket.socketpair() for _ in range(lines)]
        with contextlib.ExitStack() as theirs, contextlib.ExitStack() as unused:
            for ours, _ in pairs:
                unused.callback(ours.close)
            passed = [theirs.enter_context(pair[1]).fileno() for pair in pairs]
            process = await asyncio.create_subprocess_exec(
                *command,
                "-B",
                str(HARNESS),
                *map(str, passed),
                pass_fds=passed,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                env=dict(environment),
                start_new_session=True,
            )
            unused.pop_all()
        return cls(process, [await Line.over(ours) for ours, _ in pairs])

    async def ask(self, message: Message, seconds: float) -> Message:
        """Ask on the first line. Raise HarnessGone, or TimeoutError after ``seconds``."""
        return await self.lines[0].ask(message, seconds)

    async def close(self) -> str:
        """Hang up and wait until the keeper has killed and removed everything. Return its complaint."""
        for line in self.lines:
            line.close()
        complaint = b""
        try:
            async with asyncio.timeout(_GRACE):
                if self._process.stderr is not None:
                    complaint = await self._process.stderr.read(4000)
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        return complaint.decode(errors="replace").strip()[-600:]


def _last_line(text: str) -> str:
    """Of a traceback, the line that says what happened."""
    return text.splitlines()[-1].rstrip(".") if text else "it gave no answer"
