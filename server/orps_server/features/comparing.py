"""Finds out whether what candidates were verified with is what it was, while all of it is being edited."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from orps_core import Beside
from orps_core.domain.candidate import Candidate
from orps_core.domain.execution import Baseline
from orps_core.domain.target import Target
from orps_core.domain.tree import Node
from orps_server.documents import Page
from orps_server.footing import Texts, stands_on
from orps_server.jobs import Job, Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What is compared, all as it was at one moment: a thread must not see half of a change.

    ``known`` is the footing of what was found, None where it follows from the texts ``before``.
    """

    page: Page
    target: Target
    found: tuple[Node, ...]
    baseline: Baseline | None
    known: str | None
    before: Texts
    now: Texts

    def footings(self, beside: Beside) -> tuple[str | None, str | None]:
        """What the candidates were verified with, and what there is now. Reads files: call it in a thread."""
        sources, tests = sources_of([node.candidate for node in self.found]), tests_of(self.baseline)
        known = self.known
        if known is None:
            texts = {**self.now, **self.before}
            known = beside(stands_on, self.target.module, self.target, sources, tests, texts)
        return known, beside(stands_on, self.page.text, self.target, sources, tests, self.now)


class Comparing:
    """One comparison of a job at a time: of two side by side, that which ends last need not be the newer."""

    def __init__(
        self,
        jobs: Jobs,
        page: Callable[[str], Page | None],
        texts: Callable[[], Texts],
        beside: Callable[[Page], Beside],
    ) -> None:
        self._jobs = jobs
        self._page = page
        self._texts = texts
        self._beside = beside
        self._turns: WeakKeyDictionary[Job, asyncio.Lock] = WeakKeyDictionary()
        self._began: WeakKeyDictionary[Job, Texts] = WeakKeyDictionary()
        """What was open when a run began, which is what it has seen; until all is known that it found."""
        self._stood: WeakKeyDictionary[Job, tuple[tuple[Node, ...], str]] = WeakKeyDictionary()
        """The footing of what such a run had found so far."""

    def began(self, job: Job) -> None:
        self._began[job] = self._texts()

    def opened(self, path: str, text: str) -> None:
        """What is opened while a run goes on, the run has seen as it lay on the disk."""
        for job, texts in self._began.items():
            if path not in texts:
                self._began[job] = {**texts, path: text}

    def ended(self, job: Job) -> None:
        """Everything that is known of it was checked anew, and stands on what it was checked with."""
        self._began.pop(job, None)

    async def compare(self, job: Job) -> None:
        """Afterwards the job stands to its surroundings as they were when this was called, or are by now."""
        async with self._turns.setdefault(job, asyncio.Lock()):
            while (look := self._look(job)) is not None:
                known, now = await asyncio.to_thread(look.footings, self._beside(look.page))
                if self._is_of(look, job):
                    self._tell(job, known, now)
                    return

    def _look(self, job: Job) -> _Look | None:
        page = self._page(job.uri)
        if page is None or not (job.fresh or job.hold.again):
            return None
        return _Look(
            page=page,
            target=job.target,
            found=job.search.found,
            baseline=job.search.baseline,
            known=self._known(job),
            before=self._began.get(job, {}),
            now=self._texts(),
        )

    def _known(self, job: Job) -> str | None:
        """None before it was ever looked at, and once more has been found: that may stand on more."""
        if job not in self._began:
            return job.footing
        found, footing = self._stood.get(job, ((), None))
        return footing if found == job.search.found else None

    def _is_of(self, look: _Look, job: Job) -> bool:
        """False if the job is about something else meanwhile, or has found more."""
        return (look.target, look.found, look.known) == (job.target, job.search.found, self._known(job))

    def _tell(self, job: Job, known: str | None, now: str | None) -> None:
        if known is None or now is None:
            return
        if job.running:
            self._stood[job] = job.search.found, known
        else:
            self._began.pop(job, None)
        if now == known:
            self._jobs.settle(job, known)
        else:
            self._jobs.unsettle(job, known)


def sources_of(candidates: Iterable[Candidate]) -> list[str]:
    return ["\n".join((*each.helpers, each.source)) for each in candidates]


def tests_of(baseline: Baseline | None) -> list[str]:
    """The files of its tests, and what pytest reads before them."""
    files = {case.path for case in baseline.suite.cases} if baseline else set[str]()
    above = {str(folder / "conftest.py") for each in files for folder in [*Path(each).parents][:3]}
    return sorted(files | above)
