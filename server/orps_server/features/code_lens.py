"""One line above a function while it has a job: how it stands, and what can be done."""

from collections.abc import Iterator

from lsprotocol import types as lsp

from orps_server import protocol, to_lsp
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.session import Session


def register(session: Session) -> None:
    @session.server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)
    async def code_lens(params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
        page = await session.shown(params.text_document.uri)
        if page is None:
            return []
        made = [
            lsp.CodeLens(range=to_lsp.at_line(line), command=_on_save(page, qualname, allowed=allowed))
            for line, qualname, allowed in session.selections.marks(page)
        ]
        for job in session.jobs.of(page.uri):
            line = job.line if job.line is not None else page.line_of(job.target)
            # A run that was cut short by typing and found nothing has nothing to say any more.
            if line is not None and (job.candidates or not job.stale):
                where = to_lsp.at_line(line)
                made += [
                    lsp.CodeLens(range=where, command=command) for command in commands(session, page, job)
                ]
        return made


def commands(session: Session, page: Page, job: Job) -> Iterator[lsp.Command]:
    this = {"jobId": job.id}
    if job.usable:
        best = job.usable[0]
        one = {**this, "candidateId": str(best.id)}
        review = protocol.CLIENT_REVIEW if session.client.reviews else protocol.REVIEW
        more = f" · {len(job.usable) - 1} more" if len(job.usable) > 1 else ""
        yield _command(f"⚡ {to_lsp.title(session.core, job, best)}{more}", review, one)
        yield _command("Review", review, one)
        if page.notebook is None:
            yield _command("Apply", protocol.APPLY, one)
    if job.quiet and not job.usable:
        return  # The lens that says "on save" says it all: nothing comes and goes while somebody works.
    if job.running:
        yield _command(f"ORPS: {to_lsp.running(job)}", "")
        yield _command("Stop", protocol.STOP, this)
        return
    if not job.usable:
        yield _command(f"ORPS: {to_lsp.message(job)}", "")
    yield _command("Dismiss", protocol.DISMISS, this)


def _on_save(page: Page, qualname: str, *, allowed: bool) -> lsp.Command:
    """The mark of a function that is refined on save; choosing it turns that over."""
    title = "ORPS: on save" if allowed else "ORPS: on save, not enabled here"
    argument = {"uri": page.uri, "qualname": qualname, "selected": not allowed}
    return lsp.Command(title=title, command=protocol.ON_SAVE, arguments=[argument])


def _command(title: str, command: str, argument: dict[str, str] | None = None) -> lsp.Command:
    """Without a command a lens is only read."""
    return lsp.Command(title=title, command=command, arguments=[argument] if argument else None)
