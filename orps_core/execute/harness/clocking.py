"""Times two functions against each other in one process, in interleaved pairs of blocks."""

from __future__ import annotations

import contextlib
import functools
import gc
import itertools
import math
import random
import resource
import statistics
import time
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import List, Optional, Tuple, cast

from .behaviour import DRAINED, Tape, awaitable_of, driven, seed_random, shape_of
from .recording import Call, Resolved, duplicate
from .sameness import TooLarge, alike

FEWEST = 5
_SLOW_NS, _SLOW_PAIRS = 20_000_000, 8
_SLOWEST_NS = 300_000_000
_MOST_REPEATS = 1 << 17
_LONG = 0.002
_COPYING_NS = 20_000_000  # what the fresh arguments of one block may cost
_PATIENCE = 4  # times the budget, then also fewer than FEWEST pairs will do
_SWITCHES = getattr(resource, "RUSAGE_THREAD", resource.RUSAGE_SELF)

Step = Callable[[], object]
Clock = Callable[[], int]


@dataclass(frozen=True)
class Pairs:
    """``logs`` holds ln(a ÷ b) of each pair: above zero b is faster. The seconds are medians per call."""

    logs: Tuple[float, ...]
    a_seconds: float
    b_seconds: float
    clock: str


def clock_pairs(
    a: Resolved,
    b: Resolved,
    calls_a: Sequence[Call],
    calls_b: Sequence[Call],
    *,
    pairs: int = 16,
    block_ns: int = 500_000,
    seconds: float = 5.0,
) -> Pairs:
    """Time both, in random order inside each pair, until ``pairs`` or ``seconds`` are used up.

    Caches are cold and arguments are fresh where a call changes them, at no cost to the time. Fewer than
    ``FEWEST`` pairs come back only if the calls take far longer than ``seconds``: then nothing is measured.
    """
    end = time.perf_counter() + seconds
    last = end + (_PATIENCE - 1) * seconds
    if not calls_a or not calls_b:
        return Pairs((), 0.0, 0.0, "cpu")
    order = random.Random()  # noqa: S311  (of its own: the global one is seeded before each block)
    gc.collect()
    with _undisturbed():
        ours, theirs = _Side(a, calls_a), _Side(b, calls_b)
        fresh, cold = ours.fresh or theirs.fresh, a.cached or b.cached
        benches = [_Bench(side, fresh=fresh, cold=cold) for side in (ours, theirs)]
        slowest = max(bench.calibrate(block_ns) for bench in benches)
        waits = any(bench.waits() for bench in benches)
        clock = time.perf_counter_ns if waits else time.thread_time_ns
        times: List[List[float]] = [[], []]
        while len(times[0]) < _wanted(pairs, slowest):
            now = time.perf_counter()
            if now > last or (now > end and len(times[0]) >= FEWEST):
                break
            for index in order.sample((0, 1), 2):
                times[index].append(benches[index].seconds(clock))
    logs = tuple(math.log(one / other) for one, other in zip(*times))
    medians = [statistics.median(values) if values else 0.0 for values in times]
    return Pairs(logs, medians[0], medians[1], "wall" if waits else "cpu")


def seconds_of(resolved: Resolved, call: Call) -> Optional[float]:
    """CPU seconds of one call with cold caches and arguments of its own; None if it raises."""
    best = math.inf
    with _undisturbed():
        while True:
            side = _Side(resolved, [call])
            if side.raised:
                return None
            # The first run of a short call also pays for warming up.
            if side.first_seconds > _LONG or best < math.inf:
                return min(best, side.first_seconds)
            best = side.first_seconds


class _Side:
    """One function with its calls, each of which was tried once to see what it does."""

    def __init__(self, resolved: Resolved, calls: Sequence[Call]) -> None:
        self.reset = resolved.reset
        self.fresh = False
        self.raised = False
        self.first_seconds = 0.0
        self._call = resolved.call
        self._calls = list(calls)
        self._makers = [self._try(call) for call in self._calls]

    def steps(self, repeats: int, *, fresh: bool) -> List[Step]:
        if not fresh:
            return [make(self._call, call) for make, call in zip(self._makers, self._calls)]
        return [
            make(self._call, duplicate(call))
            for _ in range(repeats)
            for make, call in zip(self._makers, self._calls)
        ]

    @property
    def calls(self) -> int:
        return len(self._calls)

    def _try(self, call: Call) -> _Maker:
        ready = duplicate(call)
        make = _plain
        self.reset()
        seed_random()
        start = time.thread_time_ns()
        try:
            result = self._call(*ready.args, **ready.kwargs)
            make = _MAKERS[shape_of(result)]
            if make is _draining:
                deque(itertools.islice(cast("Iterator[object]", result), DRAINED), maxlen=0)
            elif make is _awaiting and not _ends_alone(result):
                make = _looping
                again = duplicate(call)
                driven(awaitable_of(self._call(*again.args, **again.kwargs), []))
        # A fence: the project may raise what it likes, and raising is then what is timed.
        except (Exception, SystemExit):  # noqa: BLE001
            self.raised = True
        self.first_seconds += (time.thread_time_ns() - start) / 1e9
        try:
            self.fresh |= not alike([call.args, call.kwargs], [ready.args, ready.kwargs])
        except TooLarge:
            self.fresh = True
        return make


class _Bench:
    """Blocks of one side: ``repeats`` times all its calls."""

    def __init__(self, side: _Side, *, fresh: bool, cold: bool) -> None:
        self._side = side
        self._fresh = fresh
        self._cold = cold
        self._repeats = 1
        self._last_ns = 0

    def calibrate(self, block_ns: int) -> int:
        """Find how many repeats make a block; nanoseconds of one repeat."""
        while True:
            started = time.perf_counter_ns()
            taken = self._block(time.perf_counter_ns)
            preparing = time.perf_counter_ns() - started - taken
            enough = taken >= block_ns or self._repeats >= _MOST_REPEATS
            if enough or ((self._fresh or self._cold) and 2 * preparing > _COPYING_NS):
                self._last_ns = taken
                return taken // self._repeats
            wished = math.ceil(1.2 * self._repeats * block_ns / max(taken, 1))
            self._repeats = min(_MOST_REPEATS, max(self._repeats + 1, min(wished, 8 * self._repeats)))

    def waits(self) -> bool:
        """Whether it sleeps or does I/O. Being pushed aside by other processes is no voluntary switch."""
        ratios: List[float] = []
        for _ in range(1 if self._last_ns > _SLOW_NS else 3):
            switches = resource.getrusage(_SWITCHES).ru_nvcsw
            cpu = time.thread_time_ns()
            wall = self._block(time.perf_counter_ns)
            cpu = time.thread_time_ns() - cpu
            given_up = resource.getrusage(_SWITCHES).ru_nvcsw > switches
            ratios.append(wall / max(cpu, 1) if given_up else 1.0)
        return min(ratios) > 2  # noqa: PLR2004  (half of the time is not spent computing)

    def seconds(self, clock: Clock) -> float:
        return max(1, self._block(clock)) / (1e9 * self._repeats * self._side.calls)

    def _block(self, clock: Clock) -> int:
        steps = self._side.steps(self._repeats, fresh=self._fresh)
        rounds = 1 if self._fresh else self._repeats
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
    """Forget the caches before each call, and leave that and the reading of the clock out of the time."""
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


def _wanted(pairs: int, slowest_ns: int) -> int:
    if slowest_ns > _SLOWEST_NS:
        return min(pairs, FEWEST)
    return min(pairs, _SLOW_PAIRS) if slowest_ns > _SLOW_NS else pairs


_Maker = Callable[[Callable[..., object], Call], Step]


def _plain(function: Callable[..., object], call: Call) -> Step:
    return functools.partial(function, *call.args, **call.kwargs)


def _draining(function: Callable[..., object], call: Call) -> Step:
    def step() -> None:
        items = cast("Iterator[object]", function(*call.args, **call.kwargs))
        deque(itertools.islice(items, DRAINED), maxlen=0)

    return step


def _awaiting(function: Callable[..., object], call: Call) -> Step:
    return lambda: _sent(awaitable_of(function(*call.args, **call.kwargs), []))


def _looping(function: Callable[..., object], call: Call) -> Step:
    return lambda: driven(awaitable_of(function(*call.args, **call.kwargs), []))


_MAKERS = {"value": _plain, "iterator": _draining, "awaited": _awaiting, "async iterator": _awaiting}


def _ends_alone(result: object) -> bool:
    try:
        return _sent(awaitable_of(result, []))
    # A fence: without an event loop running anything may be raised; with one it will be raised again.
    except Exception:  # noqa: BLE001
        return False


def _sent(waiting: Coroutine[object, object, object]) -> bool:
    """Run a coroutine without an event loop; False if it gives up control, as only a loop can go on then."""
    try:
        waiting.send(None)
    except StopIteration:
        return True
    waiting.close()
    return False


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
