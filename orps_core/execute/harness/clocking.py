"""Times two versions of a function against each other in one process, in interleaved pairs of blocks."""

from __future__ import annotations

import contextlib
import gc
import itertools
import math
import random
import resource
import statistics
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import List, Optional, Set, Tuple, cast

from .behaviour import Tape, seed_random
from .differing import rounding
from .forgetting import Slate
from .lasting import changed, settings
from .patterns import PatternClock
from .recording import Call, Resolved, duplicate
from .sameness import TooLarge, alike, distinction
from .stepping import Maker, Step, begun, plain

FEWEST = 3
BLOCK_NS = 100_000
"""Short, for what disturbs a block spoils one pair only: in the same time, the medians of pairs of half a
millisecond spread four times as wide on a busy machine."""

_SHORT_NS = 12_000_000  # what the pairs of short calls take
_FULL_NS, _SLOW_NS, _SLOWEST_NS = 2_000_000, 100_000_000, 300_000_000
_PAIRS, _FULL_PAIRS, _MIDDLE_PAIRS = 48, 24, 8
_ROUND = 0.05  # seconds of calls that are timed together: of slow ones a few will do
_MOST_REPEATS = 1 << 17
_COPYING_NS = 20_000_000  # what the fresh arguments of one block may cost
_GARBAGE = 100_000  # objects after which collecting, which is off, is due
_DECISIVE = math.log(1.5)
_IMPORTING = 1.2  # times as long an import may take without any reason
_NOISE = 1e-3, 0.5  # what first calls may cost more: seconds, and a share of what later calls of a take
_THREADED = 1e-4, 0.2  # seconds on other threads that count: beyond this, and this share
_SWITCHES = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)
_LONG = 0.002
_LONG_ENOUGH = 0.005  # seconds of first calls that are a block as they are

Clock = Callable[[], int]


@dataclass(frozen=True)
class Lane:
    """One version: its function, calls that fit it, its module's slate, CPU seconds of its import."""

    resolved: Resolved
    calls: Sequence[Call]
    slate: Slate = field(default_factory=Slate)
    importing: float = 0.0


@dataclass(frozen=True)
class Pairs:
    """``logs`` holds ln(a ÷ b) of each pair: above zero b is faster. ``a_seconds`` is a's median per call.

    ``lost`` is the share of what b's calls save that its first calls and its import have cost it before;
    zero where that cannot be told from noise. ``clock`` is ``cpu`` (of one thread), ``process`` where others
    work too, ``wall`` where it waits. ``left`` is what b alone does that it must not,
    in words: change what all share, or give something else than a.
    """

    logs: Tuple[float, ...]
    a_seconds: float
    lost: float
    clock: str
    left: Tuple[str, ...] = ()


NOTHING = Pairs((), 0.0, 0.0, "cpu")


def clock_pairs(
    a: Lane,
    b: Lane,
    *,
    pairs: int = _PAIRS,
    block_ns: int = BLOCK_NS,
    soft: float = 1.0,
    hard: float = 10.0,
) -> Pairs:
    """Time both, in random order inside each pair, until ``pairs`` or the seconds are used up.

    Each call begins as if it were the first one: caches are cold, the module is as after its import, and
    arguments are fresh where a call changes them, all outside the time. After ``soft`` seconds of work
    ``FEWEST`` pairs are enough; at ``hard``, on the wall, it ends with what there is, which may be nothing.
    """
    if not a.calls or not b.calls:
        return NOTHING
    until = time.perf_counter() + hard
    gc.collect()
    with _undisturbed():
        race = _Race(a, b, soft, until)
        for _ in range(2):
            logs = race.run(pairs, block_ns)
            if not race.learn():
                return race.result(logs)
    return NOTHING  # it leaves something else behind each time: no two of its calls are alike


def seconds_of(resolved: Resolved, call: Call, slate: Optional[Slate] = None) -> Optional[float]:
    """CPU seconds of one call with cold caches and arguments of its own; None if it raises."""
    best = math.inf
    with _undisturbed():
        while True:
            side = _Side(Lane(resolved, [call], slate or Slate()))
            side.try_next()
            if side.raised:
                return None
            # The first run of a short call also pays for warming up.
            if side.first.cpu > _LONG * 1e9 or best < math.inf:
                return min(best, side.first.cpu / 1e9)
            best = side.first.cpu / 1e9


@dataclass(frozen=True)
class _Spent:
    """Nanoseconds on the wall clock, of this thread, of all threads; and how often it gave up the core."""

    wall: int = 0
    cpu: int = 0
    process: int = 0
    switches: int = 0

    def plus(self, other: _Spent, sign: int = 1) -> _Spent:
        return _Spent(
            self.wall + sign * other.wall,
            self.cpu + sign * other.cpu,
            self.process + sign * other.process,
            self.switches + sign * other.switches,
        )

    @property
    def waits(self) -> bool:
        """Half of the time is not spent computing. Being pushed aside by others is no voluntary switch."""
        return self.switches > 0 and self.wall > 2 * max(self.cpu, 1)

    @property
    def busy(self) -> int:
        """Nanoseconds that are its own, whatever else the machine did."""
        return self.wall if self.waits else max(self.cpu, self.process)

    @property
    def threaded(self) -> bool:
        others = (self.process - self.cpu) / 1e9
        return others > _THREADED[0] and others > _THREADED[1] * self.cpu / 1e9


def _spent() -> _Spent:
    return _Spent(
        time.perf_counter_ns(),
        time.thread_time_ns(),
        process_time_ns(),
        resource.getrusage(_SWITCHES).ru_nvcsw,
    )


def process_time_ns() -> int:
    """As ``time.process_time_ns``, which moves in ticks of the scheduler while CPU time is limited."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


class _Race:
    """Two sides on the same calls."""

    def __init__(self, a: Lane, b: Lane, soft: float, until: float) -> None:
        self._order = random.Random()  # noqa: S311  (of its own: the global one is seeded before each block)
        self._soft, self._until = soft, until
        self._settings = settings()
        self._near = max(map(rounding, a.calls))
        self._changes: List[Set[str]] = [set(), set()]
        self._imported = max(0.0, b.importing - _IMPORTING * a.importing)
        self._sides = [_Side(a), _Side(b)]
        for _ in range(min(len(a.calls), len(b.calls))):
            for index in self._order.sample((0, 1), 2):
                self._sides[index].try_next()
                self._tidy_after(index)
            if max(side.first.busy for side in self._sides) > _ROUND * 1e9:
                break
        self._clock = self._chosen_clock()
        self._firsts = [cast("int", getattr(side.first, self._clock)) / 1e9 for side in self._sides]
        self._seconds = [0.0, 0.0]

    def run(self, pairs: int, block_ns: int) -> List[float]:
        """ln(a ÷ b) of each pair."""
        fresh = any(side.fresh for side in self._sides)
        cold = any(side.stateful for side in self._sides)
        benches = [_Bench(side, fresh=fresh, cold=cold) for side in self._sides]
        clock = _CLOCKS[self._clock]
        slowest = 0
        for index, (bench, first) in enumerate(zip(benches, self._firsts)):
            took = int(1e9 * first) if first > _LONG_ENOUGH else bench.calibrate(block_ns, clock)
            slowest = max(slowest, took)
            self._tidy_after(index)
        times: List[List[float]] = [[], []]
        if slowest > _SLOW_NS:
            # Such a call has nothing to warm up, and is too dear to be thrown away.
            for first, row in zip(self._firsts, times):
                row.append(first / self._sides[0].used)
        wanted = _wanted(pairs, slowest)
        looked_at = self._order.randrange(wanted)
        block = self._sides[0].used * max(bench.repeats for bench in benches)
        while len(times[0]) < wanted and not self._over(times, slowest, block):
            for index in self._order.sample((0, 1), 2):
                times[index].append(benches[index].seconds(clock))
                self._tidy_after(index)
            if len(times[0]) == looked_at + 1:
                self._look(benches, clock)
            if gc.get_count()[0] > _GARBAGE:
                gc.collect()
        if slowest <= _FULL_NS:
            self._look(benches, clock)  # after thousands of calls, which some have waited for
        self._seconds = [statistics.median(values) if values else 0.0 for values in times]
        return [math.log(one / other) for one, other in zip(*times)]

    def _tidy_after(self, index: int) -> None:
        """What one side changes for all is not to make the other slower."""
        self._changes[index].update("changes " + each for each in changed(self._settings))

    def _look(self, benches: Sequence[_Bench], clock: Clock) -> None:
        """What is timed has to be what was compared: when this is done, nobody can know beforehand."""
        found: List[List[object]] = []
        for index, bench in enumerate(benches):
            found.append(bench.results(clock))
            self._tidy_after(index)
        with contextlib.suppress(TooLarge):
            if distinction(*found, near=self._near) == "value":
                self._changes[1].add("gives something else while it is timed")

    def learn(self) -> bool:
        found = [side.slate.learn() for side in self._sides]  # both look, whatever the first one sees
        return any(found)

    def result(self, logs: Sequence[float]) -> Pairs:
        left = tuple(sorted(self._changes[1] - self._changes[0]))
        return Pairs(tuple(logs), self._seconds[0], self._lost(), self._clock, left)

    def _lost(self) -> float:
        """A candidate that keeps what it computed saves nothing on the calls that it has not seen before."""
        later = [seconds * self._sides[0].used for seconds in self._seconds]
        over = [first - side.patterns - each for first, side, each in zip(self._firsts, self._sides, later)]
        extra = self._imported + over[1] - over[0]
        saved = later[0] - later[1]
        if saved <= 0 or extra < max(_NOISE[0], _NOISE[1] * later[0]):
            return 0.0
        return extra / saved

    def _chosen_clock(self) -> str:
        if any(side.first.threaded for side in self._sides):
            return "process"
        waiting = False
        for index, side in enumerate(self._sides):
            # Once may be chance: the first call of anything can touch a disk.
            waiting |= side.first.waits and side.waits_again()
            self._tidy_after(index)
        return "wall" if waiting else "cpu"

    def _over(self, times: Sequence[Sequence[float]], slowest: int, block: int) -> bool:
        count = len(times[0])
        if time.perf_counter() + 2 * slowest / 1e9 > self._until:
            return True
        # Of work and not of time, for the machine may be busy.
        if count >= FEWEST and sum(map(sum, times)) * block > self._soft:
            return True
        if slowest <= _FULL_NS or count < (2 if slowest > _SLOW_NS else FEWEST + 1):
            return False
        gains = [math.log(one / other) for one, other in zip(*times)]
        return all(gain > _DECISIVE for gain in gains) or all(gain < -_DECISIVE for gain in gains)


class _Side:
    """One version with its calls, each of which is tried once to see what it does."""

    def __init__(self, lane: Lane) -> None:
        self.slate = lane.slate
        self.fresh = False
        self.raised = False
        self.first = _Spent()
        self.patterns = 0.0
        self._resolved = lane.resolved
        self._calls = list(lane.calls)
        self._makers: List[Maker] = []

    @property
    def used(self) -> int:
        """Calls that were tried, and are timed."""
        return len(self._makers)

    @property
    def stateful(self) -> bool:
        return self._resolved.cached or self.slate.stateful

    def reset(self) -> None:
        self._resolved.reset()
        self.slate.wipe()

    def try_next(self) -> None:
        call = self._calls[self.used]
        ready = duplicate(call)
        self.reset()
        seed_random()
        with PatternClock() as patterns:
            before = _spent()
            make, raised = begun(self._resolved.call, ready, call)
            after = _spent()
        self.first = self.first.plus(after.plus(before, -1))
        self.patterns += patterns.seconds
        self.raised |= raised
        self._makers.append(make)
        self.slate.learn()
        try:
            self.fresh |= not alike([call.args, call.kwargs], [ready.args, ready.kwargs])
        except TooLarge:
            self.fresh = True

    def waits_again(self) -> bool:
        before = _spent()
        for step in self.steps(1, fresh=True):
            _run(step)
        return _spent().plus(before, -1).waits

    def seen(self, results: Callable[[object], object]) -> List[Step]:
        """A step for each call whose result can be looked at, which hands that on.

        No frame of ours stands between a call and who times it: a call finds itself where it always is.
        """
        plainly = [
            plain(self._resolved.call, duplicate(call))
            for make, call in zip(self._makers, self._calls)
            if make is plain
        ]
        return [map(results, itertools.starmap(step, itertools.repeat(()))).__next__ for step in plainly]

    def steps(self, repeats: int, *, fresh: bool) -> List[Step]:
        pairs = list(zip(self._makers, self._calls))
        if not fresh:
            return [make(self._resolved.call, call) for make, call in pairs]
        return [make(self._resolved.call, duplicate(call)) for _ in range(repeats) for make, call in pairs]


class _Bench:
    """Blocks of one side: ``repeats`` times all its calls."""

    def __init__(self, side: _Side, *, fresh: bool, cold: bool) -> None:
        self._side = side
        self._fresh = fresh
        self._cold = cold
        self.repeats = 1

    def calibrate(self, block_ns: int, clock: Clock) -> int:
        """Find how many repeats make a block; nanoseconds of one repeat.

        By the clock that will be used: on the wall a block is long as soon as others push it aside.
        """
        while True:
            started = time.thread_time_ns()
            taken = self._block(clock)
            preparing = time.thread_time_ns() - started - taken
            enough = taken >= block_ns or self.repeats >= _MOST_REPEATS
            if enough or ((self._fresh or self._cold) and 2 * preparing > _COPYING_NS):
                return taken // self.repeats
            wished = math.ceil(1.2 * self.repeats * block_ns / max(taken, 1))
            self.repeats = min(_MOST_REPEATS, max(self.repeats + 1, min(wished, 8 * self.repeats)))

    def seconds(self, clock: Clock) -> float:
        return max(1, self._block(clock)) / (1e9 * self.repeats * self._side.used)

    def results(self, clock: Clock) -> List[object]:
        """What the calls give when they are run as if they were timed."""
        found: List[object] = []
        self._run(self._side.seen(found.append), 1, clock)
        return found

    def _block(self, clock: Clock) -> int:
        steps = self._side.steps(self.repeats, fresh=self._fresh)
        return self._run(steps, 1 if self._fresh else self.repeats, clock)

    def _run(self, steps: Sequence[Step], rounds: int, clock: Clock) -> int:
        seed_random()
        return (
            _timed_cold(steps, rounds, clock, self._side.reset)
            if self._cold
            else _timed(steps, rounds, clock)
        )


def _timed(steps: Sequence[Step], rounds: int, clock: Clock) -> int:
    start = clock()
    for _ in itertools.repeat(None, rounds):
        for step in steps:
            try:  # noqa: SIM105  (suppress() would cost more than many a call)
                step()
            # A fence: raising is part of the call.
            except (Exception, SystemExit):  # noqa: BLE001, S110, PERF203
                pass
    return clock() - start


def _timed_cold(steps: Sequence[Step], rounds: int, clock: Clock, reset: Callable[[], None]) -> int:
    """Forget what was kept before each call, and leave that and the reading of the clock out of the time."""
    reading = min(-clock() + clock() for _ in range(20))
    total = 0
    for _ in itertools.repeat(None, rounds):
        for step in steps:
            reset()
            total -= clock()
            try:  # noqa: SIM105  (as above)
                step()
            except (Exception, SystemExit):  # noqa: BLE001, S110  (as above)
                pass
            total += clock()
    return max(1, total - reading * rounds * len(steps))


def _run(step: Step) -> None:
    _timed([step], 1, time.perf_counter_ns)


_CLOCKS = {"cpu": time.thread_time_ns, "process": process_time_ns, "wall": time.perf_counter_ns}


def _wanted(pairs: int, slowest_ns: int) -> int:
    if slowest_ns > _SLOWEST_NS:
        return min(pairs, FEWEST)
    if slowest_ns <= _FULL_NS:
        return min(pairs, max(_FULL_PAIRS, _SHORT_NS // (2 * slowest_ns)))
    # As many as a tenth of a second holds, for a search has many candidates to time.
    return min(pairs, _FULL_PAIRS, max(_MIDDLE_PAIRS, 100_000_000 // (2 * slowest_ns)))


@contextlib.contextmanager
def _undisturbed() -> Generator[None, None, None]:
    collecting = gc.isenabled()
    gc.disable()
    try:
        with contextlib.redirect_stdout(Tape()), contextlib.redirect_stderr(Tape()):
            yield
    finally:
        if collecting:
            gc.enable()
