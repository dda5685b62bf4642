"""Observes what one call does, and tells whether two functions do the same on the same calls."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import random
import sys
import types
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple, cast

from .recording import Call, Resolved, duplicate
from .sameness import TooLarge, alike
from .showing import show
from .transplanting import transplant

__all__ = [
    "Agreement",
    "Observed",
    "TooLarge",
    "first_difference",
    "outcome_of",
    "same",
    "show",
    "transplant",
]

DRAINED = 20_000
PRINTED = 1_000_000
DIFFERENCES = 3
# Looked up by type and not by ``__next__``: an iterator class of the project is compared by its state.
_LAZY_HOMES = frozenset({"builtins", "itertools", "_collections", "collections"})


@dataclass(frozen=True)
class Observed:
    """One call seen from outside. ``shape`` is how the result came; ``value`` holds the items of an iterator.

    ``raised`` is the exception's class and message, ``returned`` names the argument that came back as the
    result, ``after`` holds the arguments as the call left them.
    """

    shape: str
    value: object
    raised: Optional[Tuple[str, str]]
    returned: Optional[str]
    after: Call
    printed: str


@dataclass(frozen=True)
class Agreement:
    """How two functions compare. ``differ`` holds texts: the input, what the first did, what the second did.

    ``unstable`` counts calls on which the first differs from itself, ``too_large`` those too big to compare;
    neither kind is in ``agree``.
    """

    agree: int
    differ: Tuple[Tuple[str, str, str], ...]
    unstable: int
    too_large: int


def outcome_of(resolved: Resolved, call: Call) -> Observed:
    """Run a copy of the call with cold caches and a seeded ``random``, and look at everything it did."""
    ready = duplicate(call)
    resolved.reset()
    seed_random()
    tape = Tape()
    shape, items, raised, result = (
        "value",
        cast("List[object]", []),
        cast("Optional[BaseException]", None),
        None,
    )
    with contextlib.redirect_stdout(tape), contextlib.redirect_stderr(Tape()):
        try:
            result = resolved.call(*ready.args, **ready.kwargs)
            shape = shape_of(result)
            if shape == "iterator":
                items.extend(itertools.islice(cast("Iterator[object]", result), DRAINED))
            elif shape != "value":
                result = driven(awaitable_of(result, items))
        # A fence: whatever the project raises is the outcome. Limits of time raise past this one.
        except (Exception, SystemExit) as error:  # noqa: BLE001
            raised = error
    drained = shape in {"iterator", "async iterator"}
    return Observed(
        shape="raised" if raised and not drained else shape,
        value=items if drained else None if raised else result,
        raised=None if raised is None else (_class_name(raised), _message(raised)),
        returned=_argument_that_is(result, ready),
        after=ready,
        printed=tape.text(),
    )


def same(one: Observed, other: Observed) -> bool:
    """Exceptions count by class only. Raises TooLarge where there is too much to look at."""
    return _first_aspect(one, other) is None


def first_difference(
    baseline: Resolved, candidate: Resolved, calls: Iterable[Call], adapt: Callable[[object], object]
) -> Agreement:
    """Run both on every call until three differ. ``adapt`` makes a copy fit the candidate's module."""
    agree = unstable = too_large = 0
    differ: List[Tuple[str, str, str]] = []
    for call in calls:
        try:
            expected = outcome_of(baseline, call)
            if not same(expected, outcome_of(baseline, call)):
                unstable += 1
                continue
            actual = outcome_of(candidate, adapted(call, adapt))
            aspect = _first_aspect(expected, actual)
        except TooLarge:
            too_large += 1
            continue
        if aspect is None:
            agree += 1
            continue
        differ.append((text_of(call), aspect[0], aspect[1]))
        if len(differ) == DIFFERENCES:
            break
    return Agreement(agree, tuple(differ), unstable, too_large)


def adapted(call: Call, adapt: Callable[[object], object]) -> Call:
    copied = duplicate(call)
    args, kwargs = cast("Tuple[Tuple[object, ...], dict[str, object]]", adapt((copied.args, copied.kwargs)))
    return Call(args, kwargs)


def text_of(call: Call, limit: int = 200) -> str:
    """The arguments as one would write them between the parentheses of a call."""
    parts = [show(value, limit) for value in call.args]
    parts += [name + "=" + show(value, limit) for name, value in call.kwargs.items()]
    text = ", ".join(parts)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def seed_random() -> None:
    random.seed(0)
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(0)


def shape_of(result: object) -> str:
    """How a result has to be read: as it is, drained, awaited, or both."""
    if isinstance(result, (types.AsyncGeneratorType, AsyncIterator)):
        return "async iterator"
    if isinstance(result, (types.CoroutineType, asyncio.Future)):
        return "awaited"
    home = type(result).__module__
    return "iterator" if home in _LAZY_HOMES and hasattr(result, "__next__") else "value"


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
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(waiting)
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


def _first_aspect(one: Observed, other: Observed) -> Optional[Tuple[str, str]]:
    """The texts of the first thing in which two outcomes differ."""
    if (one.raised and one.raised[0]) != (other.raised and other.raised[0]) or one.shape != other.shape:
        return _result_text(one), _result_text(other)
    if not alike(one.value, other.value):
        return _apart(one.value, other.value)
    if one.returned != other.returned:
        return _identity_text(one), _identity_text(other)
    arguments = [one.after.args, one.after.kwargs], [other.after.args, other.after.kwargs]
    if not alike(*arguments):
        return "leaves its arguments as " + text_of(one.after), "leaves its arguments as " + text_of(
            other.after
        )
    if one.printed != other.printed:
        ours, theirs = _apart(one.printed, other.printed)
        return "prints " + ours, "prints " + theirs
    return None


def _result_text(seen: Observed) -> str:
    if seen.raised is None:
        return ("" if seen.shape == "value" else seen.shape + " ") + show(seen.value)
    return ("raises " + ": ".join(part for part in seen.raised if part))[:200]


def _identity_text(seen: Observed) -> str:
    return "returns a new object" if seen.returned is None else "returns its argument " + seen.returned


def _apart(one: object, other: object) -> Tuple[str, str]:
    """Two texts that differ, also where the values differ only far from their beginning."""
    ours, theirs = show(one), show(other)
    path = ""
    while ours == theirs and type(one) is type(other) and isinstance(one, (list, tuple, str)):
        left, right = cast("List[object]", one), cast("List[object]", other)
        index = next((i for i, (a, b) in enumerate(zip(left, right)) if not alike(a, b)), None)
        if index is None:
            return f"{len(left)} items{path}", f"{len(right)} items{path}"
        path += f"[{index}]"
        one, other = left[index], right[index]
        ours, theirs = show(one), show(other)
    return (path + " is " + ours, path + " is " + theirs) if path else (ours, theirs)


def _argument_that_is(result: object, call: Call) -> Optional[str]:
    # Only of objects that can change does it matter whether they come back themselves.
    if result is None or isinstance(result, (int, float, complex, str, bytes, tuple, frozenset, type, range)):
        return None
    named = itertools.chain(((str(i + 1), arg) for i, arg in enumerate(call.args)), call.kwargs.items())
    return next((name for name, value in named if value is result), None)


def _class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__


def _message(error: BaseException) -> str:
    try:
        return str(error)[:200]
    # A fence: an exception of the project may fail to say what it is about.
    except Exception:  # noqa: BLE001
        return ""
