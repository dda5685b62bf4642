"""A progress the client shows, for as long as one job runs."""

import logging

from lsprotocol import types as lsp

from orps_server.transport import Server, Unanswered

logger = logging.getLogger(__name__)

PREFIX = "orps/"


def job_of(token: str | int) -> str | None:
    """The job whose progress a token stands for."""
    return token.removeprefix(PREFIX) if isinstance(token, str) and token.startswith(PREFIX) else None


class WorkDone:
    """Begins only when the client has made room for it, and forgets its token, which pygls would keep."""

    def __init__(self, server: Server, job: str, title: str) -> None:
        self._progress = server.work_done_progress
        self._server = server
        self._token = f"{PREFIX}{job}"
        self._title = title
        self._open = False
        self._ended = False

    async def begin(self) -> None:
        params = lsp.WorkDoneProgressCreateParams(token=self._token)
        try:
            await self._server.ask(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, params, seconds=5)
        except Unanswered as problem:
            logger.warning("no progress: %s", problem)
            return
        if not self._ended:
            self._open = True
            begin = lsp.WorkDoneProgressBegin(title=self._title, cancellable=True, percentage=0)
            self._progress.begin(self._token, begin)

    def report(self, message: str, percentage: int) -> None:
        if self._open:
            value = lsp.WorkDoneProgressReport(message=message, percentage=percentage)
            self._progress.report(self._token, value)

    def end(self, message: str) -> None:
        self._ended = True
        if self._open and not self._server.protocol.over:
            self._open = False
            self._progress.end(self._token, lsp.WorkDoneProgressEnd(message=message))
        self._server.forget_progress(self._token)
