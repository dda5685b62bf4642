"""A hint on the function for clients without code lenses: an improvement is there, see the code actions."""

from functools import partial

from lsprotocol import types as lsp

from orps_server import to_lsp
from orps_server.jobs import Job
from orps_server.pulse import Pulse
from orps_server.session import Session, Watcher

from .audience import Hearing

PAUSE = 0.2
"""Seconds between two looks at the same document."""


def register(session: Session) -> None:
    hints = Hints(session)
    session.audience.join(hints)
    session.watch(hints)


class Hints(Hearing, Watcher):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._looks: dict[str, Pulse] = {}
        self._shown: set[str] = set()

    def changed(self, job: Job) -> None:
        self.look(job.uri)

    def looked(self, uri: str) -> None:
        self.look(uri)

    def look(self, uri: str) -> None:
        """Something about the document or its jobs is different."""
        self._looks.setdefault(uri, Pulse(PAUSE, partial(self._publish, uri))).ask()

    def _publish(self, uri: str) -> None:
        """Nothing is sent about documents that never had a hint."""
        self._looks.pop(uri, None)
        page = self._session.page(uri)
        found = [] if page is None else list(self._found(uri))
        if not found and uri not in self._shown:
            return
        (self._shown.add if found else self._shown.discard)(uri)
        version = page.version if page and self._session.client.versioned_diagnostics else None
        self._session.server.tell(
            lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS,
            lsp.PublishDiagnosticsParams(uri=uri, version=version, diagnostics=found),
        )

    def _found(self, uri: str) -> list[lsp.Diagnostic]:
        session, page = self._session, self._session.page(uri)
        mode = session.configuration.preferences(uri).diagnostics
        if page is None or mode == "never" or (mode == "auto" and session.client.lenses):
            return []
        return [
            to_lsp.hint(span, to_lsp.title(session.core, job, job.usable[0]), job)
            for job in session.jobs.of(uri)
            if job.usable and (span := to_lsp.name_range(page, job.target)) is not None
        ]
