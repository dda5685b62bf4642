"""Which functions are refined whenever their document is saved: chosen, allowed by a person, and quiet."""

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path

from lsprotocol import types as lsp

from orps_server import from_lsp, protocol, selecting
from orps_server.consent import Consent
from orps_server.documents import Page
from orps_server.selecting import Wish
from orps_server.selections import Selected
from orps_server.session import Session, Watcher
from orps_server.transport import Unanswered

from .background import Background

logger = logging.getLogger(__name__)

DEBOUNCE = 1.0
"""Seconds after a save without another one."""
DECIDING = 3600.0
"""Seconds in which the question whether a project may do this can be answered."""

ENABLE, REFUSE = "Enable here", "Not here"


def register(session: Session) -> None:
    background = Background(session)
    session.audience.join(background)
    on_save = OnSave(session, background)
    session.watch(on_save)
    server = session.server

    @server.feature(lsp.TEXT_DOCUMENT_WILL_SAVE)
    def will_save(params: lsp.WillSaveTextDocumentParams) -> None:
        on_save.will_save(session.known(params.text_document.uri), params.reason)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: lsp.DidSaveTextDocumentParams) -> None:
        on_save.saved(session.known(params.text_document.uri))

    @server.command(protocol.ON_SAVE)
    async def choose(argument: protocol.OnSaveArgument) -> protocol.OnSave | protocol.Refused:
        return session.announcements.told(await on_save.choose(argument))

    @server.command(protocol.ENABLE_ON_SAVE)
    async def enable(argument: protocol.EnableArgument) -> protocol.OnSave | protocol.Refused:
        return session.announcements.told(await on_save.enable(argument))


class OnSave(Watcher):
    def __init__(self, session: Session, background: Background) -> None:
        self._session = session
        self._background = background
        self._reasons: dict[str, lsp.TextDocumentSaveReason] = {}
        self._pauses: dict[str, asyncio.Task[None]] = {}
        self._asked: set[Path] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def will_save(self, uri: str, reason: lsp.TextDocumentSaveReason) -> None:
        """``didSave`` does not say why; this comes before it, from editors that send it."""
        self._reasons[uri] = reason

    def saved(self, uri: str) -> None:
        """A newer save takes the place of an older one that is still being considered."""
        reason = self._reasons.pop(uri, lsp.TextDocumentSaveReason.Manual)
        self._cancel(uri)
        self._pauses[uri] = self._begin(self._consider(uri, reason))

    def opened(self, uri: str) -> None:
        """To show what is selected; nothing runs."""
        self._later(self._show(uri))

    def closed(self, uri: str) -> None:
        self._cancel(uri)
        self._session.selections.forget(uri)
        self._reasons.pop(uri, None)
        self._background.forget(uri)

    async def choose(self, argument: protocol.OnSaveArgument) -> protocol.OnSave | protocol.Refused:
        """A person chooses a function, or leaves one out: for this one nothing else is asked."""
        uri = self._session.known(argument.uri)
        selected = await self._look(uri)
        if selected is None:
            return _nowhere()
        name = selected.name(argument.qualname)
        return await self._change(
            uri, selected, lambda known: known.choosing(name, selected=argument.selected)
        )

    async def enable(self, argument: protocol.EnableArgument) -> protocol.OnSave | protocol.Refused:
        uri = self._session.known(argument.uri)
        selected = await self._look(uri)
        if selected is None:
            return _nowhere()
        return await self._change(
            uri, selected, lambda known: dataclasses.replace(known, enabled=argument.enabled)
        )

    async def _change(
        self, uri: str, selected: Selected, change: Callable[[Consent], Consent]
    ) -> protocol.OnSave | protocol.Refused:
        try:
            made = await asyncio.to_thread(self._session.consents.change, selected.root, change)
        except OSError as problem:
            return protocol.Refused(
                error=f"That could not be kept: {problem.strerror}.", advice="Look at XDG_STATE_HOME."
            )
        await self._show(uri)
        return protocol.OnSave(root=str(selected.root), enabled=made.enabled, functions=made.chosen)

    async def _consider(self, uri: str, reason: lsp.TextDocumentSaveReason) -> None:
        await self._session.read(uri)
        await asyncio.sleep(DEBOUNCE)
        if self._session.page(uri) is None:
            return
        _ = await self._session.configuration.of(uri)
        await self._show(uri)
        selected = await self._look(uri)
        if selected is None:
            return
        preferences = self._session.configuration.preferences(uri)
        if reason is not lsp.TextDocumentSaveReason.Manual and not preferences.auto_saves:
            return
        for wish in selected.wishes.values():
            if wish.problem:
                self._session.configuration.complain(f"ORPS: {wish.problem}.")
        page = self._session.page(uri)
        for function in page.functions if page else ():
            if selected.allows(function.qualname):
                wish = selected.wishes.get(function.qualname, Wish())
                self._background.want(uri, function.qualname, wish, selected.root)
        if selected.consent.enabled is None and any(map(selected.wished, selected.wishes)):
            self._ask(uri, selected)

    async def _show(self, uri: str) -> None:
        await self._session.read(uri)
        before = [*self._session.selections.marks(page)] if (page := self._session.page(uri)) else []
        if await self._look(uri) is None or (page := self._session.page(uri)) is None:
            return
        if [*self._session.selections.marks(page)] != before:
            self._session.announcements.lenses()

    async def _look(self, uri: str) -> Selected | None:
        """Read what selects and what is allowed, as both are now; settings as they were asked for last."""
        page = self._session.page(uri)
        if page is None or page.path is None:
            return None
        patterns = self._session.configuration.preferences(uri).functions
        workspace = self._session.server.workspace
        folder = from_lsp.folder_of(uri, workspace.folders, workspace.root_path)

        found = await asyncio.to_thread(self._read, page, folder, patterns)
        if self._session.page(uri) is not None:
            self._session.selections.put(uri, found)
        return found

    def _read(self, page: Page, folder: str | None, patterns: tuple[str, ...]) -> Selected:
        path = Path(page.path or "")
        root = next(each for each in selecting.roots(path, Path(folder) if folder else None))
        inside = path.relative_to(root)
        theirs = selecting.project_patterns(root)
        return Selected(
            root=root,
            path=inside,
            wishes=selecting.wishes(page.text, page.functions, inside, (*patterns, *theirs)),
            consent=self._session.consents.of(root),
        )

    def _ask(self, uri: str, selected: Selected) -> None:
        """Once for a project, and never again whatever the answer; not at all where nobody can answer."""
        if selected.root in self._asked or not self._session.client.asks:
            return
        self._asked.add(selected.root)
        self._later(self._decide(uri, selected))

    async def _decide(self, uri: str, selected: Selected) -> None:
        number = sum(map(selected.wished, selected.wishes))
        functions = "a function asks" if number == 1 else f"{number} functions ask"
        params = lsp.ShowMessageRequestParams(
            type=lsp.MessageType.Info,
            message=f"ORPS: in {selected.path} {functions} to be refined on every save, which runs the tests,"
            f" confined. Enable this for {selected.root}?",
            actions=[lsp.MessageActionItem(title=each) for each in (ENABLE, REFUSE)],
        )
        try:
            answer = await self._session.server.ask(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params, seconds=DECIDING)
        except Unanswered:
            return
        chosen = answer.title if isinstance(answer, lsp.MessageActionItem) else None
        if chosen in {ENABLE, REFUSE}:
            await self.enable(protocol.EnableArgument(uri=uri, enabled=chosen == ENABLE))
        if chosen == ENABLE:
            self.saved(uri)

    def _cancel(self, uri: str) -> None:
        if (pause := self._pauses.pop(uri, None)) is not None:
            pause.cancel()

    def _later(self, work: Coroutine[object, object, None]) -> None:
        _ = self._begin(work)

    def _begin(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("on save", exc_info=error)


def _nowhere() -> protocol.Refused:
    return protocol.Refused(
        error="The document is not an open Python file.", advice="Open it, then choose again."
    )
