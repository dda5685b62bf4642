"""Values of the standard library as plain data: of which classes a judge makes instances, and from what."""

from __future__ import annotations

import datetime as dt
import importlib
import sys
from collections.abc import Callable
from typing import Any, Dict, List, Optional, Tuple, cast

Parts = List[object]
_Apart = Callable[[Any], Parts]
_Together = Callable[[Any, Parts], object]

_FACTORIES: Dict[str, Callable[[], object]] = {
    each.__name__: each for each in (list, dict, set, int, float, str, tuple)
}


class NotExact(Exception):
    """Raised for a value whose parts would not tell all about it."""


def taken_apart(value: object) -> Optional[Parts]:
    """The name of its class and what makes another one like it; None for what is of no class known here.

    Raise ``NotExact`` where that would not be the same.
    """
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name not in _WAYS or getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is not kind:
        return None
    if getattr(value, "__dict__", None):
        raise NotExact(name)  # a Counter may carry attributes of its own
    return [name, *_WAYS[name][0](value)]


def put_together(parts: Parts) -> object:
    """The inverse. Raise ValueError or TypeError for what ``taken_apart`` does not write."""
    name, *rest = parts
    if type(name) is not str or name not in _WAYS:
        raise ValueError("this is not plain data")
    module, _, qualname = name.partition(".")
    try:
        return _WAYS[name][1](getattr(importlib.import_module(module), qualname), rest)
    except (ArithmeticError, LookupError) as problem:
        raise ValueError("this is not plain data") from problem


def _offset(value: Any) -> Optional[dt.timedelta]:  # noqa: ANN401
    """Of a zone that is an offset and nothing else: about others only their own rules tell."""
    zone = value.tzinfo
    if zone is None:
        return None
    if type(zone) is not dt.timezone or len(cast("Any", zone).__getinitargs__()) != 1:
        raise NotExact("a time in a zone with a name")
    return zone.utcoffset(None)


def _clock(value: Any) -> Parts:  # noqa: ANN401
    return [value.hour, value.minute, value.second, value.microsecond, value.fold, _offset(value)]


def _factory(value: Any) -> Optional[str]:  # noqa: ANN401
    made_by = value.default_factory
    name = getattr(made_by, "__name__", "")
    if made_by is not None and _FACTORIES.get(name) is not made_by:
        raise NotExact("a defaultdict with a factory of its own")
    return name or None


def _of(*kinds: type) -> _Together:
    """From parts of exactly these types: constructors take more than what was written."""

    def together(kind: Any, parts: Parts) -> object:  # noqa: ANN401
        if tuple(type(part) for part in parts) != kinds:
            raise ValueError("this is not plain data")
        return kind(*parts)

    return together


def _at(count: int) -> _Together:
    def together(kind: Any, parts: Parts) -> object:  # noqa: ANN401
        *numbers, fold, offset = parts
        if [type(each) for each in (*numbers, fold)] != [int] * (count + 1):
            raise ValueError("this is not plain data")
        zone = None if offset is None else dt.timezone(cast("dt.timedelta", offset))
        return kind(*numbers, fold=fold, tzinfo=zone)

    return together


def _filled(kind: Any, parts: Parts) -> object:  # noqa: ANN401
    """Item by item, so that the order is kept and nothing is added up."""
    made = kind()
    for pair in parts:
        key, value = cast("Tuple[object, object]", pair)
        made[key] = value
    return made


def _defaulting(kind: Any, parts: Parts) -> object:  # noqa: ANN401
    name, *pairs = parts
    return kind(None if name is None else _FACTORIES[str(name)], pairs)


def _queued(kind: Any, parts: Parts) -> object:  # noqa: ANN401
    most, *items = parts
    return kind(items, most)


_WAYS: Dict[str, Tuple[_Apart, _Together]] = {
    "builtins.range": (lambda it: [it.start, it.stop, it.step], _of(int, int, int)),
    "builtins.bytearray": (lambda it: [bytes(it)], _of(bytes)),
    "decimal.Decimal": (lambda it: [str(it)], _of(str)),
    "fractions.Fraction": (lambda it: [it.numerator, it.denominator], _of(int, int)),
    "datetime.date": (lambda it: [it.year, it.month, it.day], _of(int, int, int)),
    "datetime.timedelta": (lambda it: [it.days, it.seconds, it.microseconds], _of(int, int, int)),
    "datetime.time": (_clock, _at(4)),
    "datetime.datetime": (lambda it: [it.year, it.month, it.day, *_clock(it)], _at(7)),
    "collections.deque": (lambda it: [it.maxlen, *it], _queued),
    "collections.Counter": (lambda it: list(it.items()), _filled),
    "collections.OrderedDict": (lambda it: list(it.items()), _filled),
    "collections.defaultdict": (lambda it: [_factory(it), *it.items()], _defaulting),
}
