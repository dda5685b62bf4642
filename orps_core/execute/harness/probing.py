"""Tries inputs that nobody asked for on the original first, in leaves that may die of them."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Dict, List, Optional, Set, Tuple, cast

from .behaviour import Observed, observe
from .config import Config
from .forking import Forker
from .gathering import Inputs
from .leaf import Leaf
from .limiting import TooLong, limited
from .mutating import constants_of, mutations
from .recording import Call, Resolved
from .sameness import TooLarge
from .strategies import drawn
from .versions import resolved_in

OWN_TRIAL = 0.05
"""Seconds the original may take on such an input."""

_MAKING, _PROBING = 0.6, 0.2  # seconds of work; on the wall, a busy machine may take longer
_BUSY = 4  # times as long
_SOON = 0.002  # seconds: what takes longer has its turn when all others had theirs
_TOGETHER = 0.12  # seconds that all may take, for every candidate is tried on them
_LEAVES = 4
_SLACK = 0.25


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
    deadline = time.thread_time() + _MAKING
    made = list(
        itertools.takewhile(
            lambda _: time.thread_time() < deadline, mutations(inputs.recorded, original.call, constants)
        )
    )
    inputs = replace(inputs, mutated=probed(forker, original, made))
    if not config.hypothesis:
        return inputs
    calls, why = drawn(original, inputs.recorded, _MAKING)
    return replace(inputs, drawn=probed(forker, original, calls), undrawn=why)


def probed(forker: Forker, original: Resolved, calls: Sequence[Call]) -> Tuple[Call, ...]:
    """The calls on which the original comes to an end in good time, as far as there is time to try.

    All are tried for a moment before those that take longer are: a few dear ones would use up the time.
    """
    found: Dict[int, float] = {}
    waiting = _turns(len(calls))
    deadline = time.monotonic() + _BUSY * _PROBING
    for _ in range(_LEAVES):
        left = deadline - time.monotonic()
        if not waiting or left <= 0:
            break
        leaf, facts = forker.fork({"op": "probe", "wall": left + _SLACK})
        if leaf is not None:
            _probe(leaf, original, calls, waiting, _PROBING)
            leaf.finish()
        told = [cast("Any", each) for each in cast("List[object]", facts["messages"])]
        found.update((int(each["i"]), float(each["took"])) for each in told if each.get("k") == "probed")
        if any(each.get("k") == "end" for each in told):
            break
        # It died of the last one that it began, which is not begun again.
        begun = [int(each["turn"]) for each in told if each.get("k") == "probing"]
        last = waiting[begun[-1]][0] if begun else -1
        waiting = [
            each
            for each in waiting[begun[-1] + 1 if begun else 1 :]
            if each[0] != last and each[0] not in found
        ]
    return tuple(calls[index] for index in sorted(_cheapest(found)))


def _cheapest(seconds: Dict[int, float]) -> Iterator[int]:
    together = 0.0
    for index in sorted(seconds, key=lambda each: seconds[each]):
        together += seconds[index]
        if together > _TOGETHER:
            return
        yield index


def _turns(count: int) -> List[Tuple[int, float]]:
    """The number of a call, and the seconds that it has."""
    return [(index, seconds) for seconds in (_SOON, OWN_TRIAL) for index in range(count)]


def _probe(
    leaf: Leaf,
    original: Resolved,
    calls: Sequence[Call],
    turns: Sequence[Tuple[int, float]],
    seconds: float,
) -> None:
    until = time.thread_time() + seconds
    done: Set[int] = set()
    for turn, (index, most) in enumerate(turns):
        if time.thread_time() > until:
            return
        if index in done:
            continue
        leaf.send({"k": "probing", "turn": turn})
        began = time.thread_time()
        if within(most, original, calls[index]) is not None:
            done.add(index)
            leaf.send({"k": "probed", "i": index, "took": time.thread_time() - began})
