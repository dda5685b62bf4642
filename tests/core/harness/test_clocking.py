import gc
import json
import math
import statistics
import sys

import pytest

from orps_core.execute.harness.clocking import FEWEST, NOTHING, Lane, Pairs, clock_pairs, seconds_of
from orps_core.execute.harness.forgetting import Slate
from orps_core.execute.harness.recording import Call, resolve
from tests.core.harness.made import module_of

LOOP = "def f(n):\n    x = 0\n    for i in range(n): x += i & 7\n    return x"


def lane(source: str, *calls: Call) -> Lane:
    module = module_of(source)
    return Lane(resolve(module, "f"), calls, Slate(module))


def clocked(
    one: str, other: str, *args: object, pairs: int = 8, block_ns: int = 100_000, soft: float = 5
) -> Pairs:
    call = Call(args, {})
    return clock_pairs(lane(one, call), lane(other, call), pairs=pairs, block_ns=block_ns, soft=soft)


def ratio(found: Pairs) -> float:
    return math.exp(statistics.median(found.logs))


def test_half_the_work_is_seen_as_about_twice_as_fast() -> None:
    found = clocked(LOOP, LOOP.replace("range(n)", "range(n // 2)"), 2000)
    assert len(found.logs) == 8
    assert found.clock == "cpu"
    assert 1.5 < ratio(found) < 2.7
    assert found.a_seconds > 0


def test_a_function_against_itself_is_about_as_fast() -> None:
    assert 0.8 < ratio(clocked(LOOP, LOOP, 2000)) < 1.25


def test_a_function_that_sorts_its_argument_in_place_gets_an_unsorted_one_each_time() -> None:
    source = "seen = set()\ndef f(xs):\n    seen.add(tuple(xs))\n    xs.sort()"
    call = Call(([3, 1, 2],), {})
    modules = module_of(source), module_of(source)
    one, other = (Lane(resolve(module, "f"), [call]) for module in modules)
    clock_pairs(one, other, pairs=5, block_ns=10_000)
    assert modules[0].seen == modules[1].seen == {(3, 1, 2)}
    assert call.args == ([3, 1, 2],)


SLOWS = "import sys\n" + LOOP.replace("return x", "sys.setprofile(lambda *_: None)\n    return x")


def test_who_slows_the_other_down_is_told_and_has_no_effect() -> None:
    found = clocked(LOOP, SLOWS, 2000)
    assert found.left == ("changes tracing: profile instead of none",)
    assert sys.getprofile() is None
    assert clocked(SLOWS, SLOWS, 2000).left == clocked(SLOWS, LOOP, 2000).left == ()


WATCHES = "import sys\n" + LOOP.replace(
    "x = 0", "if '_timed' in sys._getframe(1).f_code.co_name: return 0\n    x = 0"
)


@pytest.mark.parametrize("cheat", [WATCHES, WATCHES.replace("return 0", "raise KeyError(n)")])
def test_who_does_less_while_it_is_timed_is_found_out(cheat: str) -> None:
    assert clocked(LOOP, cheat, 2000).left == ("gives something else while it is timed",)


def test_who_waits_for_many_calls_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json, "calls", 0, raising=False)
    counts = "import json\n" + LOOP.replace(
        "x = 0", "json.calls += 1\n    if json.calls > 60: return 0\n    x = 0"
    )
    assert clocked(LOOP, counts, 20).left == ("gives something else while it is timed",)


KEEPING = {
    "functools": "import functools\n@functools.cache\n" + LOOP,
    "helper": "import functools\n@functools.cache\n"
    + LOOP.replace("def f", "def g")
    + "\ndef f(n): return g(n)",
    "dictionary": LOOP.replace("def f", "kept = {}\ndef g")
    + "\ndef f(n):\n    if n not in kept: kept[n] = g(n)\n    return kept[n]",
    "default": LOOP.replace("def f", "def g")
    + "\ndef f(n, kept=[]):\n    if not kept: kept.append(g(n))\n    return kept[0]",
    "attribute": LOOP.replace("def f", "def g")
    + "\ndef f(n):\n    if not hasattr(f, 'x'): f.x = g(n)\n    return f.x",
    "global": LOOP.replace("def f", "last = None\ndef g")
    + "\ndef f(n):\n    global last\n    if last is None: last = g(n)\n    return last",
    "class": LOOP.replace("def f", "class K: pass\ndef g")
    + "\ndef f(n):\n    if not hasattr(K, 'x'): K.x = g(n)\n    return K.x",
    "closure": LOOP.replace("def f", "def g")
    + "\ndef made():\n    x = None\n    def f(n):\n        nonlocal x\n        if x is None: x = g(n)"
    + "\n        return x\n    return f\nf = made()",
    "later": LOOP.replace("def f", "kept = []\ndef g")
    + "\ndef f(n):\n    kept.append(n)\n    if len(kept) > 20: return kept[0]\n    return g(n)",
}


@pytest.mark.parametrize("keeping", KEEPING.values(), ids=KEEPING)
def test_what_is_kept_gains_nothing_from_one_call_to_the_next(keeping: str) -> None:
    assert 0.5 < ratio(clocked(LOOP, keeping, 3000)) < 2


HIDDEN = LOOP.replace("def f", "import sys\ndef g") + (
    "\ndef f(n):\n    if not hasattr(sys, NAME): setattr(sys, NAME, g(n))\n    return getattr(sys, NAME)"
)


def test_what_is_kept_where_nobody_looks_is_lost_again_on_first_calls() -> None:
    found = clocked(LOOP, HIDDEN.replace("NAME", "'_orps_test_kept'"), 300_000)
    delattr(sys, "_orps_test_kept")
    assert ratio(found) > 10
    assert found.lost > 0.5


def test_work_done_while_importing_is_counted() -> None:
    call = Call((100_000,), {})
    ahead = lane("def f(n): return 0", call)
    found = clock_pairs(lane(LOOP, call), Lane(ahead.resolved, ahead.calls, ahead.slate, 0.5), pairs=5)
    assert found.lost > 0.5


def test_an_honest_gain_loses_nothing_to_first_calls() -> None:
    assert clocked(LOOP, LOOP.replace("range(n)", "range(n // 3)"), 300_000).lost < 0.5
    compiled = "import re\ndef f(n):\n    re.compile('a|b' * 50)\n    for i in range(n): i & 7"
    assert clocked(LOOP, compiled.replace("range(n)", "range(n // 3)"), 300).lost == 0


def test_work_on_other_threads_is_counted() -> None:
    threaded = LOOP.replace("def f", "import threading\ndef g") + (
        "\ndef f(n):\n    t = threading.Thread(target=g, args=(n,))\n    t.start()\n    t.join()"
    )
    found = clocked(LOOP, threaded, 100_000, pairs=5)
    assert found.clock == "process"
    assert ratio(found) < 1.3


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
    assert len(clocked(source, source, 0.01, pairs=16, soft=0.03).logs) == FEWEST
    assert len(clocked(LOOP, LOOP, 10, pairs=200, soft=0.000_1).logs) < 200


def test_nothing_to_call_is_not_measured() -> None:
    assert clock_pairs(lane(LOOP), lane(LOOP)) == NOTHING


def test_several_calls_are_timed_together_and_reported_per_call() -> None:
    some = [Call((n,), {}) for n in (500, 1000, 1500)]
    # The least of several on either side: what disturbs the machine only adds.
    one, all_three = (
        min(
            clock_pairs(lane(LOOP, *c), lane(LOOP, *c), pairs=6, block_ns=100_000).a_seconds for _ in range(5)
        )
        for c in ([some[1]], some)
    )
    assert 0.6 < all_three / one < 1.7


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
