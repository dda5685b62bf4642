"""Puts a module back as it was after its import, so that no call profits from the one before it."""

from __future__ import annotations

import collections
import operator
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Set, cast

_MOST = 20_000  # things looked at in one module
_PLAIN = (int, float, complex, str, bytes, type(None), range, types.CodeType, types.BuiltinFunctionType)
_OPAQUE = (types.ModuleType, types.GetSetDescriptorType, types.MemberDescriptorType)
_WRAPPERS = ("__wrapped__", "__func__", "fget", "func")
_ABSENT = object()


@dataclass(frozen=True)
class _Kept:
    """One thing that can change: what it held, how to look again, and how to put that back."""

    held: List[object]
    read: Callable[[], List[object]]
    write: Callable[[List[object]], None]

    def changed(self) -> bool:
        now = self.read()
        return len(now) != len(self.held) or not all(map(operator.is_, now, self.held))


class Slate:
    """Everything changeable that can be reached from a module, as it was when the slate was made.

    Seen are containers, attributes of instances, classes and functions, defaults, closures and the caches
    of ``functools``. What another module, a generator or an object written in C keeps to itself is not.
    """

    def __init__(self, module: Optional[types.ModuleType] = None) -> None:
        self._clears: List[Callable[[], None]] = []
        self._kept: List[_Kept] = []
        self._dirty: List[_Kept] = []
        if module is not None:
            self._walk(module)

    @property
    def stateful(self) -> bool:
        """Whether a call was seen to leave something behind, or may do so in a cache."""
        return bool(self._dirty or self._clears)

    def learn(self) -> bool:
        """Look for what calls have changed, to put it back from now on; whether there was anything new."""
        found = [kept for kept in self._kept if kept.changed()]
        self._kept = [kept for kept in self._kept if not any(kept is one for one in found)]
        self._dirty += found
        return bool(found)

    def wipe(self) -> None:
        """Forget what calls were seen to leave behind."""
        for clear in self._clears:
            clear()
        for kept in self._dirty:
            kept.write(kept.held)

    def _walk(self, module: types.ModuleType) -> None:
        waiting: List[object] = [module.__dict__]
        seen: Set[int] = set()
        alive: List[object] = []  # an id tells an object only as long as that lives
        while waiting and len(seen) < _MOST:
            thing = waiting.pop()
            if isinstance(thing, _PLAIN) or id(thing) in seen:
                continue
            seen.add(id(thing))
            alive.append(thing)
            kept = _kept(thing, module)
            if kept is not None:
                self._kept.append(kept)
                waiting += kept.held
            if type(thing).__name__ == "_lru_cache_wrapper":
                self._clears.append(cast("Any", thing).cache_clear)
            waiting += _further(thing, module)


def _kept(thing: object, module: types.ModuleType) -> Optional[_Kept]:
    makers: List[tuple[object, Callable[[Any], _Kept]]] = [
        (dict, _mapping),
        ((list, bytearray), _sequence),
        (set, _set),
        (collections.deque, _deque),
        (types.CellType, _cell),
    ]
    if thing is module.__dict__:
        return _namespace(module.__dict__)
    if isinstance(thing, type):
        return _class(thing) if thing.__module__ == module.__name__ else None
    if isinstance(thing, types.FunctionType):
        return _function(thing) if thing.__globals__ is module.__dict__ else None
    maker = next((maker for kind, maker in makers if isinstance(thing, cast("type", kind))), None)
    if maker is not None:
        return maker(thing)
    return _slots(thing) if type(thing).__module__ == module.__name__ else None


def _further(thing: object, module: types.ModuleType) -> Iterable[object]:
    """What can be reached from something beside what it was seen to hold."""
    if isinstance(thing, (tuple, frozenset)):
        return cast("Iterable[object]", thing)
    if isinstance(thing, types.FunctionType):
        if thing.__globals__ is not module.__dict__:
            return ()
        defaults = [*(thing.__defaults__ or ()), thing.__kwdefaults__]
        return [*defaults, *(thing.__closure__ or ()), thing.__dict__]
    if isinstance(thing, (type, *_OPAQUE)):
        return ()
    found = [_attribute(thing, "__dict__")]
    if type(thing).__module__ in {"builtins", "functools"}:
        found += [_attribute(thing, name) for name in _WRAPPERS]
    return found


def _attribute(thing: object, name: str) -> object:
    """Read past the project's own ``__getattr__``, which may do anything."""
    try:
        return cast("object", object.__getattribute__(thing, name))
    except AttributeError:
        return None


def _mapping(thing: object) -> _Kept:
    # A class of the project may have ways of its own to answer: it is read and written past them.
    kind: Any = collections.OrderedDict if isinstance(thing, collections.OrderedDict) else dict

    def read() -> List[object]:
        return [*kind.keys(thing), *kind.values(thing)]

    def write(held: List[object]) -> None:
        half = len(held) // 2
        kind.clear(thing)
        kind.update(thing, zip(held[:half], held[half:]))

    return _Kept(read(), read, write)


def _namespace(thing: Dict[str, object]) -> _Kept:
    """Of a module, name by name: it is never without one that it should have, for whoever looks meanwhile."""

    def read() -> List[object]:
        return [*thing.keys(), *thing.values()]

    def write(held: List[object]) -> None:
        half = len(held) // 2
        before = dict(zip(cast("List[str]", held[:half]), held[half:]))
        for name in [name for name in list(thing) if name not in before]:
            del thing[name]
        thing.update((name, value) for name, value in before.items() if thing.get(name, _ABSENT) is not value)

    return _Kept(read(), read, write)


def _sequence(thing: List[object]) -> _Kept:
    def write(held: List[object]) -> None:
        thing[:] = held

    return _Kept(list(thing), lambda: list(thing), write)


def _set(thing: Set[object]) -> _Kept:
    def write(held: List[object]) -> None:
        thing.clear()
        thing.update(held)

    return _Kept(list(thing), lambda: list(thing), write)


def _deque(thing: "collections.deque[object]") -> _Kept:
    def write(held: List[object]) -> None:
        thing.clear()
        thing.extend(held)

    return _Kept(list(thing), lambda: list(thing), write)


def _cell(thing: types.CellType) -> _Kept:
    def read() -> List[object]:
        try:
            return [thing.cell_contents]
        except ValueError:  # an empty cell
            return []

    def write(held: List[object]) -> None:
        if held:
            thing.cell_contents = held[0]
        elif read():
            del thing.cell_contents

    return _Kept(read(), read, write)


def _function(thing: types.FunctionType) -> _Kept:
    def write(held: List[object]) -> None:
        thing.__code__, thing.__defaults__, thing.__kwdefaults__ = cast("Any", held)

    def read() -> List[object]:
        return [thing.__code__, thing.__defaults__, thing.__kwdefaults__]

    return _Kept(read(), read, write)


def _class(thing: type) -> _Kept:
    def write(held: List[object]) -> None:
        half = len(held) // 2
        before = dict(zip(cast("List[str]", held[:half]), held[half:]))
        for name in [name for name in vars(thing) if name not in before]:
            type.__delattr__(thing, name)
        for name, value in before.items():
            if vars(thing).get(name, _ABSENT) is not value:
                type.__setattr__(thing, name, value)

    def read() -> List[object]:
        return [*vars(thing).keys(), *vars(thing).values()]

    return _Kept(read(), read, write)


def _slots(thing: object) -> Optional[_Kept]:
    slots = [
        slot
        for kind in type(thing).__mro__
        for slot in vars(kind).values()
        if isinstance(slot, types.MemberDescriptorType)
    ]

    def read() -> List[object]:
        return [_value_of(slot, thing) for slot in slots]

    def write(held: List[object]) -> None:
        for slot, value in zip(slots, held):
            if value is not _ABSENT:
                slot.__set__(thing, value)
            elif _value_of(slot, thing) is not _ABSENT:
                slot.__delete__(thing)

    return _Kept(read(), read, write) if slots else None


def _value_of(slot: types.MemberDescriptorType, thing: object) -> object:
    try:
        return cast("object", slot.__get__(thing))
    except AttributeError:
        return _ABSENT
