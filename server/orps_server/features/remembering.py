"""Brings suggestions back when a document is opened again, after whatever became of the last session."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from pathlib import Path

from orps_core.ports import Unavailable
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.keeping import Keeping, Kept, kept
from orps_server.pulse import Pulse
from orps_server.session import Session, Watcher

from .audience import Hearing

PAUSE = 0.5
"""Seconds between two writings of one document's suggestions."""


def register(session: Session) -> None:
    remembering = Remembering(session, session.state / "suggestions")
    session.audience.join(remembering)
    session.watch(remembering)


class Remembering(Hearing, Watcher):
    def __init__(self, session: Session, folder: Path) -> None:
        self._session = session
        self._keeping = Keeping(folder)
        self._pulses: dict[str, Pulse] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()
        self._gone: set[tuple[str, str]] = set()
        """Functions whose suggestions the person does not want any more."""

    def started(self, job: Job) -> None:
        self._gone.discard((job.uri, job.target.qualname))

    def changed(self, job: Job) -> None:
        if job.fresh and not job.candidates and not job.running:
            self._gone.add((job.uri, job.target.qualname))
        if job.footing is not None or not job.candidates:
            self._pulses.setdefault(job.uri, Pulse(PAUSE, partial(self._write, job.uri))).ask()

    def opened(self, uri: str) -> None:
        self._do(self._restore(uri))

    def _write(self, uri: str) -> None:
        self._do(self._written(uri))

    async def _written(self, uri: str) -> None:
        async with self._writing:  # Of two threads the one that began first may write last.
            page = self._session.page(uri)
            if page is None or page.path is None:
                return
            found = [made for job in self._session.jobs.of(uri) if (made := kept(job)) is not None]
            gone = {qualname for where, qualname in self._gone if where == uri}
            await asyncio.to_thread(self._merge, page.path, found, gone)

    def _merge(self, path: str, found: list[Kept], gone: set[str]) -> None:
        """What is kept of other texts stays: they may come back."""
        ours = {each.qualname for each in found} | gone
        others = [each for each in self._keeping.read(path) if each.qualname not in ours]
        if found or gone:
            self._keeping.write(path, [*found, *others])

    async def _restore(self, uri: str) -> None:
        page = await self._session.read(uri)
        if page is None or page.path is None or self._session.jobs.of(page.uri):
            return
        known = await asyncio.to_thread(self._keeping.read, page.path)
        now = self._session.page(uri)
        if now is None or now.path != page.path:
            return
        for each in known:
            await self._bring_back(now, each)

    async def _bring_back(self, page: Page, known: Kept) -> None:
        if self._session.jobs.at(page.uri, known.qualname) is not None:
            return
        try:
            target = await self._session.cut(page, known.qualname)
        except Unavailable:
            return
        if self._session.jobs.at(page.uri, known.qualname) is not None:
            return
        search = known.search()
        if search is not None and (target.qualname, target.text) == (known.qualname, known.text):
            settings = partial(self._session.settings, page.uri, None)
            self._session.jobs.restore(page.uri, target, search, known.footing, settings)
            self._session.review_jobs(page.uri)  # It may have been edited meanwhile.

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
