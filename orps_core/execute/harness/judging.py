"""The judge's side: the suite runs against a stub, and what the candidate answers is data and nothing else.

The judge's process holds the module as the person wrote it. No object of the candidate ever enters it: an
answer is decoded by exact type, so that nothing in it can compare, print or call in a way of its own.
"""

from __future__ import annotations

import builtins
import contextlib
import inspect
import socket
import sys
import types
from collections.abc import Generator, Sequence
from typing import Any, cast

from .config import Config
from .leaf import Leaf
from .plain import NotPlain, decode, encode
from .recording import resolve
from .watch import Watch, selection_of
from .wire import Channel, Message

_STUB = "def stub(*args, **kwargs):\n    return __orps_ask__(*args, **kwargs)\n"
_ASK = "__orps_ask__"
_ODD_KINDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class Refused(BaseException):
    """Raised where a call cannot be put to the candidate in plain data.

    Not an Exception, so that no test takes it for what the function does.
    """


class _Asking:
    """Puts calls to the candidate. Once it has refused, or broken the protocol, it is not asked again."""

    def __init__(self, connection: socket.socket, module: types.ModuleType) -> None:
        self._channel = Channel(connection)
        self._module = module
        self.refusal: str | None = None

    def ask(self, *args: object, **kwargs: object) -> object:
        try:
            self._channel.send({"args": encode(list(args)), "kwargs": encode(kwargs)})
            reply = self._channel.receive()
        except NotPlain as problem:
            raise self._refused(f"an argument is {problem}") from None
        except (OSError, ValueError, RecursionError):
            reply = None
        if reply is None:
            raise RuntimeError("the candidate's process is gone")
        if "refused" in reply:
            raise self._refused(f"a result is {reply['refused']}")
        return self._taken(args, reply)

    def _refused(self, why: str) -> Refused:
        self.refusal = why[:200]
        return Refused(why)

    def _taken(self, args: Sequence[object], reply: Message) -> object:
        """What the reply says; anything that is not a well-formed reply is an error of the candidate."""
        try:
            after = cast("list[object]", decode(reply["after"]))
            result = None if "result" not in reply else decode(reply["result"])
            error = self._error(reply) if "raised" in reply else None
            place = int(cast("int", reply.get("is", -1)))
        except (KeyError, ValueError, TypeError, RecursionError, OverflowError):
            raise RuntimeError("the candidate's process answered with something else") from None
        sys.stdout.write(str(reply.get("printed", "")))
        for mine, theirs in zip(args, after):
            _bring_up_to_date(mine, theirs)
        if error is not None:
            raise error
        return args[place] if 0 <= place < len(args) else result

    def _error(self, reply: Message) -> BaseException:
        """An exception of a class that this process knows by itself: a built-in one, or the module's."""
        module, qualname = cast("list[str]", reply["raised"])
        home: Any = {"builtins": builtins, self._module.__name__: self._module}.get(str(module))
        found: Any = home
        for part in str(qualname).split("."):
            found = getattr(found, part, None)
        # One that the module merely imports may mean something to whoever runs the tests, such as to skip.
        own = home is not None and getattr(found, "__module__", None) == home.__name__
        if not (own and isinstance(found, type) and issubclass(found, Exception)):
            raise self._refused(f"an exception is {module}.{qualname}"[:200])
        return found(*cast("list[object]", decode(reply["with"])))


def _bring_up_to_date(mine: object, theirs: object) -> None:
    """What the candidate did to its copy of an argument happens to the caller's."""
    if type(mine) is not type(theirs) or mine == theirs:
        return
    if isinstance(mine, list):
        cast("list[object]", mine)[:] = cast("list[object]", theirs)
    elif isinstance(mine, (dict, set)):
        cast("set[object]", mine).clear()
        cast("Any", mine).update(theirs)


def watch_judge(config: Config, leaf: Leaf) -> Watch:
    """The suite runs as always, on the module as written with a stub in the target's place."""
    asking: list[_Asking] = []

    def load() -> types.ModuleType:
        leaf.load(config)
        module = sys.modules[config.module]
        asked = _Asking(socket.socket(fileno=leaf.passed[0]), module)
        asking.append(asked)
        _put_stub(module, config.measured, asked)
        return module

    @contextlib.contextmanager
    def around() -> Generator[None]:
        yield

    def finish() -> None:
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


def _put_stub(module: types.ModuleType, qualname: str, asking: _Asking) -> None:
    """Into the function itself: whoever holds a reference to it asks the candidate from now on."""
    with contextlib.suppress(LookupError, AttributeError):
        function = _innermost(module, qualname)
        code = function.__code__
        if code.co_flags & _ODD_KINDS or code.co_freevars:
            asking.refusal = "the function is a generator, a coroutine or a closure"
            return
        space: dict[str, Any] = {}
        exec(compile(_STUB, "<orps>", "exec"), space)  # noqa: S102  (a constant of ours)
        function.__globals__[_ASK] = asking.ask
        function.__code__ = space["stub"].__code__
        function.__defaults__ = function.__kwdefaults__ = None


def _innermost(module: types.ModuleType, qualname: str) -> types.FunctionType:
    wanted = resolve(module, qualname).code
    found: Any = module
    for part in qualname.split("."):
        found = inspect.getattr_static(found, part)
    while not isinstance(found, types.FunctionType) or found.__code__ is not wanted:
        inner: Any = getattr(found, "__func__", None) or getattr(found, "fget", None)
        found = inner if inner is not None else getattr(found, "__wrapped__")  # noqa: B009  (pyright)
    return found
