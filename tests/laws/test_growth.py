"""Laws of the value that says how time grows with size."""

import math
import random
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.growth import Growth, Steepness

SIZES = (1.0, 2.0, 4.0, 8.0, 16.0)


def growth(before: Callable[[float], float], after: Callable[[float], float]) -> Growth:
    return Growth(sizes=SIZES, baseline=tuple(map(before, SIZES)), candidate=tuple(map(after, SIZES)))


CLASSES: list[tuple[Callable[[float], float], Steepness]] = [
    (lambda _: 5e-6, Steepness.FLAT),
    (lambda n: 1e-6 * math.sqrt(n), Steepness.SUBLINEAR),
    (lambda n: 1e-6 * n, Steepness.LINEAR),
    (lambda n: 1e-6 * 1000 * n * math.log(1000 * n), Steepness.LINEAR),
    (lambda n: 1e-6 * n * n, Steepness.QUADRATIC),
    (lambda n: 1e-6 * n**3, Steepness.CUBIC),
    (lambda n: 1e-6 * n**4, Steepness.STEEPER),
]


@pytest.mark.parametrize(("cost", "steepness"), CLASSES)
def test_each_class_is_told(cost: Callable[[float], float], steepness: Steepness) -> None:
    chance = random.Random(3)
    found = growth(lambda n: cost(n) * chance.uniform(0.97, 1.03), cost)
    assert found.before.steepness is steepness
    assert found.after.steepness is steepness


def test_before_and_after_are_told_apart() -> None:
    found = growth(lambda n: n * n, lambda n: n)
    assert found.before.factor == pytest.approx(4)
    assert found.after.factor == pytest.approx(2)


def test_times_that_jump_are_in_no_class() -> None:
    jumps = Growth(sizes=SIZES, baseline=(1.0, 1.0, 9.0, 9.0, 9.5), candidate=SIZES)
    assert jumps.before.steepness is None
    assert jumps.after.steepness is Steepness.LINEAR


@given(st.lists(st.floats(1e-6, 10), min_size=5, max_size=5), st.floats(0.1, 10))
def test_the_factor_lies_between_the_extremes_and_knows_no_unit(times: list[float], unit: float) -> None:
    found = Growth(sizes=SIZES, baseline=tuple(times), candidate=tuple(time * unit for time in times))
    assert found.before.low <= found.before.factor * (1 + 1e-9)
    assert found.before.factor <= found.before.high * (1 + 1e-9)
    assert found.after.factor == pytest.approx(found.before.factor)


@pytest.mark.parametrize(
    ("sizes", "times"),
    [((1.0, 2.0), (1.0, 2.0)), ((1.0, 1.0, 2.0), (1.0, 1.0, 1.0)), ((1.0, 2.0, 4.0), (1.0, 0.0, 1.0))],
)
def test_what_is_no_growth_is_refused(sizes: tuple[float, ...], times: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"growth|ascend|above zero"):
        Growth(sizes=sizes, baseline=times, candidate=times)
