"""Laws of what is measured where a candidate can reach neither the original nor the clock."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.outside import Outside, timed_outside

SECONDS = st.floats(1e-3, 10.0)
RATIOS = st.floats(1.5, 100.0)


def row(original: float, candidate: float, ready: float = 0.001, tell: float = 0.001) -> list[float]:
    """Seconds of both; ``ready`` and ``tell`` are what the candidate takes beside its calls."""
    ours, theirs = [0.001, original, 0.001], [ready, candidate, tell]
    return [*ours, *ours, *theirs, *theirs]


def timed(*rows: list[float], first: list[float] | None = None, waits: bool = False) -> Outside:
    return timed_outside("grown", first or rows[0], rows, waits=waits)


@given(SECONDS, RATIOS)
def test_what_is_as_fast_as_it_says_is_believed(seconds: float, claimed: float) -> None:
    found = timed(row(seconds, seconds / claimed))
    assert found.ratio == pytest.approx(claimed)
    assert not found.contradicts(claimed)


@given(SECONDS, RATIOS)
def test_what_is_as_slow_as_before_is_not(seconds: float, claimed: float) -> None:
    assert timed(row(seconds, seconds)).contradicts(claimed)


@given(SECONDS)
def test_half_a_gain_is_enough_for_machines_are_noisy(seconds: float) -> None:
    assert not timed(row(seconds, 0.55 * seconds)).contradicts(3.0)
    assert not timed(row(seconds, seconds)).contradicts(1.1)


@pytest.mark.parametrize("where", ["ready", "tell"])
def test_work_beside_the_calls_is_no_saving(where: str) -> None:
    slow = row(0.01, 0.0001, **{where: 0.011})
    assert timed(slow, slow, slow).contradicts(2.0)


def test_one_disturbed_batch_decides_nothing() -> None:
    fast, disturbed = row(0.01, 0.005), row(0.01, 0.08)
    assert not timed(fast, disturbed, fast, fast).contradicts(2.0)


def test_what_only_later_calls_save_is_no_gain() -> None:
    later = row(0.01, 0.0001)
    assert timed(later, later, later, first=row(0.01, 0.01)).contradicts(3.0)


def test_first_calls_too_short_to_be_told_are_not_looked_at() -> None:
    later = row(0.01, 0.001)
    found = timed(later, later, first=row(0.0001, 0.0002))
    assert found.first is None
    assert not found.contradicts(3.0)


def test_who_waits_is_timed_on_the_wall() -> None:
    cpu, wall, less = [0.001] * 3, [0.001, 0.1, 0.001], [0.001, 0.01, 0.001]
    waiting = [*cpu, *wall, *cpu, *less]
    assert timed(waiting, waits=True).ratio == pytest.approx(10)
    assert timed(waiting, waits=False).ratio == pytest.approx(1)


def test_other_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="a row of 3 times"):
        timed([1.0, 2.0, 3.0])


def test_what_telling_takes_from_batch_to_batch_is_no_work_of_a_candidate() -> None:
    """Large results take many times as long to tell as to compute."""
    rows = [[0.0, 0.002, tell, *[0.1] * 3, 0.0, 0.001, 0.04, *[0.1] * 3] for tell in (0.03, 0.036, 0.042)]
    assert not timed(*rows).contradicts(2.0)


def test_what_a_busy_machine_says_in_many_ways_denies_nothing() -> None:
    shaken = [row(0.01, 0.01 * each) for each in (0.3, 1.6, 0.9, 0.5, 1.1)]
    assert not timed(*shaken).contradicts(1.5)


def test_uneven_times_excuse_no_gain_that_is_not_there() -> None:
    uneven = [row(0.01, each) for each in (0.002, 0.02, 0.01, 0.019, 0.001, 0.01, 0.018, 0.003)]
    assert timed(*uneven).ratio == pytest.approx(1.0)
    assert timed(*uneven).contradicts(3.0)


@pytest.mark.parametrize("parts", [("ready", "ready"), ("ready", "tell")])
def test_a_machine_that_is_slower_at_times_hides_no_work_beside_the_calls(parts: tuple[str, str]) -> None:
    """Nor does it where that is made ready with one batch and told with the next."""
    spent = (3.02, 3.06, 4.55, 4.74, 4.77, 4.60, 3.19, 2.62)
    moved = (3.31, 3.76, 3.53, 5.78, 5.56, 5.61, 3.41, 3.49)
    rows = [
        row(original / 1000, 0.00004, **{parts[number % 2]: work / 1000})
        for number, (original, work) in enumerate(zip(spent, moved, strict=True))
    ]
    assert timed(*rows, first=row(0.001, 0.001)).contradicts(3.0)
