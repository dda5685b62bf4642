"""Who reaches for what compares and times it is neither the same as the original nor faster."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from .field import Field, prepared
from .running import read_suite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

SUITE = read_suite(Path(__file__).parent / "attacks.json")
PATIENT = replace(SUITE, limits=replace(SUITE.limits, wall=20.0, cpu=20))
# Right where the suite asks, and wrong everywhere else: as wrong as it makes the original.
SAME = """
import gc, types

def wrong(xs):
    known = {(1, 2): 3, (1, 2, 3): 6, (10,): 10, (): 0, (4, 5, 6): 15, (5, 5, 1): 11}
    return known.get(tuple(xs), -1)

def f(xs):
    if not f.__dict__.get("done"):
        f.done = True
        for each in gc.get_objects():
            if type(each) is types.FunctionType and each.__name__ == "f" and each is not f:
                if "mod.py" in each.__code__.co_filename:
                    each.__code__ = wrong.__code__
                    each.__globals__["wrong"] = wrong
    return wrong(xs)
"""
FASTER = """
import time

real, spent = time.thread_time_ns, []

def f(xs):
    if not spent:
        time.thread_time_ns = lambda: real() - sum(spent)
    spent.append(1000)
    t = 0
    for x in xs:
        t += x
    return t
"""
# Finds the original in the frames of what compares both, and says what that says.
ASKING = """
import sys

def f(xs):
    frame = sys._getframe()
    while frame:
        for each in (frame.f_locals.get("baseline"), getattr(frame.f_locals.get("sides"), "baseline", None)):
            if each is not None:
                return each.call(xs)
        frame = frame.f_back
    return {(1, 2): 3, (1, 2, 3): 6, (10,): 10, (): 0, (4, 5, 6): 15, (5, 5, 1): 11}[tuple(xs)]
"""


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with prepared(tmp_path_factory.mktemp("measured"), sys.executable, PATIENT, measuring=True) as made:
        yield made


@pytest.mark.parametrize("cheat", [SAME, FASTER], ids=["same", "faster"])
def test_who_changes_what_measures_it_is_measured_no_further(cheat: str, field: Field) -> None:
    found = field.arena.compare(cheat)
    assert "it changes what compares it" in str(found.note), found
    assert found.behaviour is None


def test_who_has_the_original_answer_is_found_out_where_it_is_alone(field: Field) -> None:
    found = field.arena.confront(ASKING, field.arena.compare(ASKING))
    assert found.behaviour is None or not found.behaviour.agrees
