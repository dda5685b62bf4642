"""The candidate's side of the split judge: a process that has seen no test answers calls with plain data."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import sys
import types
from collections.abc import Callable
from typing import NoReturn, cast

from .config import Config
from .leaf import Leaf
from .plain import NotPlain, decode, encode
from .wire import Channel, Message

_MOST_PRINTED = 100_000
_MOST_SAID = 2000


def answer(config: Config, leaf: Leaf) -> NoReturn:
    """Load the candidate, then answer until the judge is gone."""
    channel = Channel(socket.socket(fileno=leaf.passed[0]))
    leaf.load(config)
    module = sys.modules[config.module]
    while True:
        request = channel.receive()
        if request is None:
            os._exit(0)
        channel.send(_answered(_found(module, config.measured), request))


def _found(module: types.ModuleType, qualname: str) -> Callable[..., object]:
    found: object = module
    for part in qualname.split("."):
        found = getattr(found, part)
    return cast("Callable[..., object]", found)


def _answered(function: Callable[..., object], request: Message) -> Message:
    printed = io.StringIO()
    try:
        args = cast("list[object]", decode(request["args"]))
        kwargs = cast("dict[str, object]", decode(request["kwargs"]))
        with contextlib.redirect_stdout(printed):
            reply = _called(function, args, kwargs)
        reply["after"] = encode(args)
    except NotPlain as problem:
        return {"refused": str(problem)}
    reply["printed"] = printed.getvalue()[:_MOST_PRINTED]
    return reply


def _called(function: Callable[..., object], args: list[object], kwargs: dict[str, object]) -> Message:
    try:
        result = function(*args, **kwargs)
    except NotPlain:
        raise
    except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is an answer)
        kind = type(error)
        plain = [str(each)[:_MOST_SAID] if type(each) is str else each for each in error.args]
        return {"raised": [kind.__module__, kind.__qualname__], "with": encode(plain)}
    for place, argument in enumerate(args):
        if result is argument and isinstance(result, (list, dict, set)):
            return {"is": place}
    return {"result": encode(result)}
