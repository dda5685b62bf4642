"""Makes values recorded with one import of a module belong to another import of it."""

from __future__ import annotations

import enum
import types
from collections import deque
from typing import Any, Dict, List, Optional, Set, cast

from .copying import is_plain
from .showing import attributes_of

_MOST_PARTS = 500_000
_CLOSED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType, enum.Enum)


def transplant(value: object, old_module: types.ModuleType, new_module: types.ModuleType) -> object:
    """Change a deep copy in place so that it uses the classes of ``new_module``, and return it.

    Instances change their class; enum members, classes, functions and plain ``object()`` markers of the old
    module are replaced by the new module's. What has no counterpart stays as it is.
    """
    if old_module is new_module:
        return value
    return _Transplant(old_module, new_module).done(value)


class _Transplant:
    def __init__(self, old: types.ModuleType, new: types.ModuleType) -> None:
        self._old = old
        self._new = new
        self._markers = {
            id(value): vars(new)[name]
            for name, value in vars(old).items()
            if type(value) is object and type(vars(new).get(name)) is object
        }
        self._seen: Set[int] = set()
        self._alive: List[object] = []  # tuples made here must live on, or their ids come again
        self._waiting: List[object] = []
        self._hashed: List[object] = []

    def done(self, value: object) -> object:
        result = self._moved(value)
        while self._waiting:
            self._open(self._waiting.pop())
        # Their members hash as before only once these have their new class and attributes.
        for container in reversed(self._hashed):
            self._refill(container)
        return result

    def _moved(self, value: object) -> object:
        """The value's replacement, or the value itself, noted to be looked into later."""
        if value is None or type(value) in {int, str, float, bool, bytes}:
            return value
        twin = self._twin(value)
        if twin is not None:
            return twin
        if isinstance(value, _CLOSED) or id(value) in self._seen or len(self._seen) > _MOST_PARTS:
            return value
        if issubclass(type(value), (tuple, frozenset)):
            return self._rebuilt(value)
        self._seen.add(id(value))
        self._waiting.append(value)
        return value

    def _rebuilt(self, value: object) -> object:
        parts = cast("List[object]", list(cast("Any", value)))
        moved = [self._moved(part) for part in parts]
        kind = self._class(type(value)) or type(value)
        if kind is type(value) and all(one is other for one, other in zip(parts, moved)):
            return value
        base: Any = tuple if issubclass(kind, tuple) else frozenset
        made: object = base.__new__(kind, moved)
        self._alive.append(made)
        return made

    def _open(self, value: object) -> None:
        kind = self._class(type(value))
        if kind is not None:
            try:
                object.__setattr__(value, "__class__", kind)
            except TypeError:  # the candidate gave the class another layout
                return
        for name, part in list(attributes_of(value)):
            moved = self._moved(part)
            if moved is not part:
                object.__setattr__(value, name, moved)
        if issubclass(type(value), (list, deque)):
            parts = cast("List[object]", value)
            if not is_plain(parts):
                for index, part in enumerate(list(parts)):
                    parts[index] = self._moved(part)
        elif issubclass(type(value), (dict, set)):
            self._look_into(value)

    def _look_into(self, container: object) -> None:
        if not isinstance(container, dict):
            for part in cast("Set[object]", container):
                self._moved(part)
            self._hashed.append(container)
            return
        values = cast("Dict[object, object]", container)
        for key in list(values):
            self._moved(key)
            values[key] = self._moved(values[key])
        self._hashed.append(values)

    def _refill(self, container: object) -> None:
        if isinstance(container, dict):
            pairs = cast("Dict[object, object]", container)
            items = [(self._moved(key), value) for key, value in pairs.items()]
            if any(type(key) not in {int, str} for key, _ in items):
                pairs.clear()
                pairs.update(items)
            return
        members = cast("Set[object]", container)
        moved = [self._moved(part) for part in members]
        if any(type(part) not in {int, str} for part in moved):
            members.clear()
            members.update(moved)

    def _twin(self, value: object) -> Optional[object]:
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, enum.Enum):
            kind = self._class(type(value))
            return cast("Optional[object]", getattr(kind, value.name, None))
        if isinstance(value, types.FunctionType) and _found(self._old, value.__qualname__) is value:
            return _found(self._new, value.__qualname__)
        return self._markers.get(id(value))

    def _class(self, kind: type) -> Optional[type]:
        """The class of the same name in the new module, if the old module defines this one."""
        if kind.__module__ != self._old.__name__ or _found(self._old, kind.__qualname__) is not kind:
            return None
        twin = _found(self._new, kind.__qualname__)
        return twin if isinstance(twin, type) else None


def _found(module: types.ModuleType, qualname: str) -> object:
    found: object = module
    for part in qualname.split("."):
        found = cast("object", getattr(found, "__dict__", {}).get(part))
    return found
