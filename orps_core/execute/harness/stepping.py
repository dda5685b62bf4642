"""Turns a call into a step that can be timed: run, drained or awaited, whatever its result asks for."""

from __future__ import annotations

import functools
import itertools
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from typing import Tuple, cast

from .behaviour import DRAINED, awaitable_of, driven, shape_of
from .recording import Call, duplicate

Step = Callable[[], object]
Maker = Callable[[Callable[..., object], Call], Step]


def begun(function: Callable[..., object], ready: Call, call: Call) -> Tuple[Maker, bool]:
    """Run ``ready`` to its end, and say how to make such steps and whether it raised.

    ``call`` is the same call as it was: what turns out to need an event loop is begun once more with it.
    """
    make = plain
    try:
        result = function(*ready.args, **ready.kwargs)
        make = _MAKERS[shape_of(result)]
        if make is _draining:
            deque(itertools.islice(cast("Iterator[object]", result), DRAINED), maxlen=0)
        elif make is _awaiting and not _ends_alone(result):
            make = _looping
            again = duplicate(call)
            driven(awaitable_of(function(*again.args, **again.kwargs), []))
    # A fence: the project may raise what it likes, and raising is then what is timed.
    except (Exception, SystemExit):  # noqa: BLE001
        return make, True
    return make, False


def plain(function: Callable[..., object], call: Call) -> Step:
    return functools.partial(function, *call.args, **call.kwargs)


def _draining(function: Callable[..., object], call: Call) -> Step:
    def step() -> None:
        items = cast("Iterator[object]", function(*call.args, **call.kwargs))
        deque(itertools.islice(items, DRAINED), maxlen=0)

    return step


def _awaiting(function: Callable[..., object], call: Call) -> Step:
    return lambda: _sent(awaitable_of(function(*call.args, **call.kwargs), []))


def _looping(function: Callable[..., object], call: Call) -> Step:
    return lambda: driven(awaitable_of(function(*call.args, **call.kwargs), []))


_MAKERS = {"value": plain, "iterator": _draining, "awaited": _awaiting, "async iterator": _awaiting}


def _ends_alone(result: object) -> bool:
    try:
        return _sent(awaitable_of(result, []))
    # A fence: without an event loop running anything may be raised; with one it will be raised again.
    except Exception:  # noqa: BLE001
        return False


def _sent(waiting: Coroutine[object, object, object]) -> bool:
    """Run a coroutine without an event loop; False if it gives up control, as only a loop can go on then."""
    try:
        waiting.send(None)
    except StopIteration:
        return True
    waiting.close()
    return False
