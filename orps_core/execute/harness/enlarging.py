"""Makes values larger in the image of small ones: same types, same alphabet, same order, same shape."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Sequence
from typing import Any, Dict, List, Optional, Set, Tuple, cast

from .copying import deep_copy
from .linking import chained_graph, chained_lists, is_graph, links_itself, relabelled
from .remaking import Remaking
from .showing import is_array

MOST_ITEMS = 50_000
MOST_CHARACTERS = 200_000
LARGEST_INT = 10**6
MOST_DIGITS = 2_000
_WIDER = 8  # times the range of numbers inside a container, at most
_RECORD = 3  # items up to which a tuple is a record and not a sequence
_SCALARS = (int, float, str, bytes, complex, type(None))
_FOR_REPEAT = 2
_DEEPEST = 3  # instances within instances


class Enlarger:
    """Makes values about ``factor`` times as large.

    ``style`` is ``resample`` (drawn anew), ``repeat`` (one copy behind the other), ``stretch`` (each part
    several times in place, which keeps runs and ends), ``spread`` (whole numbers drawn from as many values as
    there are items) or ``digits`` (numbers get longer, not larger).
    """

    def __init__(
        self, factor: float, style: str, rng: random.Random, remaking: Optional[Remaking] = None
    ) -> None:
        self._remaking = remaking or Remaking()
        self._inside = 0
        self._factor = factor
        self._repeat = style in {"repeat", "stretch"}
        self._stretch = style == "stretch"
        self._digits = style == "digits"
        self._spread = style == "spread"
        self._rng = rng

    def number(self, value: float) -> float:
        if not isinstance(value, int):
            return value * min(self._factor, LARGEST_INT) if math.isfinite(value) else value
        if self._digits:
            return self._more_digits(value)
        most = max(LARGEST_INT, abs(value))
        grown = min(most, int(abs(value) * self._factor)) if abs(value) < LARGEST_INT else most
        if not self._repeat and grown > abs(value):
            grown = min(most, grown + self._rng.randrange(1 + grown // 8))
        return grown if value >= 0 else -grown

    def container(self, value: object, length: Optional[int] = None) -> object:
        """``length`` is set where another argument decides it."""
        if is_array(value):
            return self._array(value, length)
        kind = type(value)
        makers: Dict[type, Callable[[Any, Optional[int]], object]] = {
            str: self._text,
            bytes: self._text,
            bytearray: self._text,
            list: self._sequence,
            tuple: self._sequence,
            set: self._set,
            frozenset: self._set,
            dict: self._dict,
            range: lambda old, size: range(
                old.start, old.start + old.step * self._size(len(old), size), old.step
            ),
        }
        return makers[kind](value, length) if kind in makers and len(cast("Any", value)) else deep_copy(value)

    def _size(self, old: int, length: Optional[int], most: int = MOST_ITEMS) -> int:
        return min(most, max(old, math.ceil(old * self._factor))) if length is None else length

    def _more_digits(self, value: int) -> int:
        text = str(abs(value)) if value.bit_length() < MOST_DIGITS else ""
        if not value or not text:
            return value
        more = min(MOST_DIGITS, math.ceil(len(text) * self._factor)) - len(text)
        # Mirrored digits keep a palindrome one; the middle is drawn from the digits that were there.
        half = (text[0] + "".join(self._rng.choices(text, k=more // 2)))[: more // 2]
        grown = int(half + text + half[::-1])
        return grown if value > 0 else -grown

    def _text(self, value: Any, length: Optional[int]) -> object:  # noqa: ANN401  (str and bytes alike)
        size = self._size(len(value), length, MOST_CHARACTERS)
        if self._repeat:
            times = max(1, round(size / len(value))) if length is None else math.ceil(size / len(value))
            parts = [value[index : index + 1] * times for index in range(len(value))]
            return (type(value)().join(parts) if self._stretch else value * times)[:length]
        drawn = self._rng.choices(list(value), k=size)
        if len(value) > _FOR_REPEAT and list(value) == sorted(value):
            drawn.sort()
        return "".join(drawn) if isinstance(value, str) else type(value)(drawn)

    def _sequence(self, value: Sequence[object], length: Optional[int]) -> object:
        kind = cast("Callable[[List[object]], object]", type(value))
        if isinstance(value, tuple) and _is_record(value):
            return kind([self.enlarged(item) for item in value])
        if _is_matrix(value):
            return kind(self._matrix(cast("Sequence[Sequence[object]]", value), length))
        size = self._size(len(value), length)
        if links_itself(value):
            return kind(chained_lists(cast("Sequence[Sequence[int]]", value), size))
        return kind(self._items(value, size))

    def enlarged(self, value: object) -> object:
        return self.number(cast("float", value)) if is_number(value) else self.container(value)

    def _items(self, pool: Sequence[object], size: int) -> List[object]:
        if self._stretch:
            return [deep_copy(pool[index * len(pool) // size]) for index in range(size)]
        if self._repeat:
            return [deep_copy(pool[index % len(pool)]) for index in range(size)]
        drawn = self._drawn(pool, size)
        if len(pool) > 1 and all(isinstance(item, (int, float, str)) for item in pool):
            if _is_sorted(pool):
                drawn.sort(key=_sortable)
            elif _is_sorted(list(reversed(pool))):
                drawn.sort(key=_sortable, reverse=True)
        return drawn

    def _drawn(self, pool: Sequence[object], size: int) -> List[object]:
        kinds = {type(item) for item in pool}
        if kinds == {int}:
            return list(self._ints(cast("Sequence[int]", pool), size))
        if kinds == {float}:
            return [cast("float", self._rng.choice(pool)) * self._rng.uniform(0.5, 1.5) for _ in range(size)]
        if kinds == {str}:
            return list(self._words(cast("Sequence[str]", pool), size))
        made = self._instances(pool, size) if len(kinds) == 1 else None
        if made is not None:
            return made
        rows = cast("Sequence[Sequence[object]]", pool)
        if kinds == {tuple} and len({len(row) for row in rows}) == 1 and _flat_scalars(rows):
            # Records: each column is like what stood in it.
            columns = [self._drawn(list(column), size) for column in zip(*rows)]
            return list(zip(*columns)) if columns else [()] * size
        if kinds == {list} and _flat_scalars(rows):
            every = [item for row in rows for item in row]
            lengths = [len(self._rng.choice(rows)) for _ in range(size)]
            items = iter(self._drawn(every, sum(lengths)) if every else [])
            return [[next(items) for _ in range(count)] for count in lengths]
        return [deep_copy(self._rng.choice(pool)) for _ in range(size)]

    def _instances(self, pool: Sequence[object], size: int) -> Optional[List[object]]:
        """Their constructors get what is like what the others got; None where that is not known."""
        rows = [self._remaking.parts(each) for each in pool]
        names = list(rows[0])
        if not names or any(list(row) != names for row in rows) or self._inside == _DEEPEST:
            return None
        self._inside += 1  # they may hold each other
        columns = [self._drawn([row[name] for row in rows], size) for name in names]
        self._inside -= 1
        return self._remaking.all_made(type(pool[0]), (dict(zip(names, row)) for row in zip(*columns)))

    def _ints(self, pool: Sequence[int], size: int) -> List[int]:
        low, high = min(pool), max(pool)
        if len(pool) > 1 and len(set(pool)) == len(pool):
            if high - low == len(pool) - 1:  # a permutation
                return self._rng.sample(range(low, low + size), size)
            span = max(size, (high - low + 1) * size // len(pool))
            if span < sys.maxsize:
                return self._rng.sample(range(low, low + span), size)
            return list(dict.fromkeys(low + self._rng.randrange(span) for _ in range(size)))
        if low >= 0 and high <= 1:
            return self._rng.choices(pool, k=size)
        if self._spread and low >= 0:
            return [self._rng.randint(low, high + size) for _ in range(size)]
        wider = high + int(max(1, high - low) * (min(self._factor, _WIDER) - 1))
        return [self._rng.randint(low, wider) for _ in range(size)]

    def _words(self, pool: Sequence[str], size: int) -> List[str]:
        alphabet = "".join(pool)
        if not alphabet:
            return list(self._rng.choices(pool, k=size))
        unique = len(set(pool)) == len(pool) > 1 and len(set(alphabet)) > 1
        words: Dict[str, None] = {}
        made: List[str] = []
        for _ in range(size):
            word = "".join(self._rng.choices(alphabet, k=len(self._rng.choice(pool))))
            while unique and word in words:
                word += self._rng.choice(alphabet)
            words[word] = None
            made.append(word)
        return made

    def _matrix(self, rows: Sequence[Sequence[object]], length: Optional[int]) -> List[object]:
        side = math.sqrt(self._factor)
        height = min(MOST_ITEMS, math.ceil(len(rows) * side)) if length is None else length
        width = height if len(rows) == len(rows[0]) else math.ceil(len(rows[0]) * side)
        height = min(height, max(1, MOST_ITEMS // width))
        kind = cast("Callable[[List[object]], object]", type(rows[0]))
        if self._repeat:
            many = [[row[column % len(row)] for column in range(width)] for row in rows]
            return [kind(list(many[index % len(rows)])) for index in range(height)]
        cells = self._drawn([cell for row in rows for cell in row], height * width)
        return [kind(cells[index * width : (index + 1) * width]) for index in range(height)]

    def _set(self, value: Set[object], length: Optional[int]) -> object:
        pool = sorted(value, key=_sortable)
        kind = cast("Callable[[List[object]], object]", type(value))
        if {type(item) for item in pool} <= {int, str, float} and len(pool) > 1:
            return kind(self._drawn(pool, self._size(len(pool), length)))
        return deep_copy(value)

    def _dict(self, value: Dict[object, object], length: Optional[int]) -> object:
        size = self._size(len(value), length)
        keys = list(value)
        if is_graph(value):
            return chained_graph(value, size // len(keys))
        kinds = {type(key) for key in keys}
        if kinds not in ({int}, {str}):
            return deep_copy(value)
        made = deep_copy(value)
        parts = self._items(list(value.values()), size)
        names = (
            self._drawn(keys, size) if len(keys) > 1 else [relabelled(keys[0], value, i) for i in range(size)]
        )
        for name, part in zip(names, parts):
            made.setdefault(name, part)
        return made

    def _array(self, value: object, length: Optional[int]) -> object:
        numpy: Any = sys.modules["numpy"]
        old = cast("Any", value)
        if not old.size or old.dtype.hasobject:
            return deep_copy(value)
        side = self._factor ** (1 / old.ndim)
        shape = [min(MOST_ITEMS, math.ceil(size * side)) for size in old.shape]
        if length is not None:
            shape[0] = length
        if self._repeat:
            return cast("object", numpy.resize(old, shape))
        draws = numpy.random.RandomState(self._rng.randrange(1 << 31))
        return cast("object", draws.choice(old.ravel(), size=shape).astype(old.dtype))


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and type(value) is not bool


def weight_of(value: object, most: int = 4 * MOST_ITEMS) -> int:
    """How many items a value holds, counted up to ``most``; a text counts a quarter of its characters."""
    total, waiting = 0, [value]
    while waiting and total < most:
        item = waiting.pop()
        total += 1
        if isinstance(item, (str, bytes)):
            total += len(item) * MOST_ITEMS // MOST_CHARACTERS
        elif is_array(item):
            total += int(cast("Any", item).size)
        elif issubclass(type(item), dict):
            waiting += cast("Dict[object, object]", item).values()
        elif issubclass(type(item), (list, tuple, set, frozenset)):
            waiting += cast("Sequence[object]", item)
    return total


def _sortable(value: object) -> Any:  # noqa: ANN401  (numbers or texts, whichever there are)
    return value if isinstance(value, (int, float, str)) else str(type(value))


def _is_sorted(values: Sequence[object]) -> bool:
    try:
        return all(cast("Any", one) <= other for one, other in zip(values, values[1:]))
    except TypeError:
        return False


def _is_record(value: Tuple[object, ...]) -> bool:
    kinds = {type(item) for item in value}
    return len(value) <= _RECORD and (len(kinds) > 1 or kinds <= {int, float})


def _is_matrix(value: Sequence[object]) -> bool:
    rows = cast("Sequence[Sequence[object]]", value)
    if not {type(row) for row in value} <= {list, tuple} or isinstance(value[0], tuple):
        return False
    return (
        len(value) > 1 and len({len(row) for row in rows}) == 1 and len(rows[0]) > 0 and _flat_scalars(rows)
    )


def _flat_scalars(rows: Sequence[Sequence[object]]) -> bool:
    return all(isinstance(item, _SCALARS) for row in rows for item in row)
