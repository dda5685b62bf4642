import gc
import math
import statistics
import sys

import pytest

from orps_core.execute.harness.clocking import FEWEST, Pairs, clock_pairs, seconds_of
from orps_core.execute.harness.recording import Call, resolve
from tests.core.harness.made import module_of

LOOP = "def f(n):\n    x = 0\n    for i in range(n): x += i & 7\n    return x"


def clocked(
    one: str, other: str, *args: object, pairs: int = 8, block_ns: int = 100_000, seconds: float = 5
) -> Pairs:
    call = Call(args, {})
    sides = [resolve(module_of(source), "f") for source in (one, other)]
    return clock_pairs(sides[0], sides[1], [call], [call], pairs=pairs, block_ns=block_ns, seconds=seconds)


def ratio(found: Pairs) -> float:
    return math.exp(statistics.median(found.logs))


def test_half_the_work_is_seen_as_about_twice_as_fast() -> None:
    found = clocked(LOOP, LOOP.replace("range(n)", "range(n // 2)"), 2000)
    assert len(found.logs) == 8
    assert found.clock == "cpu"
    assert 1.5 < ratio(found) < 2.7
    assert found.a_seconds > found.b_seconds > 0


def test_a_function_against_itself_is_about_as_fast() -> None:
    assert 0.8 < ratio(clocked(LOOP, LOOP, 2000)) < 1.25


def test_a_function_that_sorts_its_argument_in_place_gets_an_unsorted_one_each_time() -> None:
    source = "seen = set()\ndef f(xs):\n    seen.add(tuple(xs))\n    xs.sort()"
    call = Call(([3, 1, 2],), {})
    modules = module_of(source), module_of(source)
    one, other = (resolve(module, "f") for module in modules)
    clock_pairs(one, other, [call], [call], pairs=5, block_ns=10_000)
    assert modules[0].seen == modules[1].seen == {(3, 1, 2)}
    assert call.args == ([3, 1, 2],)


def test_a_cache_gains_nothing_from_one_call_to_the_next() -> None:
    found = clocked(LOOP, "import functools\n@functools.cache\n" + LOOP, 3000)
    assert 0.8 < ratio(found) < 1.25


@pytest.mark.parametrize(
    "lazy",
    [
        LOOP.replace("return x", "yield x"),
        "def f(n): return (i & 7 for i in range(n))",
        "async def f(n):\n    for i in range(n): yield i",
        LOOP.replace("def", "async def"),
    ],
)
def test_work_put_off_is_timed_where_it_is_done(lazy: str) -> None:
    found = clocked(LOOP, lazy, 3000)
    assert ratio(found) < 3


def test_a_coroutine_that_suspends_runs_on_an_event_loop() -> None:
    waiting = "import asyncio\nasync def f(n):\n    for i in range(n): await asyncio.sleep(0)\n    return n"
    found = clocked(waiting.replace("range(n)", "range(5 * n)"), waiting, 50)
    assert ratio(found) > 1.5


def test_time_spent_waiting_is_measured_by_the_wall_clock() -> None:
    source = "import time\ndef f(n): time.sleep(n)"
    found = clocked(source, source, 0.002, pairs=5)
    assert found.clock == "wall"
    assert found.a_seconds >= 0.002


def test_raising_is_part_of_the_call() -> None:
    raising = LOOP.replace("return x", "raise ValueError")
    found = clocked(raising, raising.replace("range(n)", "range(n // 3)"), 3000)
    assert ratio(found) > 1.8
    assert clocked("def f(): raise SystemExit", "def f(): raise SystemExit").logs


@pytest.mark.slow
def test_slow_calls_are_measured_in_fewer_pairs() -> None:
    source = (
        "import time\ndef f(n):\n    end = time.thread_time() + n\n    while time.thread_time() < end: pass"
    )
    assert len(clocked(source, source, 0.03, pairs=16).logs) == 8


@pytest.mark.slow
def test_the_budget_ends_the_measurement_after_the_fewest_pairs() -> None:
    source = (
        "import time\ndef f(n):\n    end = time.thread_time() + n\n    while time.thread_time() < end: pass"
    )
    assert len(clocked(source, source, 0.01, pairs=16, seconds=0.05).logs) <= FEWEST
    assert len(clocked(LOOP, LOOP, 10, pairs=200, seconds=0.000_1).logs) < 200


def test_nothing_to_call_is_not_measured() -> None:
    side = resolve(module_of(LOOP), "f")
    assert clock_pairs(side, side, [], []) == Pairs((), 0.0, 0.0, "cpu")


def test_several_calls_are_timed_together_and_reported_per_call() -> None:
    side = resolve(module_of(LOOP), "f")
    some = [Call((n,), {}) for n in (500, 1000, 1500)]
    one = clock_pairs(side, side, some[1:2], some[1:2], pairs=6, block_ns=100_000)
    all_three = clock_pairs(side, side, some, some, pairs=6, block_ns=100_000)
    assert 0.6 < all_three.a_seconds / one.a_seconds < 1.7


def test_the_process_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    out = sys.stdout
    source = "def f(n): print(n)"
    assert clocked(source, source, 1).logs
    assert gc.isenabled()
    assert sys.stdout is out
    assert capsys.readouterr().out == ""


def test_one_call_is_timed_unless_it_raises() -> None:
    side = resolve(module_of(LOOP), "f")
    short, long = seconds_of(side, Call((1000,), {})), seconds_of(side, Call((100_000,), {}))
    assert short
    assert long
    assert long > 10 * short
    assert seconds_of(side, Call(("x",), {})) is None
    raising = resolve(module_of("async def f(n): raise ValueError"), "f")
    assert seconds_of(raising, Call((1,), {})) is None
