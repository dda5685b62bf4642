"""In a leaf: times both versions on one call in sizes that double."""

from __future__ import annotations

import math
import sys
import types

from .clocking import seconds_of
from .config import Config
from .forgetting import Slate
from .gathering import Inputs
from .leaf import Leaf
from .overlay import fresh
from .recording import Call, Resolved
from .versions import fitting, resolved_in

_ROUNDS = 3


def scale(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """The least of a few rounds, in which the versions take turns; where one raises, the size is left out."""
    texts = (config.overlay[config.path], str(leaf.request["source"]))
    versions = [_Version(config, inputs, fresh(config.module, config.path, text)) for text in texts]
    rungs = range(len(inputs.doublings))
    times = [[math.inf for _ in rungs] for _ in versions]
    for _ in range(_ROUNDS):
        for rung in rungs:
            for version, row in zip(versions, times):
                row[rung] = min(row[rung], version.seconds(rung))
    kept = [rung for rung in rungs if all(0 < row[rung] < math.inf for row in times)]
    leaf.send(
        {
            "k": "scaled",
            "sizes": [inputs.doublings[rung][0] for rung in kept],
            "baseline": [times[0][rung] for rung in kept],
            "candidate": [times[1][rung] for rung in kept],
        }
    )


class _Version:
    def __init__(self, config: Config, inputs: Inputs, module: types.ModuleType) -> None:
        old = sys.modules[config.module]
        self._slate = Slate(module)
        self._resolved: Resolved = resolved_in(module, config.measured, old, inputs.recorded)
        self._calls: list[Call] = fitting([call for _, call in inputs.doublings], old, module)

    def seconds(self, rung: int) -> float:
        taken = seconds_of(self._resolved, self._calls[rung], self._slate)
        return math.inf if taken is None else taken
