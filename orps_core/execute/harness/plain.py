"""Plain data in JSON and back, exactly: what a judge accepts from the process of a candidate."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, cast

_DEEPEST = 60
_EXACT = 1 << 53  # whole numbers beyond this are not exact in every reader of JSON


class NotPlain(Exception):
    """Raised for a value that cannot be written down exactly; the message names its class."""


def encode(value: object, depth: int = 0) -> object:
    """Lists, tuples, sets, dicts, numbers, text and bytes by exact type; subclasses are not plain."""
    if depth > _DEEPEST:
        raise NotPlain("nested too deeply")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is list:
        return [encode(each, depth + 1) for each in cast("List[object]", value)]
    tagged = _TAGGED.get(kind)
    if tagged is None:
        raise NotPlain(f"{kind.__module__}.{kind.__qualname__}")
    return tagged(value, depth)


def decode(found: object) -> object:
    """The inverse of ``encode``. Raise ValueError for anything that ``encode`` does not write."""
    if found is None or type(found) in (bool, str):
        return found
    if isinstance(found, int):
        return found
    if isinstance(found, list):
        return [decode(each) for each in cast("List[object]", found)]
    if isinstance(found, dict):
        given = cast("Dict[str, object]", found)
        maker = _MAKERS.get(str(given.get("t")))
        if maker is not None and set(given) == {"t", "v"}:
            return maker(given["v"])
    raise ValueError("this is not plain data")


def _number(value: Any, _: int) -> object:  # noqa: ANN401
    return value if -_EXACT < value < _EXACT else {"t": "int", "v": hex(value)}


def _items(tag: str) -> Callable[[Any, int], object]:
    return lambda value, depth: {"t": tag, "v": [encode(each, depth + 1) for each in value]}


def _pairs(value: Any, depth: int) -> object:  # noqa: ANN401
    return {"t": "dict", "v": [[encode(k, depth + 1), encode(v, depth + 1)] for k, v in value.items()]}


def _texts(value: object) -> List[str]:
    if not isinstance(value, list) or not all(type(each) is str for each in cast("List[object]", value)):
        raise ValueError("this is not plain data")
    return cast("List[str]", value)


def _decoded(value: object) -> List[object]:
    if not isinstance(value, list):
        raise ValueError("this is not plain data")  # noqa: TRY004  (a shape, not a type of ours)
    return [decode(each) for each in cast("List[object]", value)]


def _dict(value: object) -> object:
    return {pair[0]: pair[1] for pair in cast("List[List[object]]", _decoded(value))}


def _complex(value: object) -> object:
    real, imaginary = _texts(value)
    return complex(float.fromhex(real), float.fromhex(imaginary))


_TAGGED: Dict[type, Callable[[Any, int], object]] = {
    int: _number,
    float: lambda value, _: {"t": "float", "v": value.hex()},
    complex: lambda value, _: {"t": "complex", "v": [value.real.hex(), value.imag.hex()]},
    bytes: lambda value, _: {"t": "bytes", "v": value.hex()},
    tuple: _items("tuple"),
    set: _items("set"),
    frozenset: _items("frozenset"),
    dict: _pairs,
}
_MAKERS: Dict[str, Callable[[object], object]] = {
    "int": lambda value: int(str(value), 16),
    "float": lambda value: float.fromhex(str(value)),
    "complex": _complex,
    "bytes": lambda value: bytes.fromhex(str(value)),
    "tuple": lambda value: tuple(_decoded(value)),
    "set": lambda value: set(_decoded(value)),
    "frozenset": lambda value: frozenset(_decoded(value)),
    "dict": _dict,
}
