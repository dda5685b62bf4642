"""In a leaf of the bench: the inputs, and what the target as written does with them, as plain data.

Written down where no candidate was ever loaded, once for all of them: what they do in processes of their own
is held against it.
"""

from __future__ import annotations

import json
import sys
import time
import types
from collections.abc import Iterator, Sequence
from typing import Tuple, cast

from .behaviour import observe
from .config import Config
from .gathering import Inputs
from .leaf import Leaf
from .limiting import TooLong, limited
from .overlay import fresh
from .plain import NotPlain
from .racing import timed_calls
from .recording import Call, Resolved, duplicate
from .testimony import written, written_call
from .versions import fitting, resolved_in

_RECORDED, _MADE_UP = 120, 100  # at most
_LEAST = 0.001
_TIMED = 0.2  # seconds of calls, after which no other is chosen to be timed
_LONGEST, _ALL = 2_000_000, 8_000_000  # characters of one input with its answer, and of all


def export(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """Report each input that plain data can hold, and how many it cannot."""
    old = sys.modules[config.module]
    module = fresh(config.module, config.path, config.overlay[config.path])
    original = resolved_in(module, config.measured, old, inputs.recorded)
    until = time.monotonic() + cast("float", leaf.request["enough"])
    room, left, why = _ALL, 0, ""
    timing = {"recorded": 0.0, "grown": 0.0}
    for source, chosen, call in _ordered(inputs):
        (ready,) = fitting([call], old, module)
        began = time.thread_time()
        try:
            asked, seen = _texts(original, ready, module, until)
        except (TooLong, RecursionError):
            left, why = left + 1, why or "slow"
            continue
        except NotPlain as problem:
            left, why = left + 1, why or f"more than plain data, the first with {problem}"
            continue
        size = len(asked) + len(seen)
        if size > min(_LONGEST, room):
            left, why = left + 1, why or "too large"
            continue
        room -= size
        timed = chosen and timing[source] < _TIMED
        if timed:
            timing[source] += time.thread_time() - began
        leaf.send({"k": "input", "source": source, "timed": timed, "call": asked, "seen": seen})
    leaf.send({"k": "exported", "left": left, "why": why})


def _texts(original: Resolved, call: Call, home: types.ModuleType, until: float) -> Tuple[str, str]:
    """The call, and what it does. Raise NotPlain, or TooLong for what would not end in time."""
    asked = json.dumps(written_call(call, home))
    with limited(max(_LEAST, until - time.monotonic())):
        return asked, json.dumps(written(observe(original, duplicate(call)), home))


def _spread(calls: Sequence[Call]) -> Sequence[Call]:
    return calls[:: 1 + (len(calls) - 1) // _MADE_UP] if calls else ()


def _ordered(inputs: Inputs) -> Iterator[Tuple[str, bool, Call]]:
    """Each with where it comes from, and if it is one of those that are timed beside the original."""
    kinds: Sequence[Tuple[str, Sequence[Call]]] = (
        ("recorded", inputs.recorded[:_RECORDED]),
        ("grown", inputs.grown),
        ("mutated", _spread(inputs.mutated)),
        ("hypothesis", _spread(inputs.drawn)),
    )
    chosen = {id(call) for kind in ("recorded", "grown") for call in timed_calls(inputs, kind)}
    for source, calls in kinds:
        yield from ((source, id(call) in chosen, call) for call in calls)
