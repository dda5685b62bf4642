"""The bench: candidate beside baseline in one process, in behaviour and in time."""

import asyncio
from dataclasses import dataclass, replace

from ..domain.comparison import Comparison
from ..domain.coverage import Coverage
from ..domain.timing import ALL_FORKS, Pace, Timing, decide, median
from ..ports import Unavailable
from .comparing import behaviour_of, coverage_of
from .job import Job
from .opening import Opener
from .outcomes import messages
from .process import Harness, HarnessGone, Message
from .turn import taking_turn

_SLACK = 5.0
_FEWEST_PAIRS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """Where a fork's numbers go while a timing is under way."""

    forks: list[tuple[float, ...]]
    baseline: list[float]
    candidate: list[float]


class Bench:
    """Starts its harness at once, in the background: it is ready when the first candidate has passed."""

    def __init__(self, job: Job, opener: Opener) -> None:
        self._job = job
        self._opener = opener
        self._starting: asyncio.Task[tuple[Harness, Message]] | None = asyncio.create_task(
            opener.open("bench"), name="start the bench"
        )

    async def compare(self, source: str) -> Comparison:
        """``source`` is the whole text of the target's module with the candidate in it."""
        return replace(await self._compared(source), coverage=self._coverage())

    def _coverage(self) -> Coverage | None:
        starting = self._starting
        if starting is None or not starting.done() or starting.cancelled() or starting.exception():
            return None
        return coverage_of(starting.result()[1])

    async def _compared(self, source: str) -> Comparison:
        try:
            harness, greeting = await self.ready()
            if greeting.get("note"):
                return Comparison(note=str(greeting["note"]))
            behaviour, note = await behaviour_of(harness, self._job, source)
            if behaviour is None or not behaviour.agrees:
                return Comparison(behaviour=behaviour, note=note)
            async with taking_turn():
                grown = await self._timing(harness, source, "grown") if greeting.get("grown") else None
                recorded = None
                if grown is None or grown.pace is Pace.FASTER:
                    # What is no gain on large inputs is no suggestion, whatever it does on the examples.
                    recorded = await self._timing(harness, source, "recorded")
        except Unavailable as error:
            return Comparison(note=error.reason)
        except (ValueError, TypeError, KeyError):
            return Comparison(note="the measuring process answered with something else")
        except (HarnessGone, TimeoutError):
            await self.close()  # it is hurt: the next candidate gets a new one
            return Comparison(note="the measuring process ended early")
        return Comparison(behaviour=behaviour, grown=grown, recorded=recorded, note=note)

    async def ready(self) -> tuple[Harness, Message]:
        """The harness, started anew if it was closed, and its greeting."""
        if self._starting is None:
            self._starting = asyncio.create_task(self._opener.open("bench"), name="start the bench")
        return await asyncio.shield(self._starting)

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        if starting is None:
            return
        starting.cancel()
        await asyncio.wait({starting})
        if not starting.cancelled() and starting.exception() is None:
            await starting.result()[0].close()

    async def _timing(self, harness: Harness, source: str, inputs: str) -> Timing | None:
        sides = _Sides(forks=[], baseline=[], candidate=[])
        while len(sides.forks) < ALL_FORKS:
            if not await self._fork(harness, source, inputs, sides):
                return None
            if decide(sides.forks) is not Pace.UNCLEAR:
                break
        return Timing(
            inputs=inputs,
            forks=tuple(sides.forks),
            baseline=median(sides.baseline),
            candidate=median(sides.candidate),
        )

    async def _fork(self, harness: Harness, source: str, inputs: str, sides: _Sides) -> bool:
        wall = self._job.limits.wall
        request: Message = {"op": "time", "source": source, "inputs": inputs, "wall": wall}
        reply = _last(await harness.ask(request, wall + _SLACK), "timed")
        if reply is None or len(reply["logs"]) < _FEWEST_PAIRS:
            return False
        sides.forks.append(tuple(float(each) for each in reply["logs"]))
        sides.baseline.append(float(reply["baseline"]))
        sides.candidate.append(float(reply["candidate"]))
        return True


def _last(facts: Message, kind: str) -> Message | None:
    return next(reversed(messages(facts, kind)), None)
