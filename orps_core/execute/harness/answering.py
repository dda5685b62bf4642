"""The candidate's side of the split judge: a process that has seen no test answers calls with plain data."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import socket
import sys
import types
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from . import errors
from .config import Config
from .leaf import Leaf
from .plain import NotPlain, decode, encode
from .wire import Channel, Message

_MOST_PRINTED = 100_000


def answer(config: Config, leaf: Leaf) -> NoReturn:
    """Load the candidate, then answer until who asks is gone: a judge, or who wants a witness."""
    channel = Channel(socket.socket(fileno=leaf.passed[0]))
    leaf.load(config)
    module = sys.modules[config.module]
    if leaf.request.get("witness"):
        # As below: only who holds versions against each other needs it, and has it loaded.
        answered = importlib.import_module(".witness", __package__).Witness(module, config.measured).answered
    else:
        answered = _Answering(module, _found(module, config.measured)).answered
    while True:
        request = channel.receive()
        if request is None:
            os._exit(0)
        channel.send(answered(request))


def _found(module: types.ModuleType, qualname: str) -> Callable[..., object]:
    found: object = module
    for part in qualname.split("."):
        found = getattr(found, part)
    found = found.fget if isinstance(found, property) else found
    return cast("Callable[..., object]", found)


@dataclass(frozen=True)
class _Given:
    """The arguments of one call, which the candidate may change."""

    args: list[object]
    kwargs: dict[str, object]


class _Answering:
    def __init__(self, home: types.ModuleType, function: Callable[..., object]) -> None:
        self._home = home
        self._function = function
        self._begun: dict[object, _Given] = {}
        self._iterated: dict[object, Iterator[object]] = {}

    def answered(self, request: Message) -> Message:
        printed = io.StringIO()
        try:
            given = self._given(request)
            with contextlib.redirect_stdout(printed):
                reply = self._tried(request, given)
            reply["after"] = self._written(given)
        except NotPlain as problem:
            return {"refused": str(problem)}
        reply["printed"] = printed.getvalue()[:_MOST_PRINTED]
        return reply

    def _given(self, request: Message) -> _Given:
        if "args" not in request:
            return self._begun[request["n"]]
        kwargs = cast("dict[str, object]", request["kwargs"])
        given = _Given(
            [decode(each, self._home) for each in cast("list[object]", request["args"])],
            {name: decode(each, self._home) for name, each in kwargs.items()},
        )
        if "n" in request:
            self._begun[request["n"]] = given
        return given

    def _written(self, given: _Given) -> Message:
        return {
            "args": [encode(each, self._home) for each in given.args],
            "kwargs": {name: encode(each, self._home) for name, each in given.kwargs.items()},
        }

    def _tried(self, request: Message, given: _Given) -> Message:
        try:
            return self._done(request, given)
        except NotPlain:
            raise
        except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is an answer)
            return errors.written(error, self._home)

    def _done(self, request: Message, given: _Given) -> Message:
        if request["do"] == "close":
            getattr(self._iterated.pop(request["n"]), "close", lambda: None)()
            return {"result": None}
        if request["do"] == "next":
            return self._stepped(self._iterated[request["n"]], decode(request["value"], self._home))
        result = self._function(*given.args, **given.kwargs)
        if request["do"] == "iterate":
            iterated = self._iterated[request["n"]] = iter(cast("Any", result))
            return self._stepped(iterated, None)
        if request["do"] == "await":
            # Only here, for it takes as long to import as many candidates take to run.
            run: Any = importlib.import_module("asyncio").run
            result = run(_awaited(cast("Awaitable[object]", result)))
        for place, argument in [*enumerate(given.args), *given.kwargs.items()]:
            if result is argument:
                return {"is": place}
        return {"result": encode(result, self._home)}

    def _stepped(self, iterated: Iterator[object], value: object) -> Message:
        send = getattr(iterated, "send", None)
        try:
            found = next(iterated) if send is None else send(value)
        except StopIteration as end:
            return {"ended": True, "result": encode(end.value, self._home)}
        return {"result": encode(found, self._home)}


async def _awaited(result: Awaitable[object]) -> object:
    return await result
