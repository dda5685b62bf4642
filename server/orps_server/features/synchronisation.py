"""Follows the documents: which jobs an edit makes stale, and whether an applied change has arrived."""

from collections.abc import Callable, Sequence
from functools import partial

from lsprotocol import types as lsp

from orps_server.pulse import Pulse
from orps_server.session import Session

PAUSE = 0.15
"""Seconds between two looks at a document's functions while a person types."""


def register(session: Session) -> None:
    _register_notebooks(session)
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
        _closed(session, params.text_document.uri)
        if (look := looks.pop(params.text_document.uri, None)) is not None:
            look.cancel()


def _register_notebooks(session: Session) -> None:
    """Their cells are documents of their own, told of in other messages."""
    server = session.server

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
    def did_open(params: lsp.DidOpenNotebookDocumentParams) -> None:
        _look_at(session, [each.uri for each in params.cell_text_documents])

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def did_change(params: lsp.DidChangeNotebookDocumentParams) -> None:
        cells = params.change.cells
        structure = cells.structure if cells else None
        opened = [each.uri for each in (structure.did_open if structure else None) or ()]
        edited = [each.document.uri for each in (cells.text_content if cells else None) or ()]
        _look_at(session, [*opened, *edited])
        for each in (structure.did_close if structure else None) or ():
            _closed(session, each.uri)

    @server.feature(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseNotebookDocumentParams) -> None:
        for each in params.cell_text_documents:
            _closed(session, each.uri)


def _look_at(session: Session, uris: Sequence[str]) -> None:
    for uri in map(session.known, uris):
        _once_read(session, uri, partial(session.review_jobs, uri))


def _closed(session: Session, uri: str) -> None:
    session.forget(uri)
    for watcher in session.watchers:
        watcher.closed(uri)


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
