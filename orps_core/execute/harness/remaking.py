"""Makes instances anew by their constructors, from which they can be made larger as a person would.

What a class promises about its instances only its own code knows: attributes that are set one by one may
contradict each other, and no version can be blamed for what it does then.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Mapping
from typing import Any, Dict, List, Optional, Set, cast

from .copying import deep_copy
from .limited import TooLong, limited
from .showing import attributes_of, show

_TRIED = 3
_LONGEST = 0.2
_MOST = 20_000  # characters of a state that is looked at to see whether it is the same


class Remaking:
    """Which classes' instances are what their constructors make of attributes named like the parameters."""

    def __init__(self, values: Iterable[object] = ()) -> None:
        """Runs the constructors of the classes of ``values``, each a few times."""
        examples: Dict[type, List[object]] = {}
        for value in values:
            if _is_own(type(value)):
                examples.setdefault(type(value), []).append(value)
        self._kinds: Set[type] = set()
        for kind, found in examples.items():
            if all(self._is_remade(each) for each in found[:_TRIED]):
                self._kinds.add(kind)

    def parts(self, value: object) -> Dict[str, object]:
        """What its constructor is given to make it; nothing where that is not known."""
        return (_parts(value) or {}) if type(value) in self._kinds else {}

    def made(self, kind: type, parts: Mapping[str, object]) -> Optional[object]:
        """A new instance; None where the constructor raises or takes too long."""
        try:
            with limited(_LONGEST):
                return cast("object", kind(**parts))
        except (TooLong, MemoryError, RecursionError):
            return None
        # A fence: a constructor is code of the project.
        except Exception:  # noqa: BLE001
            return None

    def _is_remade(self, value: object) -> bool:
        parts = _parts(value)
        made = self.made(type(value), deep_copy(parts)) if parts else None
        if made is None:
            return False
        ours, theirs = (show(list(attributes_of(each)), _MOST) for each in (value, made))
        return ours == theirs and not ours.endswith("…")


def _is_own(kind: Any) -> bool:  # noqa: ANN401
    """Whether it is an ordinary class with a constructor written in Python."""
    return (
        type(kind) is type
        and not any("__new__" in vars(base) for base in kind.__mro__[:-1])
        and isinstance(inspect.getattr_static(kind, "__init__"), types.FunctionType)
        and not issubclass(kind, BaseException)
    )


def _parts(value: object) -> Optional[Dict[str, object]]:
    """The attribute of each parameter, by the parameter's name; None where one that is needed is missing."""
    kind = type(value)
    state = dict(attributes_of(value))
    found: Dict[str, object] = {}
    for parameter in list(inspect.signature(cast("Any", kind).__init__).parameters.values())[1:]:
        if parameter.kind not in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}:
            return None
        name = parameter.name
        names = (name, "_" + name, "_" + kind.__name__.lstrip("_") + "__" + name)
        held = next((each for each in names if each in state), None)
        if held is not None:
            found[name] = state[held]
        elif parameter.default is parameter.empty:
            return None
    return found
