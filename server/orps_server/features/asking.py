"""Asks once, at the end of a run that found something, what to do: for clients without our extension."""

import asyncio

from lsprotocol import types as lsp

from orps_server import protocol, to_lsp
from orps_server.jobs import Job, Phase
from orps_server.session import Session
from orps_server.transport import Unanswered

from . import apply, review
from .audience import Hearing

DECIDING = 3600.0
"""Seconds; the question may stand there while somebody is away."""
SETTLED = 0.3
"""Seconds without a change before an edit: an editor may hold back what was typed as long as that."""

APPLY, SHOW, DISMISS = "Apply", "Show diff", "Dismiss"


def register(session: Session) -> None:
    if session.client.asks and not session.client.speaks_orps:
        session.audience.join(Asking(session))


class Asking(Hearing):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._asked: set[asyncio.Task[None]] = set()

    def ended(self, job: Job) -> None:
        if job.phase is Phase.DONE and job.usable and not job.quiet:
            task = asyncio.get_running_loop().create_task(self._ask(job))
            self._asked.add(task)
            task.add_done_callback(self._asked.discard)

    async def _ask(self, job: Job) -> None:
        session, best = self._session, job.usable[0]
        params = lsp.ShowMessageRequestParams(
            type=lsp.MessageType.Info,
            message=f"ORPS: {job.target.qualname}: {to_lsp.title(session.core, job, best)}",
            actions=[lsp.MessageActionItem(title=each) for each in (APPLY, SHOW, DISMISS)],
        )
        try:
            answer = await session.server.ask(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params, seconds=DECIDING)
        except Unanswered:
            return
        ref = protocol.CandidateRef(job_id=job.id, candidate_id=str(best.id))
        chosen = answer.title if isinstance(answer, lsp.MessageActionItem) else None
        if chosen == APPLY:
            await self._apply(ref)
        elif chosen == SHOW:
            session.announcements.told(await review.review(session, ref))
        elif chosen == DISMISS:
            session.jobs.dismiss(job.id, None)

    async def _apply(self, ref: protocol.CandidateRef) -> None:
        """Unlike a command, an answer does not say that the document has not changed since.

        Neovim sends what was typed before it sends a request, but not before it answers one, and applies an
        edit for version 0 whatever was typed: an edit sent at once landed on the wrong lines.
        """
        await self._session.arrivals.quiet(SETTLED)
        self._session.announcements.told(await apply.apply(self._session, ref))
