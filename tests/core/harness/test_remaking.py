"""Instances become larger by their constructors, or not at all."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from string import Template
from typing import cast

import pytest

from orps_core.execute.harness.growing import Grown, Plan, enlarged, grow
from orps_core.execute.harness.recording import Call
from orps_core.execute.harness.relating import relations_of
from orps_core.execute.harness.remaking import Remaking


class Bag:
    """Promises that its items are sorted and counted."""

    def __init__(self, items: list[int], *, limit: int = 9) -> None:
        self._items = sorted(items)
        self.limit = limit
        self.size = len(items)

    def all(self) -> list[int]:
        return self._items


@dataclass(frozen=True)
class Row:
    cells: tuple[int, ...]
    name: str = "row"


class Chain:
    """Holds others of its kind, as deep as one likes."""

    def __init__(self, row: Row, rest: "Chain | None" = None) -> None:
        self.row = row
        self.rest = rest


class Text:
    """Keeps something else than it is given."""

    def __init__(self, words: str) -> None:
        self.words = words.split()


class Series:
    """Keeps what it is given under another name."""

    def __init__(self, values: Iterable[int] = ()) -> None:
        self.known = True
        self.points = list(values)


class Stack:
    def __init__(self) -> None:
        self.items: list[int] = []


class Many:
    def __init__(self, *items: int) -> None:
        self.items = items


class Picky:
    def __init__(self, items: list[int]) -> None:
        if len(items) > 3:
            raise ValueError("too many")
        self.items = items


class Endless:
    def __init__(self, items: list[int]) -> None:
        self.items = items
        while len(items) > 3:
            pass


def larger(call: Call, factor: float = 10) -> Call | None:
    remaking = Remaking(call.args)
    relations = relations_of([call], remaking)
    return enlarged(call, Plan("everything", "resample"), factor, relations, random.Random(0), remaking)


def test_what_a_class_promises_holds_for_the_larger_instance() -> None:
    bag = Bag([5, 2, 9, 9])
    made = larger(Call((bag, 7), {}))
    assert made is not None
    (grown, _) = made.args
    assert isinstance(grown, Bag)
    assert grown.size == len(grown.all()) == 40
    assert grown.all() == sorted(grown.all())
    assert bag.all() == [2, 5, 9, 9]


def test_fields_of_a_dataclass_are_its_parts() -> None:
    made = larger(Call((Row((4, 1, 2, 8, 3)),), {}))
    assert made is not None
    (row,) = made.args
    assert isinstance(row, Row)
    assert len(row.cells) == 50


def test_an_attribute_of_another_name_is_recognised_by_what_is_made_of_it() -> None:
    made = larger(Call((Series([3, 1]),), {}))
    assert made is not None
    (series,) = made.args
    assert isinstance(series, Series)
    assert len(series.points) == 20
    assert series.known is True


def test_a_longer_list_of_instances_holds_other_ones() -> None:
    rows = [Row((4, 1), "ab"), Row((2, 7), "cd"), Row((6,), "ef")]
    made = larger(Call((rows,), {}))
    assert made is not None
    grown = cast("list[Row]", made.args[0])
    assert len(grown) == len({row.name for row in grown}) == 30


@pytest.mark.parametrize("depth", range(5))
def test_instances_within_instances_are_larger_too(depth: int) -> None:
    chain = Chain(Row((4, 1, 2, 8, 3)))
    for _ in range(depth):
        chain = Chain(Row((7, 5, 6, 0, 2)), chain)
    made = larger(Call((chain,), {}))
    assert made is not None
    (grown,) = made.args
    assert isinstance(grown, Chain)
    assert len(grown.row.cells) == 50
    assert (grown.rest is None) is (depth == 0)


class Friend:
    def __init__(self, name: str, friend: "Friend | None" = None) -> None:
        self.name = name
        self.friend = friend


def test_who_hold_each_other_grow_in_number() -> None:
    one = Friend("a", Friend("b"))
    assert one.friend is not None
    one.friend.friend = one
    made = larger(Call(([one, one.friend], one), {}))
    assert made is not None
    friends = cast("list[Friend]", made.args[0])
    assert len(friends) == 20
    assert all(isinstance(each.friend, Friend) for each in friends)


def test_a_member_stays_one_of_the_larger_instance() -> None:
    made = larger(Call((Row((4, 1, 2, 8, 3)), 8), {}))
    assert made is not None
    row, member = made.args
    assert isinstance(row, Row)
    assert member in row.cells


@pytest.mark.parametrize("value", [Text("a b c"), Stack(), Many(1, 2, 3)])
def test_what_its_constructor_does_not_make_of_its_attributes_stays_as_it_is(value: object) -> None:
    assert Remaking([value]).parts(value) == {}


def test_constructors_of_others_are_not_run() -> None:
    assert Remaking([Template("to $whom")]).parts(Template("to $whom")) == {}


def test_who_has_changed_since_it_was_made_stays_as_it_is() -> None:
    bag = Bag([3, 1])
    bag.size = 7
    assert Remaking([bag]).parts(bag) == {}


@pytest.mark.parametrize("value", [Picky([1, 2, 3]), Endless([1, 2, 3])])
def test_a_constructor_that_refuses_or_never_ends_makes_no_larger_call(value: object) -> None:
    assert Remaking([value]).parts(value) == {"items": [1, 2, 3]}
    assert larger(Call((value,), {})) is None


def test_a_method_is_timed_on_a_larger_self() -> None:
    def run(call: Call) -> float | None:
        (bag,) = call.args
        assert isinstance(bag, Bag)
        return 1e-6 * bag.size

    found: list[Grown] = grow([Call((Bag([5, 2, 9]),), {})], run, 30)
    assert max(each.seconds for each in found) >= 1e-3
