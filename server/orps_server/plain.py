"""Reads plain JSON whose shape nobody has promised."""

from collections.abc import Mapping, Sequence
from typing import cast


def members(value: object) -> Mapping[str, object]:
    """The members of an object; none of anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def attribute(value: object, name: str) -> object:
    """A member of an object, also of one that pygls has made a tuple of; None where it has none."""
    found = members(value)
    return found.get(name) if found else getattr(value, name, None)


def items(value: object) -> Sequence[object]:
    """The items of an array; none of anything else."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()


def strings(value: object) -> tuple[str, ...] | None:
    """An array of strings; None if it is anything else."""
    if not isinstance(value, list | tuple):
        return None
    found = cast("Sequence[object]", value)
    kept = tuple(item for item in found if isinstance(item, str))
    return kept if len(kept) == len(found) else None
