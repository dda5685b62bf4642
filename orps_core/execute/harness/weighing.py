"""In a leaf: the most memory that a call of each version holds at one time."""

from __future__ import annotations

import contextlib
import gc
import os
import random
import sys
import tracemalloc
from collections.abc import Sequence
from typing import cast

from .behaviour import Tape, seed_random
from .config import Config
from .forgetting import Slate
from .gathering import Inputs
from .leaf import Leaf
from .overlay import fresh
from .preloading import preload
from .racing import timed_calls
from .recording import Call, Resolved, duplicate
from .stepping import begun
from .versions import fitting, resolved_in

_GROWN = 1  # tracing makes a call several times slower
_IMPORTED = 8192  # bytes of code and text that a version may hold more after its import


def weigh(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """One pair of peaks. Each version runs once to warm up and then, imported anew, to be weighed.

    What the candidate needs to warm up counts: it may keep, out of sight, what it has computed then.
    """
    random.seed(os.urandom(8))
    texts = {"baseline": config.overlay[config.path], "candidate": str(leaf.request["source"])}
    kind = str(leaf.request["inputs"])
    most = _GROWN if kind == "grown" else cast("int", leaf.request["calls"])
    calls = timed_calls(inputs, kind)[:most]
    peaks: dict[str, int] = {}
    held: dict[str, int] = {}
    with contextlib.redirect_stdout(Tape()), contextlib.redirect_stderr(Tape()):
        tracemalloc.start()
        warming = {
            side: _weighed(config, inputs, texts[side], calls)[0] for side in random.sample(sorted(texts), 2)
        }
        for side in random.sample(sorted(texts), 2):
            peaks[side], held[side] = _weighed(config, inputs, texts[side], calls)
    extra = {side: max(0, warming[side] - peaks[side]) for side in texts}
    # Memory that was moved into the import is still memory; the other way round nothing is claimed.
    extra["import"] = max(0, held["candidate"] - held["baseline"] - _IMPORTED)
    peaks["candidate"] += max(0, extra["candidate"] - extra["baseline"]) + extra["import"]
    leaf.send({"k": "weighed", **peaks})


def _weighed(config: Config, inputs: Inputs, text: str, calls: Sequence[Call]) -> tuple[int, int]:
    """Bytes: the highest peak of a call, and what the module holds after its import."""
    old = sys.modules[config.module]
    code = compile(text, config.path, "exec", dont_inherit=True)
    preload(code)
    gc.collect()
    before = _traced()[0]
    module = fresh(config.module, config.path, text, code)
    gc.collect()
    held = _traced()[0] - before
    slate = Slate(module)
    resolved = resolved_in(module, config.measured, old, inputs.recorded)
    return max(_peak(resolved, call, slate) for call in fitting(calls, old, module)), held


def _peak(resolved: Resolved, call: Call, slate: Slate) -> int:
    ready, spare = duplicate(call), duplicate(call)
    slate.learn()
    slate.wipe()
    resolved.reset()
    seed_random()
    gc.collect()
    before = _traced()[0]
    tracemalloc.reset_peak()
    begun(resolved.call, ready, spare)
    return _traced()[1] - before


def _traced() -> tuple[int, int]:
    """Bytes now and at most since the peak was reset."""
    return tracemalloc.get_traced_memory()
