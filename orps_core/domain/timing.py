"""When is one function faster than another? The decision, as pure functions of interleaved samples.

A gain counts only if every fork's median shows some of it *and* a pooled Wilcoxon signed-rank test rejects
"at most the margin": identical functions are then two percent away from a claim, not just one chance in a
hundred. A fork alone knows its median no better than the margin, so it has to show half of that.
"""

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = math.log(1.02)
EACH = MARGIN / 2
"""What every fork has to show by itself."""

GOAL = math.log(1.05)
FIRST_FORKS = 3
_NO_GAIN_FORKS = 2
ALL_FORKS = 6
_FEW, _EXACT = 6, 20
_GAIN_P, _SAME_P = 0.01, 0.01
_LARGE = math.log(1.25)
"""What slow calls must gain in each of at least ``_FEW`` pairs, too few for the test above."""
_LOST = 0.5
"""The share of its gain that a candidate may have paid for beforehand."""
_STUDENT = {3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571}
"""97.5 % quantiles of Student's t, by number of forks."""


class Pace(enum.Enum):
    """What the samples allow to be said about the candidate.

    ``WARM`` is faster on later calls only: it keeps what it computed, or computes it while it is imported.
    """

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    WARM = "warm"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Interleaved pairs on one kind of input.

    ``forks`` holds, per process, ln(baseline ÷ candidate) of each pair, ``losses`` the share of what the
    candidate saves on these inputs that its import and its first call on each had cost before. ``baseline``
    is the median of its seconds per call, ``candidate`` what the pairs make of that. ``inputs`` is ``grown``
    or ``recorded``, ``clock`` is ``cpu``, ``process`` where several threads work, or ``wall`` where the
    function waits.
    """

    inputs: str
    forks: tuple[tuple[float, ...], ...]
    baseline: float
    candidate: float
    losses: tuple[float, ...] = ()
    clock: str = "cpu"

    def __post_init__(self) -> None:
        if not self.forks or not all(self.forks):
            raise ValueError("a timing needs at least one pair in each fork")

    @property
    def pairs(self) -> int:
        return sum(map(len, self.forks))

    @property
    def ratio(self) -> float:
        """Baseline ÷ candidate: above 1 the candidate is faster."""
        return math.exp(median(self._pooled))

    @property
    def low(self) -> float:
        """With ``high`` an interval that holds the true ratio in 95 of 100 comparisons, or more."""
        return math.exp(interval(self.forks)[0])

    @property
    def high(self) -> float:
        return math.exp(interval(self.forks)[1])

    @property
    def pace(self) -> Pace:
        return decide(self.forks, self.losses)

    @property
    def lost(self) -> float:
        """The share of what it saves that was paid for beforehand, by its import and its first calls."""
        return median(self.losses) if self.losses else 0.0

    @property
    def _pooled(self) -> list[float]:
        return [value for fork in self.forks for value in fork]


def decide(forks: Sequence[Sequence[float]], losses: Sequence[float] = ()) -> Pace:
    """Judge 3 forks strictly, or 6 of which one may disagree; UNCLEAR asks for more.

    Two forks are enough to see that there is no gain, never to claim one; one fork says nothing, for its
    luck may be that of one side. What is called faster or slower has an interval without 1 in it.
    """
    pooled = [value for fork in forks for value in fork]
    medians = [median(fork) for fork in forks]
    needed = len(forks) - (len(forks) >= ALL_FORKS)
    low, high = interval(forks)
    if len(forks) < _NO_GAIN_FORKS:
        return Pace.UNCLEAR
    enough = len(forks) >= FIRST_FORKS
    if enough and low > 0 and sum(m > EACH for m in medians) >= needed and _gains(pooled):
        return Pace.WARM if losses and median(losses) > _LOST else Pace.FASTER
    if high < 0 and sum(m < -EACH for m in medians) >= needed and _gains([-v for v in pooled]):
        return Pace.SLOWER
    if wilcoxon([GOAL - v for v in pooled]) < _SAME_P and median(medians) < (MARGIN + GOAL) / 2:
        return Pace.SAME
    return Pace.UNCLEAR


def _gains(pooled: Sequence[float]) -> bool:
    large = len(pooled) >= _FEW and min(pooled) > _LARGE
    return large or wilcoxon([v - MARGIN for v in pooled]) < _GAIN_P


def wilcoxon(differences: Sequence[float]) -> float:
    """One-sided p of the Wilcoxon signed-rank test that the median is above zero.

    Exact for few differences, as slow calls give, and else by the normal approximation (Wilcoxon 1945).
    """
    nonzero = [value for value in differences if value]
    n = len(nonzero)
    if n < _FEW:
        return 1.0
    ordered = sorted(nonzero, key=abs)
    statistic = sum(rank for rank, value in enumerate(ordered, 1) if value > 0)
    if n <= _EXACT:
        return sum(_ways(n)[statistic:]) / (1 << n)
    mean = n * (n + 1) / 4
    deviation = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return 0.5 * math.erfc((statistic - 0.5 - mean) / deviation / math.sqrt(2))


def _ways(n: int) -> list[int]:
    """In how many ways some of the ranks 1 to n add up to each sum."""
    ways = [1] + [0] * (n * (n + 1) // 2)
    for rank in range(1, n + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    return ways


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def interval(forks: Sequence[Sequence[float]]) -> tuple[float, float]:
    """At least 95 % for the true ln(ratio): what the pairs allow, and what the forks allow.

    Pairs of one fork share their luck (where code lies in memory), so the spread of the forks' medians counts
    too, by Student's t; of fewer than three forks it is taken to be up to the margin.
    """
    low, high = _order_statistics([value for fork in forks for value in fork])
    medians = [median(fork) for fork in forks]
    count = len(medians)
    if count not in _STUDENT:
        return low - MARGIN, high + MARGIN
    mean = sum(medians) / count
    deviation = math.sqrt(sum((each - mean) ** 2 for each in medians) / (count - 1))
    reach = _STUDENT[count] * deviation / math.sqrt(count)
    return min(low, mean - reach), max(high, mean + reach)


def _order_statistics(values: Sequence[float]) -> tuple[float, float]:
    """About 95 % for the median (binomial, normal approximation)."""
    ordered = sorted(values)
    n = len(ordered)
    reach = math.ceil(0.98 * math.sqrt(n))
    low = max(0, n // 2 - reach)
    return ordered[low], ordered[min(n - 1, n - 1 - low)]
