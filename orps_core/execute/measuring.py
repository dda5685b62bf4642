"""The bench: candidate beside baseline in one process, in behaviour and in time."""

import asyncio
from dataclasses import replace
from typing import cast

from ..domain.comparison import Comparison, Difference, Source
from ..domain.coverage import Coverage
from ..domain.growth import FEWEST_SIZES, Growth
from ..domain.memory import Memory
from ..domain.profile import Profile
from ..domain.timing import Pace
from ..ports import Unavailable, Unusable
from .comparing import behaviour_of, coverage_of, longest
from .facing import Exported, read_export, settled
from .job import Job
from .opening import Opener
from .outcomes import messages, tampering
from .pacing import Restless, timing_of
from .process import Harness, HarnessGone, Message
from .profiling import read_profile
from .turn import taking_turn

_SLACK = 5.0
_HEARING = 30.0  # seconds in which the inputs must be there; a function that fails may also hang
_LATE = f"the inputs to ask them on were not there within {_HEARING:.0f} s"
_WRITING = 0.6  # of the wall time
_WEIGHED = 3  # forks at most, each with a pair of peaks
_WEIGHING = 20.0
_PROFILING = 20.0
_LONG = 0.4  # seconds of a call that is not run many times more to see how it grows
_TRACED_RUNS = 16  # as long as so many calls: both sides run twice, and tracing makes them slower
_MOST_CALLS = 4


class Bench:
    """Starts its harness when told to hurry, in the background, or else when it is first asked something."""

    def __init__(self, job: Job, opener: Opener) -> None:
        self._job = job
        self._opener = opener
        self._late = False
        self._exported: Exported | None = None
        self._starting: asyncio.Task[tuple[Harness, Message]] | None = None

    def hurry(self) -> None:
        """Then it is ready when the first candidate has passed."""
        self._starting = self._begun()

    def _begun(self) -> asyncio.Task[tuple[Harness, Message]]:
        if self._starting is None:
            self._starting = asyncio.create_task(self._opener.open("bench"), name="start the bench")
        return self._starting

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
            behaviour, note = await behaviour_of(
                harness, self._job, source, float(greeting.get("slowest", 0))
            )
            if behaviour is None or not behaviour.agrees:
                return Comparison(behaviour=behaviour, note=note)
            found = Comparison(behaviour=behaviour, note=note)
            async with taking_turn():
                return await _clocked(harness, source, found, grown=bool(greeting.get("grown")))
        except Unavailable as error:
            return Comparison(note=error.reason)
        except (ValueError, TypeError, KeyError):
            return Comparison(note="the measuring process answered with something else")
        except (HarnessGone, TimeoutError):
            await self.close()  # it is hurt: the next candidate gets a new one
            return Comparison(note="the measuring process ended early")

    async def weigh(self, source: str, found: Comparison) -> Comparison:
        """``found`` with the memory that both need; as it is where they do not agree."""
        if found.behaviour is None or not found.behaviour.agrees:
            return found
        try:
            harness, greeting = await self.ready()
            inputs = "grown" if greeting.get("grown") else "recorded"
            seconds = found.timing.baseline if found.timing else 0.0
            calls = (
                _MOST_CALLS if not seconds else min(_MOST_CALLS, int(_WEIGHING / (_TRACED_RUNS * seconds)))
            )
            if not calls:
                note = f"its memory was not weighed, for a call takes {seconds:.1f} s"
                return replace(found, note=_joined(found.note, note))
            return replace(found, memory=await _memory(harness, source, inputs, calls))
        except Unavailable as error:
            note = error.reason
        except (ValueError, TypeError, KeyError):
            note = "the measuring process answered with something else"
        except (HarnessGone, TimeoutError):
            await self.close()
            note = "the measuring process ended early"
        return replace(found, note=_joined(found.note, note))

    async def exported(self) -> Exported | None:
        """The inputs as plain data, with what the original does; None where there are none.

        Written down once: no candidate was ever in the process that does. Raise ``Unavailable``,
        HarnessGone or TimeoutError.
        """
        if self._exported is None:
            harness, greeting = await self.ready()
            if greeting.get("note"):
                return None
            wall = longest(self._job.limits.wall, float(greeting.get("slowest", 0)))
            request: Message = {"op": "export", "wall": wall, "enough": _WRITING * wall}
            self._exported = read_export(await harness.ask(request, wall + _SLACK))
        return self._exported

    def settle(self, exported: Exported, facts: Message) -> Exported:
        """Keep what is left of the inputs once the original was alone with them."""
        self._exported = settled(exported, facts)
        return self._exported

    async def answers(self, source: str) -> tuple[str, ...]:
        """What the module with the candidate in it answers; empty when it did not get through the inputs.

        Raise ``Unusable`` where nobody could be asked.
        """
        wall = self._job.limits.wall
        try:
            harness, greeting = await self._heard()
            if greeting.get("note"):
                return ()
            request = {"op": "poll", "source": source, "wall": wall}
            # The first who asks may find it still making inputs.
            facts = await harness.ask(request, wall + _SLACK + _HEARING)
        except Unavailable as error:
            raise Unusable(error.reason) from error
        except TimeoutError as error:
            raise Unusable(_LATE) from error
        except HarnessGone as error:
            await self.close()  # it is hurt: the next candidate gets a new one
            raise Unusable("the process that asks them ended early") from error
        replies = messages(facts, "polled")
        answers = replies[-1].get("answers") if replies else None
        return tuple(map(str, cast("list[object]", answers))) if isinstance(answers, list) else ()

    async def _heard(self) -> tuple[Harness, Message]:
        """As ``ready``, but nobody waits long twice: who comes while it is late is told so at once."""
        starting = self._starting
        if self._late and starting is not None and not starting.done():
            raise TimeoutError
        try:
            async with asyncio.timeout(_HEARING):
                found = await self.ready()
        except TimeoutError:
            self._late = True
            raise
        self._late = False
        return found

    async def profile(self, source: str) -> Profile | None:
        """Where the time of the dearest call goes; None where there is no call, or none came to its end."""
        try:
            harness, greeting = await self.ready()
            if greeting.get("note"):
                return None
            request: Message = {"op": "profile", "source": source, "wall": _PROFILING}
            async with taking_turn():
                found = read_profile(await harness.ask(request, _PROFILING + _SLACK), source)
                if found is None or found.seconds > _LONG:
                    return found
                growth = await _growth(harness, source)
            return found if growth is None else replace(found, growth=growth.after)
        except (Unavailable, ValueError, TypeError, KeyError):
            return None
        except (HarnessGone, TimeoutError):
            await self.close()
            return None

    async def ready(self) -> tuple[Harness, Message]:
        """The harness, started anew if it was closed, and its greeting."""
        return await asyncio.shield(self._begun())

    async def close(self) -> None:
        starting, self._starting = self._starting, None
        if starting is None:
            return
        starting.cancel()
        await asyncio.wait({starting})
        if not starting.cancelled() and starting.exception() is None:
            await starting.result()[0].close()


async def _clocked(harness: Harness, source: str, found: Comparison, *, grown: bool) -> Comparison:
    """With times, and with how they grow where they are a gain."""
    try:
        found = await _timed(harness, source, found, grown=grown)
    except Restless as how:
        return _doubted(found, how)
    if found.grown is None or found.grown.pace is not Pace.FASTER:
        return found
    return replace(found, growth=await _growth(harness, source))


def _doubted(found: Comparison, how: Restless) -> Comparison:
    """Not refuted: the original may depend on earlier calls, too, in a way that nobody can put back."""
    if found.behaviour is None:
        return found
    doubt = Difference(
        input=f"{how.inputs} inputs again and again",
        baseline="does the same",
        candidate=how.what,
        source=Source(how.inputs),
        refutes=False,
    )
    return replace(found, behaviour=replace(found.behaviour, differ=(*found.behaviour.differ, doubt)))


async def _timed(harness: Harness, source: str, found: Comparison, *, grown: bool) -> Comparison:
    """With times on grown inputs, where there are any, and on the recorded ones where they matter."""
    if grown:
        timing, note = await timing_of(harness, source, "grown")
        found = replace(found, grown=timing, note=_joined(found.note, note))
        if timing is not None and timing.pace is not Pace.FASTER:
            # What is no gain on large inputs is no suggestion, whatever it does on the examples.
            return found
    timing, note = await timing_of(harness, source, "recorded")
    return replace(found, recorded=timing, note=_joined(found.note, note))


async def _growth(harness: Harness, source: str) -> Growth | None:
    """None where there are too few sizes at which both run."""
    request: Message = {"op": "scale", "source": source, "wall": _WEIGHING}
    facts = await harness.ask(request, _WEIGHING + _SLACK)
    replies = messages(facts, "scaled")
    if not replies or tampering(facts) or len(replies[-1]["sizes"]) < FEWEST_SIZES:
        return None
    sizes, baseline, candidate = (
        tuple(float(each) for each in replies[-1][name]) for name in ("sizes", "baseline", "candidate")
    )
    return Growth(sizes=sizes, baseline=baseline, candidate=candidate)


async def _memory(harness: Harness, source: str, inputs: str, calls: int) -> Memory | None:
    """None where a weighing did not come to its end: tracing makes calls several times slower."""
    request: Message = {
        "op": "weigh",
        "source": source,
        "inputs": inputs,
        "calls": calls,
        "wall": _WEIGHING,
    }
    peaks: list[tuple[int, int]] = []
    for _ in range(_WEIGHED):
        facts = await harness.ask(request, _WEIGHING + _SLACK)
        replies = messages(facts, "weighed")
        if not replies or tampering(facts):
            return None
        peaks.append((int(replies[-1]["baseline"]), int(replies[-1]["candidate"])))
        if peaks[1:] and peaks[-1] == peaks[-2]:
            break  # they repeat exactly, so there is no spread to learn about
    baselines, candidates = zip(*peaks, strict=True)
    return Memory(inputs=inputs, baselines=baselines, candidates=candidates)


def _joined(*notes: str | None) -> str | None:
    return "; ".join(dict.fromkeys(note for note in notes if note)) or None
