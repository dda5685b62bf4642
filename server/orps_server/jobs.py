"""The runs of this session: at most one per target, newest wins; stopped, gone stale, come back by undo.

Knows the core and asyncio, and nothing of LSP: what happens is told to a `Listener`.
"""

import asyncio
import dataclasses
import enum
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from orps_core import Settings
from orps_core.domain.events import BaselineReady, Event, Finished, Improved, Judged, Spent, Warned
from orps_core.domain.execution import Baseline
from orps_core.domain.target import Target
from orps_core.domain.tree import Node, NodeId
from orps_core.ports import Unavailable

from .core import Refine

logger = logging.getLogger(__name__)

KEPT = 100
"""Finished jobs remembered; the oldest are forgotten first."""
AT_ONCE = 2
"""Runs at the same time; more would only disturb each other's measurements."""


class Phase(enum.Enum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a run has told so far: a fold over its events."""

    round: int = 0
    rounds: int = 0
    executed: int = 0
    baseline: Baseline | None = None
    found: tuple[Node, ...] = ()
    best: NodeId | None = None
    summary: str = ""
    warning: str = ""

    def after(self, event: Event) -> "Search":
        match event:
            case BaselineReady():
                return dataclasses.replace(self, baseline=event.baseline)
            case Judged():
                return dataclasses.replace(self, executed=self.executed + 1)
            case Improved():
                best = event.node.id if event.best else self.best
                return dataclasses.replace(self, found=(*self.found, event.node), best=best)
            case Spent():
                executed = max(self.executed, event.spending.executions)
                return dataclasses.replace(self, round=event.round, rounds=event.rounds, executed=executed)
            case Finished():
                best = event.best.id if event.best else self.best
                return dataclasses.replace(self, best=best, summary=event.summary)
            case Warned():
                return dataclasses.replace(self, warning=event.message)
            case _:
                return self


class Job:
    """One run and its candidates. Changed only by `Jobs`, on the loop."""

    def __init__(self, id: str, uri: str, target: Target) -> None:  # noqa: A002  (the word of the protocol)
        self.id = id
        self.uri = uri
        self.target = target
        self.phase = Phase.RUNNING
        self.search = Search()
        self.problem = ""
        self.fault = False
        self.waiting = True
        self.quiet = False
        self.fresh = True
        self.applied = ""
        self.dismissed: frozenset[NodeId] = frozenset()
        self.task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.phase is Phase.RUNNING

    @property
    def stale(self) -> bool:
        """Edited since: nothing that was verified is about the text as it is now."""
        return not self.fresh and self.phase is not Phase.FAILED

    @property
    def candidates(self) -> tuple[Node, ...]:
        """Verified improvements that were not dismissed, best first."""
        kept = [node for node in self.search.found if node.id not in self.dismissed]
        return tuple(sorted(kept, key=lambda node: (node.id != self.search.best, -(node.ratio or 0.0))))

    @property
    def usable(self) -> tuple[Node, ...]:
        return self.candidates if self.fresh else ()

    def candidate(self, id: str) -> Node | None:  # noqa: A002
        return next((node for node in self.candidates if str(node.id) == id), None)


class Listener(Protocol):
    """Whom the jobs tell. None of these may raise."""

    def changed(self, job: Job) -> None: ...
    def improved(self, job: Job, node: Node) -> None: ...
    def started(self, job: Job) -> None: ...
    def ended(self, job: Job) -> None: ...


class Jobs:
    def __init__(self, refine: Refine, listener: Listener, *, at_once: int = AT_ONCE) -> None:
        self._refine = refine
        self._listener = listener
        self._turn = asyncio.Semaphore(at_once)
        self._numbers = itertools.count(1)
        self._jobs: dict[str, Job] = {}
        # A superseded or forgotten job leaves `_jobs` at once; its task is held here until it has cleaned up.
        self._tasks: set[asyncio.Task[None]] = set()

    def all(self) -> Sequence[Job]:
        return tuple(self._jobs.values())

    def of(self, uri: str) -> Sequence[Job]:
        return [job for job in self._jobs.values() if job.uri == uri]

    def at(self, uri: str, qualname: str) -> Job | None:
        return next((job for job in self.of(uri) if job.target.qualname == qualname), None)

    def get(self, id: str) -> Job | None:  # noqa: A002
        return self._jobs.get(id)

    def start(
        self, uri: str, target: Target, settings: Callable[[], Awaitable[Settings]], *, quiet: bool = False
    ) -> Job:
        """Begin a run; a job that is there for the same target is stopped and forgotten.

        A ``quiet`` one was not asked for at this moment, and disturbs nobody.
        """
        if (older := self.at(uri, target.qualname)) is not None:
            self._drop(older)
        self._make_room()
        job = Job(f"job-{next(self._numbers)}", uri, target)
        job.quiet = quiet
        self._jobs[job.id] = job
        job.task = asyncio.get_running_loop().create_task(self._run(job, settings), name=job.id)
        self._tasks.add(job.task)
        job.task.add_done_callback(self._tasks.discard)
        self._listener.started(job)
        return job

    def stop(self, id: str) -> bool:  # noqa: A002
        """Stop a run. Leaving the core's block kills what is running; this does not wait for it."""
        job = self._jobs.get(id)
        if job is None or not job.running:
            return False
        self._cancel(job)
        return True

    def dismiss(self, id: str, candidate: str | None) -> int:  # noqa: A002
        """Forget a candidate, or the whole job. Says how many candidates are gone."""
        job = self._jobs.get(id)
        if job is None:
            return 0
        if candidate is None:
            gone = len(job.candidates)
            self._drop(job)
            return gone
        node = job.candidate(candidate)
        if node is None:
            return 0
        job.dismissed |= {node.id}
        self._listener.changed(job)
        return 1

    def note_applied(self, job: Job, title: str) -> None:
        """Its own change makes a job stale like any other edit; this says why. Empty: it did not happen."""
        job.applied = title
        self._listener.changed(job)

    def review(self, uri: str, holds: Callable[[Target], bool]) -> None:
        """After an edit: which jobs still speak about the text as it is. Undo makes them fresh again."""
        for job in self.of(uri):
            fresh = holds(job.target)
            if fresh == job.fresh:
                continue
            job.fresh = fresh
            job.applied = "" if fresh else job.applied
            if job.running:
                self._cancel(job)
            else:
                self._listener.changed(job)

    async def close(self, seconds: float) -> None:
        """Stop everything and wait for it, but not longer than the editor waits for us."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    def _cancel(self, job: Job) -> None:
        self._end(job, Phase.CANCELLED)
        if job.task is not None:
            job.task.cancel()

    def _drop(self, job: Job) -> None:
        job.dismissed = frozenset(node.id for node in job.search.found)
        if job.running:
            self._cancel(job)
        else:
            self._listener.changed(job)
        self._jobs.pop(job.id, None)

    def _make_room(self) -> None:
        ended = [job for job in self._jobs.values() if not job.running]
        for job in ended[: max(0, len(self._jobs) - KEPT + 1)]:
            self._drop(job)

    def _end(self, job: Job, phase: Phase, problem: str = "") -> None:
        if not job.running:
            return  # Stopped already; what it still has to say while it leaves is of no interest.
        job.phase = phase
        job.problem = problem
        self._listener.changed(job)
        self._listener.ended(job)

    async def _run(self, job: Job, settings: Callable[[], Awaitable[Settings]]) -> None:
        try:
            async with self._turn:
                job.waiting = False
                self._listener.changed(job)
                # What can be applied is verified now, also where a recorded model says again what it said.
                chosen = dataclasses.replace(await settings(), afresh=True)
                async with self._refine(job.target, chosen) as events:
                    await self._follow(job, events)
            self._end(job, Phase.DONE)
        except asyncio.CancelledError:
            # Stopped by us, which was told already, or by the end of the session, which nobody hears.
            raise
        except Unavailable as problem:
            self._end(job, Phase.FAILED, str(problem))
        except Exception:
            # The fence around a job: a fault of ours ends this run, with a word to the person, and no other.
            logger.exception("job %s failed", job.id)
            job.fault = job.running
            self._end(job, Phase.FAILED, "ORPS made a mistake and stopped. The server's log says where.")

    async def _follow(self, job: Job, events: AsyncIterator[Event]) -> None:
        async for event in events:
            if not job.running:
                return
            job.search = job.search.after(event)
            if isinstance(event, Improved):
                self._listener.improved(job, event.node)
            self._listener.changed(job)
