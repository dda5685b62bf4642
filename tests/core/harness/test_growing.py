import copy
import gc
import itertools
import random
import time
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orps_core.execute.harness.enlarging import LARGEST_INT, MOST_CHARACTERS, MOST_DIGITS, Enlarger, weight_of
from orps_core.execute.harness.growing import ENOUGH, Grown, Plan, Run, doublings, enlarged, grow
from orps_core.execute.harness.recording import Call
from orps_core.execute.harness.relating import relations_of
from orps_core.execute.harness.remaking import Remaking
from orps_core.execute.harness.sameness import alike

CHANGING: tuple[type, ...] = (list, dict, set)
STYLES = ("resample", "repeat", "stretch")
EVERYTHING = Plan("everything", "resample")
PLAIN = Remaking()
"""Knows no class whose instances could be made anew."""


def calls(*several: tuple[object, ...]) -> list[Call]:
    return [Call(args, {}) for args in several]


def costing(cost: Callable[[Any], float]) -> Run:
    """A run whose seconds are computed from the arguments, so that no clock decides a test."""

    def run(call: Call) -> float | None:
        try:
            seconds = cost((*call.args, *call.kwargs.values()))
        except ValueError:
            return None
        return seconds if seconds < 0.1 else None

    return run


def larger(value: Any, style: str = "resample", factor: float = 8) -> Any:
    return Enlarger(factor, style, random.Random(1)).enlarged(value)


def largest(found: list[Grown]) -> Call:
    return max(found, key=lambda grown: grown.seconds).call


@pytest.mark.parametrize("style", STYLES)
def test_order_uniqueness_and_alphabet_are_kept(style: str) -> None:
    ordered = larger([1, 3, 4, 8], style) if style != "repeat" else larger([1, 3, 4, 8])
    assert len(ordered) == 32
    assert ordered == sorted(ordered)
    assert set(larger("abba", style)) == set("ab")
    assert set(larger([0, 1, 1, 0], style)) == {0, 1}


def test_distinct_items_stay_distinct_and_descending_ones_descend() -> None:
    assert len(set(larger([5, 9, 2]))) == 24
    assert sorted(larger([2, 0, 1])) == list(range(24))
    assert len(set(larger(["ab", "b", "ba"]))) == 24
    falling = larger([9, 5, 2])
    assert falling == sorted(falling, reverse=True)


@pytest.mark.parametrize("style", STYLES)
def test_a_matrix_stays_a_matrix_and_a_square_one_square(style: str) -> None:
    square = larger([[1, 2], [3, 4]], style)
    assert {len(row) for row in square} == {len(square)} == {6}
    wide = larger([[1, 2, 3], [4, 5, 6]], style)
    assert len({len(row) for row in wide}) == 1
    assert len(wide) == 6
    assert len(wide[0]) == 9


def test_a_graph_gets_longer_and_stays_closed() -> None:
    graph = larger({"a": ["b"], "b": ["c"], "c": []})
    assert len(graph) == 24
    assert all(to in graph for ends in graph.values() for to in ends)
    lists = larger([[1], [2], []])
    assert len(lists) == 24
    assert all(0 <= to < len(lists) for ends in lists for to in ends)
    weighted = larger({"a": {"b": 3}, "b": {"a": 1}})
    assert all(to in weighted for ends in weighted.values() for to in ends)


def test_records_keep_their_columns() -> None:
    rows = larger([("a", 1), ("b", 2)])
    assert len(rows) == 16
    assert all(isinstance(name, str) and isinstance(count, int) for name, count in rows)


def test_a_stretched_text_keeps_its_runs_and_a_repeated_one_its_pattern() -> None:
    assert larger(" ab ", "stretch", 2) == "  aabb  "
    assert larger("()", "repeat", 3) == "()()()"
    assert larger([1, 2], "stretch", 2) == [1, 1, 2, 2]


def test_numbers_get_larger_or_longer() -> None:
    assert larger(10, "repeat") == 80
    assert larger(-10, "repeat") == -80
    assert larger(10**6, "repeat") == 10**6
    assert larger(2**70, "repeat") == 2**70
    assert len(str(larger(1234, "digits"))) == 32
    palindrome = str(larger(121, "digits"))
    assert palindrome == palindrome[::-1]
    assert larger(True) is True
    assert larger(None) is None


class Node:
    def __init__(self) -> None:
        self.items = [1, 2]


def test_instances_of_classes_stay_as_they_are() -> None:
    node = Node()
    made = larger([node, node])
    assert len(made) == 16
    assert all(type(item) is Node and item.items == [1, 2] and item is not node for item in made)
    assert larger(node).items == [1, 2]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.binary(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=4)
        | st.sets(st.integers(), max_size=4)
        | st.frozensets(st.text(max_size=2), max_size=4)
    ),
    max_leaves=10,
)


@given(st.lists(values, max_size=3), st.sampled_from([*STYLES, "digits"]), st.floats(1, 100))
@settings(deadline=None)
def test_a_recorded_call_is_never_changed_and_types_are_kept(
    args: list[object], style: str, factor: float
) -> None:
    call = Call(tuple(args), {})
    before = copy.deepcopy(call)
    made = enlarged(
        call, Plan("everything", style), factor, relations_of([call], PLAIN), random.Random(0), PLAIN
    )
    assert alike([call.args], [before.args])
    if made is not None:
        assert [type(value) for value in made.args] == [type(value) for value in call.args]


@given(values)
@settings(deadline=None)
def test_what_was_grown_shares_nothing_that_can_change(value: object) -> None:
    def parts(value: object) -> set[int]:
        own = {id(value)} if isinstance(value, CHANGING) else set[int]()
        return own.union(*(parts(item) for item in gc.get_referents(value)))

    for style in STYLES:
        assert not parts(value) & parts(larger(value, style))


@given(st.lists(st.lists(st.integers(), min_size=1, max_size=5), min_size=2, max_size=4), st.integers(2, 40))
def test_a_size_and_equal_lengths_hold_in_grown_calls(lists: list[list[int]], factor: int) -> None:
    recorded = calls(*((items, len(items), items[::-1]) for items in (*lists, [1, 2, 3, 4])))
    relations = relations_of(recorded, PLAIN)
    for style in STYLES:
        made = enlarged(recorded[0], Plan("everything", style), factor, relations, random.Random(0), PLAIN)
        assert made is not None
        items, size, other = cast("tuple[list[int], int, list[int]]", made.args)
        assert size == len(items) == len(other) == len(lists[0]) * factor


def test_an_offset_between_lengths_a_member_and_an_index_are_kept() -> None:
    recorded = calls(([3, 4, 5], [8, 9], 4, 0), ([4, 6], [7], 6, 1))
    relations = relations_of(recorded, PLAIN)
    made = enlarged(recorded[0], EVERYTHING, 10, relations, random.Random(0), PLAIN)
    assert made is not None
    items, shorter, member, index = cast("tuple[list[int], list[int], int, int]", made.args)
    assert len(shorter) == len(items) - 1
    assert member in items
    assert index == 0


def test_growth_ends_in_the_window_with_several_sizes_and_contents() -> None:
    found = grow(calls(([3, 1, 2],)), costing(lambda a: 1e-6 * len(a[0])), 30)
    assert 2 <= len(found) <= 6
    best = max(found, key=lambda grown: grown.seconds)
    assert ENOUGH <= best.seconds <= 0.008
    sizes = {len(grown.call.args[0]) for grown in found}  # type: ignore[arg-type]  # lists went in
    assert len(sizes) > 1
    at_best = [grown.call.args[0] for grown in found if grown.factor == best.factor]
    assert any(one != other for one, other in itertools.pairwise(at_best))


GROWING: list[tuple[list[Call], Callable[[Any], float]]] = [
    (calls((4,), (6,)), lambda a: 1e-7 * 1.7 ** a[0]),
    (calls(([2, 1],)), lambda a: 1e-8 * len(a[0]) ** 3),
    (calls((5, "ab")), lambda a: 1e-7 * a[0] + 1e-9 * len(a[1])),
    (calls(("  x ",)), lambda a: 1e-7 * (len(a[0]) - len(a[0].lstrip()))),
    (calls((12321,)), lambda a: 1e-5 * len(str(a[0])) if str(a[0]) == str(a[0])[::-1] else 1e-7),
    (calls((1, 2), (1, 2, 3)), lambda a: 1e-5 * len(a)),
]


@pytest.mark.parametrize(
    ("recorded", "cost"),
    GROWING,
    ids=["exponential", "cubic", "one of two", "runs", "digits", "more arguments"],
)
def test_growth_reaches_a_measurable_time(recorded: list[Call], cost: Callable[[Any], float]) -> None:
    assert max(grown.seconds for grown in grow(recorded, costing(cost), 30)) >= ENOUGH


def test_the_same_calls_grow_the_same_way() -> None:
    recorded = calls(([3, 1, 2], "abc"), ([1], "x"))
    run = costing(lambda a: 1e-6 * len(a[0]) * len(a[1]))
    assert grow(recorded, run, 30) == grow(recorded, run, 30)


def test_keyword_arguments_grow_too() -> None:
    recorded = [Call((), {"items": [1, 2], "size": 2}), Call((), {"items": [1, 2, 3], "size": 3})]
    best = largest(grow(recorded, costing(lambda a: 1e-6 * len(a[0])), 30))
    items = cast("list[int]", best.kwargs["items"])
    assert best.kwargs["size"] == len(items) > 1000


def test_a_domain_that_ends_is_approached() -> None:
    def cost(args: tuple[int]) -> float:
        if args[0] > 900:
            raise ValueError
        return 1e-7 * args[0]

    best = largest(grow(calls((5,)), costing(cost), 30))
    assert isinstance(best.args[0], int)
    assert 600 < best.args[0] <= 900


@pytest.mark.slow
def test_growth_stays_within_its_limits_where_nothing_gets_slower() -> None:
    sizes: list[tuple[int, int, int]] = []

    def run(call: Call) -> float:
        items, text, number = call.args
        assert isinstance(text, str)
        assert isinstance(number, int)
        sizes.append((weight_of(items), len(text), number))
        return 1e-6

    grow(calls(([[1, 2], [3]], "ab", 9)), run, 1)
    assert max(size for size, _, _ in sizes) <= 50_000
    assert max(size for _, size, _ in sizes) <= MOST_CHARACTERS
    assert all(number <= LARGEST_INT or len(str(number)) <= MOST_DIGITS for _, _, number in sizes)


def test_growth_keeps_its_time() -> None:
    tried: list[Call] = []

    def run(call: Call) -> float:
        tried.append(call)
        time.sleep(0.02)
        return 1e-6

    grow(calls(([3, 1, 2],)), run, 0.1)
    assert 1 <= len(tried) <= 18


def test_nothing_grows_from_nothing() -> None:
    assert grow([], costing(lambda _: 1e-6)) == []
    assert grow(calls(()), costing(lambda _: 1e-6)) == []
    assert grow(calls((Node(),)), costing(lambda _: 1e-6)) == []


def test_a_recorded_call_that_is_large_already_is_given_back() -> None:
    found = grow(calls((7,)), costing(lambda a: 0.005 if a[0] == 7 else 1.0), 30)
    assert [grown.how for grown in found] == ["recorded"]


def test_one_growth_comes_in_sizes_that_double() -> None:
    recorded = calls(([3, 1, 2], 3), ([1, 2, 3, 4], 4))
    found = grow(recorded, costing(lambda a: 1e-6 * len(a[0])), 30)
    sizes = doublings(recorded, next(one for one in found if one.plan))
    assert [factor for factor, _ in sizes] == [1, 2, 4, 8, 16]
    lengths = [len(cast("list[int]", call.args[0])) for _, call in sizes]
    assert all(1.9 < two / one < 2.1 for one, two in itertools.pairwise(lengths))
    assert [call.args[1] for _, call in sizes] == lengths


def test_a_call_that_did_not_grow_has_no_sizes() -> None:
    (found,) = grow(calls((7,)), costing(lambda a: 0.005 if a[0] == 7 else 1.0), 30)
    assert doublings(calls((7,)), found) == []
