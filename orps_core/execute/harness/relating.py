"""Finds how the arguments of one function depend on each other, and makes new arguments depend likewise."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple, Union, cast

from .recording import Call
from .remaking import Remaking
from .showing import is_array

_CONTAINERS = frozenset({list, tuple, str, bytes, bytearray, set, frozenset, dict, range})
_BY_CHANCE = 2  # a number this small equals a length without meaning it

_DEEPEST = 2  # levels of parts that have parts

Key = Union[int, str]


@dataclass(frozen=True)
class Relation:
    """What held in all calls.

    ``size``: ``of`` is the length of ``to`` plus the offset; ``member``, ``index``: it is one of it;
    ``alike``: it is as long as ``to``, plus the offset.
    """

    kind: str
    of: Key
    to: Key
    offset: int = 0


def slots_of(call: Call, remaking: Remaking) -> Dict[Key, object]:
    """All arguments by position or name, then the parts of those that are made anew of them, then theirs."""
    found: Dict[Key, object] = dict(enumerate(call.args))
    found.update(call.kwargs)
    whole = found
    for _ in range(_DEEPEST):
        whole = {
            part_of(key, name): part
            for key, value in whole.items()
            for name, part in remaking.parts(value).items()
        }
        found = {**found, **whole}
    return found


def part_of(key: Key, name: str) -> Key:
    """The slot of what the constructor of an argument gets under a name. No argument is called like that."""
    return f"{key}.{name}"


def is_container(value: object) -> bool:
    return type(value) in _CONTAINERS or is_array(value)


def relations_of(calls: Sequence[Call], remaking: Remaking) -> Tuple[Relation, ...]:
    """How arguments, and their parts, depend on each other in every one of the calls."""
    every = [slots_of(call, remaking) for call in calls]
    keys = [key for key in every[0] if all(key in slots for slots in every)] if every else []
    found: List[Relation] = []
    for of in keys:
        for to in keys:
            pairs = [(slots[of], slots[to]) for slots in every]
            relation = None if of == to else _relation(of, to, pairs)
            if relation is not None:
                found.append(relation)
    return tuple(found)


def tie(made: Dict[Key, object], relations: Sequence[Relation], rng: random.Random) -> None:
    for relation in relations:
        other = made[relation.to]
        if relation.kind == "alike" or not is_container(other):
            continue
        if relation.kind == "size":
            made[relation.of] = len(cast("Sequence[object]", other)) + relation.offset
        elif relation.kind == "member":
            kind = type(made[relation.of])
            items = [item for item in cast("Sequence[object]", other) if type(item) is kind]
            # The last one makes a search walk through everything.
            if items:
                made[relation.of] = items[-1] if rng.random() < 0.5 else rng.choice(items)  # noqa: PLR2004  (one of two)


def _relation(of: Key, to: Key, pairs: Sequence[Tuple[object, object]]) -> Optional[Relation]:
    if not all(is_container(container) for _, container in pairs):
        return None
    lengths = [len(cast("Sequence[object]", container)) for _, container in pairs]
    if all(type(value) is int for value, _ in pairs):
        offsets = {cast("int", value) - length for (value, _), length in zip(pairs, lengths)}
        if len(offsets) == 1 and offsets <= {0, -1} and max(lengths) > _BY_CHANCE:
            return Relation("size", of, to, offsets.pop())
    if all(is_container(value) and type(value) is type(container) for value, container in pairs):
        return _lengths_alike(of, to, [len(cast("Sequence[object]", value)) for value, _ in pairs], lengths)
    if all(
        not isinstance(container, (str, bytes)) and _is_in(value, container) for value, container in pairs
    ):
        return Relation("member", of, to)
    if all(type(value) is int and 0 <= value < length for (value, _), length in zip(pairs, lengths)):
        return Relation("index", of, to)
    return None


def _lengths_alike(of: Key, to: Key, ours: Sequence[int], theirs: Sequence[int]) -> Optional[Relation]:
    offsets = {one - other for one, other in zip(ours, theirs)}
    # Seen at one length only, a difference of one would be a coincidence.
    constant = offsets == {0} or (len(offsets) == 1 and offsets <= {1, -1} and len(set(theirs)) > 1)
    if constant and max(theirs) > 1 and str(of) > str(to):
        return Relation("alike", of, to, offsets.pop())
    return None


def _is_in(value: object, container: object) -> bool:
    if not isinstance(value, (int, float, str)):
        return False
    return any(type(item) is type(value) and item == value for item in cast("Sequence[object]", container))
