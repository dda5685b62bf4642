import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orps_core.execute.harness.copying import deep_copy

ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
KEYS = st.integers() | st.text() | st.tuples(st.integers(), st.text()) | st.frozensets(st.integers())


def copied(value: object, memo: dict[int, object] | None = None) -> Any:
    return deep_copy(value, memo)


class Node:
    def __init__(self, *parts: object) -> None:
        self.parts = [*parts]


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner)
        | st.dictionaries(KEYS, inner)
        | st.lists(inner).map(tuple)
        | st.sets(KEYS)
        | inner.map(lambda each: Node(each, each))
        | st.lists(inner, min_size=1).map(lambda each: [each, {"a": each, "b": (each, each[0])}])
    )


DATA = st.recursive(ATOMS | st.frozensets(st.integers()) | st.builds(bytearray, st.binary()), containers)


CHANGEABLE: Any = (list, dict, set, bytearray, Node)


def parts_of(value: Any) -> list[Any]:
    if type(value) is Node:
        return [value.parts]
    if type(value) is dict:
        return [*value.keys(), *value.values()]
    return [*value] if type(value) in {list, tuple} else []


def shape(value: object) -> list[object]:
    """Types and values in order, and which of them are one and the same object."""
    seen: dict[int, int] = {}
    found: list[object] = []
    waiting: list[Any] = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, (*CHANGEABLE, tuple)):
            if id(each) in seen:
                found.append(seen[id(each)])
                continue
            seen[id(each)] = len(seen)
        parts = parts_of(each)
        # The order of a set may be another one after each copy, and so may its text.
        alone = not parts and type(each) not in {Node, set, frozenset}
        found.append((type(each).__name__, len(parts), repr(each) if alone else ""))
        waiting += reversed(parts)
    return found


@settings(max_examples=60, deadline=None)
@given(DATA)
def test_it_makes_what_python_makes(value: object) -> None:
    assert shape(copied(value)) == shape(copy.deepcopy(value)) == shape(value)


@settings(max_examples=40, deadline=None)
@given(st.lists(DATA, min_size=1))
def test_nothing_that_can_be_changed_is_shared(value: list[Any]) -> None:
    before = shape(value)
    made = copied(value)
    waiting = [made]
    while waiting:
        each = waiting.pop()
        waiting += parts_of(each)
        if isinstance(each, CHANGEABLE) and type(each) is not Node:
            each.clear()
    assert shape(value) == before


def test_what_holds_itself_holds_itself_again() -> None:
    inner: list[object] = []
    whole = (inner, {"inner": inner})
    inner.append(whole)
    made = copied(whole)
    assert made is not whole
    assert made[0][0] is made
    assert made[1]["inner"] is made[0]


def test_a_tuple_that_holds_nothing_to_change_stays_itself() -> None:
    whole = (1, ("a", (2.5, None)))
    assert copied(whole) is whole


def test_objects_are_copied_their_own_way_and_once() -> None:
    class Own:
        def __deepcopy__(self, memo: dict[int, object]) -> str:
            return "mine"

    own, node = Own(), Node(1)
    made = copied([own, node, {"again": node}, (node,)])
    assert made[0] == "mine"
    assert made[1] is made[2]["again"] is made[3][0]
    assert made[1] is not node


def test_what_is_in_the_memo_is_taken_from_it() -> None:
    marker, kept = object(), [1]
    assert copied([marker, kept], {id(marker): "known", id(kept): "list"}) == ["known", "list"]


def test_a_subclass_is_no_built_in_container() -> None:
    class Rows(list[int]):
        name = ""

    rows = Rows([1, 2])
    rows.name = "x"
    made = copied({"rows": rows})["rows"]
    assert (type(made), made, made.name) == (Rows, [1, 2], "x")


def test_what_is_too_deep_raises_as_python_does() -> None:
    deep: list[object] = []
    for _ in range(10**5):
        deep = [deep]
    with pytest.raises(RecursionError):
        copied(deep)
