"""Changes one value to a near one of the same type: the edges of its type first, then by chance."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Dict, List, Optional, Sequence, Tuple, cast

from .showing import attributes_of

_LONGEST = 40  # items of a container or characters of a text that are kept when it is changed
_DEEPEST = 4
_FLAT = frozenset({bool, int, float, complex, str, bytes})
_LETTERS = ("é", "ß", "İ", "ſ", "日", "🙂", "\u0301", "٣", "\n", "\t", " ", "0", "-", "A", "z", "_")
_INTEGERS = (0, 1, -1, 2, -2, 3, 7, 10, 100, 1000)
_REALS = (0.0, 1.0, -1.0, 0.5, -0.5, 0.1, 2.0, 1e-9, 1e9)
_FAR = (10**4, 2**31, -(2**31), 10**18)

Alteration = Callable[[Any, "Ingredients", random.Random, int], object]


class Ingredients:
    """Values to build others from, by exact type: constants of the code, and what the tests passed."""

    def __init__(self, values: Iterable[object]) -> None:
        found: Dict[type, Dict[object, None]] = {}
        for value in values:
            for part in flat_parts(value):
                found.setdefault(type(part), {})[part] = None
        self._by_type = {kind: list(parts) for kind, parts in found.items()}

    def of(self, kind: type) -> List[Any]:
        return self._by_type.get(kind, [])

    def letters(self, value: str) -> List[str]:
        """Characters that mean something to the code, or are known to surprise it."""
        seen = dict.fromkeys("".join([value[:_LONGEST], *self.of(str)[:50]]))
        return [*list(seen)[:60], *_LETTERS]


def flat_parts(value: object, most: int = 200) -> List[object]:
    """The plain values in a nested one, up to a bound."""
    found: List[object] = []
    waiting: List[object] = [value]
    looked = 0
    while waiting and len(found) < most and looked < 10 * most:
        part = waiting.pop()
        looked += 1
        if type(part) in _FLAT:
            found.append(part)
        elif isinstance(part, dict):
            mapping = cast("Dict[object, object]", part)
            waiting += [*list(mapping.keys())[:most], *list(mapping.values())[:most]]
        elif isinstance(part, (list, tuple, set, frozenset, deque)):
            waiting += list(cast("Iterable[object]", part))[:most]
    return found


def edges(value: object, ingredients: Ingredients) -> List[object]:
    """What a person would try first with a value of this type. Nothing for types that are not known."""
    if type(value) is bool:
        return [not value]
    if type(value) is int:
        near = [value + 1, value - 1, -value, value * 2]
        seen = [part + step for part in ingredients.of(int)[:30] for step in (0, 1, -1)]
        return [*_INTEGERS[:6], *near, *seen, *_INTEGERS[6:]]
    if type(value) is float:
        near_reals = [
            value + 1,
            value - 1,
            -value,
            value / 2,
            float(int(value)) if abs(value) < 1e15 else 0.0,
        ]
        whole = [float(part) for part in ingredients.of(int)[:10] if abs(part) < 1 << 53]
        return [*_REALS, *near_reals, *ingredients.of(float)[:20], *whole]
    if type(value) is str:
        return list(_texts(value, ingredients))
    if type(value) is bytes:
        return [b"", value[:1], value[1:], value * 2, value[::-1], b"\x00", b"\xff" + value]
    if isinstance(value, (list, tuple, deque)):
        return _sequences(cast("Sequence[object]", value))
    if type(value) in {set, frozenset}:
        members = list(cast("Iterable[object]", value))
        return [type(value)(part) for part in ((), members[:1], members[1:])]  # type: ignore[call-arg]
    if type(value) is dict:
        pairs = list(cast("Dict[object, object]", value).items())
        return [dict(part) for part in ((), pairs[:1], pairs[1:], pairs[::-1])]
    return []


def far(value: object) -> List[object]:
    """Sizes nobody tried: dear where they are counted up to, so they come last."""
    if type(value) is int:
        return list(_FAR)
    if type(value) is float:
        return [1e18, -1e18, 1e-300]
    if type(value) is str and value:
        return [value * (1000 // len(value) + 1)]
    if type(value) is list and value:
        items = cast("List[object]", value)
        return [items * (200 // len(items) + 1)]
    return []


def alter(value: object, ingredients: Ingredients, rng: random.Random, depth: int = 0) -> object:
    """A near value of the same type; the value itself where nothing is known about its type.

    Containers are changed in shape or in one part; instances in one attribute of a copy the caller owns.
    """
    if depth > _DEEPEST:
        return value
    for kind, change in _CHANGES:
        if type(value) is kind:
            return change(value, ingredients, rng, depth)
    if isinstance(value, tuple) and hasattr(value, "_replace"):
        return _named_tuple(cast("Any", value), ingredients, rng, depth)
    return _attribute(value, ingredients, rng, depth)


def _texts(value: str, ingredients: Ingredients) -> Iterable[str]:
    short = value[: _LONGEST * 4]
    yield from ("", short[:1], short[1:], short[:-1], short * 2, short[::-1])
    yield from (short.upper(), short.lower(), short.swapcase(), " " + short + " ", short + "\n")
    yield from ("ß" + short, short + "é", short + "🙂", short + "İ", "日本" + short[:1], short[:1] * 5)
    for part in ingredients.of(str)[:12]:
        yield part
        yield short + part
    yield from ("0", "-1", " ", "a", "A", "9" + short[1:])


def _sequences(value: Sequence[object]) -> List[object]:
    items = list(value)
    shapes: List[List[object]] = [[], items[:1], items[1:], items[:-1], items * 2, items[::-1]]
    if items:
        shapes += [[items[0]] * len(items), [*items, items[0]], [items[-1], *items], items[:2]]
    try:
        shapes.append(sorted(cast("List[Any]", items)))
    # A fence: comparing runs code of the project, and what cannot be sorted is not.
    except Exception:  # noqa: BLE001
        shapes.append(items[len(items) // 2 :])
    return [like(value, shape) for shape in shapes]


def like(model: object, items: Sequence[object]) -> object:
    """The items in a container of the model's type. A named tuple has one length only."""
    if hasattr(model, "_fields"):
        return model if len(items) != len(cast("Tuple[object, ...]", model)) else type(model)(*items)
    return cast("Callable[[object], object]", type(model))(items)


def _integer(value: int, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del depth
    roll = rng.random()
    if roll < 0.35:
        return value + rng.choice((1, -1, 2, -2, 5, -5, 10))
    if roll < 0.6 and ingredients.of(int):
        return rng.choice(ingredients.of(int)) + rng.choice((0, 0, 0, 1, -1))
    if roll < 0.75:
        return rng.choice((-value, value * 2, value // 2, value * 10 + 1))
    return rng.choice(_INTEGERS) if roll < 0.9 else rng.randint(-20, 200)


def _boolean(value: bool, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del ingredients, rng, depth
    return not value


def _real(value: float, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del depth
    roll = rng.random()
    if roll < 0.5:
        return rng.choice((value + 1, value - 1, -value, value / 2, value * 3, value + 0.25))
    if roll < 0.7 and ingredients.of(float):
        return rng.choice(ingredients.of(float))
    return rng.choice(_REALS) if roll < 0.85 else round(rng.uniform(-50, 50), rng.choice((0, 1, 3)))


def _complex(value: complex, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del ingredients, depth
    return rng.choice((-value, value.conjugate(), value + 1, value * 1j, 0j))


def _text(value: str, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del depth
    letters, roll = ingredients.letters(value), rng.random()
    at = rng.randrange(len(value) + 1)
    if roll < 0.2:
        return value[:at] + rng.choice(letters) + value[at:]
    if roll < 0.35 and value:
        return value[:at] + value[at + 1 :]
    if roll < 0.5 and value:
        return value[:at] + rng.choice(letters) + value[at + 1 :]
    if roll < 0.6 and ingredients.of(str):
        return value[:at] + rng.choice(ingredients.of(str)) + value[at:]
    if roll < 0.7:
        parts = list(value[:_LONGEST])
        rng.shuffle(parts)
        return "".join(parts)
    if roll < 0.85:
        known = list(dict.fromkeys(value)) or letters
        return "".join(rng.choice(known) for _ in range(rng.randint(1, 9)))
    words = [*value.split(), *ingredients.of(str)[:10]] or [value]
    return " ".join(rng.choice(words) for _ in range(rng.randint(1, 5)))


def _bytes(value: bytes, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del ingredients, depth
    at = rng.randrange(len(value) + 1)
    return value[:at] + bytes([rng.randrange(256)]) + value[at + rng.randrange(2) :]


def _sequence(value: Sequence[object], ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    items = list(value)
    pool = items or _spare(ingredients)
    roll = rng.random()
    if roll < 0.4 and items:
        at = rng.randrange(len(items))
        items[at] = alter(items[at], ingredients, rng, depth + 1)
    elif roll < 0.55 and pool:
        items.insert(rng.randrange(len(items) + 1), alter(rng.choice(pool), ingredients, rng, depth + 1))
    elif roll < 0.65 and items:
        items.insert(rng.randrange(len(items) + 1), rng.choice(items))
    elif roll < 0.75 and items:
        del items[rng.randrange(len(items))]
    elif roll < 0.85:
        rng.shuffle(items)
    elif pool:
        items = [alter(rng.choice(pool), ingredients, rng, depth + 1) for _ in range(rng.randint(1, 8))]
    return like(value, items[: max(_LONGEST, len(value))])


def _spare(ingredients: Ingredients) -> List[object]:
    """Of an empty container nobody can tell what belongs into it: numbers are the best guess."""
    return ingredients.of(int)[:5] or [1, 2, 3]


def _set(value: object, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    members = sorted(cast("Iterable[object]", value), key=repr)
    kind = cast("Callable[[object], object]", type(value))
    return kind(_hashable(_sequence(members, ingredients, rng, depth)))


def _hashable(items: object) -> List[object]:
    return [item for item in cast("List[object]", items) if type(item) not in {list, dict, set}]


def _mapping(value: Dict[object, object], ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    made = dict(value)
    roll = rng.random()
    keys = list(made)
    if roll < 0.5 and keys:
        key = rng.choice(keys)
        made[key] = alter(made[key], ingredients, rng, depth + 1)
    elif roll < 0.75 and keys:
        key = rng.choice(keys)
        made[cast("Any", alter(key, ingredients, rng, _DEEPEST))] = made[key]
    elif keys:
        del made[rng.choice(keys)]
    return made


def _named_tuple(value: Any, ingredients: Ingredients, rng: random.Random, depth: int) -> object:  # noqa: ANN401
    items = list(value)
    if items:
        at = rng.randrange(len(items))
        items[at] = alter(items[at], ingredients, rng, depth + 1)
    return type(value)(*items)


def _attribute(value: object, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    """Change one plain attribute in place: the value belongs to a copy of the call."""
    names = [(name, part) for name, part in attributes_of(value) if _changeable(part)]
    if names and not isinstance(value, (type, BaseException)):
        name, part = rng.choice(names)
        object.__setattr__(value, name, alter(part, ingredients, rng, depth + 1))
    return value


def _changeable(part: object) -> bool:
    return any(type(part) is kind for kind, _ in _CHANGES)


_CHANGES: Tuple[Tuple[type, Alteration], ...] = (
    (bool, _boolean), (int, _integer), (float, _real), (complex, _complex), (str, _text), (bytes, _bytes),
    (list, _sequence), (tuple, _sequence), (deque, _sequence), (set, _set), (frozenset, _set),
    (dict, _mapping),
)  # fmt: skip


def optional(first: Optional[object], others: Sequence[object]) -> List[object]:
    """None where something else was passed, and what was passed elsewhere where None was."""
    return [None] if first is not None else [other for other in others if other is not None][:3]
