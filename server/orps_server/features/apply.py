"""Puts a candidate into the document: only when a person asks, only over the text it was verified for."""

import logging

from lsprotocol import types as lsp

from orps_server import protocol, to_lsp
from orps_server.applying import Plan, Refusal
from orps_server.documents import Page
from orps_server.session import Session
from orps_server.transport import Unanswered

from .landing import Landing
from .planning import planned

logger = logging.getLogger(__name__)

CONFIRMING = 120.0
"""Seconds; some clients ask the person before they edit."""


async def apply(session: Session, ref: protocol.CandidateRef) -> protocol.Applied:
    """Between the last look at the document and the request nothing else can run: there is no await."""
    if (asked := session.jobs.get(ref.job_id)) is not None:
        await session.settled(asked)
    node = asked.candidate(ref.candidate_id) if asked else None
    found = await planned(session, asked, node) if asked and node else None
    job = session.jobs.get(ref.job_id)
    if job is None or node is None or job.candidate(ref.candidate_id) is not node:
        return _refused("This candidate is not there any more.", "Refine the function again.")
    if session.applying:
        return _refused("Another change is being applied.", "Wait until it is done, then apply again.")
    if found is None:
        return _refused("The document is not open.", "Open it, then apply again.")
    page, change = found
    if page.notebook is not None:
        return _refused(
            "Cells of a notebook are only read.", "Review the change, and copy what you want of it."
        )
    if isinstance(change, Refusal):
        return _refused(change.reason, change.advice)
    title = to_lsp.title(session.core, job, node)
    landing = Landing(session, job, page, change.expected)
    session.jobs.note_applied(job, title)
    try:
        refusal = await _send(session, page, change, f"ORPS: apply {job.target.qualname} ({title})")
    except BaseException:
        landing.called_off()
        raise
    if refusal is None:
        return await landing.watch()
    landing.called_off()
    session.jobs.note_applied(job, "")
    return refusal


async def _send(session: Session, page: Page, planned: Plan, label: str) -> protocol.Applied | None:
    """None when the client says that it has done it, else why it has not."""
    edit = to_lsp.workspace_edit(page, planned.edits, session.client, label)
    marked = session.client.marked_edits
    params = lsp.ApplyWorkspaceEditParams(
        edit=edit, label=label, metadata=lsp.WorkspaceEditMetadata(is_refactoring=True) if marked else None
    )
    try:
        answer = await session.server.ask(lsp.WORKSPACE_APPLY_EDIT, params, seconds=CONFIRMING)
    except Unanswered as problem:
        logger.warning("apply: %s", problem)
        return _refused("The editor did not answer.", "Look at the document before you apply again.")
    if isinstance(answer, lsp.ApplyWorkspaceEditResult) and answer.applied:
        return None
    why = getattr(answer, "failure_reason", None)
    return _refused(f"The editor did not apply the change{f': {why}' if why else ''}.", "Apply it again.")


def _refused(reason: str, advice: str) -> protocol.Applied:
    return protocol.Applied(applied=False, reason=reason, advice=advice)
