"""Compares functions that were returned: by their code and what it holds, or by what they answer."""

from __future__ import annotations

import copy
import types
from typing import List, Tuple, cast

_PROBES: Tuple[object, ...] = (0, 1, 3, -2, 2.5, "ab", "", [3, 1, 2], [], None)
_MOST_PARAMETERS = 3


def same_code(one: types.CodeType, other: types.CodeType) -> bool:
    """Whether two functions were compiled from the same text, wherever it stood."""
    if (one.co_code, one.co_names, one.co_argcount, one.co_flags) != (
        other.co_code, other.co_names, other.co_argcount, other.co_flags,
    ):  # fmt: skip
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    return all(map(_same_constant, one.co_consts, other.co_consts))


def _same_constant(one: object, other: object) -> bool:
    if isinstance(one, types.CodeType) and isinstance(other, types.CodeType):
        return same_code(one, other)
    return type(one) is type(other) and repr(one) == repr(other)


def held_by(function: types.FunctionType) -> List[object]:
    """What the function takes from where it was made: defaults and the variables it closes over."""
    return [
        function.__defaults__,
        function.__kwdefaults__,
        [_content(cell) for cell in function.__closure__ or ()],
    ]


def _content(cell: types.CellType) -> object:
    try:
        return cast("object", cell.cell_contents)
    except ValueError:  # an empty cell
        return None


def answers(function: types.FunctionType) -> List[object]:
    """What it does with a few plain arguments. Empty where it answers none of them."""
    code = function.__code__
    wanted = code.co_argcount - len(function.__defaults__ or ())
    if wanted > _MOST_PARAMETERS or code.co_kwonlyargcount:
        return []
    found = [
        _answer(function, [copy.copy(probe) for _ in range(wanted)])
        for probe in _PROBES[: None if wanted else 1]
    ]
    return [each for _, each in found] if any(answered for answered, _ in found) else []


def _answer(function: types.FunctionType, arguments: List[object]) -> Tuple[bool, object]:
    try:
        return True, function(*arguments)
    # A fence: the function may raise what it likes, its class is the answer.
    except Exception as error:  # noqa: BLE001
        return False, type(error)
