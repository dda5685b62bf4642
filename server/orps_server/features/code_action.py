"""The light bulb: refine the function at the cursor; review, apply, dismiss or stop what a run has found.

Answered from the cached outline: no I/O, and no parse unless the text is new.
"""

from collections.abc import Iterator, Mapping

from lsprotocol import types as lsp

from orps_core import FunctionOutline
from orps_server import from_lsp, plain, protocol, to_lsp
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.session import Session

Action = lsp.CodeAction | lsp.Command

OBJECTIVES = {
    "fix": "fix the failing tests of {}",
    "time": "make {} faster",
    "memory": "make {} use less memory",
    "simplicity": "simplify {}",
}


def register(session: Session) -> None:
    @session.server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION)
    async def code_action(params: lsp.CodeActionParams) -> list[Action]:
        if not from_lsp.wanted_below(protocol.REFINE_KIND, params.context.only):
            return []
        page = await session.shown(params.text_document.uri)
        function = page.around(*from_lsp.lines_of(params.range)) if page else None
        if page is None or function is None:
            return []
        asked = from_lsp.asked_by_a_person(params.context)
        made = actions(session, page, function, asked=asked)
        ours = [each for each in params.context.diagnostics if each.source == protocol.SECTION]
        return [
            _for_client(session, each, ours)
            for each in made
            if from_lsp.wanted(str(each.kind), params.context.only)
            and (each.disabled is None or (asked and session.client.disabled_actions))
        ]

    @session.server.feature(lsp.CODE_ACTION_RESOLVE)
    async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
        """A menu stays open while runs go on: what is chosen means the state as it is now.

        What is not offered any more keeps its command, which answers with the reason.
        """
        about = plain.members(action.data)
        page = await session.shown(str(about.get("uri")))
        function = page.named(str(about.get("qualname"))) if page else None
        if page is None or function is None:
            return action
        fresh = actions(session, page, function, asked=True)
        return next((each for each in fresh if each.kind == action.kind), action)


def actions(
    session: Session, page: Page, function: FunctionOutline, *, asked: bool
) -> Iterator[lsp.CodeAction]:
    """``asked`` by a person, who has opened a menu; else a light bulb is all that is shown."""
    job = session.jobs.at(page.uri, function.qualname)
    made = [*_candidate(session, page, job)] if job is not None and job.usable else []
    if job is not None and job.running:
        argument = {"jobId": job.id}
        made.append(
            _action(f"ORPS: stop refining {function.name}", protocol.STOP_KIND, protocol.STOP, argument)
        )
    else:
        made += _refine(page, function, job, asked=asked)
    if asked and page.path is not None:
        selected = session.selections.allows(page, function.qualname)
        on_save = {"uri": page.uri, "qualname": function.qualname, "selected": not selected}
        title = f"ORPS: refine {function.name} on every save"
        title = f"ORPS: no longer refine {function.name} on every save" if selected else title
        made.append(_action(title, protocol.ON_SAVE_KIND, protocol.ON_SAVE, on_save))
    for each in made:
        each.data = {"uri": page.uri, "qualname": function.qualname}
        yield each


def _refine(
    page: Page, function: FunctionOutline, job: Job | None, *, asked: bool
) -> Iterator[lsp.CodeAction]:
    reason = _hindrance(page, function)
    argument = {"uri": page.uri, "qualname": function.qualname}
    yield _able(
        _action(f"ORPS: refine {function.name}", protocol.REFINE_KIND, protocol.REFINE, argument), reason
    )
    if not asked or reason is not None:
        return
    for objective, title in OBJECTIVES.items():
        action = _action(
            f"ORPS: {title.format(function.name)}",
            f"{protocol.REFINE_KIND}.{objective}",
            protocol.REFINE,
            {**argument, "objective": objective},
        )
        yield _able(action, _known(objective, function, job))


def _hindrance(page: Page, function: FunctionOutline) -> str | None:
    """Why no run can begin, as far as the text alone says."""
    if page.home is None:
        return "save the file first: its tests are found from there"
    if function.broken:
        return f"the text of {function.name} does not parse"
    return None


def _known(objective: str, function: FunctionOutline, job: Job | None) -> str | None:
    """What the last run of the same text has told about its tests."""
    if job is None or not job.fresh or job.search.baseline is None:
        return None
    passing = job.search.baseline.execution.correct
    if objective == "fix" and passing:
        return f"all tests of {function.name} pass"
    if objective != "fix" and not passing:
        return f"tests of {function.name} fail; fix them first"
    return None


def _candidate(session: Session, page: Page, job: Job) -> Iterator[lsp.CodeAction]:
    best = job.usable[0]
    title = to_lsp.title(session.core, job, best)
    argument = {"jobId": job.id, "candidateId": str(best.id)}
    review = protocol.CLIENT_REVIEW if session.client.reviews else protocol.REVIEW
    yield _action(f"ORPS: review {title}", protocol.REVIEW_KIND, review, argument)
    put = _action(f"ORPS: apply {title}", protocol.APPLY_KIND, protocol.APPLY, argument)
    yield _able(
        put, "cells of a notebook are only read: review, and copy what you want" if page.notebook else None
    )
    yield _action(
        "ORPS: dismiss these candidates", protocol.DISMISS_KIND, protocol.DISMISS, {"jobId": job.id}
    )


def _action(title: str, kind: str, command: str, argument: Mapping[str, object]) -> lsp.CodeAction:
    """Never preferred: refining is a decision, not a correction."""
    return lsp.CodeAction(
        title=title, kind=kind, command=lsp.Command(title=title, command=command, arguments=[dict(argument)])
    )


def _able(action: lsp.CodeAction, reason: str | None) -> lsp.CodeAction:
    if reason is not None:
        action.disabled, action.command = lsp.CodeActionDisabled(reason=reason), None
    return action


def _for_client(session: Session, action: lsp.CodeAction, ours: list[lsp.Diagnostic]) -> Action:
    if session.client.action_literals or action.command is None:
        if ours and action.kind in {protocol.REVIEW_KIND, protocol.APPLY_KIND}:
            action.diagnostics = ours
        return action
    return action.command
