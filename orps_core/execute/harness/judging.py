"""The judge's side: the suite runs against a stub, and what the candidate answers is data and nothing else.

The judge's process holds the module as the person wrote it. No object of the candidate ever enters it: an
answer is decoded by exact type, so that nothing in it can compare, print or call in a way of its own.
"""

from __future__ import annotations

import collections
import contextlib
import functools
import inspect
import json
import socket
import sys
import types
from collections.abc import Generator
from typing import Any, cast

from . import errors, owned
from .config import Config
from .grafting import Graft
from .leaf import Leaf
from .plain import NotPlain, decode, encode
from .recording import resolve
from .watch import Watch, selection_of
from .wire import Channel, Message

# A generator and a coroutine stay what they are, for whoever asks what kind of function this is.
_STUBS = {
    0: "def stub(*args, **kwargs):\n    return __orps_ask__.call(args, kwargs)\n",
    inspect.CO_GENERATOR: (
        "def stub(*args, **kwargs):\n    return (yield from __orps_ask__.iterate(args, kwargs))\n"
    ),
    inspect.CO_COROUTINE: "async def stub(*args, **kwargs):\n    return __orps_ask__.wait(args, kwargs)\n",
}
_ASK = "__orps_ask__"
_KINDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
_MOST_FOLLOWED = 20_000_000
_UNCHANGEABLE = {type(None), bool, int, float, str, bytes}
_MALFORMED = (LookupError, ValueError, TypeError, RecursionError, ArithmeticError, AttributeError)


class Refused(BaseException):
    """Raised where a call cannot be put to the candidate in plain data.

    Not an Exception, so that no test takes it for what the function does.
    """


_Args = tuple[object, ...]
_Kwargs = dict[str, object]


class _Asking:
    """Puts calls to the candidate, one at a time. What it refuses, or answers askew, fails the case."""

    def __init__(self, connection: socket.socket, module: types.ModuleType) -> None:
        self._channel = Channel(connection)
        self._module = module
        self._begun = 0
        self._room = _MOST_FOLLOWED
        self._busy = False
        self._left: list[int] = []  # generators dropped in the middle of a question
        self.refusal: str | None = None

    def close(self) -> None:
        """There are no more questions: the candidate's process ends while the last is said here."""
        self._channel.close()

    def call(self, args: _Args, kwargs: _Kwargs) -> object:
        return self._asked({"do": "call", **self._written(args, kwargs)}, args, kwargs)[0]

    def wait(self, args: _Args, kwargs: _Kwargs) -> object:
        """The candidate's coroutine runs to its end in its own process."""
        return self._asked({"do": "await", **self._written(args, kwargs)}, args, kwargs)[0]

    def iterate(self, args: _Args, kwargs: _Kwargs) -> Generator[object, object, object]:
        """Step by step as the caller asks: what is endless, or left early, is so on both sides."""
        self._begun += 1
        number = self._begun
        request: Message = {"do": "iterate", "n": number, **self._written(args, kwargs)}
        while True:
            value, ended = self._asked(request, args, kwargs)
            if ended:
                return value
            as_left = self._followed(args, kwargs)
            resumed = False
            try:
                sent = yield value
                resumed = True
            finally:
                if not resumed:
                    self._dropped(number, args, kwargs)
            if as_left != self._followed(args, kwargs):
                raise self._refused("changed while a generator runs")
            request = {"do": "next", "n": number, "value": self._plain(sent)}

    def _followed(self, args: _Args, kwargs: _Kwargs) -> str:
        """What the arguments are now: a caller that changes them meanwhile changes them on one side only."""
        if not any(type(each) not in _UNCHANGEABLE for each in (*args, *kwargs.values())):
            return ""
        text = json.dumps(self._written(args, kwargs))
        self._room -= len(text)
        if self._room < 0:
            raise self._refused("too long to be followed while a generator runs")
        return text

    def _dropped(self, number: int, args: _Args, kwargs: _Kwargs) -> None:
        if sys.exc_info()[0] is not GeneratorExit:
            raise self._refused("an exception thrown into a generator")
        if self._busy:  # collected as garbage while another question waits for its answer
            self._left.append(number)
        else:
            self._asked({"do": "close", "n": number}, args, kwargs)

    def _written(self, args: _Args, kwargs: _Kwargs) -> Message:
        return {
            "args": [self._plain(each) for each in args],
            "kwargs": {name: self._plain(each) for name, each in kwargs.items()},
        }

    def _plain(self, value: object) -> object:
        try:
            return encode(value, self._module)
        except NotPlain as problem:
            raise self._refused(f"an argument is {problem}") from None

    def _asked(self, request: Message, args: _Args, kwargs: _Kwargs) -> tuple[object, bool]:
        while self._left:
            self._asked({"do": "close", "n": self._left.pop()}, (), {})
        self._busy = True
        try:
            self._channel.send(request)
            reply = self._channel.receive()
        except (OSError, ValueError, RecursionError):
            reply = None
        finally:
            self._busy = False
        if reply is None:
            raise RuntimeError("the candidate's process is gone")
        if "refused" in reply:
            raise self._refused(f"a result is {reply['refused']}")
        return self._taken(request, reply, args, kwargs)

    def _refused(self, why: str) -> Refused:
        self.refusal = why[:200]
        return Refused(why)

    def _taken(self, request: Message, reply: Message, args: _Args, kwargs: _Kwargs) -> tuple[object, bool]:
        """What the reply says; anything that is not a well-formed reply is an error of the candidate."""
        every: dict[object, object] = dict(enumerate(args))
        every.update(kwargs)
        try:
            after = self._after(reply, every, len(args))
            error = errors.read(reply, self._module) if "raised" in reply else None
            result = None
            if error is None:
                result = every[reply["is"]] if "is" in reply else decode(reply["result"], self._module)
        except errors.Foreign as problem:
            raise self._refused(f"an exception is {problem}") from None
        except _MALFORMED:
            raise RuntimeError("the candidate's process answered with something else") from None
        sys.stdout.write(str(reply.get("printed", "")))
        for mine, theirs in after:
            _bring_up_to_date(mine, theirs)
        if error is not None:
            raise error
        return result, request["do"] in {"iterate", "next"} and reply.get("ended") is True

    def _after(self, reply: Message, every: dict[object, object], places: int) -> list[tuple[object, object]]:
        """Arguments that the candidate has changed, each with what its copy has become."""
        written = cast("dict[str, Any]", reply["after"])
        theirs: dict[object, object] = {
            **dict(enumerate(cast("list[object]", written["args"]))),
            **written["kwargs"],
        }
        return [
            (every[place], decode(each, self._module))
            for place, each in theirs.items()
            if place in every and json.dumps(each) != json.dumps(self._plain(every[place]))
        ]


def _bring_up_to_date(mine: Any, theirs: Any) -> None:  # noqa: ANN401
    """What the candidate did to its copy of an argument happens to the caller's."""
    if type(mine) is not type(theirs):
        return
    if isinstance(mine, (list, bytearray)):
        mine[:] = theirs
    elif isinstance(mine, (dict, set)):
        mine.clear()
        cast("Any", mine).update(theirs)
    elif isinstance(mine, collections.deque):
        mine.clear()
        cast("Any", mine).extend(theirs)
    elif owned.is_record(type(mine)):
        owned.refill(mine, owned.contents(theirs))


def watch_judge(config: Config, leaf: Leaf, graft: Graft | None = None) -> Watch:
    """The suite runs as always, on the module as written with a stub in the target's place.

    Where there is a ``graft``, module and tests have been imported before.
    """
    asking: list[_Asking] = []

    @functools.lru_cache(maxsize=1)
    def load() -> types.ModuleType:
        if graft is None:
            leaf.load(config)
        module = sys.modules[config.module]
        asked = _Asking(socket.socket(fileno=leaf.passed[0]), module)
        asking.append(asked)
        functions = _innermost(module, config.measured) if graft is None else graft.functions
        for each in functions:
            _put_stub(each, asked)
        return module

    @contextlib.contextmanager
    def around() -> Generator[None]:
        yield

    def finish() -> None:
        for each in asking:
            each.close()
        leaf.send({"k": "asked", "refusal": asking[0].refusal if asking else "the module did not load"})
        leaf.finish()

    return Watch(
        load=load,
        around=around,
        count=lambda: 0,
        send=leaf.send,
        finish=finish,
        selection=selection_of(leaf.request),
    )


def _put_stub(function: types.FunctionType, asking: _Asking) -> None:
    """Into the function itself: whoever holds a reference to it asks the candidate from now on."""
    code = function.__code__
    stub = _STUBS.get(code.co_flags & _KINDS)
    if stub is None or code.co_freevars:
        asking.refusal = "the function is an asynchronous generator or a closure"
        return
    space: dict[str, Any] = {}
    exec(compile(stub, "<orps>", "exec"), space)  # noqa: S102  (constants of ours)
    function.__globals__[_ASK] = asking
    function.__code__ = space["stub"].__code__
    function.__defaults__ = function.__kwdefaults__ = None


def _innermost(module: types.ModuleType, qualname: str) -> list[types.FunctionType]:
    """The function itself, below all that was put around it. Empty where there is none."""
    with contextlib.suppress(LookupError, AttributeError):
        wanted = resolve(module, qualname).code
        found: Any = module
        for part in qualname.split("."):
            found = inspect.getattr_static(found, part)
        while not isinstance(found, types.FunctionType) or found.__code__ is not wanted:
            inner: Any = getattr(found, "__func__", None) or getattr(found, "fget", None)
            found = inner if inner is not None else getattr(found, "__wrapped__")  # noqa: B009  (pyright)
        return [found]
    return []
