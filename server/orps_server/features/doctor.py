"""Says what is wrong here and what to do: interpreter, confinement (tried for real), model, tests."""

from pathlib import Path

from orps_core import diagnosis_text
from orps_core.ports import Unavailable
from orps_server import protocol, to_lsp
from orps_server.documents import path_of
from orps_server.session import Session
from orps_server.wording import in_settings


async def examine(session: Session, argument: protocol.DoctorArgument) -> protocol.Report | protocol.Refused:
    uri = session.known(argument.uri) if argument.uri is not None else None
    folder = _folder(session, uri)
    if folder is None:
        return protocol.Refused(
            error="There is no folder to look at.", advice="Open a folder, or a saved file of one."
        )
    settings = await session.configuration.of(uri or folder.as_uri())
    try:
        diagnosis = await session.core.diagnosed(folder, settings.python)
    except Unavailable as problem:
        return protocol.Refused(error=problem.reason, advice=in_settings(problem.advice))
    status = session.announcements.status
    more = [f"  model: {session.relay.receiver(settings)}"]
    more += [f"  tests of the last run: {status.tests}"] if status.tests else []
    more += [f"  the last run: {status.message}"] if status.message else []
    return to_lsp.report(diagnosis, "\n".join([diagnosis_text(diagnosis), *more]))


def _folder(session: Session, uri: str | None) -> Path | None:
    """That of the document, else the first of the workspace."""
    page = session.page(uri) if uri else None
    if page is not None and page.path is not None:
        return Path(page.path).parent
    workspace = session.server.workspace
    first = next(iter(workspace.folders.values()), None)
    path = path_of(first.uri) if first else workspace.root_path
    return Path(path) if path else None
