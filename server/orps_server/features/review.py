"""Shows what a candidate would change, for clients without our extension: a diff in a file."""

from pathlib import Path

from lsprotocol import types as lsp

from orps_server import protocol, to_lsp
from orps_server.applying import Refusal, plan
from orps_server.session import Session
from orps_server.transport import Unanswered


async def content(session: Session, ref: protocol.CandidateRef) -> protocol.Content | protocol.Refused:
    """The document as it would be, always for its text as it is now."""
    job = session.jobs.get(ref.job_id)
    node = job.candidate(ref.candidate_id) if job else None
    if job is None or node is None:
        return protocol.Refused(
            error="This candidate is not there any more.", advice="Refine the function again."
        )
    page = session.page(job.uri)
    if page is None:
        return protocol.Refused(error="The document is not open.", advice="Open it, then review again.")
    planned = plan(session.core, page, job, node)
    if isinstance(planned, Refusal):
        return protocol.Refused(error=planned.reason, advice=planned.advice)
    return protocol.Content(
        uri=job.uri,
        title=f"{job.target.qualname}: {to_lsp.title(session.core, job, node)}",
        text=planned.expected,
        diff=to_lsp.diff(page.path or page.uri, page.text, planned.expected),
        evidence=to_lsp.evidence(session.core, job, node),
    )


async def review(session: Session, ref: protocol.CandidateRef) -> protocol.Reviewed | protocol.Refused:
    made = await content(session, ref)
    if isinstance(made, protocol.Refused):
        return made
    path = session.diffs.write(f"{ref.job_id}-{ref.candidate_id}.diff", f"{made.title}\n\n{made.diff}")
    shown = session.client.shows_documents and await _show(session, path)
    if not shown:
        text = f"ORPS: the change is in {path}"
        session.server.tell(
            lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(type=lsp.MessageType.Info, message=text)
        )
    return protocol.Reviewed(shown=shown, path=str(path))


async def _show(session: Session, path: Path) -> bool:
    params = lsp.ShowDocumentParams(uri=path.as_uri(), take_focus=True)
    try:
        answer = await session.server.ask(lsp.WINDOW_SHOW_DOCUMENT, params, seconds=10)
    except Unanswered:
        return False
    return isinstance(answer, lsp.ShowDocumentResult) and answer.success
