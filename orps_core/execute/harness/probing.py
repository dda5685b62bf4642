"""Tries inputs that nobody asked for on the original first, in leaves that may die of them."""

from __future__ import annotations

import itertools
import signal
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, List, Optional, Tuple, cast

from .behaviour import Observed, observe
from .config import Config
from .forking import Forker
from .gathering import Inputs
from .leaf import Leaf
from .mutating import constants_of, mutations
from .recording import Call, Resolved
from .sameness import TooLarge
from .versions import resolved_in

OWN_TRIAL = 0.05
"""Seconds the original may take on such an input."""

_MAKING, _PROBING = 0.6, 0.6
_LEAVES = 4
_SLACK = 0.25


class TooLong(BaseException):
    """Not an Exception, so that the function under test does not catch it."""


def _stop(*_: object) -> None:
    raise TooLong


@contextmanager
def limited(seconds: float) -> Generator[None]:
    """Raise TooLong out of Python code after so many seconds; what hangs in C is stopped from outside."""
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def within(seconds: float, resolved: Resolved, call: Call) -> Optional[Observed]:
    """None where the function takes too long, or what it does is too large to look at."""
    try:
        with limited(seconds):
            return observe(resolved, call)
    except (TooLong, TooLarge):
        return None


def with_mutated(config: Config, forker: Forker, inputs: Inputs) -> Inputs:
    """The same with mutated calls. Nobody waits for them yet: the bench has said that it is ready."""
    if not inputs.recorded:
        return inputs
    module = sys.modules[config.module]
    original = resolved_in(module, config.measured, module, inputs.recorded)
    constants = constants_of(original.code, module)
    deadline = time.monotonic() + _MAKING
    made = list(
        itertools.takewhile(
            lambda _: time.monotonic() < deadline, mutations(inputs.recorded, original.call, constants)
        )
    )
    return replace(inputs, mutated=probed(forker, original, made))


def probed(forker: Forker, original: Resolved, calls: Sequence[Call]) -> Tuple[Call, ...]:
    """The calls on which the original comes to an end in good time."""
    found: List[Call] = []
    start, deadline = 0, time.monotonic() + _PROBING
    for _ in range(_LEAVES):
        left = deadline - time.monotonic()
        if start >= len(calls) or left <= 0:
            break
        leaf, facts = forker.fork({"op": "probe", "wall": left + _SLACK})
        if leaf is not None:
            _probe(leaf, original, calls, start, left)
            leaf.finish()
        told = [cast("Any", each) for each in cast("List[object]", facts["messages"])]
        found += [calls[each["i"]] for each in told if each.get("k") == "probed" and each["in_time"]]
        if any(each.get("k") == "end" for each in told):
            break
        # It died of the last one that it began.
        start = max([start, *(int(each["i"]) for each in told if "i" in each)]) + 1
    return tuple(found)


def _probe(leaf: Leaf, original: Resolved, calls: Sequence[Call], start: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for index in range(start, len(calls)):
        if time.monotonic() > deadline:
            return
        leaf.send({"k": "probing", "i": index})
        seen = within(OWN_TRIAL, original, calls[index])
        leaf.send({"k": "probed", "i": index, "in_time": seen is not None})
