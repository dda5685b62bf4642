"""Asks the bench for times, fork after fork, until they decide or enough was spent on them."""

import math
import time
from dataclasses import dataclass, field

from ..domain.timing import ALL_FORKS, FIRST_FORKS, Pace, Timing, decide, median
from .outcomes import messages, tampering
from .process import Harness, Message

_WALL = 40.0  # seconds one fork may take: importing, trying every call, and ten seconds of pairs
_SLACK = 5.0
_LONG = 6.0  # seconds after which three more forks are no longer asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Forks:
    """Where the numbers of the forks go while a timing is under way."""

    logs: list[tuple[float, ...]] = field(default_factory=list[tuple[float, ...]])
    losses: list[float] = field(default_factory=list[float])
    baseline: list[float] = field(default_factory=list[float])
    clocks: set[str] = field(default_factory=set[str])

    def take(self, reply: Message) -> None:
        self.logs.append(tuple(float(each) for each in reply["logs"]))
        self.losses.append(float(reply["lost"]))
        self.baseline.append(float(reply["baseline"]))
        self.clocks.add(str(reply["clock"]))

    def timing(self, inputs: str) -> Timing:
        """The candidate's seconds are those that its pairs give it.

        Its own median can be above the baseline's though each pair shows a gain: where the machine changes
        its speed from fork to fork.
        """
        baseline = median(self.baseline)
        gain = median([each for fork in self.logs for each in fork])
        return Timing(
            inputs=inputs,
            forks=tuple(self.logs),
            baseline=baseline,
            candidate=baseline / math.exp(gain),
            losses=tuple(self.losses),
            clock=" and ".join(sorted(self.clocks)),
        )


class Restless(Exception):
    """What was timed is not what was compared: it does something else when it is called again and again."""

    def __init__(self, what: str, inputs: str) -> None:
        super().__init__(what)
        self.what = what
        self.inputs = inputs


async def timing_of(harness: Harness, source: str, inputs: str) -> tuple[Timing | None, str | None]:
    """The timing on one kind of inputs, or None and why it was not measured. Raise ``Restless``."""
    began, forks = time.monotonic(), Forks()
    request: Message = {"op": "time", "source": source, "inputs": inputs, "wall": _WALL}
    while len(forks.logs) < ALL_FORKS:
        facts = await harness.ask(request, _WALL + _SLACK)
        if what := tampering(facts):
            return None, f"it changes what times it, {what}: not timed"
        reply = next(reversed(messages(facts, "timed")), None)
        if reply is not None and reply["left"]:
            raise Restless(str(reply["left"]), inputs)
        if reply is None or not reply["logs"]:
            note = (reply or {}).get("note")
            return None, str(note) if note else f"a call on {inputs} inputs takes too long to be timed"
        forks.take(reply)
        if decide(forks.logs) is not Pace.UNCLEAR:
            break
        if len(forks.logs) == FIRST_FORKS and time.monotonic() - began > _LONG:
            break
        if len(reply["logs"]) == 1:
            break  # two pairs of each fork would be the least
    return forks.timing(inputs), None
