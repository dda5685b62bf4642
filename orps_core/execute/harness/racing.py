"""In a leaf: times the candidate against the target as written, both compiled anew."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
import types
from typing import Callable

from .clocking import Lane, clock_pairs, process_time_ns
from .config import Config
from .forgetting import Slate
from .gathering import Inputs
from .leaf import Leaf
from .overlay import fresh
from .patterns import PatternClock
from .preloading import preload
from .recording import Call
from .versions import fitting, resolved_in

Guard = Callable[[types.ModuleType], None]

_RECORDED = 24
_GROWN = 3
_SETTLING = 0.2
_ARENA, _OBJECT = 64 << 10, 480  # bytes; one object alive keeps its arena
_SHORT, _LITTLE, _MEMORY = 0.002, 1 << 20, 8 << 20  # seconds of a call that gets along with little memory


def race(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """Both are compiled anew in every fork, in random order: where code lies in memory is luck."""
    texts = {"baseline": config.overlay[config.path], "candidate": str(leaf.request["source"])}
    codes = {side: compile(text, config.path, "exec", dont_inherit=True) for side, text in texts.items()}
    for code in codes.values():
        preload(code)
    random.seed(os.urandom(8))
    threads = _threads()
    kind = str(leaf.request["inputs"])
    calls = timed_calls(inputs, kind)
    little = kind == "recorded" and inputs.slowest < _SHORT
    ballast: list[list[bytes]] = [_arenas(_LITTLE if little else _MEMORY)]
    lanes: dict[str, Lane] = {}
    guards: dict[str, Guard] = {"baseline": leaf.guard, "candidate": _unguarded}
    for side in random.sample(sorted(texts), 2):
        ballast.append([bytes(random.randrange(1, 4000)) for _ in range(random.randrange(200))])  # noqa: S311
        lanes[side] = _lane(config, inputs, calls, (texts[side], codes[side]), guards[side])
    pairs = clock_pairs(lanes["baseline"], lanes["candidate"])
    note = "it leaves threads running" if _threads() > threads else None
    if pairs.left:
        note = "it " + pairs.left[0]
    leaf.send(
        {
            "k": "timed",
            "logs": [] if note else list(pairs.logs),
            "baseline": pairs.a_seconds,
            "lost": pairs.lost,
            "clock": pairs.clock,
            "left": pairs.left[0] if pairs.left else None,
            "note": note and note + ", so its time cannot be told",
        }
    )


def timed_calls(inputs: Inputs, kind: str) -> tuple[Call, ...]:
    """A few of the calls of one kind; recorded ones are taken from the whole run."""
    if kind == "grown":
        return inputs.grown[:_GROWN]
    return inputs.recorded[:: 1 + (len(inputs.recorded) - 1) // _RECORDED]


def _arenas(memory: int) -> list[bytes]:
    """Memory that is there already: the first touch of a page costs time, which not every version pays."""
    touched = [bytes(_OBJECT) for _ in range(memory // _OBJECT)]
    return touched[:: _ARENA // _OBJECT]


def _unguarded(_: types.ModuleType) -> None:
    """A candidate may do to itself what it likes."""


def _lane(
    config: Config,
    inputs: Inputs,
    calls: tuple[Call, ...],
    version: tuple[str, types.CodeType],
    guard: Guard,
) -> Lane:
    old = sys.modules[config.module]
    threads, began = _threads(), process_time_ns()
    with PatternClock() as patterns:
        module = fresh(config.module, config.path, *version)
    guard(module)
    until = time.monotonic() + _SETTLING
    while _threads() > threads and time.monotonic() < until:
        time.sleep(0.001)  # work that the import has put off is still work
    importing = (process_time_ns() - began) / 1e9 - patterns.seconds
    slate = Slate(module)
    resolved = resolved_in(module, config.measured, old, inputs.recorded)
    slate.learn()  # finding it may have called it
    return Lane(resolved, fitting(calls, old, module), slate, importing)


def _threads() -> int:
    """All of them, also those that Python has not started."""
    try:
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Threads:"))
    except (OSError, StopIteration):
        return threading.active_count()
