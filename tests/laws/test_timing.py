"""Laws of the decision whether one function is faster than another."""

import math
import random

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.timing import ALL_FORKS, EACH, FIRST_FORKS, Pace, Timing, decide, median, wilcoxon

VALUES = st.floats(-3, 3, allow_nan=False)
FORKS = st.lists(st.lists(VALUES, min_size=1, max_size=20), min_size=1, max_size=8)
ROUND = st.integers(-100, 100).map(lambda n: n / 64)  # sums and differences of these are exact


def timing(forks: list[list[float]]) -> Timing:
    return Timing(inputs="grown", forks=tuple(map(tuple, forks)), baseline=1.0, candidate=1.0)


@given(st.lists(st.lists(VALUES, min_size=1, max_size=40), min_size=1, max_size=FIRST_FORKS - 1))
def test_fewer_than_three_forks_never_claim_a_gain(forks: list[list[float]]) -> None:
    assert decide(forks) is not Pace.FASTER


@given(st.lists(VALUES, min_size=1, max_size=40))
def test_one_fork_says_nothing(fork: list[float]) -> None:
    assert decide([fork]) is Pace.UNCLEAR


@given(FORKS)
def test_what_is_called_faster_has_an_interval_above_one(forks: list[list[float]]) -> None:
    if decide(forks) is Pace.FASTER:
        assert timing(forks).low > 1
    if decide(forks) is Pace.SLOWER:
        assert timing(forks).high < 1


@given(FORKS)
def test_a_gain_is_seen_in_every_fork_or_in_all_but_one_of_six(forks: list[list[float]]) -> None:
    if decide(forks) is Pace.FASTER:
        assert sum(median(fork) <= EACH for fork in forks) <= (len(forks) >= ALL_FORKS)


@given(FORKS, st.integers(1, 64).map(lambda n: n / 16))
def test_a_candidate_that_is_faster_stays_so_when_it_is_faster_still(
    forks: list[list[float]], more: float
) -> None:
    order = {Pace.SLOWER: 0, Pace.UNCLEAR: 1, Pace.SAME: 1, Pace.FASTER: 2}
    assert order[decide([[value + more for value in fork] for fork in forks])] >= order[decide(forks)]


@given(st.lists(st.lists(VALUES, min_size=1, max_size=20), min_size=FIRST_FORKS, max_size=8))
def test_the_mirror_of_faster_is_slower(forks: list[list[float]]) -> None:
    mirrored = decide([[-value for value in fork] for fork in forks])
    assert (decide(forks) is Pace.FASTER) == (mirrored is Pace.SLOWER)


@given(st.lists(st.floats(0.51, 100), min_size=1, max_size=6))
def test_a_gain_that_was_paid_for_beforehand_is_no_gain(losses: list[float]) -> None:
    forks = [[0.3] * 16] * FIRST_FORKS
    assert decide(forks) is decide(forks, [0.0, 0.0, 9.0]) is Pace.FASTER
    assert decide(forks, losses) is Pace.WARM


def test_six_pairs_of_slow_calls_decide_on_a_large_gain_only() -> None:
    assert decide([[0.3, 0.4]] * 3) is Pace.FASTER
    assert decide([[-0.3, -0.4]] * 3) is Pace.SLOWER
    assert decide([[0.1, 0.2]] * 3) is Pace.UNCLEAR
    assert decide([[0.3]] * 3) is Pace.UNCLEAR


@given(FORKS)
def test_the_ratio_lies_in_its_interval(forks: list[list[float]]) -> None:
    found = timing(forks)
    assert found.low <= found.ratio <= found.high


@given(FORKS, st.integers(1, 64).map(lambda n: n / 16))
def test_ratio_and_interval_grow_with_every_gain(forks: list[list[float]], more: float) -> None:
    slow, fast = timing(forks), timing([[value + more for value in fork] for fork in forks])
    assert (slow.ratio, slow.low, slow.high) < (fast.ratio, fast.low, fast.high)
    assert slow.low <= slow.high


@given(FORKS)
def test_pairs_are_counted(forks: list[list[float]]) -> None:
    assert timing(forks).pairs == sum(map(len, forks))


@pytest.mark.parametrize("forks", [(), ((),), ((0.1,), ())])
def test_a_timing_without_pairs_cannot_be_made(forks: tuple[tuple[float, ...], ...]) -> None:
    with pytest.raises(ValueError, match="at least one pair in each fork"):
        Timing(inputs="grown", forks=forks, baseline=1.0, candidate=1.0)


def simulated(
    chance: random.Random, gain: float, count: int = FIRST_FORKS, shared: float = 0.005, pairs: int = 16
) -> list[list[float]]:
    """Pairs as they are measured: 3 % noise on each side, and half a percent that a whole fork shares."""
    forks: list[list[float]] = []
    for _ in range(count):
        shift = chance.gauss(0, shared)
        forks.append(
            [math.log(gain) + shift + chance.gauss(0, 0.03) - chance.gauss(0, 0.03) for _ in range(pairs)]
        )
    return forks


@pytest.mark.parametrize(("count", "pairs"), [(1, 16), (3, 16), (3, 8), (3, 3), (6, 16), (6, 8)])
@pytest.mark.parametrize("shared", [0.0, 0.005, 0.01, 0.03])
def test_the_interval_holds_the_truth_in_95_of_100(count: int, pairs: int, shared: float) -> None:
    if count < FIRST_FORKS and shared > 0.01:
        return  # one fork cannot know it, and claims no gain
    chance = random.Random(11)
    held = 0
    for _ in range(400):
        found = timing(simulated(chance, 1.3, count, shared, pairs))
        held += found.low <= 1.3 <= found.high
    assert held / 400 >= 0.94  # 400 rounds know it to one percent


def share(gain: float, pace: Pace, runs: int) -> float:
    chance = random.Random(7)
    return sum(decide(simulated(chance, gain)) is pace for _ in range(runs)) / runs


def test_two_equal_functions_are_hardly_ever_told_apart() -> None:
    assert share(1.0, Pace.FASTER, 2000) <= 0.005
    assert share(1.0, Pace.SLOWER, 2000) <= 0.005


def test_a_gain_that_matters_is_found() -> None:
    assert share(1.1, Pace.FASTER, 300) >= 0.95
    assert share(1 / 1.1, Pace.SLOWER, 300) >= 0.95
    assert share(1.0, Pace.SAME, 300) >= 0.5


# wilcoxon(x, alternative="greater", method="exact") of SciPy 1.17.1 for up to 20 differences, and beyond
# with method="asymptotic", correction=True.
REFERENCE = [
    ([0.3, -0.1, 0.5, 0.7, -0.2, 0.9], 0.078125),
    ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.0009765625),
    ([-1, 2, -3, 4, -5, 6, -7, 8, -9, 10, -11, 12], 0.425048828125),
    ([-0.5, -1.5, -2.5, 0.25, -3.5, -4.5, 1.25, -5.5], 0.98046875),
    ([math.sin(n * n) + 0.2 for n in range(1, 49)], 0.28112767734159616),
    ([math.cos(n) + 0.4 for n in range(20)], 0.011975288391113281),
    ([math.cos(n) + 0.4 for n in range(21)], 0.007486416452414048),
    ([math.sin(3 * n) + 0.1 for n in range(1, 97)], 0.061300669041025116),
    (
        [
            0.011,
            0.025,
            -0.004,
            0.03,
            0.016,
            -0.021,
            0.008,
            0.042,
            -0.013,
            0.019,
            0.027,
            0.006,
            -0.002,
            0.035,
            0.0145,
            0.0225,
        ],
        0.0045928955078125,
    ),
]


@pytest.mark.parametrize(("differences", "p"), REFERENCE)
def test_wilcoxon_agrees_with_scipy(differences: list[float], p: float) -> None:
    assert wilcoxon(differences) == pytest.approx(p, rel=1e-9)


def test_wilcoxon_says_nothing_about_few_differences() -> None:
    assert wilcoxon([1, 2, 3, 4, 5]) == 1
    assert wilcoxon([1, 2, 3, 4, 5, 0, 0]) == 1


@given(st.lists(ROUND, min_size=1), st.integers(1, 50).map(lambda n: n / 64))
def test_the_median_moves_with_its_values(values: list[float], by: float) -> None:
    assert median([value + by for value in values]) == median(values) + by
    assert min(values) <= median(values) <= max(values)
