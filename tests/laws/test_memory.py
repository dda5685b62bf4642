"""Laws of the value that says how much memory a call needs."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.memory import FLOOR, Memory

PAIRS = st.lists(st.tuples(st.integers(0, 1 << 30), st.integers(0, 1 << 30)), min_size=1, max_size=6)


def memory(pairs: list[tuple[int, int]]) -> Memory:
    return Memory(
        inputs="grown",
        baselines=tuple(a for a, _ in pairs),
        candidates=tuple(b for _, b in pairs),
    )


@given(PAIRS)
def test_the_ratio_lies_between_the_extremes_seen(pairs: list[tuple[int, int]]) -> None:
    found = memory(pairs)
    assert found.low <= found.ratio <= found.high


@given(PAIRS)
def test_the_mirror_has_the_inverse_interval(pairs: list[tuple[int, int]]) -> None:
    found, mirrored = memory(pairs), memory([(b, a) for a, b in pairs])
    assert mirrored.low == pytest.approx(1 / found.high)
    assert mirrored.high == pytest.approx(1 / found.low)


@given(st.lists(st.tuples(st.integers(0, FLOOR), st.integers(0, FLOOR)), min_size=1))
def test_what_fits_into_a_page_is_the_same(pairs: list[tuple[int, int]]) -> None:
    assert memory(pairs).ratio == 1


def test_half_the_bytes_are_a_ratio_of_two() -> None:
    found = memory([(200_000, 100_000), (202_000, 100_000), (200_000, 100_000)])
    assert (found.ratio, found.low, found.high) == (2.0, 2.0, 2.02)
    assert (found.baseline, found.candidate) == (200_000, 100_000)


@pytest.mark.parametrize("pairs", [((), ()), ((1,), ())])
def test_peaks_come_in_pairs(pairs: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="pairs of peaks"):
        Memory(inputs="grown", baselines=pairs[0], candidates=pairs[1])
