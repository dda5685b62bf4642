"""Puts a candidate into the document: only when a person asks, only over the text it was verified for."""

import asyncio
import logging

from lsprotocol import types as lsp

from orps_server import protocol, to_lsp
from orps_server.applying import Plan, Refusal, plan
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.session import Session
from orps_server.transport import Unanswered

logger = logging.getLogger(__name__)

CONFIRMING = 120.0
"""Seconds; some clients ask the person before they edit."""
ARRIVING = 2.0
"""Seconds in which the client must have told us of the change it made."""


async def apply(session: Session, ref: protocol.CandidateRef) -> protocol.Applied:
    """Between the last look at the document and the request nothing else can run: there is no await."""
    if (asked := session.jobs.get(ref.job_id)) is not None:
        await session.settled(asked)
    job = session.jobs.get(ref.job_id)
    node = job.candidate(ref.candidate_id) if job else None
    if job is None or node is None:
        return _refused("This candidate is not there any more.", "Refine the function again.")
    if session.applying:
        return _refused("Another change is being applied.", "Wait until it is done, then apply again.")
    page = session.page(job.uri)
    if page is None:
        return _refused("The document is not open.", "Open it, then apply again.")
    planned = plan(session.core, page, job, node)
    if isinstance(planned, Refusal):
        return _refused(planned.reason, planned.advice)
    title = to_lsp.title(session.core, job, node)
    session.applying = True
    session.jobs.note_applied(job, title)
    try:
        answer = await _send(session, job, page, planned, f"ORPS: apply {job.target.qualname} ({title})")
    finally:
        session.applying = False
    if not answer.applied:
        session.jobs.note_applied(job, "")
    return answer


async def _send(session: Session, job: Job, page: Page, planned: Plan, label: str) -> protocol.Applied:
    edit = to_lsp.workspace_edit(page, planned.edits, session.client, label)
    # Expected before it is asked for: the change may come before the answer, and typing right after it.
    arrival = session.arrivals.expect(page.uri, planned.expected)
    try:
        marked = session.client.marked_edits
        params = lsp.ApplyWorkspaceEditParams(
            edit=edit,
            label=label,
            metadata=lsp.WorkspaceEditMetadata(is_refactoring=True) if marked else None,
        )
        answer = await session.server.ask(lsp.WORKSPACE_APPLY_EDIT, params, seconds=CONFIRMING)
        if not isinstance(answer, lsp.ApplyWorkspaceEditResult) or not answer.applied:
            why = getattr(answer, "failure_reason", None)
            return _refused(
                f"The editor did not apply the change{f': {why}' if why else ''}.", "Apply it again."
            )
        await asyncio.wait_for(arrival, ARRIVING)
    except Unanswered as problem:
        logger.warning("apply: %s", problem)
        return _refused("The editor did not answer.", "Look at the document before you apply again.")
    except TimeoutError:
        return _surprised(session, job)
    finally:
        arrival.cancel()
    return protocol.Applied(applied=True)


def _surprised(session: Session, job: Job) -> protocol.Applied:
    """The editor says that it applied the change, and the document is not what it must be then."""
    logger.error("apply: the document of %s is not the expected text after the edit", job.id)
    text = (
        f"ORPS: {job.target.qualname} is not as expected after the change. Look at it, and undo if in doubt."
    )
    session.server.tell(
        lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(type=lsp.MessageType.Warning, message=text)
    )
    return protocol.Applied(
        applied=True, reason="The document is not as expected after the change.", advice="Undo if in doubt."
    )


def _refused(reason: str, advice: str) -> protocol.Applied:
    return protocol.Applied(applied=False, reason=reason, advice=advice)
