"""Tells the client what happens to the jobs: `orps/*`, progress, code lenses, and a message at the end."""

import asyncio
from functools import partial
from typing import TypeVar

from lsprotocol import types as lsp

from orps_core.domain.tree import Node
from orps_server import protocol, to_lsp
from orps_server.core import Core
from orps_server.from_lsp import Client
from orps_server.jobs import Job, Phase
from orps_server.pulse import Pulse
from orps_server.transport import Server

from .progress import WorkDone

Answer = TypeVar("Answer")

OFTEN = 0.1
"""Seconds between two states of one running job."""
LENSES = 0.2
"""Seconds between two requests to ask for the code lenses again."""


class Announcements:
    """The `Listener` of the jobs."""

    def __init__(self, server: Server, client: Client, core: Core) -> None:
        self._server = server
        self._client = client
        self._core = core
        self._lenses = Pulse(LENSES, self._refresh_lenses)
        self._states: dict[str, Pulse] = {}
        self._told: dict[str, protocol.JobState] = {}
        self._progress: dict[str, WorkDone] = {}
        self._begun: set[asyncio.Task[None]] = set()
        self._running: set[str] = set()
        self._problem = ""
        self._confinement: str | None = None
        self._model: str | None = None
        self._tests: str | None = None
        self._interpreter: str | None = None
        self._health: protocol.Health = "ok"

    @property
    def status(self) -> protocol.Status:
        return protocol.Status(
            health=self._health,
            message=self._problem,
            running=len(self._running),
            confinement=self._confinement,
            model=self._model,
            tests=self._tests,
            interpreter=self._interpreter,
        )

    def begins(self, model: str, interpreter: str | None) -> None:
        """Who is asked in a run, and in which Python it works."""
        self._model, self._interpreter = model, interpreter

    def started(self, job: Job) -> None:
        self._running.add(job.id)
        self._states[job.id] = Pulse(OFTEN, partial(self._state, job))
        if self._client.progress and not job.quiet:
            work = WorkDone(self._server, job.id, f"ORPS: refining {job.target.qualname}")
            self._progress[job.id] = work
            task = asyncio.get_running_loop().create_task(work.begin())
            self._begun.add(task)
            task.add_done_callback(self._begun.discard)
        self.changed(job)
        self._orps(protocol.STATUS, self.status)

    def changed(self, job: Job) -> None:
        if (pulse := self._states.get(job.id)) is not None and job.running:
            pulse.ask()
        else:
            self._state(job)
        self._lenses.ask()

    def improved(self, job: Job, node: Node) -> None:
        self._orps(protocol.CANDIDATE, to_lsp.candidate(self._core, job, node))

    def ended(self, job: Job) -> None:
        self._running.discard(job.id)
        if (pulse := self._states.pop(job.id, None)) is not None:
            pulse.cancel()
        self._told.pop(job.id, None)
        if (work := self._progress.pop(job.id, None)) is not None:
            work.end(to_lsp.message(job))
        if job.search.baseline is not None:
            self._confinement = to_lsp.confinement(job.search.baseline)
            self._tests = to_lsp.tests(job.target, job.search.baseline)
        if job.fault or not job.quiet:
            self._problem = job.problem
            self._health = "error" if job.fault else "warning" if job.problem else "ok"
        self._orps(protocol.STATUS, self.status)
        if job.quiet:
            return
        if job.phase is Phase.FAILED:
            self._say(lsp.MessageType.Warning, f"{job.target.qualname}: {job.problem}")
        elif job.phase is Phase.DONE and not self._client.speaks_orps and not self._is_asked(job):
            self._say(lsp.MessageType.Info, f"{job.target.qualname}: {self._outcome(job)}")

    def told(self, answer: Answer) -> Answer:
        """The answer of a command, once a person who would not see it was told why nothing happened."""
        if isinstance(answer, protocol.Refused):
            self.refused(answer.error, answer.advice)
        elif isinstance(answer, protocol.Applied) and not answer.applied:
            self.refused(answer.reason or "", answer.advice or "")
        return answer

    def lenses(self) -> None:
        """What stands above the functions is different."""
        self._lenses.ask()

    def refused(self, reason: str, advice: str) -> None:
        """A command could not be done; whoever speaks ORPS says so itself, from the command's answer."""
        if not self._client.speaks_orps:
            self._say(lsp.MessageType.Warning, f"{reason} {advice}".strip())

    def _is_asked(self, job: Job) -> bool:
        """A question about the candidates says all that a message would say (see asking.py)."""
        return self._client.asks and bool(job.usable)

    def _outcome(self, job: Job) -> str:
        if not job.candidates:
            return to_lsp.message(job)
        best = to_lsp.title(self._core, job, job.candidates[0])
        return f"{best}. The function's code actions review and apply it."

    def _state(self, job: Job) -> None:
        state = to_lsp.job_state(job)
        if state == self._told.get(job.id):
            return
        if job.running:
            self._told[job.id] = state
        self._orps(protocol.JOB_STATE, state)
        if (work := self._progress.get(job.id)) is not None:
            work.report(to_lsp.message(job), to_lsp.percentage(job))

    def _orps(self, method: str, params: object) -> None:
        if self._client.speaks_orps:
            self._server.tell(method, params)

    def _say(self, kind: lsp.MessageType, text: str) -> None:
        params = lsp.ShowMessageParams(type=kind, message=f"ORPS: {text}")
        self._server.tell(lsp.WINDOW_SHOW_MESSAGE, params)

    def _refresh_lenses(self) -> None:
        if self._client.lens_refresh:
            self._server.request(lsp.WORKSPACE_CODE_LENS_REFRESH, None)
