"""Turns any value into a short text without running the project's own ``__repr__``."""

from __future__ import annotations

import enum
import sys
import types
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Dict, List, Optional, Set, Tuple, cast

# Their reprs are short or shortened by the library itself, and say more than their attributes.
_OWN_REPR = frozenset(
    {"datetime", "decimal", "fractions", "pathlib", "uuid", "ipaddress", "zoneinfo", "re", "pandas", "polars"}
)
_BRACKETS = (
    (list, "[", "]"),
    (tuple, "(", ")"),
    (set, "{", "}"),
    (frozenset, "frozenset({", "})"),
    (deque, "deque([", "])"),
)
_NAMED = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
_LONG_INT = 1024


class _FullError(Exception):
    """The page holds as much text as was asked for."""


def show(value: object, limit: int = 200) -> str:
    """At most ``limit`` characters that tell values apart; never raises, ends with … where it was cut."""
    page = _Page(limit)
    try:
        page.value(value)
    except _FullError:
        pass
    # A fence: attributes of foreign objects may raise anything, and this text is only shown.
    except Exception:  # noqa: BLE001
        return ("<" + type(value).__name__ + ">")[:limit]
    return page.text()


def attributes_of(value: object) -> Iterator[Tuple[str, object]]:
    """The instance's state by name: ``__dict__``, then the slots of every base that are set."""
    yield from sorted(cast("dict[str, object]", getattr(value, "__dict__", {})).items())
    for base in type(value).__mro__:
        slots = cast("object", base.__dict__.get("__slots__", ()))
        for slot in (slots,) if isinstance(slots, str) else cast("Iterable[str]", slots):
            if slot in {"__dict__", "__weakref__"}:
                continue
            name = "_" + base.__name__.lstrip("_") + slot if _is_mangled(slot) else slot
            member = base.__dict__.get(name)
            if isinstance(member, types.MemberDescriptorType) and hasattr(value, name):
                yield name, getattr(value, name)


def has_attributes(value: object) -> bool:
    return hasattr(value, "__dict__") or any("__slots__" in base.__dict__ for base in type(value).__mro__)


def is_array(value: object) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, cast("type", numpy.ndarray))


def _is_mangled(slot: str) -> bool:
    return slot.startswith("__") and not slot.endswith("__")


class _Page:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._length = 0
        self._parts: List[str] = []
        self._open: Set[int] = set()

    def text(self) -> str:
        whole = "".join(self._parts)
        return whole if len(whole) <= self._limit else whole[: self._limit - 1] + "…"

    def value(self, value: object) -> None:
        text = _atom(value)
        if text is not None:
            self._write(text)
        elif isinstance(value, str):
            self._write(str.__repr__(str.__getitem__(value, slice(self._limit))))
        elif isinstance(value, (bytes, bytearray)):
            self._write(repr(bytes(memoryview(value)[: self._limit])))
        elif id(value) in self._open:
            self._write("<cycle>")
        else:
            self._open.add(id(value))
            self._compound(value)
            self._open.discard(id(value))

    def _compound(self, value: object) -> None:
        bracket = next((b for b in _BRACKETS if issubclass(type(value), b[0])), None)
        if bracket:
            kind, left, right = bracket
            self._write(("" if type(value) is kind else type(value).__name__) + left)
            self._items(cast("Iterable[object]", value))
            self._write(right)
        elif issubclass(type(value), dict):
            self._mapping(cast("Dict[object, object]", value))
        elif isinstance(value, BaseException):
            self._write(type(value).__name__ + "(")
            self._items(cast("Tuple[object, ...]", value.args))
            self._write(")")
        elif is_array(value):
            self._array(value)
        elif type(value).__module__.partition(".")[0] in _OWN_REPR or not has_attributes(value):
            self._write(_without_address(repr(value), value))
        else:
            self._write(type(value).__name__ + "(")
            for index, (name, part) in enumerate(attributes_of(value)):
                self._write((", " if index else "") + name + "=")
                self.value(part)
            self._write(")")

    def _items(self, values: Iterable[object]) -> None:
        for index, part in enumerate(values):
            if index:
                self._write(", ")
            self.value(part)

    def _mapping(self, value: Dict[object, object]) -> None:
        self._write(("" if type(value) is dict else type(value).__name__) + "{")
        for index, (key, part) in enumerate(value.items()):
            if index:
                self._write(", ")
            self.value(key)
            self._write(": ")
            self.value(part)
        self._write("}")

    def _array(self, value: object) -> None:
        shape, kind = getattr(value, "shape", ()), getattr(value, "dtype", "")
        self._write("array(shape=" + str(shape) + ", dtype=" + str(kind) + ", [")
        flat = cast("Iterable[object]", getattr(value, "flat", ()))
        for index, part in enumerate(flat):
            self._write((", " if index else "") + str(part))
        self._write("])")

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > self._limit:
            raise _FullError


def _atom(value: object) -> Optional[str]:
    if value is None or value is Ellipsis or value is NotImplemented or isinstance(value, bool):
        return repr(value)
    if isinstance(value, enum.Enum):
        return type(value).__name__ + "." + str(value._name_)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, (type, *_NAMED)):
        return ("<class " if isinstance(value, type) else "<function ") + value.__qualname__ + ">"
    return None


def _integer(value: int) -> str:
    size = value.bit_length()
    if size <= _LONG_INT:
        return int.__repr__(value)
    # Decimal text of a huge integer takes quadratic time, and since 3.11 it is refused.
    return f"<int of {size} bits, {value >> (size - 64):#x}…{value & (1 << 64) - 1:x}>"


def _without_address(text: str, value: object) -> str:
    return (
        text.partition(" at 0x")[0] + ">"
        if " at 0x" in text and type(value).__repr__ is object.__repr__
        else text
    )
