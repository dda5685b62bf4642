"""In a leaf: runs the candidate beside the target as written, and reports where they differ."""

from __future__ import annotations

import sys

from .behaviour import first_difference
from .config import Config
from .gathering import Inputs
from .leaf import Leaf
from .overlay import fresh
from .transplanting import transplant
from .versions import resolved_in

_COMPARED = 120


def compare(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    old = sys.modules[config.module]
    new = fresh(config.module, config.path, str(leaf.request["source"]))
    baseline, candidate = (
        resolved_in(module, config.measured, old, inputs.recorded) for module in (old, new)
    )
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
