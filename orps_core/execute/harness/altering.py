"""Changes one value to a near one of the same type: the edges of its type first, then by chance."""

from __future__ import annotations

import contextlib
import random
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Dict, List, Optional, Sequence, Tuple, cast

from .showing import attributes_of

_LONGEST = 40  # items of a container or characters of a text that are kept when it is changed
_DEEPEST = 4
_FLAT = frozenset({bool, int, float, complex, str, bytes})
_LETTERS = ("é", "ß", "İ", "\u017f", "日", "🙂", "\u0301", "٣", "\n", "\t", " ", "0", "-", "A", "z", "_")
_INTEGERS = (0, 1, -1, 2, -2, 3, 7, 10, 100, 1000)
_REALS = (0.0, 1.0, -1.0, 0.5, -0.5, 0.1, 2.0, 1e-9, 1e9)
_ENDLESS = (float("inf"), float("-inf"))
_SELDOM = 20
_WHOLE = 1 << 53  # up to here a float tells whole numbers apart
_OTHERS = (True, 1.0, None, "1")
_FAR = (10**4, 2**31, -(2**31), 10**18)

Alteration = Callable[[Any, "Ingredients", random.Random, int], object]


class Ingredients:
    """Values to build others from, by exact type: constants of the code, and what the tests passed.

    ``mixed``: the tests passed whole numbers and floats, so whole floats are to be expected as well.
    """

    def __init__(self, constants: Iterable[object], passed: Iterable[object] = ()) -> None:
        found: Dict[type, Dict[object, None]] = {}
        given = list(passed)
        self.mixed = {int, float} <= {type(part) for value in given for part in flat_parts(value)}
        for value in (*constants, *given):
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
    for kind, list_edges in _EDGES:
        if type(value) is kind:
            return list_edges(value, ingredients)
    return _sequence_edges(cast("Sequence[object]", value), ingredients) if isinstance(value, tuple) else []


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
    if issubclass(type(value), tuple) and hasattr(value, "_replace"):
        return _named_tuple(cast("Any", value), ingredients, rng, depth)
    return _attribute(value, ingredients, rng, depth)


def negated(value: object) -> object:
    """The value with the other sign on every number in it; itself where there is none."""
    if type(value) in {int, float}:
        return -cast("float", value)
    parts = (
        [negated(part) for part in cast("Sequence[object]", value)] if type(value) in {list, tuple} else []
    )
    if type(value) is list:
        return parts
    return tuple(parts) if type(value) is tuple else value


def akin(value: object) -> List[Tuple[object, object]]:
    """Two values that some take for the same: in another case, or composed of other characters."""
    if type(value) is not str:
        return []
    short = value[:_LONGEST]
    pairs = [(short.upper(), short.lower()), (short, " " + short), (short + "\u00df", short + "ss")]
    return [*pairs, (short + "\u00e9", short + "e\u0301")]


def _boolean_edges(value: bool, ingredients: Ingredients) -> List[object]:
    del ingredients
    return [not value]


def _integer_edges(value: int, ingredients: Ingredients) -> List[object]:
    near = [value + 1, value - 1, -value, value * 2]
    whole = [float(value)] if ingredients.mixed and abs(value) < _WHOLE else []
    seen = [part + step for part in ingredients.of(int)[:30] for step in (0, 1, -1)]
    return [*whole, *_INTEGERS[:6], *near, *seen, *_INTEGERS[6:]]


def _real_edges(value: float, ingredients: Ingredients) -> List[object]:
    near = [value + 1, value - 1, -value, value / 2]
    whole = [float(part) for part in ingredients.of(int)[:10] if abs(part) < _WHOLE]
    return [*_REALS, *near, *ingredients.of(float)[:20], *whole, *_ENDLESS, float("nan")]


def _text_edges(value: str, ingredients: Ingredients) -> List[object]:
    short = value[: _LONGEST * 4]
    found: List[object] = ["", short[:1], short[1:], short[:-1], short * 2, short[::-1]]
    found += [short.upper(), short.lower(), short.swapcase(), " " + short + " ", short + "\n"]
    found += ["ß" + short, short + "é", short + "🙂", short + "İ", "日本" + short[:1], short[:1] * 5]
    for part in ingredients.of(str)[:12]:
        found += [part, short + part]
    return [*found, "0", "-1", " ", "a", "A", "9" + short[1:]]


def _byte_edges(value: bytes, ingredients: Ingredients) -> List[object]:
    del ingredients
    return [b"", value[:1], value[1:], value * 2, value[::-1], b"\x00", b"\xff" + value]


def _sequence_edges(value: Sequence[object], ingredients: Ingredients) -> List[object]:
    del ingredients
    items = list(value)
    shapes: List[List[object]] = [[], items[:1], items[1:], items[:-1], items * 2, items[::-1]]
    if items:
        shapes += [[items[0]] * len(items), [*items, items[0]], [items[-1], *items], items[:2]]
    if _is_motley(items):
        shapes += [[*items, other] for other in _OTHERS]
    # A fence: comparing runs code of the project, and what cannot be sorted is not.
    with contextlib.suppress(Exception):
        shapes.append(sorted(cast("List[Any]", items)))
    return [like(value, shape) for shape in shapes]


def _is_motley(items: Sequence[object]) -> bool:
    """Numbers beside what is no number: then anything may stand there."""
    kinds = {type(item) for item in items}
    return bool(kinds & {int, float}) and bool(kinds - {int, float, bool})


def _set_edges(value: object, ingredients: Ingredients) -> List[object]:
    del ingredients
    members, kind = list(cast("Iterable[object]", value)), cast("Callable[[object], object]", type(value))
    return [kind(part) for part in ((), members[:1], members[1:])]


def _mapping_edges(value: Dict[object, object], ingredients: Ingredients) -> List[object]:
    del ingredients
    pairs = list(value.items())
    shapes: List[object] = [dict(part) for part in ((), pairs[:1], pairs[1:], pairs[::-1])]
    if _is_motley(list(value)) or _is_motley(list(value.values())):
        for other in _OTHERS:
            shapes += [{**value, other: pairs[0][1]}, {pairs[0][0]: other}]
    return shapes


_EDGES: Tuple[Tuple[type, Callable[[Any, Ingredients], List[object]]], ...] = (
    (bool, _boolean_edges), (int, _integer_edges), (float, _real_edges), (str, _text_edges),
    (bytes, _byte_edges), (list, _sequence_edges), (deque, _sequence_edges), (set, _set_edges),
    (frozenset, _set_edges), (dict, _mapping_edges),
)  # fmt: skip


def like(model: object, items: Sequence[object]) -> object:
    """The items in a container of the model's type. A named tuple has one length only."""
    if hasattr(model, "_fields"):
        return model if len(items) != len(cast("Tuple[object, ...]", model)) else type(model)(*items)
    return cast("Callable[[object], object]", type(model))(items)


def _integer(value: int, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del depth
    near = value + rng.choice((1, -1, 2, -2, 5, -5, 10))
    known = rng.choice(ingredients.of(int) or [value]) + rng.choice((0, 0, 0, 1, -1))
    scaled = rng.choice((-value, value * 2, value // 2, value * 10 + 1))
    return rng.choice((near, near, known, known, scaled, rng.choice(_INTEGERS), rng.randint(-20, 200)))


def _boolean(value: bool, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del ingredients, rng, depth
    return not value


def _real(value: float, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del depth
    if not rng.randrange(_SELDOM):
        return rng.choice(_ENDLESS)  # no NaN: among others it makes a mess of every order
    near = rng.choice((value + 1, value - 1, -value, value / 2, value * 3, value + 0.25))
    known = rng.choice(ingredients.of(float) or [value])
    anything = round(rng.uniform(-50, 50), rng.choice((0, 1, 3)))
    return rng.choice((near, near, near, known, rng.choice(_REALS), anything))


def _complex(value: complex, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del ingredients, depth
    return rng.choice((-value, value.conjugate(), value + 1, value * 1j, 0j))


def _text(value: str, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del depth
    at, letter = rng.randrange(len(value) + 1), rng.choice(ingredients.letters(value))
    before, after, rest = value[:at], value[at:], value[at + 1 :]
    known = rng.choice(ingredients.of(str) or [value])
    alphabet = list(dict.fromkeys(value)) or [letter]
    drawn = "".join(rng.choice(alphabet) for _ in range(rng.randint(1, 9)))
    words = [*value.split(), *ingredients.of(str)[:10]] or [value]
    phrase = " ".join(rng.choice(words) for _ in range(rng.randint(1, 5)))
    shuffled = rng.sample(value[:_LONGEST], len(value[:_LONGEST]))
    edited = before + letter + after, before + letter + rest, before + rest, before + known + after
    return rng.choice((*edited, drawn, drawn, phrase, "".join(shuffled)))


def _bytes(value: bytes, ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    del ingredients, depth
    at = rng.randrange(len(value) + 1)
    return value[:at] + bytes([rng.randrange(256)]) + value[at + rng.randrange(2) :]


def _sequence(value: Sequence[object], ingredients: Ingredients, rng: random.Random, depth: int) -> object:
    items = list(value)
    pool, at = items or _spare(ingredients), rng.randrange(len(items) + 1)
    near = alter(rng.choice(pool), ingredients, rng, depth + 1)
    kind = rng.choice(("change", "change", "change", "insert", "repeat", "drop", "shuffle", "redraw"))
    if kind == "shuffle":
        rng.shuffle(items)
    elif kind == "redraw":
        items = [alter(rng.choice(pool), ingredients, rng, depth + 1) for _ in range(rng.randint(1, 8))]
    elif kind == "change" and at < len(items):
        items[at] = alter(items[at], ingredients, rng, depth + 1)
    elif kind == "drop":
        del items[at : at + 1]
    else:
        items.insert(at, rng.choice(pool) if kind == "repeat" else near)
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
    if made:
        key = rng.choice(list(made))
        kind = rng.choice(("change", "change", "add", "drop"))
        if kind == "change":
            made[key] = alter(made[key], ingredients, rng, depth + 1)
        elif kind == "add":
            made[cast("Any", alter(key, ingredients, rng, _DEEPEST))] = made[key]
        else:
            del made[key]
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
