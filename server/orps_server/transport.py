"""pygls made safe for a server with long-running work: the only file that touches its private names.

Every repair names the fault it cures; tests/server/test_transport.py reproduces each over a real pipe, and
pyproject.toml pins the pygls version they were written for.
"""

import asyncio
import itertools
import os
import socket
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import unquote

from cattrs import Converter
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, PyglsError
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method
from pygls.protocol.json_rpc import JsonRPCNotification
from pygls.workspace import TextDocument, Workspace

from .lines import Lines, Place, units, without_surrogates

ErrorKind = type[PyglsError] | type[JsonRpcException]

_UNREADABLE = "$/orps/unreadable"


class Unanswered(Exception):
    """The client did not answer in time, answered with an error, or with something unreadable."""


class _Tokens(Protocol):
    """The part of pygls' progress that carries no types."""

    tokens: dict[int | str, object]


class Document(TextDocument):
    """Fault: pygls splits lines where Python does (form feed, U+2028 …), so that edits hit the wrong line.

    It also moves a position beyond the end of a line into the line end, or before the last character.
    """

    @property
    def units(self) -> str:
        return str(self._position_codec.encoding)

    @property
    def lines(self) -> Sequence[str]:
        return Lines(self.source, units(self.units)).whole

    def apply_change(self, change: lsp.TextDocumentContentChangeEvent) -> None:
        new = without_surrogates(change.text)
        if isinstance(change, lsp.TextDocumentContentChangePartial):
            start, end = change.range.start, change.range.end
            new = Lines(self.source, units(self.units)).replaced(
                Place(start.line, start.character), Place(end.line, end.character), new
            )
        self._source = new


class Documents(Workspace):
    def _create_text_document(
        self,
        doc_uri: str,
        source: str | None = None,
        version: int | None = None,
        language_id: str | None = None,
    ) -> TextDocument:
        return Document(
            doc_uri,
            source=None if source is None else without_surrogates(source),
            version=version,
            language_id=language_id,
            sync_kind=self._sync_kind,
            position_codec=self._position_codec,
        )


class RepairedProtocol(LanguageServerProtocol):
    def structure_message(self, data: dict[str, Any]) -> Any:  # noqa: ANN401  (as in pygls)
        """Fault: a request that cannot be read is not answered, an unreadable reply leaves us waiting."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "id" not in data:
                raise
            if "method" in data:
                self._send_response(data["id"], error=error.to_response_error())
            elif (future := self._request_futures.pop(data["id"], None)) and not future.done():
                future.set_exception(error)
            # Something harmless for the dispatcher, which expects a message.
            return JsonRPCNotification(jsonrpc="2.0", method=_UNREADABLE, params=None)

    def _handle_notification(self, method_name: str, params: object) -> None:
        if method_name != _UNREADABLE:
            super()._handle_notification(method_name, params)

    def _execute_handler(
        self,
        msg_id: int | str,
        handler: Callable[..., Any],
        callback: Callable[[Future[Any]], None],
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Fault: the future of every notification and of every inner handler is kept for ever."""

        def forget(future: Future[Any]) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        super()._execute_handler(msg_id, handler, forget, args, kwargs)

    def learn(self, teach: Callable[[Converter], None]) -> None:
        """Let messages of ours be read and written; late, since making the converters takes time."""
        teach(self._converter)

    def forget(self, request: str) -> None:
        """Make a late reply find nothing; one that finds a cancelled future raises in the read loop."""
        self._request_futures.pop(request, None)
        self._result_types.pop(request, None)

    @property
    def leftovers(self) -> int:
        return len(self._request_futures)

    @property
    def over(self) -> bool:
        """True once ``shutdown`` was answered."""
        return self._shutdown

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, lsp.InitializeResult]:
        """Put our workspace in place, and announce what pygls' builder does not know or not yet see."""
        result: lsp.InitializeResult = yield from super().lsp_initialize(params)
        old = self.workspace
        self._workspace = Documents(
            old.root_uri,
            lsp.TextDocumentSyncKind.Incremental,
            list(old.folders.values()),
            old.position_encoding,
        )
        if isinstance(self._server, Server):
            self._server.announce(params, result.capabilities)
        return result

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: lsp.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """Fault: a command without arguments ends in an internal error. Ours take one object each."""
        params.arguments = params.arguments or [{}]
        result = yield from super().lsp_workspace__execute_command(params)
        return result


Announce = Callable[[lsp.InitializeParams, lsp.ServerCapabilities], None]


class Server(LanguageServer):
    """A server whose long work lives in tasks and child processes.

    ``@server.thread`` is never used: pygls reads stdin in the same pool, so that busy handlers make the
    server deaf, and it waits for them at exit.
    """

    # Set once, by pygls, from the class it is given.
    protocol: RepairedProtocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self, name: str, version: str, announce: Announce) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]  (its further arguments have no types)
            name, version, protocol_cls=RepairedProtocol, converter_factory=default_converter
        )
        self.announce = announce
        self._reporting = False
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def document(self, uri: str) -> Document | None:
        """The open document, never one read from disk: pygls loses encodings and line ends there."""
        found = self.workspace.text_documents.get(unquote(uri))
        return found if isinstance(found, Document) else None

    def documents(self) -> Sequence[Document]:
        return [found for found in self.workspace.text_documents.values() if isinstance(found, Document)]

    def report_server_error(self, error: Exception, source: ErrorKind) -> None:
        """Fault: after ``exit`` reporting an error fails, and the failure is reported, without end."""
        if self._reporting or self.protocol.over:
            return
        self._reporting = True
        try:
            super().report_server_error(error, source)
        finally:
            self._reporting = False

    async def ask(self, method: str, params: object, *, seconds: float) -> object:
        """Fault: a request to a client that never answers waits for ever. Every request has its limit."""
        request = f"orps-{next(self._numbers)}"
        answer = self.protocol.send_request_async(method, params, msg_id=request)
        try:
            return await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            self.cancel_request(lsp.CancelParams(id=request))
            raise Unanswered(f"the client did not answer {method} within {seconds:g} s") from None
        except JsonRpcException as error:
            raise Unanswered(f"the client answered {method} with an error") from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # Not this task was cancelled but the request: pygls does that at ``shutdown``.
            raise Unanswered(f"the session ended before the client answered {method}") from None
        finally:
            self.protocol.forget(request)

    def forget_progress(self, token: str) -> None:
        """Fault: pygls keeps the token of every progress for ever."""
        progress: object = self.work_done_progress
        cast("_Tokens", progress).tokens.pop(token, None)

    def tell(self, method: str, params: object) -> None:
        """Send a notification, unless the session is over."""
        if not self.protocol.over:
            self.protocol.notify(method, params)

    def request(self, method: str, params: object) -> None:
        """Ask for something whose answer does not matter."""

        async def send() -> None:
            with suppress(Unanswered):
                await self.ask(method, params, seconds=10)

        task = asyncio.get_running_loop().create_task(send())
        self._tasks.add(task)  # The loop itself keeps only a weak reference.
        task.add_done_callback(self._tasks.discard)


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Fault: whatever anyone prints to stdout ends the session, and a child that reads stdin eats messages.

    From here on printing goes to stderr, reading finds nothing, and neither pipe is inherited by children.
    The writer is buffered, which keeps each message whole whoever sends it: under ``PYTHONUNBUFFERED``, which
    editors like to set, ``sys.stdout.buffer`` is a raw file, and messages from several threads are torn.
    """
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reader, writer


def serve_stdio(server: Server) -> None:
    reader, writer = private_pipes()
    with suppress(ValueError):  # Flushing at exit what ``exit`` has closed.
        server.start_io(reader, writer)


def listen(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family)


def serve_socket(server: Server, listener: socket.socket) -> None:
    """Fault: pygls' own TCP server ends with a lost exception, and takes a second client for the first."""
    connection, _ = listener.accept()
    listener.close()
    with suppress(ValueError), connection, connection.makefile("rb") as reader:
        server.start_io(reader, connection.makefile("wb"))
