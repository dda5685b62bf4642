"""Whether a change that the editor says it has made has arrived, and is what it must be.

An editor tells of its changes when it pleases: Neovim after a pause, together with what was typed meanwhile;
eglot not before the command that asked for them has been answered.
"""

import asyncio
import logging

from lsprotocol import types as lsp

from orps_server import protocol
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.session import Session

logger = logging.getLogger(__name__)

SILENT = 0.3
"""Seconds without any change, after which nobody is kept waiting for it any more."""
ARRIVING = 2.0
"""Seconds in which the document must be right once it has begun to change."""
LATE = 5.0
"""Seconds in which the client must have told us of the change it made."""


class Landing:
    """Watches one change. Until it is known what became of it nothing else is applied."""

    def __init__(self, session: Session, job: Job, page: Page, expected: str) -> None:
        self._session = session
        self._job = job
        self._page = page
        # Expected before it is asked for: the change may come before the answer, and typing right after it.
        self._arrival = session.arrivals.expect(page.uri, expected)
        session.applying = True

    def called_off(self) -> None:
        self._arrival.cancel()
        self._session.applying = False

    async def watch(self) -> protocol.Applied:
        """What to answer, as soon as that is known; a change that comes later is still looked at."""
        if await self._arrives(SILENT) or self._begun():
            return await self._rest()
        self._session.keep(self._rest())
        return protocol.Applied(applied=True)

    async def _rest(self) -> protocol.Applied:
        try:
            right = await self._arrives(ARRIVING) or (not self._begun() and await self._arrives(LATE))
        finally:
            self.called_off()
        return protocol.Applied(applied=True) if right else self._surprised()

    async def _arrives(self, seconds: float) -> bool:
        done, _ = await asyncio.wait({self._arrival}, timeout=seconds)
        return bool(done)

    def _begun(self) -> bool:
        return self._session.page(self._page.uri) is not self._page

    def _surprised(self) -> protocol.Applied:
        """The editor says that it applied the change, and the document is not what it must be then."""
        logger.error("apply: the document of %s is not the expected text after the edit", self._job.id)
        name = self._job.target.qualname
        text = f"ORPS: {name} is not as expected after the change. Look at it, and undo if in doubt."
        self._session.server.tell(
            lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(type=lsp.MessageType.Warning, message=text)
        )
        return protocol.Applied(
            applied=True,
            reason="The document is not as expected after the change.",
            advice="Undo if in doubt.",
        )
