"""What the client tells about the session: settings it pushes, a progress it cancels, its end."""

from lsprotocol import types as lsp

from orps_server.session import Session

from . import progress

LAST_SECONDS = 0.4
"""An editor that is being closed waits; what is still being killed then ends with us at the latest."""


def register(session: Session) -> None:
    server = session.server

    @server.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel(params: lsp.WorkDoneProgressCancelParams) -> None:
        if (job := progress.job_of(params.token)) is not None:
            session.jobs.stop(job)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def configured(params: lsp.DidChangeConfigurationParams) -> None:
        session.configuration.take(params.settings)
        for uri in {job.uri for job in session.jobs.all()}:
            await session.configuration.of(uri)
            session.review_jobs(uri)

    @server.feature(lsp.SHUTDOWN)
    async def shutdown(_params: None) -> None:
        """Awaited before the reply: afterwards nothing of ours runs any more."""
        await session.jobs.close(LAST_SECONDS)
        session.core.close()
        session.diffs.close()
