"""Observes what one call does: everything a caller could notice of it."""

from __future__ import annotations

import contextlib
import dis
import importlib
import io
import itertools
import random
import sys
import types
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple, cast

from .altering import flat_parts
from .lasting import changed, settings
from .recording import Call, Resolved, duplicate
from .sameness import DRAINED, is_lazy
from .showing import is_array

__all__ = [
    "DRAINED",
    "Adapt",
    "Observed",
    "Raised",
    "Tape",
    "adapted",
    "awaitable_of",
    "class_name",
    "driven",
    "largest",
    "observe",
    "run_call",
    "seed_random",
    "shape_of",
]

PRINTED = 1_000_000
Adapt = Callable[[object], object]

_FUTURE = "_asyncio_future_blocking"  # by which asyncio tells them, too: see asyncio.isfuture
_WORDING = frozenset({"msg", "message", "reason", "strerror", "text", "detail", "__notes__"})


@dataclass(frozen=True)
class Raised:
    """An exception: its class, its message, and what a handler could read from it besides the message.

    ``deliberate`` says that the function itself raised it, by a ``raise`` or an ``assert`` in its own code.
    """

    kind: str
    message: str
    details: Tuple[object, ...]
    deliberate: bool


@dataclass(frozen=True)
class Observed:
    """One call seen from outside. ``shape`` is how the result came; ``value`` holds the items of an iterator.

    ``returned`` names the argument that came back as the result, ``views`` the arguments whose memory an
    array shares, ``after`` holds the arguments as the call left them, ``warned`` the categories of warnings,
    ``left`` what was changed in the interpreter.
    """

    shape: str
    value: object
    raised: Optional[Raised]
    returned: Optional[str]
    views: Tuple[str, ...]
    after: Call
    printed: str
    complained: str
    warned: Tuple[str, ...]
    left: Tuple[str, ...]


def observe(resolved: Resolved, call: Call) -> Observed:
    """Run a copy of the call with cold caches and a seeded ``random``, and look at everything it did."""
    ready = duplicate(call)
    resolved.reset()
    seed_random()
    output, errors, before = Tape(), Tape(), settings()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            shape, value, error, result = run_call(resolved, ready)
    return Observed(
        shape=shape,
        value=value,
        raised=None if error is None else _raised(error, resolved.code),
        returned=_argument_that_is(result, ready),
        views=_views(result, ready),
        after=ready,
        printed=output.text(),
        complained=errors.text(),
        warned=tuple(sorted({each.category.__name__ for each in warned})),
        left=changed(before),
    )


def run_call(resolved: Resolved, ready: Call) -> Tuple[str, object, Optional[BaseException], object]:
    """How the result came, what it was, what was raised, and the object itself."""
    items: List[object] = []
    shape, result = "value", cast("object", None)
    error: Optional[BaseException] = None
    try:
        result = resolved.call(*ready.args, **ready.kwargs)
        shape = shape_of(result)
        if shape == "iterator":
            items.extend(itertools.islice(cast("Iterator[object]", result), DRAINED))
        elif shape != "value":
            result = driven(awaitable_of(result, items))
    # A fence: whatever the project raises is the outcome. Limits of time raise past this one.
    except (Exception, SystemExit) as raised:  # noqa: BLE001
        error = raised
    if shape in {"iterator", "async iterator"}:
        return shape, items, error, result
    return ("raised", None, error, None) if error else (shape, result, None, result)


def adapted(call: Call, adapt: Adapt) -> Call:
    copied = duplicate(call)
    args, kwargs = cast("Tuple[Tuple[object, ...], Dict[str, object]]", adapt((copied.args, copied.kwargs)))
    return Call(args, kwargs)


def seed_random() -> None:
    random.seed(0)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(0)


def shape_of(result: object) -> str:
    """How a result has to be read: as it is, drained, awaited, or both."""
    if isinstance(result, (types.AsyncGeneratorType, AsyncIterator)):
        return "async iterator"
    if isinstance(result, types.CoroutineType) or hasattr(type(result), _FUTURE):
        return "awaited"
    return "iterator" if is_lazy(result) else "value"


def awaitable_of(result: object, items: List[object]) -> Coroutine[object, object, object]:
    """One coroutine for what has to be awaited; the items of an async iterator end in ``items``."""

    async def drain() -> None:
        async for item in cast("AsyncIterator[object]", result):
            items.append(item)
            if len(items) == DRAINED:
                return

    async def wait() -> object:
        return await cast("Awaitable[object]", result)

    return drain() if shape_of(result) == "async iterator" else wait()


def driven(waiting: Coroutine[object, object, object]) -> object:
    """Run a coroutine to its end on an event loop of its own, and leave nothing of it behind."""
    # Only here, for most functions need it never, and it takes as long to import as all else.
    asyncio: Any = importlib.import_module("asyncio")
    loop = asyncio.new_event_loop()
    try:
        return cast("object", loop.run_until_complete(waiting))
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True)) if left else None
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


class Tape(io.TextIOWrapper):
    """Stands in for stdout, bytes and all, and keeps a bounded part of what is printed."""

    def __init__(self) -> None:
        self._kept = _Bounded()
        super().__init__(
            self._kept, encoding="utf-8", errors="backslashreplace", newline="", write_through=True
        )

    def text(self) -> str:
        whole = self._kept.getvalue().decode("utf-8", "replace")
        return f"{whole}… ({self._kept.seen} bytes)" if self._kept.seen > PRINTED else whole


class _Bounded(io.BytesIO):
    seen = 0

    def write(self, data: Any, /) -> int:  # noqa: ANN401  (whatever has bytes)
        size = len(data)
        if self.seen < PRINTED:
            super().write(bytes(data)[: PRINTED - self.seen])
        self.seen += size
        return size


def _raised(error: BaseException, code: types.CodeType) -> Raised:
    return Raised(class_name(error), _message(error), tuple(_details(error)), _is_deliberate(error, code))


def _details(error: BaseException) -> List[object]:
    """Arguments that are no text, attributes that are no wording, and the class of an explicit cause."""
    # A key is data, even where it is text.
    args = (
        error.args if isinstance(error, KeyError) else [each for each in error.args if type(each) is not str]
    )
    found: List[object] = [list(args)]
    found += [[name, part] for name, part in sorted(vars(error).items()) if name not in _WORDING]
    found += [getattr(error, name, None) for name in ("errno", "filename", "code", "value")]
    cause = error.__cause__
    return [*found, None if cause is None else class_name(cause)]


def _is_deliberate(error: BaseException, code: types.CodeType) -> bool:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or trace.tb_frame.f_code is not code:
        return False
    return dis.opname[code.co_code[trace.tb_lasti]] == "RAISE_VARARGS"


def _views(result: object, call: Call) -> Tuple[str, ...]:
    """Arguments in whose memory an array lies that came back: a change to one shows in the other."""
    if not is_array(result):
        return ()
    numpy: Any = sys.modules["numpy"]
    return tuple(
        name for name, value in _named(call) if is_array(value) and numpy.may_share_memory(result, value)
    )


def largest(call: Call) -> float:
    """The size of the largest number among the arguments, which tells how much rounding may leave."""
    parts = flat_parts([*call.args, *call.kwargs.values()])
    numbers = [abs(part) for part in parts if isinstance(part, (int, float)) and part == part]  # noqa: PLR0124
    small = [number for number in numbers if number < 1e300]  # noqa: PLR2004  (else nothing would differ)
    return float(max(small, default=0.0))


def _argument_that_is(result: object, call: Call) -> Optional[str]:
    # Only of objects that can change does it matter whether they come back themselves.
    if result is None or isinstance(result, (int, float, complex, str, bytes, tuple, frozenset, type, range)):
        return None
    return next((name for name, value in _named(call) if value is result), None)


def _named(call: Call) -> Iterator[Tuple[str, object]]:
    yield from ((str(index + 1), value) for index, value in enumerate(call.args))
    yield from call.kwargs.items()


def class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__


def _message(error: BaseException) -> str:
    try:
        return str(error)[:200]
    # A fence: an exception of the project may fail to say what it is about.
    except Exception:  # noqa: BLE001
        return ""
