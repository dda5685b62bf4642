"""Runs candidates again after edits that leave the code what it was, or change what it was verified with."""

import asyncio
from collections.abc import Coroutine, Iterable
from functools import partial
from pathlib import Path

from orps_core import Beside
from orps_core.domain.candidate import Candidate
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
        self._began: dict[str, Texts] = {}
        """What was open when a run began: what it has seen."""

    def started(self, job: Job) -> None:
        self._began[job.id] = self._open()
        # The oldest are forgotten with their jobs.
        for gone in [each for each in self._began if self._session.jobs.get(each) is None]:
            del self._began[gone]

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
            await self._compare(job)

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
        made = await asyncio.to_thread(self._made, page, job, self._open())
        if made is None or not job.hold.again:
            return
        if self._session.page(job.uri) is not page:
            self._plan(job)  # Edited meanwhile.
            return
        self._session.jobs.check(job, made, partial(self._session.review_jobs, job.uri))

    def _made(self, page: Page, job: Job, texts: Texts) -> Again | None:
        beside = self._session.beside(page)
        try:
            target = beside(self._session.core.cut, page.home or "", page.text, job.qualname)
        except Unavailable:
            return None
        kept = {node.id: carried(node.candidate, job.target, target) for node in job.candidates}
        candidates = {node: each for node, each in kept.items() if each is not None}
        sources = _sources(candidates.values())
        found = beside(stands_on, target.module, target, sources, _tests(job), texts)
        return None if found is None else Again(target=target, candidates=candidates, footing=found)

    def _compare_all(self) -> None:
        for job in self._session.jobs.all():
            if job.candidates and job.checking is None:
                self._do(self._compare(job))

    async def _compare(self, job: Job) -> None:
        page = self._session.page(job.uri)
        if page is None or not (job.fresh or job.hold.again):
            return
        before, texts = self._began.pop(job.id, {}), self._open()
        known, now = await asyncio.to_thread(_footings, self._session.beside(page), job, page, before, texts)
        if now is None or known is None:
            return
        if now == known:
            self._session.jobs.settle(job, known)
        else:
            job.footing = known
            self._session.jobs.unsettle(job)

    def _open(self) -> Texts:
        found = map(from_lsp.source, self._session.server.documents())
        return {each.path: each.text for each in found if each.path}

    def _do(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _footings(
    beside: Beside, job: Job, page: Page, before: Texts, now: Texts
) -> tuple[str | None, str | None]:
    """What the candidates were verified with, and what there is now."""
    sources, tests, target = _sources([node.candidate for node in job.search.found]), _tests(job), job.target
    known = job.footing
    if known is None:
        known = beside(stands_on, target.module, target, sources, tests, {**now, **before})
    return known, beside(stands_on, page.text, target, sources, tests, now)


def _sources(candidates: Iterable[Candidate]) -> list[str]:
    return ["\n".join((*each.helpers, each.source)) for each in candidates]


def _tests(job: Job) -> list[str]:
    """The files of its tests, and what pytest reads before them."""
    baseline = job.search.baseline
    files = {case.path for case in baseline.suite.cases} if baseline else set[str]()
    above = {str(folder / "conftest.py") for each in files for folder in [*Path(each).parents][:3]}
    return sorted(files | above)
