"""What importing or calling leaves behind, in the interpreter and in the module: state no result shows."""

from __future__ import annotations

import builtins
import decimal
import gc
import operator
import os
import signal
import sys
import threading
import types
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Tuple, cast

from .sameness import TooLarge, alike
from .showing import show

_GROWING = (list, dict, set, deque, bytearray)


def _decimals() -> str:
    context = decimal.getcontext()
    return "prec " + str(context.prec) + ", " + context.rounding


def _collector() -> str:
    return ("on, " if gc.isenabled() else "off, ") + "/".join(map(str, gc.get_threshold()))


def _collect(as_it_was: str) -> None:
    on, _, thresholds = as_it_was.partition(", ")
    gc.enable() if on == "on" else gc.disable()
    gc.set_threshold(*map(int, thresholds.split("/")))


_TIMERS = {name: getattr(signal, "ITIMER_" + name, None) for name in ("REAL", "VIRTUAL", "PROF")}


def _timers() -> str:
    running = [name for name, timer in _TIMERS.items() if timer is not None and signal.getitimer(timer)[0]]
    return ", ".join(running) or "none"


def _stop_timers(as_it_was: str) -> None:
    """Those that have begun: what one was set to that has ended cannot be told."""
    for name, timer in _TIMERS.items():
        if timer is not None and name not in as_it_was:
            signal.setitimer(timer, 0)


def _watchers() -> str:
    """Functions that the interpreter calls while others run, which makes all of them slower."""
    tools = getattr(sys, "monitoring", None)
    found = [name for name, hook in (("trace", sys.gettrace()), ("profile", sys.getprofile())) if hook]
    found += [] if tools is None else [str(each) for each in map(tools.get_tool, range(6)) if each]
    return ", ".join(found) or "none"


def _unwatch(as_it_was: str) -> None:
    if as_it_was != "none":
        return
    sys.settrace(None)
    sys.setprofile(None)
    tools = cast("Any", getattr(sys, "monitoring", None))
    if tools is not None:
        for number in filter(tools.get_tool, range(6)):
            tools.set_events(number, 0)
            tools.free_tool_id(number)


# Without the one that interactive sessions, doctests and translations come and go with.
_BUILTINS = {name: value for name, value in builtins.__dict__.items() if name != "_"}
_ALIKE = "as they were"


def _builtins() -> str:
    now = builtins.__dict__
    # Looked at around every call: where nothing has changed, and hardly ever anything has, at the speed of C.
    if now.keys() == _BUILTINS.keys() and all(map(operator.is_, now.values(), _BUILTINS.values())):
        return _ALIKE
    names = {name for name in {**_BUILTINS, **now} if name != "_"}
    other = sorted(name for name in names if now.get(name) is not _BUILTINS.get(name))
    return ", ".join(other) + " replaced" if other else _ALIKE


def _put_builtins(as_it_was: str) -> None:
    if as_it_was == _ALIKE:
        names = builtins.__dict__
        for name in [name for name in names if name not in _BUILTINS and name != "_"]:
            del names[name]
        names.update(_BUILTINS)


THREADS = "the number of threads"
# What can be read, and put back where that makes sense. Each is a word a person would use for it.
_SETTINGS: Tuple[Tuple[str, Callable[[], str], Callable[[str], object]], ...] = (
    ("the garbage collector", _collector, _collect),
    (
        "the recursion limit",
        lambda: str(sys.getrecursionlimit()),
        lambda old: sys.setrecursionlimit(int(old)),
    ),
    (
        "the switch interval of threads",
        lambda: str(sys.getswitchinterval()),
        lambda old: sys.setswitchinterval(float(old)),
    ),
    ("the working folder", os.getcwd, os.chdir),
    ("the decimal context", _decimals, lambda _: None),
    (THREADS, lambda: str(threading.active_count()), lambda _: None),
    ("the environment", lambda: str(len(os.environ)) + " variables", lambda _: None),
    ("timers", _timers, _stop_timers),
    ("tracing", _watchers, _unwatch),
    ("the builtins", _builtins, _put_builtins),
)


def settings() -> Tuple[str, ...]:
    """The settings of the interpreter that everything in it shares."""
    return tuple(read() for _, read, _ in _SETTINGS)


def changed(before: Tuple[str, ...]) -> Tuple[str, ...]:
    """What differs from ``before``, in words. It is put back, so that the next call starts alike."""
    found: List[str] = []
    for (name, read, put), old in zip(_SETTINGS, before):
        new = read()
        if new != old:
            found.append(name + ": " + new + " instead of " + old)
            put(old)
    return tuple(found)


@dataclass(frozen=True)
class Kept:
    """The state of a module by name: how much each place holds, and which object it is."""

    sizes: Dict[str, int]
    identities: Dict[str, int]


def kept_in(module: types.ModuleType) -> Kept:
    """What calls could leave their results in: containers, caches, attributes and defaults of functions."""
    sizes: Dict[str, int] = {}
    identities: Dict[str, int] = {}
    for name, value in list(vars(module).items()):
        if name.startswith("__") and name.endswith("__"):
            continue
        if issubclass(type(value), _GROWING):
            sizes[name] = len(value)
        elif not isinstance(value, (types.FunctionType, type, types.ModuleType)):
            identities[name] = id(value)
        sizes.update(_places(name, value, module.__name__))
    return Kept(sizes, identities)


def _places(name: str, value: object, module: str) -> Iterator[Tuple[str, int]]:
    if getattr(value, "__module__", None) != module:
        return
    information = getattr(value, "cache_info", None)
    if callable(information):
        yield name, int(cast("Any", information()).currsize)
    inner = getattr(value, "__wrapped__", value)
    if isinstance(inner, types.FunctionType):
        held: List[Tuple[str, object]] = list(vars(inner).items())
        held += [("a default", part) for part in inner.__defaults__ or ()]
        held += [(key, part) for key, part in (inner.__kwdefaults__ or {}).items()]
        held += [("its closure", _content(cell)) for cell in inner.__closure__ or ()]
    elif isinstance(value, type):
        held = list(vars(value).items())
    else:
        return
    for label, part in held:
        if issubclass(type(part), _GROWING):
            yield name + " (" + label + ")", len(cast("List[object]", part))


def _content(cell: types.CellType) -> object:
    try:
        return cast("object", cell.cell_contents)
    except ValueError:  # an empty cell
        return None


def moved(before: Kept, after: Kept) -> Tuple[str, ...]:
    """The names of what calls have changed."""
    grown = [name for name, size in after.sizes.items() if before.sizes.get(name, 0) != size]
    swapped = [name for name, which in after.identities.items() if before.identities.get(name) != which]
    return tuple(sorted({*grown, *swapped}))


def apart_in(
    names: Tuple[str, ...], old: types.ModuleType, new: types.ModuleType
) -> Tuple[str, str, str] | None:
    """The first of the names whose value the two modules hold differently, and both values as text."""
    for name in names:
        ours, theirs = vars(old).get(name), vars(new).get(name)
        if _is_function(ours) and _is_function(theirs):
            continue  # one that is wrapped now is told by what it returns, and by what it keeps
        if name in vars(old) and name in vars(new) and not _alike(ours, theirs):
            return name, show(ours), show(theirs)
    return None


def _is_function(value: object) -> bool:
    return isinstance(getattr(value, "__wrapped__", value), types.FunctionType)


def _alike(one: object, other: object) -> bool:
    try:
        return alike(one, other)
    except TooLarge:
        return True
