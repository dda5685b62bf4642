"""Starts a harness process for a job, behind the outer wall where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..ports import Unavailable
from . import bubblewrap
from .job import Job
from .process import Harness, Message

PATIENCE = 120.0
"""Seconds until a harness must be ready: it imports the project, and may run its tests once."""

_NOT_HELD = (
    "Use Linux 5.13 or newer, outside gVisor; or let candidates run less confined, once orps doctor has shown"
    " what is open then: --confinement partial or limits-only, or the setting orps.confinement."
)
_NO_LOOPBACK = "Leave --allow-loopback out, or install bubblewrap, which can give them such a network."


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """All that stays the same for every harness process of a run."""

    job: Job
    environment: Mapping[str, str]
    outer: bubblewrap.Wall

    async def open(self, mode: str) -> tuple[Harness, Message]:
        """The harness and its greeting. Raise ``Unavailable`` when it cannot serve."""
        harness, greeting = await Harness.start(
            self.job.interpreter.executable,
            self.job.config(mode, walled=self.outer.missing is None),
            self.environment,
            PATIENCE,
            wall=self.outer.command,
        )
        if greeting.get("op") == "fatal":
            await harness.close()
            text = str(greeting.get("text", "")).strip()
            if greeting.get("kind") == "confinement":
                wanted = self.job.allow.level
                raise Unavailable(
                    f"This machine cannot hold candidates as asked, {wanted}: {text}.", _NOT_HELD
                )
            if greeting.get("kind") == "loopback":
                raise Unavailable(
                    f"Candidates cannot have a network of their own here: {text}.", _NO_LOOPBACK
                )
            raise Unavailable(
                f"The harness failed: {text.splitlines()[-1] if text else ''}.", "Please report this."
            )
        return harness, greeting
