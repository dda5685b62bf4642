"""A zygote that has run the suite once with the target as written, and knows inputs to compare on."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import random
import signal
import sys
import types
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import NoReturn

from . import confine
from .behaviour import adapted, first_difference
from .cases import run_plain
from .clocking import clock_pairs, seconds_of
from .config import Config
from .growing import grow
from .leaf import Forker, Leaf
from .overlay import fresh
from .pytests import run_pytest
from .recording import Call, Recorder, Resolved, resolve
from .transplanting import transplant
from .watch import Watch
from .wire import Channel, Message

_TRIAL = 0.4  # seconds one run on a grown input may take
_GROWING = 0.7
_TIMING = 1.0
_WORTH_TIMING = 1e-3
_OWN_CPU, _OWN_MEMORY, _OWN_FILE = 120, 2 << 30, 64 << 20
_COMPARED = 120
_TIMED_RECORDED = 24
_TIMED_GROWN = 3


@dataclass(frozen=True)
class Inputs:
    """``grown`` begins with those worth timing."""

    recorded: tuple[Call, ...]
    grown: tuple[Call, ...]


def main(config: Config, channel: Channel, forker: Forker, ready: Message) -> NoReturn:
    confine.limit_resources(_OWN_CPU, _OWN_MEMORY, _OWN_FILE, confine.memory_in_use())
    inputs, note = _gather(config)
    ready.update(recorded=len(inputs.recorded), grown=len(inputs.grown), note=note)
    gc.collect()
    gc.freeze()
    channel.send(ready)
    while True:
        request = channel.receive()
        if request is None:
            os._exit(0)
        leaf, facts = forker.fork(request)
        if leaf is not None:
            _answer(config, leaf, inputs)
        channel.send(facts)


def _gather(config: Config) -> tuple[Inputs, str | None]:
    """Inputs, and why there are none."""
    recorder: list[Recorder] = []

    def load() -> types.ModuleType:
        __import__(config.module)
        module = sys.modules[config.module]
        with contextlib.suppress(LookupError):
            recorder.append(Recorder(resolve(module, config.measured).code))
        return module

    @contextlib.contextmanager
    def around() -> Generator[None]:
        with recorder[0] if recorder else contextlib.nullcontext():
            yield

    watch = Watch(load=load, around=around, count=lambda: 0, send=lambda _: None, finish=lambda: None)
    try:
        _run_suite(config, watch)
    except BaseException as error:  # noqa: BLE001  (project code ran: whatever it raised is said, not judged)
        return Inputs((), ()), f"the calls could not be recorded: {type(error).__name__}: {error}"
    if not recorder:
        return Inputs((), ()), f"{config.measured} is not a function that could be called from outside"
    calls = recorder[0].calls
    if not calls:
        return Inputs((), ()), "its arguments cannot be copied, so nothing was compared"
    return Inputs(calls, _grown(config, calls)), None


def _run_suite(config: Config, watch: Watch) -> None:
    if config.pytest and importlib.util.find_spec("pytest") is not None:
        run_pytest(config, lambda: watch, watch)
    else:
        run_plain(config, watch)


def _grown(config: Config, calls: Sequence[Call]) -> tuple[Call, ...]:
    try:
        original = resolve(sys.modules[config.module], config.measured, calls[0])
    except LookupError:
        return ()

    def run(call: Call) -> float | None:
        return _limited(original, call)

    found = grow(calls, run, _GROWING)
    # A redrawn call may leave early: it is compared like the others, and timed only if it runs for a while.
    ordered = sorted(found, key=lambda each: each.seconds < _WORTH_TIMING)
    return tuple(each.call for each in ordered)


class _TooLong(BaseException):
    """Not an Exception, so that the function under test does not catch it."""


def _stop(*_: object) -> None:
    raise _TooLong


def _limited(original: Resolved, call: Call) -> float | None:
    """Seconds of one trial; None if it raises or takes too long."""
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, _TRIAL)
    try:
        return seconds_of(original, call)
    except (_TooLong, MemoryError, RecursionError):
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _answer(config: Config, leaf: Leaf, inputs: Inputs) -> NoReturn:
    """In a leaf: compare or time, report, end."""
    source = str(leaf.request["source"])
    try:
        if leaf.request["op"] == "compare":
            _compare(config, leaf, inputs, source)
        else:
            _time(config, leaf, inputs, source)
    except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is reported as data)
        leaf.fail_to_load(error)
    leaf.finish()


def _compare(config: Config, leaf: Leaf, inputs: Inputs, source: str) -> None:
    old = sys.modules[config.module]
    new = fresh(config.module, config.path, source)
    baseline, candidate = (_resolved(config, inputs, old, module) for module in (old, new))
    recorded = inputs.recorded[:_COMPARED]
    found = first_difference(
        baseline, candidate, [*recorded, *inputs.grown], lambda value: transplant(value, old, new)
    )
    notes: list[str] = []
    if found.unstable:
        notes.append(f"{found.unstable} inputs left out: the original differs from itself on them")
    if found.too_large:
        notes.append(f"{found.too_large} inputs left out: their results are too large to compare")
    left = found.unstable + found.too_large
    leaf.send(
        {
            "k": "compared",
            "recorded": len(recorded) - min(left, len(recorded)),
            "grown": len(inputs.grown) - max(0, left - len(recorded)),
            "agree": found.agree,
            "differ": [list(each) for each in found.differ],
            "note": "; ".join(notes) or None,
        }
    )


def _resolved(config: Config, inputs: Inputs, old: types.ModuleType, module: types.ModuleType) -> Resolved:
    """The function of one version, found the same way for both: by trying a recorded call on its wrappers."""
    (sample,) = _for_module(inputs.recorded[:1], old, module)
    return resolve(module, config.measured, sample)


def _for_module(calls: Sequence[Call], old: types.ModuleType, new: types.ModuleType) -> list[Call]:
    return [adapted(call, lambda value: transplant(value, old, new)) for call in calls]


def _time(config: Config, leaf: Leaf, inputs: Inputs, source: str) -> None:
    """Both are compiled anew in every fork, in random order: where code lies in memory is luck."""
    old = sys.modules[config.module]
    texts = {"baseline": config.overlay[config.path], "candidate": source}
    modules: dict[str, types.ModuleType] = {}
    random.seed(os.urandom(8))
    ballast: list[list[bytes]] = []
    for side in random.sample(sorted(texts), 2):
        ballast.append([bytes(random.randrange(1, 4000)) for _ in range(random.randrange(200))])  # noqa: S311
        modules[side] = fresh(config.module, config.path, texts[side])
    if leaf.request["inputs"] == "grown":
        calls = inputs.grown[:_TIMED_GROWN]
    else:
        calls = inputs.recorded[:_TIMED_RECORDED]
    (a, calls_a), (b, calls_b) = (
        (_resolved(config, inputs, old, modules[side]), _for_module(calls, old, modules[side]))
        for side in ("baseline", "candidate")
    )
    pairs = clock_pairs(a, b, calls_a, calls_b, seconds=_TIMING)
    leaf.send(
        {
            "k": "timed",
            "logs": list(pairs.logs),
            "baseline": pairs.a_seconds,
            "candidate": pairs.b_seconds,
            "clock": pairs.clock,
        }
    )
