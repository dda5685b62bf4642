"""Runs candidates again after edits that leave the code what it was, or change what it was verified with."""

import asyncio
from collections.abc import Coroutine
from functools import partial

from orps_core.domain.tree import Node
from orps_core.ports import Unavailable
from orps_server import from_lsp
from orps_server.carrying import carried
from orps_server.documents import Page
from orps_server.footing import Texts, stands_on
from orps_server.jobs import Again, Job
from orps_server.pulse import Pulse
from orps_server.session import Session, Watcher

from .audience import Hearing
from .comparing import Comparing, sources_of, tests_of

SETTLED = 0.6
"""Seconds without an edit before anything is run again."""
PAUSE = 0.4
"""Seconds between two looks at what candidates were verified with."""


def register(session: Session) -> None:
    rechecking = Rechecking(session)
    session.audience.join(rechecking)
    session.watch(rechecking)
    session.settled = rechecking.settled


class Rechecking(Hearing, Watcher):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._pulse = Pulse(PAUSE, self._compare_all)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._comparing = Comparing(session.jobs, session.page, self._open, session.beside)

    def started(self, job: Job) -> None:
        self._comparing.began(job)

    def changed(self, job: Job) -> None:
        self._plan(job)

    def improved(self, job: Job, node: Node) -> None:
        del job, node
        self._pulse.ask()

    def ended(self, job: Job) -> None:
        self._plan(job)
        self._pulse.ask()

    def looked(self, uri: str) -> None:
        for job in self._session.jobs.of(uri):
            self._plan(job)

    def opened(self, uri: str) -> None:
        if (document := self._session.server.document(uri)) is not None:
            source = from_lsp.source(document)
            if source.path is not None:
                self._comparing.opened(source.path, source.text)
        self.edited(uri)

    def closed(self, uri: str) -> None:
        self.edited(uri)

    def edited(self, uri: str) -> None:
        """Any document may be one that something was verified with."""
        del uri
        if self._session.jobs.all():
            self._pulse.ask()

    async def settled(self, job: Job) -> None:
        """Find out, before something is applied, whether what it was verified with is what it was."""
        if job.candidates:
            await self._comparing.compare(job)

    def _plan(self, job: Job) -> None:
        """Each edit puts it off once more."""
        if (timer := self._timers.pop(job.id, None)) is not None:
            timer.cancel()
        if job.hold.again and job.candidates and not job.running and job.checking is None:
            act = partial(self._begin, job)
            self._timers[job.id] = asyncio.get_running_loop().call_later(SETTLED, act)

    def _begin(self, job: Job) -> None:
        self._timers.pop(job.id, None)
        self._do(self._again(job))

    async def _again(self, job: Job) -> None:
        page = self._session.page(job.uri)
        if page is None or not job.hold.again:
            return
        search = job.search
        made = await self._made(page, job)
        if made is None or not job.hold.again:
            return
        if self._session.page(job.uri) is not page or job.search is not search:
            self._plan(job)  # Edited meanwhile, or something else is known of it.
            return
        self._session.jobs.check(job, made, partial(self._checked, job))

    async def _made(self, page: Page, job: Job) -> Again | None:
        before, name, nodes, tests = job.target, job.qualname, job.candidates, tests_of(job.search.baseline)
        beside, texts = self._session.beside(page), self._open()

        def make() -> Again | None:
            try:
                target = beside(self._session.core.cut, page.home or "", page.text, name)
            except Unavailable:
                return None
            kept = {node.id: carried(node.candidate, before, target) for node in nodes}
            candidates = {node: each for node, each in kept.items() if each is not None}
            sources = sources_of(candidates.values())
            found = beside(stands_on, target.module, target, sources, tests, texts)
            return None if found is None else Again(target=target, candidates=candidates, footing=found)

        return await asyncio.to_thread(make)

    def _checked(self, job: Job) -> None:
        self._comparing.ended(job)
        self._session.review_jobs(job.uri)

    def _compare_all(self) -> None:
        for job in self._session.jobs.all():
            if job.candidates and job.checking is None:
                self._do(self._comparing.compare(job))

    def _open(self) -> Texts:
        found = map(from_lsp.source, self._session.server.documents())
        return {each.path: each.text for each in found if each.path}

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
