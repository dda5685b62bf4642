"""What a call did, as plain data and back: everything ``Observed`` holds but which objects are shared."""

from __future__ import annotations

import types
from typing import Any, Dict, List, Optional, cast

from .behaviour import Observed, Raised
from .plain import decode, encode
from .recording import Call

MALFORMED = (LookupError, ValueError, TypeError, RecursionError, ArithmeticError, AttributeError)
"""What reading raises where another process has written something else."""

_MOST_SAID = 200


def written_call(call: Call, home: types.ModuleType) -> Dict[str, object]:
    """Raise NotPlain where an argument cannot be written down exactly."""
    return {
        "args": [encode(each, home, states=True) for each in call.args],
        "kwargs": {name: encode(each, home, states=True) for name, each in call.kwargs.items()},
    }


def read_call(found: object, home: types.ModuleType) -> Call:
    """The inverse. Raise one of ``MALFORMED`` for anything else."""
    told = cast("Dict[str, Any]", found)
    args, kwargs = cast("List[object]", told["args"]), cast("Dict[str, object]", told["kwargs"])
    return Call(
        tuple(decode(each, home, states=True) for each in args),
        {name: decode(each, home, states=True) for name, each in kwargs.items()},
    )


def written(seen: Observed, home: types.ModuleType) -> Dict[str, object]:
    """Raise NotPlain where a result, an argument or a detail of an exception is no plain data."""
    raised = seen.raised
    return {
        "shape": seen.shape,
        "value": encode(seen.value, home, states=True),
        "raised": None
        if raised is None
        else [
            raised.kind,
            raised.message[:_MOST_SAID],
            encode(list(raised.details), home, states=True),
            raised.deliberate,
        ],
        "returned": seen.returned,
        "views": list(seen.views),
        "after": written_call(seen.after, home),
        "printed": seen.printed,
        "complained": seen.complained,
        "warned": list(seen.warned),
        "left": list(seen.left),
    }


def read(found: object, home: types.ModuleType) -> Observed:
    """The inverse, with objects of ``home``'s classes. Raise one of ``MALFORMED`` for anything else."""
    told = cast("Dict[str, Any]", found)
    returned = cast("object", told["returned"])
    return Observed(
        shape=_text(told["shape"]),
        value=decode(told["value"], home, states=True),
        raised=_raised(told["raised"], home),
        returned=None if returned is None else _text(returned),
        views=_texts(told["views"]),
        after=read_call(told["after"], home),
        printed=_text(told["printed"]),
        complained=_text(told["complained"]),
        warned=_texts(told["warned"]),
        left=_texts(told["left"]),
    )


def _raised(found: object, home: types.ModuleType) -> Optional[Raised]:
    if found is None:
        return None
    kind, message, details, deliberate = cast("List[object]", found)
    held = decode(details, home, states=True)
    if type(held) is not list:
        raise ValueError("these are no details")
    return Raised(_text(kind), _text(message), tuple(cast("List[object]", held)), deliberate is True)


def _texts(found: object) -> "tuple[str, ...]":
    if type(found) is not list:
        raise ValueError("this is no list")
    return tuple(map(_text, cast("List[object]", found)))


def _text(found: object) -> str:
    if type(found) is not str:
        raise ValueError("this is no text")
    return found
