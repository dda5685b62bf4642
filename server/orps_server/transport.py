"""pygls made safe for a server with long-running work. It and texts.py alone touch its private names.

Every repair names the fault it cures; tests/server/test_transport.py reproduces each over a real pipe, and
pyproject.toml pins the pygls version they were written for.
"""

import asyncio
import contextvars
import itertools
import json
import logging
import os
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, Protocol, TypeGuard, cast
from urllib.parse import unquote

from cattrs import Converter
from lsprotocol import types as lsp
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
    PyglsError,
)
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter, lsp_method

from . import plain
from .texts import Document, Documents

logger = logging.getLogger(__name__)

ErrorKind = type[PyglsError] | type[JsonRpcException]


_NAMING = {lsp.CANCEL_REQUEST: "id", lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL: "token"}
"""What is cancelled, by a name that is a number or a text."""


class Writer(Protocol):
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Unanswered(Exception):
    """The client did not answer in time, answered with an error, or with something unreadable."""


class _Tokens(Protocol):
    """The part of pygls' progress that carries no types."""

    tokens: dict[int | str, object]


class _Features(Protocol):
    """The same of its handlers."""

    features: Mapping[str, Callable[..., Any]]
    builtin_features: Mapping[str, Callable[..., Any]]


class RepairedProtocol(LanguageServerProtocol):
    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        self._greeted = False
        self._begun = False
        self._gone = False
        self._kept: set[int | str | None] = set()
        self.lasting: frozenset[str] = frozenset()
        self.end: Callable[[], None] = _nothing
        super().__init__(server, converter)  # Looks at every attribute there is.

    def receive(self, body: bytes) -> None:
        """Fault: what is no message, comes too early or too late or cannot be read, is not answered.

        Also, pygls takes every object inside a message that has a member ``jsonrpc`` for a message.
        """
        try:
            message: object = json.loads(body)
        except (ValueError, RecursionError):
            self._refuse(None, JsonRpcParseError("this is not JSON"))
            return
        if not isinstance(message, dict):
            self._refuse(None, JsonRpcInvalidRequest("a message is one object; batches are not part of LSP"))
            return
        data = cast("dict[str, Any]", message)
        try:
            self._sorted(data)
        except Exception:
            # A fence: one message that nobody has thought of must not end the session for all others.
            logger.exception("a message could not be taken")
            if "method" in data and _is_id(data.get("id")):
                self._refuse(data["id"], JsonRpcInternalError("ORPS made a mistake; its log says where"))

    def _sorted(self, data: dict[str, Any]) -> None:
        if "method" not in data:
            self._answered(data)
        elif (problem := self._inadmissible(data)) is None:
            self._take(data)
        elif "id" in data:
            self._refuse(data["id"] if _is_id(data["id"]) else None, problem)

    def _own(self, method: str) -> Callable[..., Any] | None:
        """Our handler of a method; pygls' table of them carries no types."""
        features = cast("_Features", self.fm)
        return features.features.get(method)

    def _known(self, method: str) -> bool:
        features = cast("_Features", self.fm)
        return method in features.builtin_features or method in features.features

    def refuse(self, reason: str) -> None:
        """Answer bytes that are no message."""
        self._refuse(None, JsonRpcParseError(reason))

    def _inadmissible(self, data: Mapping[str, Any]) -> JsonRpcException | None:
        method = data["method"]
        if data.get("jsonrpc") != self.VERSION or not isinstance(method, str):
            return JsonRpcInvalidRequest("this is no message of JSON-RPC 2.0")
        if "id" in data and not _is_id(data["id"]):
            return JsonRpcInvalidRequest("an id is a number or a text")
        if method == lsp.EXIT:
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("the session is over: shutdown was requested")
        if method == lsp.INITIALIZE:
            return JsonRpcInvalidRequest("the session has begun already") if self._greeted else None
        if not self._greeted:
            return JsonRpcServerNotInitialized("initialize comes first")
        known = "id" not in data or self._known(method)
        return None if known else JsonRpcMethodNotFound(f"there is no request {method}")

    def _take(self, data: dict[str, Any]) -> None:
        method = data["method"]
        if method == lsp.EXIT:
            self.end()
            return
        if method in _NAMING and not _is_id(plain.attribute(data.get("params"), _NAMING[method])):
            return  # Fault: pygls looks it up in a table, whatever it is, and the session ends.
        if method == lsp.INITIALIZED:
            if self._begun:
                return
            self._begun = True
        if self._own(method) is not None:
            # Fault: a message of ours without parameters cannot be read.
            data.setdefault("params", None)
        try:
            message: Any = self.structure_message(data)
        except JsonRpcException:
            if "id" in data:
                self._refuse(data["id"], JsonRpcInvalidParams(f"these are no params of {method}"))
            return
        self._greeted |= method == lsp.INITIALIZE
        if method == lsp.WORKSPACE_EXECUTE_COMMAND and message.params.command in self.lasting:
            self._kept.add(message.id)
        # pygls compares each message with what messages look like, which takes longer than to read it.
        context, request = contextvars.copy_context(), getattr(message, "id", None)
        handle = self._handle_notification if request is None else partial(self._handle_request, request)
        context.run(handle, method, message.params)

    def _answered(self, data: dict[str, Any]) -> None:
        """Fault: an answer that cannot be read leaves us waiting; one that nobody waits for is reported."""
        request = data.get("id")
        if not _is_id(request) or request not in self._result_types:
            return
        if (future := self._request_futures.get(request)) is None or future.done():
            # Whoever asked has gone a moment ago: what is set twice raises, and would end the session.
            self.forget(str(request))
            return
        try:
            message: Any = self.structure_message(data)
        except JsonRpcException as error:
            self._request_futures.pop(request)
            if not future.done():
                future.set_exception(error)
        else:
            self.handle_message(message)

    def _refuse(self, request: int | str | None, problem: JsonRpcException) -> None:
        # By hand: the types of LSP have no null for the id, which is what JSON-RPC wants here.
        error = {"code": problem.code, "message": problem.message}
        self._send_data({"jsonrpc": self.VERSION, "id": request, "error": error})

    def _send_data(self, data: Any) -> None:  # noqa: ANN401  (as in pygls)
        """Fault: sending to a client that is gone raises in whoever sends; the pipes notice that it is."""
        if not self._gone:
            with suppress(BrokenPipeError):
                super()._send_data(data)

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
            self._kept.discard(msg_id)
            callback(future)

        super()._execute_handler(msg_id, handler, forget, args, kwargs)

    def _handle_cancel_notification(self, msg_id: int | str) -> None:
        """Fault: what a ``lasting`` command has begun goes on, and who cancels its request is told it failed.

        Such a command waits for nothing long, so that its answer comes as soon.
        """
        if msg_id not in self._kept:
            super()._handle_cancel_notification(msg_id)

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
        """True once ``shutdown`` was answered, or nobody listens any more."""
        return self._shutdown or self._gone

    @property
    def dismissed(self) -> bool:
        """Whether the client has asked for the end."""
        return self._shutdown

    def leave(self) -> None:
        """From here on nothing is sent."""
        self._gone = True

    @lsp_method(lsp.SHUTDOWN)
    def lsp_shutdown(self, *arguments: Any) -> Generator[Any, Any, None]:  # noqa: ANN401  (as in pygls)
        """Fault: pygls goes over a table from which the requests it cancels remove themselves."""
        if (handler := self._own(lsp.SHUTDOWN)) is not None:
            yield handler, arguments, None
        this = self.msg_id
        for request, future in tuple(self._request_futures.items()):
            if request != this and not future.done():
                future.cancel()
        self._shutdown = True

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
            self._server.watch(params.process_id)
        return result

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: lsp.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """Fault: a change of what is not open raises; one that changes nothing loses its version."""
        document = self.workspace.text_documents.get(unquote(params.text_document.uri))
        if document is None:
            return
        for change in params.content_changes:
            document.apply_change(change)
        document.version = params.text_document.version
        if (handler := self._own(lsp.TEXT_DOCUMENT_DID_CHANGE)) is not None:
            yield handler, (params,), None

    @lsp_method(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def lsp_notebook_document__did_change(
        self, params: lsp.DidChangeNotebookDocumentParams
    ) -> Generator[Any, Any, None]:
        """Fault: a change of what is not open raises, half done."""
        cells = params.change.cells
        changed = [text.document.uri for text in (cells and cells.text_content) or ()]
        known = {unquote(uri) for uri in self.workspace.text_documents}
        known |= {
            unquote(each.uri) for each in (cells and cells.structure and cells.structure.did_open) or ()
        }
        if unquote(params.notebook_document.uri) not in self.workspace.notebook_documents:
            return
        if not all(unquote(uri) in known for uri in changed):
            return
        self.workspace.update_notebook_document(params)
        if (handler := self._own(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)) is not None:
            yield handler, (params,), None

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    def lsp_workspace__execute_command(self, params: lsp.ExecuteCommandParams) -> Generator[Any, Any, Any]:
        """Fault: a command without arguments ends in an internal error. Ours take one object each."""
        params.arguments = params.arguments or [{}]
        return (yield from super().lsp_workspace__execute_command(params))


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
        # No client can know it, and answer or cancel with an id of its own what we have asked.
        self._secret = uuid.uuid4().hex[:12]
        self._watched: int | None = None
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()

    def document(self, uri: str) -> Document | None:
        """The open document, never one read from disk: pygls loses encodings and line ends there."""
        found = self.workspace.text_documents.get(unquote(uri))
        return found if isinstance(found, Document) else None

    def documents(self) -> Sequence[Document]:
        return [found for found in self.workspace.text_documents.values() if isinstance(found, Document)]

    def report_server_error(self, error: Exception, source: ErrorKind) -> None:
        """Fault: pygls shows the mistakes of the client's program to the person, who cannot mend them.

        They are answered, and logged. A mistake of ours is told, until nobody listens any more: then telling
        would fail, and the failure be told, without end.
        """
        ours = isinstance(error, JsonRpcInternalError) or not isinstance(error, JsonRpcException | PyglsError)
        logger.warning("%s: %s", source.__name__, type(error).__name__)
        if ours:
            text = "ORPS made a mistake. Its log says where; what you asked for was not done."
            self.tell(
                lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(type=lsp.MessageType.Error, message=text)
            )

    def connect(self, writer: Writer, end: Callable[[], None]) -> None:
        """``end`` is called when the session is to end, from whatever thread."""
        self.protocol.set_writer(writer)
        self.protocol.end = end

    def disconnect(self) -> None:
        self.protocol.leave()
        if self._watched is not None:
            asyncio.get_running_loop().remove_reader(self._watched)
            os.close(self._watched)
            self._watched = None

    def watch(self, process: int | None) -> None:
        """End with the client's process, also when somebody else holds our input open.

        A process that is not there lives in another container, or is a slip: the pipe tells of its end.
        """
        if process is None or process <= 0 or not hasattr(os, "pidfd_open"):
            return
        with suppress(OSError):
            self._watched = os.pidfd_open(process)
            asyncio.get_running_loop().add_reader(self._watched, self.protocol.end)

    async def ask(self, method: str, params: object, *, seconds: float) -> object:
        """Fault: a request to a client that never answers waits for ever. Every request has its limit."""
        request = f"orps-{self._secret}-{next(self._numbers)}"
        answer = self.protocol.send_request_async(method, params, msg_id=request)
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError:
            self.cancel_request(lsp.CancelParams(id=request))
            raise Unanswered(f"the client did not answer {method} within {seconds:g} s") from None
        except JsonRpcException as error:
            raise Unanswered(f"the client answered {method} with an error") from error
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # Whoever waited has gone; so need not the client go on.
                if not self.protocol.over:
                    self.cancel_request(lsp.CancelParams(id=request))
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


def _is_id(value: object) -> TypeGuard[str | int]:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _nothing() -> None:
    """What ends a session that is not connected."""
