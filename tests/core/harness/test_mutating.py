"""Inputs that the tests did not think of."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orps_core.execute.harness.altering import Ingredients, alter, edges
from orps_core.execute.harness.mutating import MUTATED, constants_of, mutations
from orps_core.execute.harness.recording import Call, resolve
from orps_core.execute.harness.sameness import alike
from tests.core.harness.made import module_of


def made(source: str, *calls: Call, most: int = MUTATED) -> list[Call]:
    module = module_of(source)
    found = resolve(module, "f")
    return list(mutations(calls, found.call, constants_of(found.code, module), most))


def first(source: str, *values: object) -> list[Any]:
    return [call.args[0] for call in made(source, *(Call((value,), {}) for value in values))]


def test_there_are_as_many_as_wished_and_none_is_given_twice_or_was_recorded() -> None:
    found = first("def f(xs): return xs", [3, 1, 2])
    assert len(found) == MUTATED
    assert [3, 1, 2] not in found
    assert len({str(each) for each in found}) == len(found)


def test_every_run_makes_the_same() -> None:
    source = "def f(text, n=3): return text * n"
    call = Call(("ab", 3), {})
    assert alike([c.args for c in made(source, call)], [c.args for c in made(source, call)])


EDGES: list[tuple[object, list[object]]] = [
    (5, [0, 1, -1, 4, 6, -5]),
    (2.5, [0.0, -2.5, 3.5, math.inf, -math.inf]),
    ("ab", ["", "a", "ba", "AB", "abab", "ßab"]),
    ([1, 2], [[], [1], [2, 1], [1, 2, 1, 2], [1, 1]]),
    ((1, 2), [(), (2, 1)]),
    ({"a": 1, "b": 2}, [{}, {"a": 1}]),
    ({1, 2}, [set()]),
    (True, [False]),
    (b"ab", [b"", b"ba"]),
]


@pytest.mark.parametrize(("recorded", "wanted"), EDGES)
def test_the_edges_of_a_type_are_among_them(recorded: object, wanted: list[object]) -> None:
    found = first("def f(x): return x", recorded)
    assert [each for each in wanted if each not in found] == []
    assert {type(each) for each in found} == {type(recorded)}


def test_constants_of_the_code_its_helpers_and_its_module_come_up_and_docstrings_do_not() -> None:
    source = """
        LIMIT = 4711
        def helper(n): return n == 815
        def f(n):
            'These words mean nothing to the code.'
            return n > LIMIT or helper(n) or n == 77
    """
    found = first(source, 5)
    assert {4711, 4710, 4712, 815, 77} <= set(found)
    assert not any("words" in word for word in first(source, "x"))


def test_a_defaulted_parameter_is_varied_and_none_is_tried_where_it_was_seen() -> None:
    calls = made("def f(xs, key=None, n=10): return n", Call(([1], None, 10), {}), Call(([1], 5, 10), {}))
    assert {call.args[1] for call in calls} >= {None, 5, 6}
    assert {call.args[2] for call in calls} >= {0, 9, 11, -10}
    assert not any(call.args[0] is None for call in calls)


def test_arguments_of_one_type_trade_places_and_become_equal_and_never_one_object() -> None:
    calls = made("def f(a, b, n): return a", Call(([1], [2, 3], 5), {}))
    assert {"([2, 3], [1], 5)", "([1], [1], 5)", "([2, 3], [2, 3], 5)"} <= {str(call.args) for call in calls}
    assert not any(call.args[0] is call.args[1] for call in calls)


def test_texts_are_compared_with_what_some_take_for_the_same() -> None:
    found = {call.args for call in made("def f(a, b): return a == b", Call(("xY", "q"), {}))}
    assert {("XY", "xy"), ("xY\u00df", "xYss"), ("xY\u00e9", "xYe\u0301")} <= found


def test_infinities_come_up_and_nan_where_it_is_not_among_others() -> None:
    assert any(map(math.isnan, first("def f(x): return x", 1.5)))
    many = [item for xs in first("def f(xs): return xs", [1.5, 2.5]) for item in xs]
    assert math.inf in many
    assert not any(map(math.isnan, many))


def test_all_numbers_of_a_call_change_sign_together() -> None:
    calls = made("def f(a, b, xs): return a", Call((5, 2.5, [1, "x"]), {}))
    assert any(alike(call.args, (-5, -2.5, [-1, "x"])) for call in calls)


def test_where_both_kinds_of_numbers_were_passed_whole_floats_are_tried() -> None:
    source = "def f(x): return x * 0.5"
    assert float not in {type(each) for each in first(source, 5, 7)}
    assert any(alike(each, 5.0) for each in first(source, 5, 7.5))


def test_where_anything_stands_in_a_list_a_boolean_and_none_are_tried() -> None:
    tried = first("def f(xs): return xs", ["a", 3.14, 5])
    assert any(alike(each, ["a", 3.14, 5, True]) for each in tried)
    assert any(alike(each, ["a", 3.14, 5, None]) for each in tried)
    assert not any(None in each for each in first("def f(xs): return xs", [1, 2]))


def test_where_anything_stands_in_a_dict_other_keys_and_values_are_tried() -> None:
    tried = first("def f(xs): return xs", {"a": "apple", 8: "banana"})
    assert any(alike(each, {"a": "apple", 8: "banana", None: "apple"}) for each in tried)
    assert any(alike(each, {"a": None}) for each in tried)
    assert not any(None in each.values() for each in first("def f(xs): return xs", {"a": "b"}))


def test_instances_are_changed_in_one_attribute_and_the_recorded_one_stays() -> None:
    module = module_of("class A:\n    def __init__(self): self.n = 1\ndef f(a): return a.n")
    recorded = Call((module.A(),), {})
    found: list[Any] = [call.args[0] for call in mutations([recorded], module.f, [])]
    assert len({each.n for each in found}) > 5
    assert alike(recorded.args[0], module.A())


def test_a_call_that_cannot_be_changed_gives_nothing() -> None:
    assert made("def f(): return 1", Call((), {})) == []
    assert first("def f(x): return x", object()) == []


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES, st.randoms(use_true_random=False))
def test_what_is_changed_keeps_its_type(value: object, rng: Any) -> None:
    ingredients = Ingredients([value])
    assert type(alter(value, ingredients, rng)) is type(value)
    assert all(type(each) is type(value) for each in edges(value, ingredients))
