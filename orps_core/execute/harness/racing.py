"""In a leaf: times the candidate against the target as written, both compiled anew."""

from __future__ import annotations

import os
import random
import sys
import types

from .clocking import clock_pairs
from .config import Config
from .gathering import Inputs
from .leaf import Leaf
from .overlay import fresh
from .versions import fitting, resolved_in

_SECONDS = 1.0
_RECORDED = 24
_GROWN = 3


def race(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """Both are compiled anew in every fork, in random order: where code lies in memory is luck."""
    old = sys.modules[config.module]
    texts = {"baseline": config.overlay[config.path], "candidate": str(leaf.request["source"])}
    modules: dict[str, types.ModuleType] = {}
    random.seed(os.urandom(8))
    ballast: list[list[bytes]] = []
    for side in random.sample(sorted(texts), 2):
        ballast.append([bytes(random.randrange(1, 4000)) for _ in range(random.randrange(200))])  # noqa: S311
        modules[side] = fresh(config.module, config.path, texts[side])
    calls = inputs.grown[:_GROWN] if leaf.request["inputs"] == "grown" else inputs.recorded[:_RECORDED]
    (a, calls_a), (b, calls_b) = (
        (
            resolved_in(modules[side], config.measured, old, inputs.recorded),
            fitting(calls, old, modules[side]),
        )
        for side in ("baseline", "candidate")
    )
    pairs = clock_pairs(a, b, calls_a, calls_b, seconds=_SECONDS)
    leaf.send(
        {
            "k": "timed",
            "logs": list(pairs.logs),
            "baseline": pairs.a_seconds,
            "candidate": pairs.b_seconds,
            "clock": pairs.clock,
        }
    )
