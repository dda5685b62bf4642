import dataclasses
import enum
import json
import sys
from collections import OrderedDict
from typing import NamedTuple

import pytest

from orps_core.execute.harness.plain import NotPlain, decode, encode

HOME = sys.modules[__name__]


class Colour(enum.Enum):
    RED = 1
    ROUGE = RED


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class Point(NamedTuple):
    x: int
    y: object = None


@dataclasses.dataclass
class Box:
    items: list[object]
    size: int = 0


@dataclasses.dataclass
class Ice(Box):
    cold: bool = True


@dataclasses.dataclass(frozen=True)
class Slim:
    __slots__ = ("a",)
    a: Box


@dataclasses.dataclass
class Checking:
    a: int

    def __post_init__(self) -> None:
        raise AssertionError("no constructor runs")


@dataclasses.dataclass
class Watching:
    a: int

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)


class Plain:
    pass


def crossed(value: object) -> object:
    return decode(json.loads(json.dumps(encode(value, HOME))), HOME)


@pytest.mark.parametrize(
    "value",
    [Colour.ROUGE, Rights.WRITE, Point(1, Point(2, Colour.RED)), Box([Ice([])], 3), Slim(Box([1]))],
    ids=repr,
)
def test_instances_of_the_modules_own_classes_cross_whole(value: object) -> None:
    back = crossed(value)
    assert back == value
    assert type(back) is type(value)


def test_a_class_of_another_module_is_not_known() -> None:
    with pytest.raises(NotPlain, match="Point"):
        encode(Point(1), sys)


@pytest.mark.parametrize(
    "value", [Watching(1), Plain(), Rights.READ | Rights.WRITE], ids=["watching", "plain", "flags"]
)
def test_what_is_more_than_its_fields_is_refused(value: object) -> None:
    with pytest.raises(NotPlain):
        encode(value, HOME)


def test_an_instance_that_holds_more_than_its_fields_is_refused() -> None:
    box = Box([])
    vars(box)["more"] = 1
    with pytest.raises(NotPlain):
        encode(box, HOME)


def own(*parts: object) -> object:
    return {"t": "own", "v": list(parts)}


def pair(*parts: object) -> object:
    return {"t": "tuple", "v": list(parts)}


LIES: dict[str, object] = {
    "a class that has a constructor of its own": own("Checking", pair("a", 1)),
    "a class that is not there": own("Nothing", pair("a", 1)),
    "a class of another module": own("OrderedDict"),
    "a function": own("crossed"),
    "the inside of a class": own("Box.__init__"),
    "a class that is nothing to rebuild": own("Plain"),
    "no name": own([], 1),
    "nothing": own(),
    "a member that is not there": own("Colour", "GREEN"),
    "a member by its value": own("Colour", 1),
    "a field too few": own("Box", pair("items", [])),
    "a field too many": own("Box", pair("items", []), pair("size", 1), pair("__class__", 1)),
    "a field twice": own("Box", pair("items", []), pair("size", 1), pair("size", 1)),
    "too short a tuple": own("Point", 1),
    "a range of texts": {"t": "of", "v": ["builtins.range", "1", "2", "3"]},
    "a class of the standard library that nobody named": {"t": "of", "v": ["os.system", "true"]},
    "a function of a module that is known": {"t": "of", "v": ["decimal.getcontext"]},
    "a decimal that is none": {"t": "of", "v": ["decimal.Decimal", "one"]},
    "a fraction by nothing": {"t": "of", "v": ["fractions.Fraction", 1, 0]},
    "a moment as it is pickled": {"t": "of", "v": ["datetime.datetime", {"t": "bytes", "v": "00" * 10}]},
    "a day that is none": {"t": "of", "v": ["datetime.date", 2024, 2, 30]},
    "a factory that is code": {"t": "of", "v": ["collections.defaultdict", "eval"]},
    "a bytearray by its size": {"t": "of", "v": ["builtins.bytearray", 1 << 40]},
    "no parts": {"t": "of", "v": []},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_about_a_class_is_refused(lie: object) -> None:
    assert OrderedDict.__module__ != __name__
    with pytest.raises((ValueError, TypeError)):
        decode(lie, HOME)
