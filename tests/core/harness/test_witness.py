"""A version that is alone says everything that a caller would notice, and says it in plain data."""

import json
import types
from typing import Any, cast

import pytest

from orps_core.execute.harness.behaviour import Observed
from orps_core.execute.harness.differing import aspect_of
from orps_core.execute.harness.testimony import MALFORMED, read
from orps_core.execute.harness.witness import Witness

from .made import imported, module_of

MODULE = """
    import dataclasses, sys, warnings

    @dataclasses.dataclass
    class Point:
        x: int
        y: float = 0.0

    class Box:
        def __init__(self, items):
            self.items = list(items)

        def __eq__(self, other):
            return True

    class Odd(ValueError):
        pass

    def f(what, items):
        if what == "raise":
            raise Odd("no", len(items))
        if what == "change":
            items.append(0)
        if what == "itself":
            return items
        if what == "print":
            print("!")
        if what == "complain":
            print("?", file=sys.stderr)
        if what == "warn":
            warnings.warn("old", DeprecationWarning)
        if what == "own":
            return [Point(2, 0.5)]
        if what == "boxed":
            return [Box(items), Box([1])]
        if what == "other boxes":
            return [Box(items), Box([2])]
        if what == "lazy":
            return (each for each in items)
        if what == "object":
            return object()
        if what == "limit":
            sys.setrecursionlimit(sys.getrecursionlimit() + 1)
        return sum(items)
"""
WHAT = (
    "raise",
    "change",
    "itself",
    "print",
    "complain",
    "warn",
    "own",
    "boxed",
    "other boxes",
    "lazy",
    "limit",
    "nothing",
)


def call(what: str, *items: int) -> dict[str, object]:
    return {"args": [what, list(items)], "kwargs": {}}


def asked(witness: Witness, what: str) -> dict[str, Any]:
    """What it says, as it comes over the line."""
    request: dict[str, object] = {"do": "observe", "call": call(what, 1, 2), "patience": 5.0}
    return cast("dict[str, Any]", json.loads(json.dumps(witness.answered(request))))


def seen(module: types.ModuleType, what: str) -> Observed:
    return read(asked(Witness(module, "f"), what)["seen"], module)


@pytest.mark.parametrize("what", WHAT)
def test_it_says_the_same_again_and_something_else_than_for_all_others(what: str) -> None:
    module = module_of(MODULE)
    with imported(module):
        told = {each: seen(module, each) for each in WHAT}
        assert aspect_of(told[what], seen(module, what)) is None
        others = [each for each in WHAT if each != what and aspect_of(told[what], told[each]) is None]
    assert others == []


def test_what_is_no_plain_data_is_refused() -> None:
    module = module_of(MODULE)
    with imported(module):
        assert asked(Witness(module, "f"), "object") == {"refused": "builtins.object"}


def test_a_batch_gives_what_the_calls_give() -> None:
    module = module_of(MODULE)
    calls = [call("nothing", 1, n) for n in range(3)]
    first: dict[str, object] = {"calls": calls}
    with imported(module):
        witness = Witness(module, "f")
        for request in (first, {}):  # the same arguments are used again
            witness.answered({"do": "ready", "times": 2, "changing": False, **request})
            witness.answered({"do": "go"})
            said = witness.answered({"do": "tell"})["said"]
            assert said == [["value", None, n + 1] for n in range(3)] * 2


def test_calls_that_change_their_arguments_get_their_own() -> None:
    module = module_of(MODULE)
    with imported(module):
        witness = Witness(module, "f")
        witness.answered({"do": "ready", "times": 3, "changing": True, "calls": [call("change", 1)]})
        witness.answered({"do": "go"})
        assert witness.answered({"do": "tell"})["said"] == [["value", None, 1]] * 3


@pytest.mark.parametrize(
    "told",
    [
        None,
        {},
        {"shape": 3},
        {"shape": "value", "value": {"t": "own", "v": ["os.system", "true"]}},
        {"shape": "value", "value": {"t": "state", "v": ["os.stat_result"]}},
    ],
    ids=["nothing", "no key", "no text", "no class of the module", "no class of its own"],
)
def test_what_a_candidate_makes_up_is_refused(told: object) -> None:
    with pytest.raises(MALFORMED):
        read(told, module_of(MODULE))
