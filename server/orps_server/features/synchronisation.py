"""Follows the documents: which jobs an edit makes stale, and whether an applied change has arrived."""

from collections.abc import Callable
from functools import partial

from lsprotocol import types as lsp

from orps_server.pulse import Pulse
from orps_server.session import Session

PAUSE = 0.15
"""Seconds between two looks at a document's functions while a person types."""


def register(session: Session) -> None:
    server = session.server
    looks: dict[str, Pulse] = {}

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenTextDocumentParams) -> None:
        uri = session.known(params.text_document.uri)
        _once_read(session, uri, partial(_opened, session, uri))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
        document = server.document(params.text_document.uri)
        if document is None:
            return
        session.arrivals.look(document.uri, document.source)
        for watcher in session.watchers:
            watcher.edited(document.uri)
        if session.jobs.of(document.uri):
            look = partial(_once_read, session, document.uri, partial(session.review_jobs, document.uri))
            looks.setdefault(document.uri, Pulse(PAUSE, look)).ask()

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        """A run that a person started goes on; its candidates wait for the document to come back."""
        session.forget(params.text_document.uri)
        for watcher in session.watchers:
            watcher.closed(params.text_document.uri)
        if (look := looks.pop(params.text_document.uri, None)) is not None:
            look.cancel()


def _opened(session: Session, uri: str) -> None:
    session.review_jobs(uri)
    for watcher in session.watchers:
        watcher.opened(uri)


def _once_read(session: Session, uri: str, act: Callable[[], None]) -> None:
    """At once, but for a document that must be parsed beside the loop first."""

    async def later() -> None:
        await session.read(uri)
        act()

    if session.takes_long(uri):
        session.keep(later())
    else:
        act()
