"""A run as it was recorded, which can be repeated without a model and without running anything."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from .chat.replay import Recording
from .domain import journal
from .domain.budget import DEFAULT_BUDGET
from .domain.candidate import Candidate
from .domain.events import BaselineReady, Event, Finished, Judged, Replied, Started
from .domain.execution import Baseline
from .domain.settings import DEFAULT_TACTICS, Settings, Setup
from .domain.step import Step
from .domain.target import Target
from .domain.tree import Node
from .ports import Unavailable

_ADVICE = "Record one: orps refine … --format jsonl > run.jsonl"
_USUAL_CALLS = {None, 30}


@dataclass(frozen=True)
class Tape:
    """The events of a run in order. Its answers serve any run, the rest only one that begins alike."""

    events: tuple[Event, ...]

    @property
    def answers(self) -> Recording:
        """Raise ``Unavailable`` where no model was asked."""
        replied = [event for event in self.events if isinstance(event, Replied)]
        if not replied:
            raise Unavailable("No model was asked in the recorded run.", _ADVICE)
        return Recording(replied)

    @property
    def repeated(self) -> Recording:
        return Recording([event for event in self.events if isinstance(event, Replied)], exact=True)

    @cached_property
    def started(self) -> Started | None:
        return next((event for event in self.events if isinstance(event, Started)), None)

    @property
    def setup(self) -> Setup:
        return (self.started.setup if self.started else None) or Setup()

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Empty for a run that was not recorded to its end."""
        last = self.events[-1] if self.events else None
        return last.steps if isinstance(last, Finished) else ()

    @cached_property
    def baseline(self) -> Baseline:
        ready = next(event for event in self.events if isinstance(event, BaselineReady))
        return ready.baseline

    @cached_property
    def nodes(self) -> Mapping[Candidate, Node]:
        return {event.node.candidate: event.node for event in self.events if isinstance(event, Judged)}

    def told_in(self, step: int) -> tuple[Event, ...]:
        """What was told in a step on account of calls of models."""
        at = self.steps[step].at
        return self.events[at : at + self.steps[step].told]

    def own_of(self, step: int) -> tuple[Event, ...]:
        """What followed in the same step."""
        following = self.steps[step + 1].at if step + 1 < len(self.steps) else len(self.events)
        return self.events[self.steps[step].at + self.steps[step].told : following]

    def unlike(self, target: Target, settings: Settings) -> str | None:
        """Why the run that is wanted is another one; None when it is this."""
        started, setup, budget = self.started, self.setup, settings.budget
        if started is None or started.setup is None or not self.steps:
            return "the recording does not hold a whole run"
        if (started.target.module, started.target.qualname) != (target.module, target.qualname):
            return "the recording is of another version of the function or its module"
        given = (settings.objective, settings.tactics, settings.seed, settings.critic_model)
        usual = (None, DEFAULT_TACTICS, None, None)
        kept = (setup.objective, setup.tactics, setup.seed, setup.critic_model)
        alike = all(one in pair for one, *pair in zip(given, usual, kept, strict=True))
        limits = (replace(each, calls=None) for each in (DEFAULT_BUDGET, started.budget))
        affordable = replace(budget, calls=None) in limits
        if not alike or not affordable or budget.calls not in {*_USUAL_CALLS, started.budget.calls}:
            return "other options were recorded than are given now"
        return None

    def settings(self, settings: Settings) -> Settings:
        """These settings with what the recorded run was asked to do."""
        setup = self.setup
        return replace(
            settings,
            objective=setup.objective,
            tactics=setup.tactics,
            seed=setup.seed,
            budget=self.started.budget if self.started else settings.budget,
        )


def read_tape(path: Path) -> Tape:
    """Raise ``Unavailable`` for what is no journal."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        # A run that was killed leaves half a line at the end.
        whole = [*lines[:-1], *(line for line in lines[-1:] if re.search(r"\}\s*$", line))]
        return Tape(tuple(map(journal.read, whole)))
    except OSError as error:
        raise Unavailable(f"The recording {path} cannot be read: {error.strerror}.", _ADVICE) from error
    except (journal.UnreadableError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} is not the journal of a run ({error}).", _ADVICE) from error
