"""Runs that nobody waits for: one at a time, never beside one that somebody waits for, never in vain."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from orps_core import Settings
from orps_core.domain.budget import Budget
from orps_core.domain.target import Target
from orps_core.ports import Unavailable
from orps_server import fingerprints
from orps_server.fingerprints import Fingerprint
from orps_server.jobs import Job, Phase
from orps_server.selecting import Wish
from orps_server.session import Session

from .audience import Hearing

logger = logging.getLogger(__name__)

REMEMBERED = 1000
"""Searches that are not repeated while nothing they depend on has changed."""

Key = tuple[str, str]
"""A document and a function's qualified name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """A run that has begun: what it was given, and when, in seconds since 1970."""

    job: Job
    key: Key
    wish: Wish
    settings: Settings
    root: Path
    began: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What a search that ended depended on, and the files in which it found its cases."""

    digest: str
    tests: tuple[str, ...]


class Background(Hearing):
    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: dict[Key, tuple[Wish, Path]] = {}
        self._done: dict[Key, _Done] = {}
        self._search: _Search | None = None
        self._starting: asyncio.Task[None] | None = None
        self._notes: set[asyncio.Task[None]] = set()

    def want(self, uri: str, qualname: str, wish: Wish, root: Path) -> None:
        """Refine this function when there is time; the newest wish counts."""
        self._waiting.pop((uri, qualname), None)
        self._waiting[uri, qualname] = wish, root
        self._go_on()

    def forget(self, uri: str) -> None:
        """What nobody asked for ends with its document."""
        self._waiting = {key: wanted for key, wanted in self._waiting.items() if key[0] != uri}
        if self._search is not None and self._search.job.uri == uri:
            self._session.jobs.dismiss(self._search.job.id, None)

    def started(self, job: Job) -> None:
        """Whoever waits for a run goes first; ours begins again afterwards."""
        search = self._search
        if job.quiet or search is None:
            return
        if job.target.qualname != search.key[1] or job.uri != search.key[0]:
            self._waiting.setdefault(search.key, (search.wish, search.root))
        self._session.jobs.dismiss(search.job.id, None)

    def ended(self, job: Job) -> None:
        search = self._search
        if search is not None and job is search.job:
            self._search = None
            if job.phase is Phase.DONE:
                self._keep(self._remember(search))
        self._go_on()

    def _go_on(self) -> None:
        if self._starting is None and self._search is None and self._waiting:
            self._starting = asyncio.get_running_loop().create_task(self._start())
            self._starting.add_done_callback(self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a background run could not be started", exc_info=error)
        # What came while this one was looked at.
        if self._search is None and not self._busy():
            self._go_on()

    def _busy(self) -> bool:
        return any(job.running for job in self._session.jobs.all())

    async def _start(self) -> None:
        """Begin with the next that is worth it; without one, or while somebody waits for a run, with none."""
        while self._waiting and not self._busy():
            key = next(iter(self._waiting))
            wish, root = self._waiting.pop(key)
            target = await self._target(key)
            if target is None:
                continue
            settings = await self._settings(key[0], wish)
            if await self._is_known(key, target, settings, root):
                continue
            if await self._target(key) != target:  # Edited while it was looked at: its next save asks again.
                continue
            if self._busy():
                self._waiting.setdefault(key, (wish, root))
                return
            self._begin(key, wish, root, target, settings)
            return

    def _begin(self, key: Key, wish: Wish, root: Path, target: Target, settings: Settings) -> None:
        began = time.time()
        job = self._session.jobs.start(key[0], target, _given(settings), quiet=True)
        self._search = _Search(job=job, key=key, wish=wish, settings=settings, root=root, began=began)

    async def _target(self, key: Key) -> Target | None:
        """The function as it is now; None when there is nothing to do for it."""
        uri, qualname = key
        page, job = self._session.page(uri), self._session.jobs.at(uri, qualname)
        if page is None or page.path is None or (job is not None and job.usable):
            return None
        try:
            target = await self._session.cut(page, qualname)
        except Unavailable:
            return None
        return target if self._session.page(uri) is page else await self._target(key)

    async def _settings(self, uri: str, wish: Wish) -> Settings:
        chosen = await self._session.settings(uri, wish.objective, gentle=True)
        seconds = wish.seconds or self._session.configuration.preferences(uri).seconds
        budget: Budget = dataclasses.replace(chosen.budget, seconds=seconds)
        return dataclasses.replace(chosen, budget=budget)

    async def _is_known(self, key: Key, target: Target, settings: Settings, root: Path) -> bool:
        done = self._done.get(key)
        if done is None:
            return False
        now = await _fingerprint(target, settings, done.tests, root)
        return now.digest == done.digest

    async def _remember(self, search: _Search) -> None:
        """Unless something it depends on was written while it ran: then nobody knows which it has seen."""
        baseline = search.job.search.baseline
        cases = baseline.suite.cases if baseline else ()
        tests = tuple(dict.fromkeys(case.path for case in cases if case.path != search.job.target.path))
        found = await _fingerprint(search.job.target, search.settings, tests, search.root)
        if found.newest >= search.began:
            return
        self._done.pop(search.key, None)
        self._done[search.key] = _Done(digest=found.digest, tests=tests)
        while len(self._done) > REMEMBERED:
            self._done.pop(next(iter(self._done)))

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._notes.add(task)
        task.add_done_callback(self._notes.discard)


async def _fingerprint(target: Target, settings: Settings, tests: tuple[str, ...], root: Path) -> Fingerprint:
    return await asyncio.to_thread(fingerprints.fingerprint, target, settings, tests, root)


def _given(settings: Settings) -> Callable[[], Awaitable[Settings]]:
    async def given() -> Settings:
        return settings

    return partial(given)
