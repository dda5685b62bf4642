"""A zygote that has run the suite once with the target as written, and knows inputs to compare on."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from typing import NoReturn

from . import confine
from .comparing import compare
from .config import Config
from .covering import Covering
from .exporting import export
from .forking import Forker
from .gathering import Inputs, gather
from .leaf import Leaf
from .polling import poll
from .probing import with_mutated
from .profiling import profile
from .racing import race
from .scaling import scale
from .weighing import weigh
from .wire import Channel, Message

_OWN_CPU, _OWN_MEMORY, _OWN_FILE = 120, 2 << 30, 64 << 20
_OPERATIONS: dict[str, Callable[[Config, Leaf, Inputs], None]] = {
    "compare": compare,
    "export": export,
    "time": race,
    "poll": poll,
    "weigh": weigh,
    "scale": scale,
    "profile": profile,
}


def main(config: Config, channel: Channel, forker: Forker, ready: Message) -> NoReturn:
    confine.limit_resources(_OWN_CPU, _OWN_MEMORY, _OWN_FILE, confine.memory_in_use())
    covering = Covering(config)
    inputs, note = gather(config, covering)
    ready.update(
        recorded=len(inputs.recorded),
        grown=len(inputs.grown),
        slowest=inputs.slowest,
        note=note,
        covered=covering.report(),
    )
    gc.collect()
    gc.freeze()
    channel.send(ready)
    inputs = with_mutated(config, forker, inputs)
    forker.note_integrity(measuring=True)
    while True:
        request = channel.receive()
        if request is None:
            os._exit(0)
        leaf, facts = forker.fork(request)
        if leaf is not None:
            _answer(config, leaf, inputs)
        channel.send(facts)


def _answer(config: Config, leaf: Leaf, inputs: Inputs) -> NoReturn:
    """In a leaf: do what is asked, report, end."""
    try:
        _OPERATIONS[str(leaf.request["op"])](config, leaf, inputs)
    except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is reported as data)
        leaf.fail_to_load(error)
    leaf.finish()
