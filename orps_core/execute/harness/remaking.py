"""Makes instances anew by their constructors, from which they can be made larger as a person would.

What a class promises about its instances only its own code knows: attributes that are set one by one may
contradict each other, and no version can be blamed for what it does then.
"""

from __future__ import annotations

import inspect
import itertools
import os
import sys
import types
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Dict, List, Optional, cast

from .copying import deep_copy
from .limiting import TooLong, limited
from .showing import attributes_of, show

_EXAMPLES, _WAYS = 3, 12
_FIRST, _DEEPEST = 10, 4
_LONGEST = 0.2
_MOST = 20_000  # characters of a state that is looked at to see whether it is the same

_Way = Dict[str, str]
"""The attributes that a constructor is given, by the names of its parameters."""


class Remaking:
    """Which classes' instances are what their constructors make of some of their attributes, and of which."""

    def __init__(self, values: Iterable[object] = ()) -> None:
        """Runs the constructors of the classes of what is in ``values``, each a few times."""
        examples: Dict[type, List[object]] = {}
        for value in itertools.chain.from_iterable(map(_instances_in, values)):
            examples.setdefault(type(value), []).append(value)
        self._ways: Dict[type, _Way] = {}
        for kind, found in examples.items():
            # Of an empty instance much can be made that is like it.
            found.sort(key=_size, reverse=True)
            way = next((way for way in _ways(found[0]) if self._leads_to_all(found[:_EXAMPLES], way)), None)
            if way is not None:
                self._ways[kind] = way

    def parts(self, value: object) -> Dict[str, object]:
        """What its constructor is given to make it; nothing where that is not known."""
        way = self._ways.get(type(value))
        return {} if way is None else _taken(value, way)

    def made(self, kind: type, parts: Mapping[str, object]) -> Optional[object]:
        """A new instance; None where the constructor raises or takes too long."""
        every = self.all_made(kind, [parts])
        return None if every is None else every[0]

    def all_made(self, kind: type, rows: Iterable[Mapping[str, object]]) -> Optional[List[object]]:
        """The same of many at once: all of them, or None."""
        try:
            with limited(_LONGEST):
                return [cast("object", kind(**parts)) for parts in rows]
        except (TooLong, MemoryError, RecursionError):
            return None
        # A fence: a constructor is code of the project.
        except Exception:  # noqa: BLE001
            return None

    def _leads_to_all(self, examples: Sequence[object], way: _Way) -> bool:
        return all(self._leads_to(each, way) for each in examples)

    def _leads_to(self, value: object, way: _Way) -> bool:
        parts = _taken(value, way)
        made = self.made(type(value), deep_copy(parts)) if len(parts) == len(way) else None
        if made is None:
            return False
        ours, theirs = (show(list(attributes_of(each)), _MOST) for each in (value, made))
        return ours == theirs and not ours.endswith("…")


def _is_own(kind: Any) -> bool:  # noqa: ANN401
    """Whether it is an ordinary class of the project, with a constructor written in Python.

    What those of others do, such as starting a process, is nobody's business here.
    """
    file = getattr(sys.modules.get(kind.__module__), "__file__", None) or ""
    return (
        type(kind) is type
        and not file.startswith(os.path.dirname(os.__file__) + os.sep)
        and "site-packages" not in file
        and not any("__new__" in vars(base) for base in kind.__mro__[:-1])
        and isinstance(inspect.getattr_static(kind, "__init__"), types.FunctionType)
        and not issubclass(kind, BaseException)
    )


def _instances_in(value: object, depth: int = 0) -> Iterator[object]:
    """Itself, or some of those that it holds, and what these hold."""
    inside: Iterable[object] = ()
    if type(value) in {list, tuple, set, frozenset, deque}:
        inside = cast("Iterable[object]", value)
    elif type(value) is dict:
        inside = cast("Dict[object, object]", value).values()
    elif _is_own(type(value)):
        yield value
        inside = (part for _, part in attributes_of(value))
    if depth < _DEEPEST:
        for each in itertools.islice(inside, _FIRST):
            yield from _instances_in(each, depth + 1)


def _size(value: object) -> int:
    return len(show(list(attributes_of(value)), _MOST))


def _taken(value: object, way: _Way) -> Dict[str, object]:
    state = dict(attributes_of(value))
    return {name: state[attribute] for name, attribute in way.items() if attribute in state}


def _ways(value: object) -> Iterator[_Way]:
    """The likely ones first: by name, then whatever attribute is left, then for what may be left out, too."""
    kind = type(value)
    try:
        parameters = list(inspect.signature(cast("Any", kind).__init__).parameters.values())[1:]
    except (TypeError, ValueError):  # a decorator says something about it that is none
        return
    if any(each.kind not in {each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY} for each in parameters):
        return
    state = [name for name, _ in attributes_of(value)]
    named: _Way = {}
    for name in (each.name for each in parameters):
        spellings = (name, "_" + name, "_" + kind.__name__.lstrip("_") + "__" + name)
        held = next((each for each in spellings if each in state), None)
        if held is not None:
            named[name] = held
    unnamed = [each for each in parameters if each.name not in named]
    needed = [each.name for each in unnamed if each.default is each.empty]
    free = [name for name in state if name not in named.values()]
    for missing in (needed, [each.name for each in unnamed]):
        for chosen in itertools.islice(itertools.permutations(free, len(missing)), _WAYS):
            if way := {**named, **dict(zip(missing, chosen))}:
                yield way
