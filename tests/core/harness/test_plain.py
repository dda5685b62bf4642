import collections
import datetime as dt
import decimal
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orps_core.execute.harness.plain import NotPlain, decode, encode

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.dates()
    | st.times()
    | st.datetimes(timezones=st.none() | st.just(dt.UTC))
    | st.timedeltas()
    | st.binary().map(bytearray)
    | st.builds(range, st.integers(), st.integers(), st.integers(min_value=1))
)
KEYS = st.integers() | st.text() | st.tuples(st.integers(), st.booleans())
VALUES: st.SearchStrategy[object] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner)
        | st.sets(st.integers())
        | st.frozensets(st.text())
        | st.lists(inner).map(lambda each: collections.deque(each, 9))
        | st.dictionaries(KEYS, st.integers()).map(collections.Counter)
        | st.dictionaries(KEYS, inner).map(collections.OrderedDict)
        | st.dictionaries(KEYS, inner).map(lambda each: collections.defaultdict(list, each))
    ),
    max_leaves=12,
)
TAGS = ["int", "float", "complex", "bytes", "tuple", "set", "frozenset", "dict", "of", "own", "other"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["t", "v", "x"]), inner)
        | st.fixed_dictionaries({"t": st.sampled_from(TAGS), "v": inner})
    ),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_written_comes_back_equal_and_of_the_same_types(value: object) -> None:
    back = decode(json.loads(json.dumps(encode(value))))
    assert repr(back) == repr(value) or back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.0, decimal.Decimal("NaN"), decimal.Decimal("-0")])
def test_odd_numbers_come_back_as_they_were(value: object) -> None:
    assert repr(decode(json.loads(json.dumps(encode(value))))) == repr(value)


class Always(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


@pytest.mark.parametrize(
    "value", [Always(1), [Always(1)], {"a": Always(1)}, object(), collections.UserList([1]), iter([1]), len]
)
def test_nothing_with_behaviour_of_its_own_is_plain(value: object) -> None:
    with pytest.raises(NotPlain):
        encode(value)


def test_a_value_that_holds_itself_is_not_plain() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(NotPlain, match="deeply"):
        encode(value)


@given(JSON)
def test_any_json_is_decoded_or_refused_and_never_more(found: object) -> None:
    try:
        value = decode(found)
    except (ValueError, TypeError, OverflowError, IndexError):
        return
    back = decode(json.loads(json.dumps(encode(value))))
    assert type(back) is type(value)
    assert back == value or repr(back) == repr(value)  # NaN is not equal to itself
