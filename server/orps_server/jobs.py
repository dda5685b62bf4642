"""The runs of this session: at most one per target, newest wins; stopped, gone stale, checked again.

Knows the core and asyncio, and nothing of LSP: what happens is told to a `Listener`.
"""

import asyncio
import dataclasses
import enum
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from orps_core import Settings
from orps_core.domain.agreement import Agreement
from orps_core.domain.candidate import Candidate
from orps_core.domain.events import BaselineReady, Event, Finished, Improved, Judged, Noted, Spent, Warned
from orps_core.domain.evidence import Opinion, opinion_on
from orps_core.domain.execution import Baseline
from orps_core.domain.note import Note
from orps_core.domain.target import Target
from orps_core.domain.tree import Node, NodeId
from orps_core.ports import Unavailable

from .core import Core, Run
from .tracking import Found, Hold
from .wording import in_settings

logger = logging.getLogger(__name__)

KEPT = 100
"""Finished jobs remembered; the oldest are forgotten first."""
_PAST = 4
"""Texts of a function to which undo can go back; each holds a document."""
_STILL = "checked again after an edit; it still holds"
_NO_MORE = "checked again after an edit; what was found before does not hold any more"
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
    root: BaselineReady | None = None
    found: tuple[Node, ...] = ()
    agreements: tuple[tuple[NodeId, Agreement | None], ...] = ()
    notes: tuple[Note, ...] = ()
    best: NodeId | None = None
    summary: str = ""
    warning: str = ""

    @property
    def baseline(self) -> Baseline | None:
        return self.root.baseline if self.root else None

    def agreement(self, node: Node) -> Agreement | None:
        """The last that was told of it."""
        return dict(self.agreements).get(node.id)

    def opinion(self, node: Node) -> Opinion | None:
        return opinion_on(node, self.notes, self.found)

    def after(self, event: Event) -> "Search":
        match event:
            case BaselineReady():
                return dataclasses.replace(self, root=event)
            case Judged():
                return dataclasses.replace(self, executed=self.executed + 1)
            case Improved():
                best = event.node.id if event.best else self.best
                agreements = (*self.agreements, (event.node.id, event.agreement))
                return dataclasses.replace(
                    self, found=(*self.found, event.node), best=best, agreements=agreements
                )
            case Noted():
                return dataclasses.replace(self, notes=(*self.notes, event.note))
            case Spent():
                executed = max(self.executed, event.spending.executions)
                return dataclasses.replace(self, round=event.round, rounds=event.rounds, executed=executed)
            case Finished():
                best, agreements = self.best, self.agreements
                if event.best is not None:
                    best, agreements = event.best.id, (*agreements, (event.best.id, event.agreement))
                return dataclasses.replace(self, best=best, summary=event.summary, agreements=agreements)
            case Warned():
                return dataclasses.replace(self, warning=event.message)
            case _:
                return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was verified, and about which text. ``footing`` is that of footing.py; None: not known yet."""

    target: Target
    search: Search
    footing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Candidates to be checked for a target as it is now, by the ids that they keep."""

    target: Target
    candidates: Mapping[NodeId, Candidate]
    footing: str | None

    def named(self, search: Search) -> Search:
        """What a run has found, with the ids under which the client knows it."""
        ids = {candidate: known for known, candidate in self.candidates.items()}
        found = {
            node.id: dataclasses.replace(node, id=ids[node.candidate], parent=None) for node in search.found
        }
        best = found.get(search.best) if search.best is not None else None
        summary = _STILL if found else _NO_MORE
        return dataclasses.replace(
            search,
            found=tuple(found.values()),
            best=best.id if best else None,
            summary=summary,
            agreements=(),
            notes=(),
        )


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
        self.hold = Hold.FRESH
        self.qualname = target.qualname
        """What the function is called now; ``target`` has the name under which it was verified."""
        self.line: int | None = None
        """Where the function is shown: its last good place, moved with the text around it."""
        self.footing: str | None = None
        self.settings: Preparation = _no_settings
        self.checking: asyncio.Task[None] | None = None
        self.past: tuple[Record, ...] = ()
        self.applied = ""
        self.dismissed: frozenset[NodeId] = frozenset()
        self.task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self.phase is Phase.RUNNING

    @property
    def fresh(self) -> bool:
        return self.hold is Hold.FRESH

    @property
    def stale(self) -> bool:
        """Edited since: nothing that was verified is about the text as it is now."""
        return not self.fresh and self.phase in {Phase.DONE, Phase.CANCELLED}

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


Preparation = Callable[[], Awaitable[Settings]]
Look = Callable[[Target], Found]


async def _no_settings() -> Settings:
    raise RuntimeError("a job has settings once it is started")


class Listener(Protocol):
    """Whom the jobs tell. None of these may raise."""

    def changed(self, job: Job) -> None: ...
    def improved(self, job: Job, node: Node) -> None: ...
    def started(self, job: Job) -> None: ...
    def ended(self, job: Job) -> None: ...


class Jobs:
    def __init__(self, core: Core, listener: Listener, *, at_once: int = AT_ONCE) -> None:
        self._core = core
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
        return next((job for job in self.of(uri) if job.qualname == qualname), None)

    def get(self, id: str) -> Job | None:  # noqa: A002
        return self._jobs.get(id)

    def start(self, uri: str, target: Target, settings: Preparation, *, quiet: bool = False) -> Job:
        """Begin a run; a job that is there for the same target is stopped and forgotten.

        A ``quiet`` one was not asked for at this moment, and disturbs nobody.
        """
        if (older := self.at(uri, target.qualname)) is not None:
            self._drop(older)
        self._make_room()
        job = Job(f"job-{next(self._numbers)}", uri, target)
        job.quiet = quiet
        self._jobs[job.id] = job
        job.settings = settings
        failed = partial(self._end, job, Phase.FAILED)
        job.task = self._task(self._fenced(job, partial(self._run, job), failed), job.id)
        self._listener.started(job)
        return job

    def restore(self, uri: str, target: Target, search: Search, footing: str, settings: Preparation) -> Job:
        """A job that ended in an earlier session, about this very text."""
        self._make_room()
        job = Job(f"job-{next(self._numbers)}", uri, target)
        job.phase, job.waiting = Phase.DONE, False
        job.search, job.footing, job.settings = search, footing, settings
        self._jobs[job.id] = job
        self._listener.changed(job)
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

    def review(self, uri: str, look: Look, moved: Callable[[int | None], int | None]) -> None:
        """After an edit: how each job stands to the text as it is. Undo makes what it was about fresh again.

        ``moved`` says where a line has gone to, for a function that cannot be seen at the moment.
        """
        for job in self.of(uri):
            found = look(job.target)
            if found.hold is not Hold.FRESH and (earlier := self._earlier(job, look)) is not None:
                self._return_to(job, earlier)
                found = look(job.target)
            if found.hold is Hold.COSMETIC and job.applied:
                found = dataclasses.replace(found, hold=Hold.EDITED)  # It is our own change that we see.
            job.line = moved(job.line) if found.line is None else found.line
            if found.hold is Hold.FRESH and job.hold is Hold.UNSETTLED:
                continue  # Its text is not what made it doubtful.
            if (found.hold, found.qualname) == (job.hold, job.qualname):
                continue
            job.qualname = found.qualname
            self._hold(job, found.hold)

    def unsettle(self, job: Job, footing: str) -> None:
        """Something that the candidates were verified with has changed; the function itself has not."""
        job.footing = footing
        if job.fresh:
            self._hold(job, Hold.UNSETTLED)

    def settle(self, job: Job, footing: str | None) -> None:
        """All that the candidates were verified with is what it was."""
        new, job.footing = job.footing is None, footing
        if job.hold is Hold.UNSETTLED:
            self._hold(job, Hold.FRESH)
        elif new:
            self._listener.changed(job)

    def check(self, job: Job, again: Again, done: Callable[[], None]) -> None:
        """Run candidates again for the function as it is now; what holds replaces what was known."""
        if job.checking is None and not job.running:
            end = partial(self._conclude, job, again, done)
            work = self._fenced(
                job, partial(self._check, job, again, end), lambda problem: end(Search(summary=problem))
            )
            job.checking = self._task(work, f"{job.id} again")
            self._listener.changed(job)

    def _hold(self, job: Job, hold: Hold) -> None:
        job.hold = hold
        job.applied = "" if hold is Hold.FRESH else job.applied
        self._call_off(job)
        # A run goes on while what it is about may still be meant; what it finds is then checked once.
        if job.running and hold in {Hold.EDITED, Hold.GONE}:
            self._cancel(job)
        else:
            self._listener.changed(job)

    @staticmethod
    def _earlier(job: Job, look: Look) -> Record | None:
        return next((each for each in job.past if look(each.target).hold is Hold.FRESH), None)

    @staticmethod
    def _return_to(job: Job, record: Record) -> None:
        past = [each for each in job.past if each is not record]
        job.past = (Record(target=job.target, search=job.search, footing=job.footing), *past)[:_PAST]
        job.target, job.search, job.footing = record.target, record.search, record.footing

    def _task(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

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

    @staticmethod
    def _call_off(job: Job) -> None:
        """Forgotten at once, for a task that is cancelled before its first step never learns of it."""
        if job.checking is not None:
            job.checking.cancel()
            job.checking = None

    def _drop(self, job: Job) -> None:
        job.dismissed = frozenset(node.id for node in job.search.found)
        self._call_off(job)
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

    async def _fenced(
        self, job: Job, work: Callable[[], Awaitable[None]], failed: Callable[[str], None]
    ) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            # Stopped by us, which was told already, or by the end of the session, which nobody hears.
            raise
        except Unavailable as problem:
            failed(in_settings(str(problem)))
        except Exception:
            # The fence around a job: a fault of ours ends this run, with a word to the person, and no other.
            logger.exception("job %s failed", job.id)
            job.fault = job.running
            failed("ORPS made a mistake and stopped. The server's log says where.")

    async def _run(self, job: Job) -> None:
        async with self._turn:
            job.waiting = False
            self._listener.changed(job)
            # What can be applied is verified now, also where a recorded model says again what it said.
            chosen = dataclasses.replace(await job.settings(), afresh=True)
            async with self._core.refine(job.target, chosen) as events:
                await self._follow(job, events)
        self._end(job, Phase.DONE)

    async def _follow(self, job: Job, events: AsyncIterator[Event]) -> None:
        async for event in events:
            if not job.running:
                return
            job.search = job.search.after(event)
            if isinstance(event, Improved):
                self._listener.improved(job, event.node)
            self._listener.changed(job)

    async def _check(self, job: Job, again: Again, end: Callable[[Search], None]) -> None:
        found = Search(summary=_NO_MORE)
        if again.candidates:
            async with self._turn:
                candidates = tuple(again.candidates.values())
                chosen = dataclasses.replace(await job.settings(), afresh=True)
                run = self._core.recheck(again.target, candidates, chosen)
                found = again.named(await self._checked(run))
        end(found)

    def _conclude(self, job: Job, again: Again, done: Callable[[], None], found: Search) -> None:
        if job.checking is not asyncio.current_task():
            return  # Called off at the last moment: the function is not what was checked any more.
        job.checking = None
        record = Record(target=again.target, search=found, footing=again.footing)
        job.past = (record, *job.past)
        self._return_to(job, record)
        job.dismissed = frozenset()
        self._hold(job, Hold.FRESH)
        for node in found.found:
            self._listener.improved(job, node)
        done()

    @staticmethod
    async def _checked(run: Run) -> Search:
        found = Search()
        async with run as events:
            async for event in events:
                found = found.after(event)
        return found
