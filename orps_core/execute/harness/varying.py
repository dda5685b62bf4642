"""Calls that somebody wrote for a function without tests, and calls near them, as text."""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, List, Optional, cast

from .mutating import constants_of, mutations
from .recording import Call

_MOST = 80
_FEW = 4  # items of a list or a tuple: long ones make long texts, which tell no more
_SOME = 50  # of one that the module holds under a name


def written(samples: Sequence[str], space: Mapping[str, Any]) -> Iterator[str]:
    """The samples with values for the names of the module in them. Those with anything else are left out."""
    return (text for sample in samples for text in _texts(_head(sample), _read(sample, space)))


def near(samples: Sequence[str], space: Mapping[str, Any], function: Callable[..., Any]) -> Iterator[str]:
    """Some calls that are a little different, edges first."""
    calls = [call for sample in samples for call in [_read(sample, space)] if call is not None]
    code = getattr(inspect.unwrap(function), "__code__", None)
    module = inspect.getmodule(function)
    if not calls or code is None or module is None:
        return
    name = _head(samples[0])
    made = mutations([_shortened(call) for call in calls], function, constants_of(code, module))
    texts = (text for call in made for text in _texts(name, call))
    yield from itertools.islice(texts, _MOST)


def _head(sample: str) -> str:
    return sample.partition("(")[0]


def _read(sample: str, space: Mapping[str, Any]) -> Optional[Call]:
    """The arguments of a call, or None where one is no plain value."""
    try:
        call = ast.parse(sample, mode="eval").body
        if not isinstance(call, ast.Call):
            return None
        args = tuple(_value(each, space) for each in call.args)
        kwargs = {str(each.arg): _value(each.value, space) for each in call.keywords if each.arg}
    except (SyntaxError, ValueError, TypeError, LookupError, MemoryError, RecursionError):
        return None
    return Call(args, kwargs) if len(kwargs) == len(call.keywords) else None


def _value(written: ast.expr, space: Mapping[str, Any]) -> object:
    """A copy, so that nothing a function does to it is seen by the next call."""
    if isinstance(written, ast.Name):
        return ast.literal_eval(repr(_short(space[written.id], _SOME)))
    value = ast.literal_eval(written)
    if value is Ellipsis:
        raise ValueError("an ellipsis stands for something else")
    return value


def _texts(name: str, call: Optional[Call]) -> Iterator[str]:
    if call is None:
        return
    parts = [*map(repr, call.args), *(f"{key}={value!r}" for key, value in call.kwargs.items())]
    text = f"{name}({', '.join(parts)})"
    if _read(text, {}) is not None:  # what a mutation made may have no literal, such as an infinity
        yield text


def _shortened(call: Call) -> Call:
    kwargs = {name: _short(value) for name, value in call.kwargs.items()}
    return Call(tuple(map(_short, call.args)), kwargs)


def _short(value: object, most: int = _FEW) -> object:
    return cast("List[object]", value)[:most] if isinstance(value, (list, tuple)) else value
