"""Shows what a candidate would change, for clients without our extension.

A diff that the client asks us for where it can (`workspace/textDocumentContent`), else one in a file.
"""

from pathlib import PurePath
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types as lsp

from orps_server import protocol, to_lsp
from orps_server.applying import Refusal
from orps_server.session import Session
from orps_server.transport import Unanswered

from .planning import planned


async def content(session: Session, ref: protocol.CandidateRef) -> protocol.Content | protocol.Refused:
    """The document as it would be, always for its text as it is now."""
    job = session.jobs.get(ref.job_id)
    node = job.candidate(ref.candidate_id) if job else None
    if job is None or node is None:
        return protocol.Refused(
            error="This candidate is not there any more.", advice="Refine the function again."
        )
    found = await planned(session, job, node)
    if found is None:
        return protocol.Refused(error="The document is not open.", advice="Open it, then review again.")
    page, change = found
    if isinstance(change, Refusal):
        return protocol.Refused(error=change.reason, advice=change.advice)
    return protocol.Content(
        uri=job.uri,
        title=f"{job.target.qualname}: {to_lsp.title(session.core, job, node)}",
        text=change.expected,
        diff=to_lsp.diff(page.path or page.uri, page.text, change.expected),
        evidence=to_lsp.evidence(session.core, job, node),
    )


def register(session: Session) -> None:
    @session.server.feature(lsp.WORKSPACE_TEXT_DOCUMENT_CONTENT)
    async def text_of(params: lsp.TextDocumentContentParams) -> lsp.TextDocumentContentResult:
        """What cannot be shown any more says why, in the place where it would be."""
        ref = _ref_of(params.uri)
        made = await content(session, ref) if ref else None
        if made is None:
            return lsp.TextDocumentContentResult(text="")
        text = f"{made.error} {made.advice}\n" if isinstance(made, protocol.Refused) else _page(made)
        return lsp.TextDocumentContentResult(text=text)


async def review(session: Session, ref: protocol.CandidateRef) -> protocol.Reviewed | protocol.Refused:
    made = await content(session, ref)
    if isinstance(made, protocol.Refused):
        return made
    if session.client.reads_documents and not session.client.reviews:
        uri = _uri_of(ref, made)
        if await _show(session, uri):
            return protocol.Reviewed(shown=True, path=uri)
    path = session.diffs.write(f"{ref.job_id}-{ref.candidate_id}.diff", _page(made))
    shown = session.client.shows_documents and await _show(session, path.as_uri())
    if not shown:
        text = f"ORPS: the change is in {path}"
        session.server.tell(
            lsp.WINDOW_SHOW_MESSAGE, lsp.ShowMessageParams(type=lsp.MessageType.Info, message=text)
        )
    return protocol.Reviewed(shown=shown, path=str(path))


async def _show(session: Session, uri: str) -> bool:
    params = lsp.ShowDocumentParams(uri=uri, take_focus=True)
    try:
        answer = await session.server.ask(lsp.WINDOW_SHOW_DOCUMENT, params, seconds=10)
    except Unanswered:
        return False
    return isinstance(answer, lsp.ShowDocumentResult) and answer.success


def _page(made: protocol.Content) -> str:
    return f"{made.title}\n\n{made.diff}"


def _uri_of(ref: protocol.CandidateRef, made: protocol.Content) -> str:
    """``orps:/job/candidate/name.diff``: the editor tells the language by the end of the name."""
    name = PurePath(urlsplit(made.uri).path).name
    return f"{protocol.DOCUMENTS}:/{ref.job_id}/{ref.candidate_id}/{quote(unquote(name))}.diff"


def _ref_of(uri: str) -> protocol.CandidateRef | None:
    parts = [unquote(part) for part in urlsplit(unquote(uri)).path.strip("/").split("/")]
    if len(parts) < 2:  # noqa: PLR2004  (a job and its candidate)
        return None
    return protocol.CandidateRef(job_id=parts[0], candidate_id=parts[1])
