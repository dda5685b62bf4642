"""Makes inputs that the tests did not think of, near the recorded ones and the constants of the code."""

from __future__ import annotations

import inspect
import itertools
import random
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Dict, List, Set, Tuple, cast

from .altering import Ingredients, akin, alter, edges, far, negated, optional
from .recording import Call, duplicate
from .showing import show

MUTATED = 300
_SEED = 20_241_215  # the same inputs in every run, so that two runs can be compared
_STARTS = 6
_DISTINCT = 2000
_TRIES = 4
_COPYING = 0.05
_MOST_HELPERS = 20
_LONG_TEXT = 20

Slot = Tuple[str, object]
"""An argument: ``args`` and its index, or ``kwargs`` and its name."""


def mutations(
    calls: Sequence[Call], function: object, constants: Iterable[object], most: int = MUTATED
) -> Iterator[Call]:
    """Up to ``most`` distinct calls, edges first, the dear ones last. None of them is a recorded call."""
    if not calls:
        return
    known = {_text(call) for call in calls}
    seen = [part for call in calls[:50] for part in (*call.args, *call.kwargs.values())]
    maker = _Maker(calls, function, Ingredients(constants, seen), random.Random(_SEED))  # noqa: S311
    left = most
    for call in maker.all(most):
        text = _text(call)
        if text in known:
            continue
        known.add(text)
        yield call
        left -= 1
        if not left:
            return


def constants_of(code: types.CodeType, module: types.ModuleType) -> List[object]:
    """The plain values the code names: its literals, and the small constants of the module that it reads."""
    found: List[object] = []
    waiting, done = [code], {code}
    while waiting:
        at = waiting.pop()
        for value in at.co_consts[_documented(at) :]:
            if isinstance(value, types.CodeType):
                waiting.append(value)
            elif value is not None:
                found.append(value)
        for name in at.co_names:
            read = cast("object", vars(module).get(name))
            inner = getattr(read, "__code__", None)
            if isinstance(inner, types.CodeType) and getattr(read, "__module__", None) == module.__name__:
                if inner not in done and len(done) < _MOST_HELPERS:
                    done.add(inner)
                    waiting.append(inner)
            elif isinstance(read, (bool, int, float, str, bytes, list, tuple, dict, set, frozenset)):
                found.append(cast("object", read))
    return found


def _documented(code: types.CodeType) -> int:
    """1 where the first constant is a docstring, whose words mean nothing to the code."""
    named = code.co_flags & inspect.CO_NEWLOCALS and code.co_name != "<lambda>"
    first = code.co_consts[0] if code.co_consts else None
    return int(bool(named) and isinstance(first, str) and len(first) > _LONG_TEXT)


def _text(call: Call) -> str:
    return show((call.args, call.kwargs), _DISTINCT)


class _Maker:
    def __init__(
        self, calls: Sequence[Call], function: object, ingredients: Ingredients, rng: random.Random
    ) -> None:
        step = max(1, len(calls) // _STARTS)
        self._calls = calls
        self._starts = list(calls[::step][:_STARTS])
        self._ingredients = ingredients
        self._rng = rng
        self._defaults = _defaults(function)

    def all(self, most: int) -> Iterator[Call]:
        """Half of them one edge at a time, round robin over calls and arguments; the rest by chance.

        In between all numbers of a call change sign together, which keeps what holds between them, and
        arguments of one type trade places or become equal, which no change of a single one does.
        """
        yield from _bounded(
            _in_turn([self._edges(call, slot) for call in self._starts for slot in _slots(call)]), most // 2
        )
        for call in self._starts:
            turned = [negated(value) for value in call.args]
            if any(new is not old for new, old in zip(turned, call.args)):
                yield from _made(Call(tuple(turned), call.kwargs))
        yield from itertools.islice(_in_turn([self._pairs(call) for call in self._starts]), most // 6)
        for _ in range(most * _TRIES):
            if not self._rng.randrange(50):
                yield from self._far()
            made = self._by_chance()
            if made is not None:
                yield made

    def _edges(self, call: Call, slot: Slot) -> Iterator[Call]:
        value = _get(call, slot)
        others = [_get(other, slot) for other in self._calls[:20] if _has(other, slot)]
        tried: List[object] = []
        if slot[1] in self._defaults:
            default = self._defaults[slot[1]]
            tried += [default, *edges(default, self._ingredients)[:6]]
            others.append(default)
        if any(other is None for other in others):
            tried += optional(value, others)
        for part in [*tried, *edges(value, self._ingredients)]:
            made = _with(call, slot, part)
            if made is not None:
                yield made

    def _pairs(self, call: Call) -> Iterator[Call]:
        for one, other in itertools.combinations(_slots(call), 2):
            left, right = _get(call, one), _get(call, other)
            if type(left) is not type(right):
                continue
            for first, second in ((right, left), (left, left), (right, right), *akin(left)):
                # Equal, but not one object: few functions are meant for the same list twice.
                apart = _copy(Call((second,), {}))
                made = apart and _with(Call(*_placed(call, one, first)), other, apart.args[0])
                if made is not None:
                    yield made

    def _far(self) -> Iterator[Call]:
        call = self._rng.choice(self._starts)
        slots = _slots(call)
        if not slots:
            return
        slot = self._rng.choice(slots)
        for part in far(_get(call, slot)):
            made = _with(call, slot, part)
            if made is not None:
                yield made

    def _by_chance(self) -> Call | None:
        call = _copy(self._rng.choice(self._calls))
        slots = _slots(call) if call else []
        if call is None or not slots:
            return None
        if len(self._calls) > 1 and not self._rng.randrange(7):
            other, slot = self._rng.choice(self._calls), self._rng.choice(slots)
            mixed = _with(call, slot, _get(other, slot)) if _has(other, slot) else None
            call = mixed or call
        for _ in range(self._rng.choice((1, 1, 1, 2, 2, 3))):
            slot = self._rng.choice(slots)
            changed = alter(_get(call, slot), self._ingredients, self._rng)
            call = Call(*_placed(call, slot, changed))
        return call


def _defaults(function: object) -> Dict[object, object]:
    """The default of each parameter that has one, by position and by name."""
    try:
        parameters = inspect.signature(cast("types.FunctionType", function)).parameters.values()
    except (TypeError, ValueError):
        return {}
    found: Dict[object, object] = {}
    for index, each in enumerate(parameters):
        if each.default is not inspect.Parameter.empty:
            key = each.name if each.kind is inspect.Parameter.KEYWORD_ONLY else index
            found[key] = each.default
    return found


def _slots(call: Call) -> List[Slot]:
    return [
        *(("args", index) for index in range(len(call.args))),
        *(("kwargs", name) for name in call.kwargs),
    ]


def _has(call: Call, slot: Slot) -> bool:
    return slot in _slots(call)


def _get(call: Call, slot: Slot) -> object:
    if slot[0] == "args":
        return call.args[cast("int", slot[1])]
    return call.kwargs[cast("str", slot[1])]


def _placed(call: Call, slot: Slot, value: object) -> Tuple[Tuple[object, ...], Dict[str, object]]:
    if slot[0] == "args":
        at = cast("int", slot[1])
        return (*call.args[:at], value, *call.args[at + 1 :]), call.kwargs
    return call.args, {**call.kwargs, cast("str", slot[1]): value}


def _with(call: Call, slot: Slot, value: object) -> Call | None:
    return _copy(Call(*_placed(call, slot, value)))


def _copy(call: Call) -> Call | None:
    try:
        return duplicate(call, _COPYING)
    # A fence: copying runs the project's __deepcopy__ and __reduce__, and such a call is left out.
    except Exception:  # noqa: BLE001
        return None


def _made(call: Call) -> Iterator[Call]:
    made = _copy(call)
    if made is not None:
        yield made


def _bounded(calls: Iterable[Call], most: int) -> Iterator[Call]:
    seen: Set[str] = set()
    for call in calls:
        seen.add(_text(call))
        yield call
        if len(seen) >= most:
            return


def _in_turn(streams: Sequence[Iterator[Call]]) -> Iterator[Call]:
    waiting = list(streams)
    while waiting:
        for stream in list(waiting):
            made = next(stream, None)
            if made is None:
                waiting.remove(stream)
            else:
                yield made
