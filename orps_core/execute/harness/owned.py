"""Instances of the module's own classes as plain data: members of enums, named tuples, dataclasses.

Both sides look a class up in their own copy of the module, and neither runs a constructor: an instance is
made of exactly the values that its fields hold.
"""

from __future__ import annotations

import dataclasses
import enum
import types
from typing import Any, Dict, List, Optional, cast

_MAKES_MORE_OF_IT = {"__new__", "__post_init__", "__getattribute__", "__getattr__", "__del__"}
_HAS_ITS_OWN_WAYS = {
    "__new__", "__getattribute__", "__getattr__", "__setattr__", "__delattr__", "__del__", "__slots__",
    "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__copy__", "__deepcopy__",
}  # fmt: skip


def taken_apart(value: object, home: types.ModuleType) -> Optional[List[object]]:
    """The name of its class and what it holds; None for what is no such instance, or holds more than that."""
    kind: Any = type(value)
    if kind.__module__ != home.__name__ or _class(home, kind.__qualname__) is not kind:
        return None
    if isinstance(value, enum.Enum):
        members = cast("Dict[str, object]", kind.__members__) if type(kind) is enum.EnumMeta else {}
        known = members.get(str(value.name)) is value
        return [kind.__qualname__, value.name] if known else None
    if _is_named_tuple(kind):
        return [kind.__qualname__, *cast("tuple[object, ...]", value)]
    held = _held(value) if is_record(kind) else None
    return None if held is None else [kind.__qualname__, *held.items()]


def put_together(parts: List[object], home: types.ModuleType) -> object:
    """The inverse. Raise ValueError or TypeError for what ``taken_apart`` does not write."""
    name, *rest = parts
    kind = _class(home, name) if type(name) is str else None
    if kind is None or kind.__module__ != home.__name__:
        raise ValueError("no class of the module")
    if issubclass(kind, enum.Enum):
        (member,) = rest
        if type(kind) is not enum.EnumMeta or member not in kind.__members__:
            raise ValueError("no member of the class")
        return kind.__members__[str(member)]
    if _is_named_tuple(kind) and len(rest) == len(kind._fields):
        return cast("Any", tuple).__new__(kind, rest)
    if not is_record(kind):
        raise ValueError("no class whose instances are their fields")
    held = dict(cast("List[tuple[str, object]]", rest))
    if len(held) != len(rest) or set(held) != _names(kind):
        raise ValueError("not the fields of the class")
    made = object.__new__(kind)
    refill(made, held)
    return made


def state_of(value: object, home: types.ModuleType) -> Optional[List[object]]:
    """The name of its class and its attributes, for instances of the module's own classes that are no more.

    Which objects are one, and what a constructor did elsewhere, is not in it: for who compares, not for who
    judges.
    """
    kind: Any = type(value)
    if kind.__module__ != home.__name__ or _class(home, kind.__qualname__) is not kind or not _is_plain(kind):
        return None
    return [kind.__qualname__, *cast("Dict[str, object]", vars(value)).items()]


def with_state(parts: List[object], home: types.ModuleType) -> object:
    """The inverse. Raise ValueError or TypeError for what ``state_of`` does not write."""
    name, *rest = parts
    kind = _class(home, name) if type(name) is str else None
    if kind is None or kind.__module__ != home.__name__ or not _is_plain(kind):
        raise ValueError("no class whose instances are their attributes")
    held = dict(cast("List[tuple[str, object]]", rest))
    if not all(type(each) is str for each in held):
        raise ValueError("no names of attributes")
    made = object.__new__(kind)
    cast("Dict[str, object]", vars(made)).update(held)
    return made


def _is_plain(kind: Any) -> bool:  # noqa: ANN401
    """Whether nothing but a constructor stands between an instance and its attributes."""
    for base in kind.__mro__[:-1]:
        own = cast("Dict[str, Any]", vars(base))
        if type(base) is not type or base.__module__ != kind.__module__ or _HAS_ITS_OWN_WAYS & set(own):
            return False
    return kind.__mro__[-1] is object and len(kind.__mro__) > 1


def refill(made: object, held: Dict[str, object]) -> None:
    for name, value in held.items():
        object.__setattr__(made, name, value)


def contents(value: object) -> Dict[str, object]:
    """What the fields of an instance that has been put together hold."""
    return _held(value) or {}


def is_record(kind: Any) -> bool:  # noqa: ANN401
    """Whether it is a dataclass whose instances are what their fields hold, and nothing else."""
    for base in kind.__mro__[:-1]:
        own = cast("Dict[str, Any]", vars(base))
        if type(base) is not type or base.__module__ != kind.__module__ or "__dataclass_fields__" not in own:
            return False
        if _MAKES_MORE_OF_IT & set(own) or ("__setattr__" in own and not own["__dataclass_params__"].frozen):
            return False
    return kind.__mro__[-1] is object and len(kind.__mro__) > 1


def _held(value: object) -> Optional[Dict[str, object]]:
    names = _names(type(value))
    held = cast("Optional[Dict[str, object]]", getattr(value, "__dict__", None))
    if held is None:
        try:
            return {name: object.__getattribute__(value, name) for name in sorted(names)}
        except AttributeError:
            return None
    return dict(held) if set(held) == names else None


def _names(kind: Any) -> "set[str]":  # noqa: ANN401
    return {field.name for field in dataclasses.fields(kind)}


def _is_named_tuple(kind: Any) -> bool:  # noqa: ANN401
    own = cast("Dict[str, object]", vars(kind))
    return kind.__mro__[1:] == (tuple, object) and isinstance(own.get("_fields"), tuple)


def _class(home: types.ModuleType, qualname: str) -> Any:  # noqa: ANN401
    """Read without descriptors or ``__getattr__``, so that a name runs nothing."""
    found: object = home
    for part in qualname.split("."):
        if not isinstance(found, (types.ModuleType, type)):
            return None
        found = cast("Dict[str, object]", vars(found)).get(part)
    return found if isinstance(found, type) else None
