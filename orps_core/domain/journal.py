"""Events to JSON and back: the only place that knows how a run is written down."""

import dataclasses
import enum
import json
import types
import typing
from functools import cache

from .events import Event

SCHEMA = "orps.event/2"
_READABLE = {"orps.event/1", SCHEMA}

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class UnreadableError(ValueError):
    """Raised for a line that is not an event of this version or an older one."""


def write(event: Event) -> str:
    """One line of JSON. Values of a union carry their ``kind``."""
    encoded = _encode(event)
    assert isinstance(encoded, dict)  # noqa: S101  (every event is a dataclass)
    return json.dumps({"schema": SCHEMA, **encoded})


def read(line: str) -> Event:
    """The inverse of ``write``. Raise UnreadableError for anything else."""
    try:
        found: typing.Any = json.loads(line)
        if found["schema"] not in _READABLE:
            raise UnreadableError(f"not an event of {SCHEMA}: {line[:80]}")
        event: Event = _decode(Event, found)
    except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
        raise UnreadableError(f"{line[:80]}: {error}") from error
    return event


def _encode(value: object) -> Json:
    match value:
        case enum.Enum():
            return _encode(value.value)
        case None | str() | bool() | int() | float():
            return value
        case tuple():
            return [_encode(each) for each in typing.cast("tuple[object, ...]", value)]
        case _ if dataclasses.is_dataclass(value):
            fields = {f.name: _encode(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return {"kind": type(value).__name__, **fields}
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def _decode(wanted: typing.Any, found: typing.Any) -> typing.Any:  # noqa: ANN401  (driven by annotations)
    origin = typing.get_origin(wanted)
    if origin is types.UnionType or origin is typing.Union:
        return _decode_union(typing.get_args(wanted), found)
    if origin is tuple:
        return tuple(_decode(typing.get_args(wanted)[0], each) for each in _items(found))
    kind: typing.Any = wanted.__supertype__ if isinstance(wanted, typing.NewType) else wanted
    if hasattr(kind, "__dataclass_fields__"):
        return _decode_value(kind, found)
    if issubclass(kind, enum.Enum):
        return kind(found)
    if kind is float and type(found) is int:
        return float(found)
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise TypeError(f"expected {kind}, found {type(found)}")
    return found


def _decode_value(kind: typing.Any, found: typing.Any) -> typing.Any:  # noqa: ANN401  (as above)
    """What an older version did not write down has its default."""
    optional = {field.name for field in dataclasses.fields(kind) if field.default is not dataclasses.MISSING}
    return kind(
        **{
            name: _decode(hint, found[name])
            for name, hint in _hints(kind).items()
            if name in found or name not in optional
        }
    )


def _items(found: object) -> list[object]:
    if not isinstance(found, list):
        raise TypeError(f"expected a list, found {type(found)}")
    return typing.cast("list[object]", found)


def _decode_union(members: tuple[typing.Any, ...], found: typing.Any) -> typing.Any:  # noqa: ANN401
    if found is None:
        return None
    chosen = [each for each in members if each is not types.NoneType]
    if len(chosen) > 1:
        chosen = [each for each in chosen if each.__name__ == found["kind"]]
    if not chosen:
        raise TypeError(f"unknown kind {found['kind']!r}")
    return _decode(chosen[0], found)


@cache
def _hints(kind: typing.Any) -> dict[str, typing.Any]:  # noqa: ANN401
    return typing.get_type_hints(kind)
