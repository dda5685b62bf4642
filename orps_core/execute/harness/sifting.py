"""Many small changes of one function, tried in one leaf one by one: to find those worth a run alone.

They share a process. Where one is seen to leave it otherwise than it was, the leaf ends with that one. In the
end the suite runs once more, on the target as written: where that does not say what it always says, nothing
that was said before it counts.
"""

from __future__ import annotations

import gc
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

_STATUS = (b"Threads:", b"SigBlk:", b"SigIgn:", b"SigCgt:")


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
        before = _around(load())
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
            if _around(load()) != before or leaf.broken():
                leaf.finish()
        graft.take_back()
        turn[0] = len(sources)
        send({"k": "turn"})
        yield
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


def _around(module: types.ModuleType) -> list[object]:
    """What every candidate of a process finds there, and no test has a reason to leave otherwise."""
    with open("/proc/self/status", "rb") as file:
        status = [line for line in file if line.startswith(_STATUS)]
    hooks: list[object] = [
        sys.gettrace(),
        sys.getprofile(),
        sys.excepthook,
        sys.displayhook,
        sys.stdout,
        sys.stderr,
    ]
    names = module.__dict__
    return [
        *names,
        *map(id, names.values()),  # not by a comparison that may be the project's own
        *status,
        *hooks,
        signal.getsignal(signal.SIGALRM),
        sys.getrecursionlimit(),
        os.getcwd(),
        dict(os.environ),
        list(sys.path),
        list(sys.meta_path),
        gc.isenabled(),
        len(os.listdir("/proc/self/fd")),
    ]
