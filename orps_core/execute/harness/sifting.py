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
from typing import NoReturn, cast

from .config import Config
from .grafting import Graft, Inexact
from .leaf import Leaf, failure
from .watch import Watch, selection_of
from .wire import Message

_STATUS = (b"Threads:", b"SigBlk:", b"SigIgn:", b"SigCgt:")


class _Teller:
    """What is said of each turn, with its number.

    Each write wakes who listens, which takes longer than a small case: all of a turn is said at once. Of one
    that crashes, what it had passed is lost with it: it is then asked alone, and who is alone tells at once.
    """

    def __init__(self, leaf: Leaf, count: int) -> None:
        self._leaf = leaf
        self._alone = count == 1
        self._held: list[Message] = []
        self.turn = 0

    def send(self, message: Message) -> None:
        self._held.append({**message, "n": self.turn})
        if self._alone or message["k"] == "turn":
            self._tell()

    def finish(self) -> NoReturn:
        self._tell()
        self._leaf.finish()

    def stop(self, *_: object) -> None:
        """Interrupted anywhere, the process cannot be trusted with the next one."""
        self.send({"k": "stopped"})
        self._tell()
        os._exit(0)

    def _tell(self) -> None:
        self._leaf.send(*self._held)
        self._held.clear()


def watch_sifted(config: Config, graft: Graft, leaf: Leaf) -> Watch:
    """The suite runs once for each of the request's sources. What it reports carries the source's number."""
    sources = cast("list[str]", leaf.request["sources"])
    seconds = cast("float", leaf.request["each"])
    teller = _Teller(leaf, len(sources))
    send = teller.send

    def turns() -> Iterator[None]:
        signal.signal(signal.SIGALRM, teller.stop)
        before = _around(load())
        for teller.turn, source in enumerate(sources):
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
                teller.finish()
        graft.take_back()
        teller.turn = len(sources)
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
        finish=teller.finish,
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
