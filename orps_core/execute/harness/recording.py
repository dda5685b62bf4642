"""Captures the calls of one function while its tests run, without wrapping or replacing it."""

from __future__ import annotations

import dis
import functools
import inspect
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Protocol, Set, Tuple, cast

from .copying import deep_copy
from .sameness import alike
from .showing import show

_DISTINCT = 2000  # characters of a call's text that tell it from other calls
_WRAPPERS = 50


@dataclass(frozen=True)
class Call:
    """The arguments as the innermost function got them: defaults filled in, ``self`` and ``cls`` included."""

    args: Tuple[object, ...]
    kwargs: Dict[str, object]


@dataclass(frozen=True)
class Resolved:
    """One function of a module: how to call it with recorded arguments, and how to forget its caches."""

    call: Callable[..., object]
    code: types.CodeType
    kind: str
    reset: Callable[[], None]
    cached: bool = False


class TooSlowError(Exception):
    """A copy took longer than it may."""


class _ProfileHook(Protocol):
    def __call__(self, frame: types.FrameType, event: str, arg: object, /) -> object: ...


class _Timed(Dict[int, object]):
    """The memo of a deep copy, which also ends it: an argument may hold on to a whole application."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def __setitem__(self, key: int, value: object) -> None:
        if time.perf_counter() > self._deadline:
            raise TooSlowError
        super().__setitem__(key, value)


def duplicate(call: Call, seconds: float = 60.0) -> Call:
    """A deep copy; plain ``object()`` arguments stay themselves: such markers are compared with ``is``."""
    memo = _Timed(time.perf_counter() + seconds)
    for value in (*call.args, *call.kwargs.values()):
        if type(value) is object:
            memo[id(value)] = value
    return Call(*deep_copy((call.args, call.kwargs), memo))


class Recorder:
    """Notes the outermost calls of ``code`` in this thread while the ``with`` block runs.

    It can be entered again for the next test. A test that installs a profile function of its own ends the
    recording of that block. ``reached`` counts all outermost calls; ``calls`` keeps at most ``limit``
    distinct ones, spread over the run. ``slowest`` is how many seconds the longest of all took.
    """

    def __init__(self, code: types.CodeType, limit: int = 200, copy_seconds: float = 0.5) -> None:
        self.reached = 0
        self.unrecordable = 0
        self.slowest = 0.0
        self._entered = 0.0
        self._code = code
        self._entry = _entry_of(code)
        self._limit = limit
        self._copy_seconds = copy_seconds
        self._calls: List[Call] = []
        self._known: Set[str] = set()
        self._stride = 1
        self._distinct = 0
        self._depth = 0
        self._previous: Optional[_ProfileHook] = None
        # A bound method is a new object at each look, and this one must be recognised again.
        self._hook: _ProfileHook = self._profile

    @property
    def calls(self) -> Tuple[Call, ...]:
        return tuple(self._calls)

    def __enter__(self) -> Recorder:  # noqa: PYI034  (typing.Self is younger than the oldest interpreter)
        previous = cast("object", sys.getprofile())
        # Before 3.12 a running cProfile shows up as an object that could not be put back.
        if previous is None or callable(previous):
            self._previous = cast("Optional[_ProfileHook]", previous)
            self._depth = 0
            sys.setprofile(self._hook)
        return self

    def __exit__(self, *_: object) -> None:
        if sys.getprofile() is self._hook:
            sys.setprofile(self._previous)
        self._previous = None

    def _profile(self, frame: types.FrameType, event: str, arg: object, /) -> object:
        if frame.f_code is self._code:
            if event == "call":
                self._depth += 1
                if self._depth == 1 and frame.f_lasti <= self._entry:
                    self._enter_call(frame)
                    self._entered = time.perf_counter()
            elif event == "return":
                self._depth = max(0, self._depth - 1)
                if not self._depth:
                    self.slowest = max(self.slowest, time.perf_counter() - self._entered)
        return self._previous and self._previous(frame, event, arg)

    def _enter_call(self, frame: types.FrameType) -> None:
        self.reached += 1
        if self._copy_seconds <= 0 or self.reached % self._stride:
            return
        started = time.perf_counter()
        try:
            call = _call_of(frame)
            text = _shown(call)
            if text not in self._known:
                copied = duplicate(call, self._copy_seconds)
                if _shown(copied) == text or _stays_the_same(copied, self._copy_seconds):
                    self._keep(text, copied)
                else:
                    self.unrecordable += 1
        # A fence: copying runs the project's __deepcopy__ and __reduce__, and the test must not notice.
        except Exception:  # noqa: BLE001
            self.unrecordable += 1
        self._copy_seconds -= time.perf_counter() - started

    def _keep(self, text: str, call: Call) -> None:
        self._known.add(text)
        self._calls.append(call)
        if len(self._calls) > self._limit:
            # Every second one goes, and from here on only every second call is looked at.
            del self._calls[1::2]
            self._stride *= 2


def _shown(call: Call) -> str:
    return show((call.args, call.kwargs), _DISTINCT)


def _stays_the_same(call: Call, seconds: float) -> bool:
    """Whether copies do: those of some classes hold more each time, and no two runs would begin alike.

    Of copies, for to compare iterators is to use them up.
    """
    once = duplicate(call, seconds)
    twice = duplicate(once, seconds)
    return alike([once.args, once.kwargs], [twice.args, twice.kwargs])


def _entry_of(code: types.CodeType) -> int:
    """The offset at which a first entry reports itself; a resumed generator is further on."""
    if sys.version_info < (3, 11):
        return -1
    return next((step.offset for step in dis.get_instructions(code) if step.opname == "RESUME"), 0)


def _call_of(frame: types.FrameType) -> Call:
    code, values = frame.f_code, frame.f_locals
    names = code.co_varnames
    last = code.co_argcount + code.co_kwonlyargcount
    args = tuple(values[name] for name in names[: code.co_argcount])
    kwargs = {name: values[name] for name in names[code.co_argcount : last]}
    if code.co_flags & inspect.CO_VARARGS:
        args += values[names[last]]
        last += 1
    if code.co_flags & inspect.CO_VARKEYWORDS:
        kwargs.update(values[names[last]])
    return Call(args, kwargs)


def resolve(module: types.ModuleType, qualname: str, sample: Optional[Call] = None) -> Resolved:
    """Find the function that ``qualname`` defines in ``module``, below its wrappers, or raise LookupError.

    Wrappers that are known to hand on their arguments (``lru_cache``, or one of the same signature) are
    called through. Whether another one does is tried with ``sample``, a copy of which is run once; without
    a sample, or if the function then gets other arguments, the function below that wrapper is called.
    """
    chain = list(_unwrapped(_find(module, qualname), qualname.rpartition(".")[2]))
    inner = chain[-1]
    if not isinstance(inner, types.FunctionType):
        raise LookupError(qualname + " is not a function written in Python.")  # noqa: TRY004  (as when it is absent)
    code = inner.__code__
    outer: Callable[..., object] = inner
    for wrapper in reversed(chain):
        if not callable(wrapper) or _manages(wrapper):
            break
        if not (_hands_on(wrapper, inner) or _tried(wrapper, code, sample)):
            break
        outer = wrapper
    clears = [clear for wrapper in chain if callable(clear := getattr(wrapper, "cache_clear", None))]

    def reset() -> None:
        for clear in clears:
            clear()

    return Resolved(outer, code, _kind_of(code), reset, bool(clears))


def _find(module: types.ModuleType, qualname: str) -> object:
    found: object = module
    for part in qualname.split("."):
        # Read without descriptors, or a property would run and a classmethod would be bound.
        bases = type.mro(found) if isinstance(found, type) else []
        spaces = [cast("Dict[str, object]", getattr(space, "__dict__", {})) for space in (*bases, found)]
        holder = next((space for space in spaces if part in space), None)
        if holder is None:
            raise LookupError("The module has no " + qualname + ".")
        found = holder[part]
    return found


def _unwrapped(outermost: object, name: str) -> Iterator[object]:
    """The callables from the outermost wrapper to the function whose ``def`` bears the name."""
    found: object = outermost
    chain: List[object] = []
    while found is not None and len(chain) < _WRAPPERS and not any(found is known for known in chain):
        chain.append(found)
        found = _below(found, name)
    named = [index for index, item in enumerate(chain) if _is_named(item, name)]
    last = named[-1] if named else len(chain) - 1
    yield from (
        item for item in chain[: last + 1] if not isinstance(item, (staticmethod, classmethod, property))
    )


def _below(wrapper: object, name: str) -> object:
    if issubclass(type(wrapper), (staticmethod, classmethod)):
        return cast("object", getattr(wrapper, "__func__", None))
    if isinstance(wrapper, property):
        return wrapper.fget
    if isinstance(wrapper, functools.cached_property):
        return cast("object", wrapper.func)
    wrapped = cast("object", getattr(wrapper, "__wrapped__", None))
    if wrapped is not None or _is_named(wrapper, name):
        return wrapped
    # A decorator without functools.wraps keeps the function in a closure, or in an attribute of an object.
    held = list(cast("dict[str, object]", getattr(wrapper, "__dict__", {})).values())
    held += [_content(cell) for cell in getattr(wrapper, "__closure__", None) or ()]
    return next((value for value in held if _is_named(value, name)), None)


def _content(cell: types.CellType) -> object:
    try:
        return cast("object", cell.cell_contents)
    except ValueError:  # an empty cell
        return None


def _is_named(value: object, name: str) -> bool:
    return isinstance(value, types.FunctionType) and value.__code__.co_name == name


def _manages(wrapper: object) -> bool:
    """Made by ``contextlib``: reading the generator below it to its end is entering and leaving it."""
    return isinstance(wrapper, types.FunctionType) and wrapper.__globals__.get("__name__") == "contextlib"


def _hands_on(wrapper: Callable[..., object], inner: types.FunctionType) -> bool:
    if wrapper is inner or type(wrapper).__name__ == "_lru_cache_wrapper":
        return True
    if not isinstance(wrapper, types.FunctionType):
        return False
    one, other = wrapper.__code__, inner.__code__
    return not one.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS) and _parameters(
        one
    ) == _parameters(other)


def _parameters(code: types.CodeType) -> Tuple[object, ...]:
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    return counts, code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _tried(wrapper: Callable[..., object], code: types.CodeType, sample: Optional[Call]) -> bool:
    if sample is None:
        return False
    trial = duplicate(sample)
    with Recorder(code, limit=1) as seen:
        try:
            _begin(wrapper(*trial.args, **trial.kwargs))
        # A fence: the function may raise what it likes, the question is only what it was given.
        except (Exception, SystemExit):  # noqa: BLE001
            return _same_arguments(seen, sample)
    return _same_arguments(seen, sample)


def _begin(result: object) -> None:
    """Go into what does nothing before it is asked, just far enough for it to have its arguments."""
    waiting = cast("Any", result)
    if isinstance(result, types.AsyncGeneratorType):
        waiting = waiting.asend(None)
    elif not isinstance(result, (types.GeneratorType, types.CoroutineType)):
        return
    waiting.send(None)
    waiting.close()


def _same_arguments(seen: Recorder, sample: Call) -> bool:
    texts = [show((call.args, call.kwargs), _DISTINCT) for call in (*seen.calls, sample)]
    return len(texts) > 1 and texts[0] == texts[-1]


def _kind_of(code: types.CodeType) -> str:
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return "async generator"
    if code.co_flags & inspect.CO_COROUTINE:
        return "async"
    return "generator" if code.co_flags & inspect.CO_GENERATOR else "function"
