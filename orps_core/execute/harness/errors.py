"""Exceptions as plain data: a class that the judge knows by itself, the arguments, and what hangs on it."""

from __future__ import annotations

import builtins
import importlib
import types
from typing import Any, Dict, List, Optional, Type, cast

from .plain import decode, encode

# Of the standard library: what raises, and means nothing to whoever runs the tests.
_KNOWN = frozenset(
    {"binascii", "configparser", "copy", "csv", "_csv", "dataclasses", "decimal", "email.errors", "ipaddress",
     "json.decoder", "queue", "_queue", "re", "statistics", "struct", "tomllib", "xml.parsers.expat",
     "xml.etree.ElementTree", "zipfile", "zlib", "zoneinfo", "zoneinfo._common"}
)  # fmt: skip
_MOST_SAID = 2000


class Foreign(Exception):
    """Raised for an exception of a class that the judge does not know; the message names it."""


def written(error: BaseException, home: types.ModuleType) -> Dict[str, object]:
    kind = type(error)
    said = [each[:_MOST_SAID] if type(each) is str else each for each in error.args]
    return {
        "raised": [kind.__module__, kind.__qualname__],
        "with": encode(said, home),
        "holding": encode(dict(vars(error)), home),
    }


def read(reply: Dict[str, object], home: types.ModuleType) -> BaseException:
    """Made without running any constructor of the class. Raise ``Foreign``; ValueError and its like."""
    module, qualname = cast("List[object]", reply["raised"])
    kind = _class(str(module), str(qualname), home)
    if kind is None:
        raise Foreign(f"{module}.{qualname}"[:200])
    said = cast("List[object]", decode(reply["with"], home))
    held = decode(reply["holding"], home)
    if type(said) is not list or type(held) is not dict:
        raise ValueError("this is no exception")
    built_in = cast("Any", next(base for base in kind.__mro__ if base.__module__ == "builtins"))
    error = cast("BaseException", built_in.__new__(kind, *said))
    built_in.__init__(error, *said)
    vars(error).update(cast("Dict[str, object]", held))
    return error


def _class(module: str, qualname: str, home: types.ModuleType) -> Optional[Type[Exception]]:
    found: Any = {"builtins": builtins, home.__name__: home}.get(module)
    if found is None and module in _KNOWN:
        found = importlib.import_module(module)
    for part in qualname.split("."):
        found = getattr(found, part, None)
    # One that a module merely imports may mean something to whoever runs the tests, such as to skip.
    own = getattr(found, "__module__", None) == module
    return found if own and isinstance(found, type) and issubclass(found, Exception) else None
