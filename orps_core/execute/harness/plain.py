"""Plain data in JSON and back, exactly: what a judge accepts from the process of a candidate."""

from __future__ import annotations

import types
from typing import Any, Callable, Dict, List, Optional, Tuple, cast

from . import owned, values

_DEEPEST = 60
_EXACT = 1 << 53  # whole numbers beyond this are not exact in every reader of JSON


class NotPlain(Exception):
    """Raised for a value that cannot be written down exactly; the message names its class."""


def encode(
    value: object, home: Optional[types.ModuleType] = None, depth: int = 0, *, states: bool = False
) -> object:
    """Values of known classes, those of ``home`` among them, by exact type: subclasses are not plain.

    With ``states`` other instances of ``home``'s classes are what their attributes are.
    """
    if depth > _DEEPEST:
        raise NotPlain("nested too deeply")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind in _SCALARS:
        return _SCALARS[kind](value)
    tag, parts = _parts(value, home, states=states)
    written = [encode(each, home, depth + 1, states=states) for each in parts]
    return {"t": tag, "v": written} if tag else written


def decode(found: object, home: Optional[types.ModuleType] = None, *, states: bool = False) -> object:
    """The inverse of ``encode``. Raise ValueError or TypeError for what ``encode`` does not write."""
    if found is None or type(found) in (bool, str, int):
        return found
    if isinstance(found, list):
        return [decode(each, home, states=states) for each in cast("List[object]", found)]
    if isinstance(found, dict) and set(cast("Dict[str, object]", found)) == {"t", "v"}:
        tag, value = str(cast("object", found["t"])), cast("object", found["v"])
        if tag in _READ:
            return _READ[tag](value)
        if isinstance(value, list):
            parts = [decode(each, home, states=states) for each in cast("List[object]", value)]
            if tag in _MADE:
                return _MADE[tag](parts)
            if tag == "own" and home is not None:
                return owned.put_together(parts, home)
            if tag == "state" and home is not None and states:
                return owned.with_state(parts, home)
    raise ValueError("this is not plain data")


def _parts(
    value: Any,  # noqa: ANN401
    home: Optional[types.ModuleType],
    *,
    states: bool,
) -> Tuple[str, List[object]]:
    kind = cast("Any", type(value))
    if kind is dict:
        return "dict", [[key, each] for key, each in value.items()]
    if kind in _ITEMS:
        return _ITEMS[kind], list(value)
    try:
        found = values.taken_apart(value)
    except values.NotExact as problem:
        raise NotPlain(str(problem)) from None
    if found is not None:
        return "of", found
    found = None if home is None else owned.taken_apart(value, home)
    if found is None and home is not None and states:
        found = owned.state_of(value, home)
        if found is not None:
            return "state", found
    if found is None:
        raise NotPlain(f"{kind.__module__}.{kind.__qualname__}")
    return "own", found


def _number(value: Any) -> object:  # noqa: ANN401
    return value if -_EXACT < value < _EXACT else {"t": "int", "v": hex(value)}


def _dict(parts: List[object]) -> object:
    made: Dict[object, object] = {}
    for pair in parts:
        key, value = cast("List[object]", pair)
        made[key] = value
    return made


def _complex(value: object) -> object:
    if not isinstance(value, list) or [type(each) for each in cast("List[object]", value)] != [str, str]:
        raise ValueError("this is not plain data")
    real, imaginary = cast("List[str]", value)
    return complex(float.fromhex(real), float.fromhex(imaginary))


_ITEMS: Dict[type, str] = {list: "", tuple: "tuple", set: "set", frozenset: "frozenset"}
_SCALARS: Dict[type, Callable[[Any], object]] = {
    int: _number,
    float: lambda value: {"t": "float", "v": value.hex()},
    complex: lambda value: {"t": "complex", "v": [value.real.hex(), value.imag.hex()]},
    bytes: lambda value: {"t": "bytes", "v": value.hex()},
}
_READ: Dict[str, Callable[[object], object]] = {
    "int": lambda value: int(str(value), 16),
    "float": lambda value: float.fromhex(str(value)),
    "complex": _complex,
    "bytes": lambda value: bytes.fromhex(str(value)),
}
_MADE: Dict[str, Callable[[List[object]], object]] = {
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": _dict,
    "of": values.put_together,
}
