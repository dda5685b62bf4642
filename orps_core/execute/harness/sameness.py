"""Decides if two values mean the same, by exact type, structure and sharing, not by the project's word."""

from __future__ import annotations

import enum
import itertools
import math
import re
import sys
import types
from collections import defaultdict, deque
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, ValuesView
from typing import Any, Dict, List, Optional, Set, Tuple, cast

from .returned import answers, held_by, same_code
from .showing import attributes_of, has_attributes, is_array, show

VISITS = 500_000
DRAINED = 20_000
TOLERANCE = 1e-9
_ROUNDINGS = 32  # units in the last place, for numbers of fewer bits than a float

_EXACT = frozenset(
    {int, bool, str, bytes, bytearray, type(None), type(Ellipsis), type(NotImplemented), range}
)
_BASES = (int, str, bytes, bytearray)
_NAMED: Tuple[type, ...] = (
    type, types.ModuleType, types.BuiltinFunctionType, types.CoroutineType, types.AsyncGeneratorType,
    types.WrapperDescriptorType, types.MethodDescriptorType,
)  # fmt: skip
_SEQUENCES: Tuple[type, ...] = (list, tuple, deque, KeysView, ValuesView, ItemsView)
_CHANGEABLE = (list, dict, set, bytearray, deque)
# Looked up by type and not by ``__next__``: an iterator class of the project is compared by its state.
_LAZY_HOMES = frozenset({"builtins", "itertools", "_collections", "collections"})
_PROTOCOL = 4


class TooLarge(Exception):
    """The values have more parts than are worth comparing."""


def alike(left: object, right: object, visits: int = VISITS) -> bool:
    """Compare two values. Classes count by module and name, since a candidate's module is imported anew."""
    return distinction(left, right, visits=visits) is None


def distinction(left: object, right: object, *, visits: int = VISITS, near: float = 0.0) -> Optional[str]:
    """None for values that mean the same; else ``value``, or ``sharing`` where only that differs.

    Sharing is which of their changeable parts are one object. ``near`` is how far apart two floats may be
    besides the relative tolerance: what rounding can leave of a difference between large numbers.
    """
    comparison = _Comparison(visits, near)
    if comparison.holds(left, right):
        return None
    return "sharing" if comparison.sharing else "value"


def is_lazy(value: object) -> bool:
    """An iterator that is compared by what it gives."""
    return type(value).__module__ in _LAZY_HOMES and hasattr(value, "__next__")


def same_class(left: type, right: type) -> bool:
    return left is right or (left.__qualname__ == right.__qualname__ and left.__module__ == right.__module__)


class _Comparison:
    """Keeps its own stack, so that a long linked list is no deep recursion and a cycle ends."""

    def __init__(self, visits: int, near: float) -> None:
        self._visits = visits
        self._near = near
        self.sharing = False
        self._twin: Dict[int, int] = {}
        self._twin_back: Dict[int, int] = {}
        self._pairs: List[Tuple[object, object]] = []
        self._seen: Set[Tuple[int, int]] = set()
        self._alive: List[object] = []  # what was made here must live on, or its id comes again

    def holds(self, left: object, right: object) -> bool:
        self._pairs.append((left, right))
        while self._pairs:
            self._spend(1)
            if not self._agree(*self._pairs.pop()):
                return False
        return True

    def _spend(self, visits: int) -> None:
        self._visits -= visits
        if self._visits < 0:
            raise TooLarge

    def _agree(self, left: object, right: object) -> bool:
        if left is right:
            return True
        if is_lazy(left) and is_lazy(right):
            return self._drained(left, right)
        if not same_class(type(left), type(right)):
            return False
        verdict = _scalars(left, right, self._near)
        if verdict is not None:
            return verdict
        if (id(left), id(right)) in self._seen:
            return True
        if _changeable(left) and not self._paired(left, right):
            return False
        self._seen.add((id(left), id(right)))
        return self._compound(left, right)

    def _paired(self, left: object, right: object) -> bool:
        """Whether what is one object here is one object there: a change to it shows in the same places."""
        twin = self._twin.setdefault(id(left), id(right))
        back = self._twin_back.setdefault(id(right), id(left))
        self._alive += (left, right)
        self.sharing = (twin, back) != (id(right), id(left))
        return not self.sharing

    def _drained(self, left: object, right: object) -> bool:
        ours, theirs = _given_by(left), _given_by(right)
        self._alive += (ours, theirs)
        self._spend(len(ours))
        return self._sequences(ours, theirs)

    def _functions(self, left: object, right: object) -> bool:
        """By name where the module defines them, else by code and what it holds, else by what they answer."""
        ours, theirs = cast("types.FunctionType", left), cast("types.FunctionType", right)
        if "<" not in ours.__qualname__:
            return _name(ours) == _name(theirs)
        if same_code(ours.__code__, theirs.__code__):
            self._push(held_by(ours), held_by(theirs))
            return True
        told, heard = answers(ours), answers(theirs)
        if not told or not heard:
            return False  # nothing can be said about them, so nothing is claimed
        self._push(told, heard)
        return True

    def _compound(self, left: object, right: object) -> bool:
        if is_array(left):
            return self._arrays(left, right)
        for bases, compare in (
            ((types.FunctionType,), self._functions),
            ((dict,), self._mappings),
            ((set, frozenset), self._sets),
            (_SEQUENCES, self._sequences),
            (_BASES, _base_values),
        ):
            if issubclass(type(left), bases):
                return compare(left, right) and (
                    bases == (types.FunctionType,) or self._attributes(left, right)
                )
        return self._instances(left, right)

    def _sequences(self, left: object, right: object) -> bool:
        ours, theirs = list(cast("Iterable[object]", left)), list(cast("Iterable[object]", right))
        if len(ours) != len(theirs) or getattr(left, "maxlen", None) != getattr(right, "maxlen", None):
            return False
        self._spend(len(ours))
        kinds = list(map(type, ours))
        if _EXACT.issuperset(kinds) and kinds == list(map(type, theirs)):
            return ours == theirs
        for one, other in zip(ours, theirs):
            if type(one) is type(other) and type(one) in _EXACT:
                if one != other:
                    return False
            else:
                self._push(one, other)
        return True

    def _mappings(self, left: object, right: object) -> bool:
        ours, theirs = cast("Dict[object, object]", left), cast("Dict[object, object]", right)
        if isinstance(left, defaultdict) and isinstance(right, defaultdict):
            self._push(left.default_factory, right.default_factory)
        # Insertion order is behaviour too: it decides what iteration gives.
        return self._sequences(list(ours), list(theirs)) and self._sequences(ours.values(), theirs.values())

    def _sets(self, left: object, right: object) -> bool:
        ours, theirs = cast("Set[object]", left), cast("Set[object]", right)
        if len(ours) != len(theirs):
            return False
        self._spend(len(ours))
        if all(type(item) in _EXACT for item in ours):
            return {(type(item), item) for item in ours} == {(type(item), item) for item in theirs}
        # Members of classes that were imported twice are never equal: pair them by what they show.
        return self._sequences(sorted(ours, key=_order), sorted(theirs, key=_order))

    def _arrays(self, left: object, right: object) -> bool:
        numpy: Any = sys.modules["numpy"]
        ours, theirs = cast("Any", left), cast("Any", right)
        if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
            return False
        if ours.flags.writeable != theirs.flags.writeable:
            return False
        self._spend(int(ours.size))
        if ours.dtype.hasobject:
            self._push(ours.tolist(), theirs.tolist())
            return True
        if ours.dtype.kind not in "fc":
            return bool(ours.tobytes() == theirs.tobytes())
        signs = ours.dtype.kind == "c" or not bool(
            ((ours == 0) & (theirs == 0) & (numpy.signbit(ours) != numpy.signbit(theirs))).any()
        )
        relative = max(TOLERANCE, _ROUNDINGS * float(numpy.finfo(ours.dtype).eps))
        return signs and bool(numpy.allclose(ours, theirs, rtol=relative, atol=self._near, equal_nan=True))

    def _instances(self, left: object, right: object) -> bool:
        own = (
            type(left).__reduce__ is not object.__reduce__
            or type(left).__reduce_ex__ is not object.__reduce_ex__
        )
        if has_attributes(left) and not own:
            return self._attributes(left, right)
        ours, theirs = _reduced(left), _reduced(right)
        if ours is None or theirs is None:
            # What cannot be taken apart either says itself that it is equal, or is told from everything.
            return (has_attributes(left) and self._attributes(left, right)) or _equal(left, right)
        self._push(ours, theirs)
        return True

    def _attributes(self, left: object, right: object) -> bool:
        ours, theirs = list(attributes_of(left)), list(attributes_of(right))
        if [name for name, _ in ours] != [name for name, _ in theirs]:
            return False
        return self._sequences([value for _, value in ours], [value for _, value in theirs])

    def _push(self, left: object, right: object) -> None:
        self._alive += (left, right)
        self._pairs.append((left, right))


def _changeable(value: object) -> bool:
    if isinstance(value, _CHANGEABLE) or is_array(value):
        return True
    if isinstance(value, (BaseException, *_NAMED, types.FunctionType)) or not has_attributes(value):
        return False
    # A class that hashes by value is meant to be a value: which object it is does not matter.
    return type(value).__hash__ in {None, object.__hash__}


def _given_by(iterator: object) -> List[object]:
    """What it still gives, to a bound, and the class of what it raised in the end."""
    items: List[object] = []
    try:
        items.extend(itertools.islice(cast("Iterator[object]", iterator), DRAINED))
    # A fence: this runs code of the project, and what it raises is part of what it gives.
    except Exception as error:  # noqa: BLE001
        items.append(type(error))
    return items


def _equal(left: object, right: object) -> bool:
    try:
        return type(left).__eq__ is not object.__eq__ and bool(left == right)
    # A fence: an equality of the project may raise anything.
    except Exception:  # noqa: BLE001
        return False


def _floats(left: float, right: float, near: float) -> bool:
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    if left == right:
        return math.copysign(1.0, left) == math.copysign(1.0, right)
    return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=near)


def _base_values(left: object, right: object) -> bool:
    base: Any = next(base for base in _BASES if isinstance(left, base))
    return base.__eq__(left, right) is True


def _scalars(left: object, right: object, near: float) -> Optional[bool]:
    """Whether two values of one type agree that have no parts; None if they have."""
    if type(left) in _EXACT:
        return left == right
    if isinstance(left, float):
        return _floats(left, cast("float", right), near)
    if isinstance(left, complex):
        other = cast("complex", right)
        return _floats(left.real, other.real, near) and _floats(left.imag, other.imag, near)
    if isinstance(left, enum.Enum):
        return left.name == cast("enum.Enum", right).name
    if issubclass(type(left), _NAMED):
        return _name(left) == _name(right)
    return None


def _name(value: object) -> Tuple[object, object]:
    own = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
    return getattr(value, "__module__", None), own


def _order(value: object) -> Tuple[str, float, str]:
    number = value if isinstance(value, float) and value == value else 0.0  # noqa: PLR0124  (NaN has no place)
    return type(value).__qualname__, number, show(value, 2000)


def _reduced(value: object) -> Optional[List[object]]:
    """What the value would be pickled as, or None; for the many types that keep their state in C."""
    for kind, parts_of in _PARTS:
        if isinstance(value, kind):
            return parts_of(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, cast("type", numpy.generic)):
        return [str(getattr(value, "dtype", "")), cast("Any", value).item()]
    try:
        parts = value.__reduce_ex__(_PROTOCOL)
    # A fence: this is code of the project, and what cannot be taken apart is told from everything else.
    except Exception:  # noqa: BLE001
        return None
    if isinstance(parts, str):
        return [parts]
    # Whether an empty state is listed depends on whether anybody has looked at it.
    listed = [list(cast("Iterable[object]", part)) if hasattr(part, "__next__") else part for part in parts]
    return [part for part in listed if part is not None and not (type(part) in {dict, list} and not part)]


# Types that cannot be pickled although their parts can be seen.
_PARTS: Tuple[Tuple[type, Callable[[Any], List[object]]], ...] = (
    (re.Match, lambda match: [match.re, match.string, match.regs]),
    (types.MethodType, lambda method: [method.__self__, method.__func__]),
    (memoryview, lambda view: [view.tobytes()]),
    (types.MappingProxyType, lambda view: [dict(view)]),
)
