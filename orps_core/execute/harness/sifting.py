"""Many small changes of one function, tried in one leaf one by one: to find those worth a run alone."""

from __future__ import annotations

import os
import signal
import sys
import types
from collections.abc import Iterator
from contextlib import nullcontext
from typing import cast

from .config import Config
from .grafting import Graft, Inexact
from .leaf import Leaf, failure
from .watch import Watch, selection_of
from .wire import Message


def watch_sifted(config: Config, graft: Graft, leaf: Leaf) -> Watch:
    """The suite runs once for each of the request's sources. What it reports carries the source's number."""
    sources = cast("list[str]", leaf.request["sources"])
    seconds = cast("float", leaf.request["each"])
    turn = [0]

    def send(message: Message) -> None:
        leaf.send({**message, "n": turn[0]})

    def stop(*_: object) -> None:
        # Interrupted anywhere, the process cannot be trusted with the next one.
        send({"k": "stopped"})
        os._exit(0)

    def turns() -> Iterator[None]:
        signal.signal(signal.SIGALRM, stop)
        for turn[0], source in enumerate(sources):
            send({"k": "turn"})
            signal.setitimer(signal.ITIMER_REAL, seconds)
            try:
                graft.apply(source, only_code=True)
            except Inexact as reason:
                send({"k": "inexact", "why": str(reason)})
            except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is reported as data)
                send(failure(error))
            else:
                yield
            signal.setitimer(signal.ITIMER_REAL, 0)
            send({"k": "end"})

    def load() -> types.ModuleType:
        return sys.modules[config.module]

    return Watch(
        load=load,
        around=nullcontext,
        count=lambda: 0,
        send=send,
        finish=leaf.finish,
        turns=turns,
        selection=selection_of(leaf.request),
    )
