"""Runs a test that is nothing but a function by calling it: pytest's protocol costs many times what it does.

For a first look at candidates only: who passes it is run the usual way before anything is shown of it.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import traceback
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any, cast

Item = Any
Session = Any
Settings = Any
"""Of pytest, which is the project's own and may be of any version."""

_TEXT = 2000
_HOOKS = (
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
    "pytest_pyfunc_call",
)
_AROUND = "pytest_runtest_protocol"
_KNOWN = frozenset({"_pytest", "_hypothesis_pytestplugin", "anyio", __name__.partition(".")[0]})
"""Whose hooks do nothing for a plain function without fixtures and marks."""

_STRICTER = ("filterwarnings", "log_level")  # settings under which a call by pytest may end in another way

_SPECIAL = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def plain_functions(items: list[Item]) -> dict[str, Callable[[], object]]:
    """By name, the functions of those items that no fixture, mark, class or hook has a part in."""
    return {item.nodeid: item.obj for item in items if _is_plain(item, _HOOKS)}


def all_plain(session: Session) -> dict[str, Callable[[], object]] | None:
    """The same if it is so for all, and what pytest does around each of them changes nothing either."""
    if any(_is_set(session.config, name) for name in (*_STRICTER, "pythonwarnings")):
        return None
    if not all(_is_plain(item, (*_HOOKS, _AROUND)) for item in session.items):
        return None
    # Where a test stands is looked up by pytest when it is first asked.
    return {item.nodeid: item.obj for item in session.items if item.location}


def called(function: Callable[[], object]) -> dict[str, object] | None:
    """How it ended, as a report of pytest would have it; None where only pytest knows what that means."""
    began = perf_counter()
    error = None
    # Pytest takes what a test prints away, too.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            answer = function()
        except Exception as raised:  # noqa: BLE001  (candidates raise anything; it is reported as data)
            error = raised
        except BaseException:  # noqa: BLE001  (pytest skips and gives up with those)
            return None
        else:
            if answer is not None:
                return None
    seconds = perf_counter() - began
    return (
        {"outcome": "passed", "seconds": seconds} if error is None else {**_failed(error), "seconds": seconds}
    )


def _is_set(config: Settings, name: str) -> bool:
    if config.getoption(name, None):
        return True
    try:
        return bool(config.getini(name))
    except (ValueError, KeyError):  # a plugin that knows it is left out
        return False


def _is_plain(item: Item, hooks: Sequence[str]) -> bool:
    python: Any = importlib.import_module("_pytest.python")
    if type(item) is not python.Function or item.cls is not None or item.fixturenames:
        return False
    if any(item.iter_markers()) or getattr(item.obj, "is_hypothesis_test", False):
        return False
    if not inspect.isfunction(item.obj) or item.obj.__code__.co_flags & _SPECIAL:
        return False
    return all(owner in _KNOWN for owner in _owners(item, hooks))


def _owners(item: Item, hooks: Sequence[str]) -> Iterator[str]:
    """The packages that have a say in how the item is run."""
    for name in hooks:
        for hook in getattr(item.ihook, name).get_hookimpls():
            yield cast("str", hook.function.__module__).partition(".")[0]


def _failed(error: Exception) -> dict[str, object]:
    code: Any = importlib.import_module("_pytest._code")
    info = code.ExceptionInfo.from_exc_info((type(error), error, error.__traceback__))
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return {"outcome": "raised", **named(info.exconly(tryshort=True)), "traceback": text[-_TEXT:]}


def named(message: str) -> dict[str, object]:
    """What pytest says of an error, as the error's name and what it says."""
    kind, colon, rest = message[:_TEXT].partition(":")
    if colon and kind.isidentifier():
        return {"type": kind.strip(), "message": rest.strip()}
    return {"type": "Failed", "message": message[:_TEXT]}
