"""The light bulb: refine the function at the cursor; review, apply, dismiss or stop what a run has found.

Answered from the cached outline: no I/O, and no parse unless the text is new.
"""

from collections.abc import Iterator

from lsprotocol import types as lsp

from orps_core import FunctionOutline
from orps_server import from_lsp, protocol, to_lsp
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.session import Session

Action = lsp.CodeAction | lsp.Command


def register(session: Session) -> None:
    @session.server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
    def code_action(params: lsp.CodeActionParams) -> list[Action]:
        if not from_lsp.wanted_below(protocol.REFINE_KIND, params.context.only):
            return []
        page = session.page(params.text_document.uri)
        function = page.around(*from_lsp.lines_of(params.range)) if page else None
        if page is None or function is None:
            return []
        asked = from_lsp.asked_by_a_person(params.context)
        made = [each for each in actions(session, page, function) if asked or each.disabled is None]
        return [
            _for_client(session, each)
            for each in made
            if from_lsp.wanted(str(each.kind), params.context.only)
            and (each.disabled is None or session.client.disabled_actions)
        ]


def actions(session: Session, page: Page, function: FunctionOutline) -> Iterator[lsp.CodeAction]:
    job = session.jobs.at(page.uri, function.qualname)
    if job is not None and job.usable:
        yield from _candidate(session, job)
    if job is not None and job.running:
        argument = {"jobId": job.id}
        yield _action(f"ORPS: stop refining {function.name}", protocol.STOP_KIND, protocol.STOP, argument)
    else:
        yield _refine(page, function)


def _refine(page: Page, function: FunctionOutline) -> lsp.CodeAction:
    argument = {"uri": page.uri, "qualname": function.qualname}
    action = _action(f"ORPS: refine {function.name}", protocol.REFINE_KIND, protocol.REFINE, argument)
    if page.path is None:
        action.disabled = lsp.CodeActionDisabled(reason="save the file first: its tests are found from there")
    elif function.broken:
        action.disabled = lsp.CodeActionDisabled(reason=f"the text of {function.name} does not parse")
    if action.disabled is not None:
        action.command = None
    return action


def _candidate(session: Session, job: Job) -> Iterator[lsp.CodeAction]:
    best = job.usable[0]
    title = to_lsp.title(session.core, job, best)
    argument = {"jobId": job.id, "candidateId": str(best.id)}
    review = protocol.CLIENT_REVIEW if session.client.reviews else protocol.REVIEW
    yield _action(f"ORPS: review {title}", protocol.REVIEW_KIND, review, argument)
    yield _action(f"ORPS: apply {title}", protocol.APPLY_KIND, protocol.APPLY, argument)
    yield _action(
        "ORPS: dismiss these candidates", protocol.DISMISS_KIND, protocol.DISMISS, {"jobId": job.id}
    )


def _action(title: str, kind: str, command: str, argument: dict[str, str]) -> lsp.CodeAction:
    """Never preferred: refining is a decision, not a correction."""
    return lsp.CodeAction(
        title=title, kind=kind, command=lsp.Command(title=title, command=command, arguments=[argument])
    )


def _for_client(session: Session, action: lsp.CodeAction) -> Action:
    if session.client.action_literals or action.command is None:
        return action
    return action.command
