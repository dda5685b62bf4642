"""One session with one client: what the handlers share."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path

from lsprotocol import types as lsp

from orps_core import Beside, Block, Settings, here
from orps_core.domain.target import Target

from . import from_lsp, settings
from .consent import Consents
from .core import Core
from .diffs import Diffs
from .documents import LONG, Page, Pages, unsaved
from .falling_back import falling_back
from .features.announcements import Announcements
from .features.audience import Audience
from .features.configuration import Configuration
from .features.relay import Relay
from .jobs import Job, Jobs
from .selections import Selections
from .tracking import find, moved
from .transport import Server

_NICE = 5
"""Of niceness: the kernel gives runs a quarter of what the editor and this server get at the same moment."""
_GENTLE = 10
"""To those that a save has begun it gives a tenth."""


class Session:
    def __init__(
        self, server: Server, params: lsp.InitializeParams, core: Core, relay: Relay, state: Path
    ) -> None:
        self.server = server
        self.core = core
        self.client = from_lsp.client(params.capabilities)
        self.configuration = Configuration(server, self.client, from_lsp.first_settings(params))
        self.announcements = Announcements(server, self.client, core)
        self.audience = Audience(self.announcements)
        self.relay = relay
        self.jobs = Jobs(dataclasses.replace(core, refine=falling_back(core.refine)), self.audience)
        self.state = state
        self.consents = Consents(state / "on-save.json")
        self.selections = Selections()
        self.arrivals = Arrivals()
        self.diffs = Diffs()
        self.applying = False
        self._pages = Pages(core.outliner)
        self.settled: Callable[[Job], Awaitable[None]] = _as_it_is
        """Waits until it is known whether a job's candidates still stand on what they were verified with."""
        self.watchers: list[Watcher] = []
        self._seen: dict[str, Page] = {}
        self._kept: set[asyncio.Task[object]] = set()

    def page(self, uri: str) -> Page | None:
        """The document as it is now; None when it is not open."""
        document = self.server.document(uri)
        if document is None or not from_lsp.is_python(document):
            return None
        return self._pages.page(from_lsp.source(document))

    async def read(self, uri: str) -> Page | None:
        """The same, and certain: a long document is parsed beside the loop if need be, again if edited."""
        while self.takes_long(uri) and (document := self.server.document(uri)) is not None:
            source = from_lsp.source(document)
            blocks = await asyncio.to_thread(self._blocks, source.text)
            if self.server.document(uri) is document and document.source is source.text:
                self._pages.take(source, blocks)
        return self.page(uri)

    async def cut(self, page: Page, qualname: str) -> Target:
        """Raise ``Unavailable`` like the core. A document may be parsed more than once for it."""
        return await asyncio.to_thread(self.beside(page), self.core.cut, page.home or "", page.text, qualname)

    def beside(self, page: Page) -> Beside:
        """Where what concerns this document is computed; call it in a thread."""
        return self.core.beside if len(page.text) > LONG else here

    def _blocks(self, text: str) -> Sequence[Block]:
        return self.core.beside(self.core.blocks, text.encode())

    def takes_long(self, uri: str) -> bool:
        document = self.server.document(uri)
        python = document is not None and from_lsp.is_python(document)
        return document is not None and python and self._pages.takes_long(from_lsp.source(document))

    async def shown(self, uri: str) -> Page | None:
        """The same, its jobs compared with it: what is offered must not lag behind the text.

        Not kept waiting by a long document that is broken in several places while somebody types.
        """
        page = self.page(uri) if self._pages.knows(uri) else await self.read(uri)
        known = page is None or self._seen.get(page.uri) is page or not page.functions.certain
        if page is not None and not known and self.jobs.of(page.uri):
            self.review_jobs(page.uri)
        return page

    def known(self, uri: str) -> str:
        """The spelling in which the client opened the document."""
        document = self.server.document(uri)
        return uri if document is None else document.uri

    def forget(self, uri: str) -> None:
        self._pages.forget(uri)
        self._seen.pop(uri, None)
        self.configuration.forget(uri)

    def review_jobs(self, uri: str) -> None:
        """Compare the jobs' targets with the document as it is now."""
        page = self.page(uri)
        if page is not None:
            before = self._seen.get(uri, page)
            self._seen[uri] = page
            self.jobs.review(
                page.uri, partial(find, page), lambda line: moved(line, before.lines, page.lines)
            )
            for watcher in self.watchers:
                watcher.looked(page.uri)

    def watch(self, watcher: "Watcher") -> None:
        self.watchers.append(watcher)

    def keep(self, work: Coroutine[object, object, object]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self._kept.add(task)
        task.add_done_callback(self._kept.discard)

    async def settings(self, uri: str, objective: str | None, *, gentle: bool = False) -> Settings:
        """The settings of a run: the client's, and what the other open documents hold."""
        chosen = await self.configuration.of(uri)
        if objective is not None:
            chosen = settings.with_objective(chosen, objective)
        others = [
            from_lsp.source(each)
            for each in self.server.documents()
            if each.uri != uri and from_lsp.is_python(each)
        ]
        overlays = await asyncio.to_thread(unsaved, others)
        workspace = self.server.workspace
        root = from_lsp.folder_of(uri, workspace.folders, workspace.root_path)
        made = dataclasses.replace(
            chosen, overlays=overlays, root=root, gentle=gentle, nice=_GENTLE if gentle else _NICE
        )
        settled, why = await self.relay.settle(made)
        if why:
            self.configuration.complain(f"ORPS: {why}", since=self.relay.changes)
        page = self.page(uri)
        home = page.home if page else None
        runs_in = await asyncio.to_thread(self.core.interpreter, home, settled) if home else None
        self.announcements.begins(self.relay.receiver(settled), runs_in)
        return settled


async def _as_it_is(_job: Job) -> None:
    """Until a feature says otherwise."""


class Watcher:
    """Follows the open documents; a feature overrides what concerns it."""

    def opened(self, uri: str) -> None: ...
    def edited(self, uri: str) -> None: ...
    def looked(self, uri: str) -> None:
        """The document's jobs were compared with its text."""

    def closed(self, uri: str) -> None: ...


class Arrivals:
    """Texts that a document must come to have, looked for at every change."""

    def __init__(self) -> None:
        self._awaited: dict[asyncio.Future[None], tuple[str, str]] = {}
        self._latest = 0.0

    async def quiet(self, seconds: float) -> None:
        """Wait until no document has changed for so long: then the client has sent all that was typed."""
        loop = asyncio.get_running_loop()
        self._latest = loop.time()
        while (left := self._latest + seconds - loop.time()) > 0:  # noqa: ASYNC110  (each change moves the end)
            await asyncio.sleep(left)

    def expect(self, uri: str, text: str) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().create_future()
        self._awaited[future] = (uri, text)
        future.add_done_callback(self._forget)
        return future

    def look(self, uri: str, text: str) -> None:
        self._latest = asyncio.get_running_loop().time()
        for future, awaited in tuple(self._awaited.items()):
            if awaited == (uri, text) and not future.done():
                future.set_result(None)

    def _forget(self, future: asyncio.Future[None]) -> None:
        self._awaited.pop(future, None)
