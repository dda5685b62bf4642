"""When is one function faster than another? The decision, as pure functions of interleaved samples.

The rule is design C of the measurements this project began with: a gain counts only if every fork's
median shows it *and* a pooled Wilcoxon signed-rank test rejects "at most the margin".
"""

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

MARGIN = math.log(1.02)
GOAL = math.log(1.05)
FIRST_FORKS = 3
ALL_FORKS = 6
_FEW = 6
_GAIN_P, _SAME_P = 0.005, 0.01


class Pace(enum.Enum):
    """What the samples allow to be said about the candidate."""

    FASTER = "faster"
    SLOWER = "slower"
    SAME = "same"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Interleaved pairs on one kind of input.

    ``forks`` holds, per process, ln(baseline ÷ candidate) of each pair; ``baseline`` and ``candidate``
    are median seconds per call. ``inputs`` is ``grown`` or ``recorded``.
    """

    inputs: str
    forks: tuple[tuple[float, ...], ...]
    baseline: float
    candidate: float

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
        return math.exp(_interval(self._pooled)[0])

    @property
    def high(self) -> float:
        return math.exp(_interval(self._pooled)[1])

    @property
    def pace(self) -> Pace:
        return decide(self.forks)

    @property
    def _pooled(self) -> list[float]:
        return [value for fork in self.forks for value in fork]


def decide(forks: Sequence[Sequence[float]]) -> Pace:
    """Judge 3 forks strictly, or 6 of which one may disagree; UNCLEAR asks for more.

    Fewer than 3 forks are enough to see that there is no gain, never to claim one.
    """
    pooled = [value for fork in forks for value in fork]
    medians = [median(fork) for fork in forks]
    needed = len(forks) - (len(forks) >= ALL_FORKS)
    enough = len(forks) >= FIRST_FORKS
    if (
        enough
        and sum(m > MARGIN for m in medians) >= needed
        and wilcoxon([v - MARGIN for v in pooled]) < _GAIN_P
    ):
        return Pace.FASTER
    if sum(m < -MARGIN for m in medians) >= needed and wilcoxon([-v - MARGIN for v in pooled]) < _GAIN_P:
        return Pace.SLOWER
    if wilcoxon([GOAL - v for v in pooled]) < _SAME_P and median(medians) < (MARGIN + GOAL) / 2:
        return Pace.SAME
    return Pace.UNCLEAR


def wilcoxon(differences: Sequence[float]) -> float:
    """One-sided p of the Wilcoxon signed-rank test (normal approximation) that the median is above zero."""
    nonzero = [value for value in differences if value]
    n = len(nonzero)
    if n < _FEW:
        return 1.0
    ordered = sorted(nonzero, key=abs)
    statistic = sum(rank for rank, value in enumerate(ordered, 1) if value > 0)
    mean = n * (n + 1) / 4
    deviation = math.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    return 0.5 * math.erfc((statistic - 0.5 - mean) / deviation / math.sqrt(2))


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """About 95 % for the median, from order statistics (binomial, normal approximation)."""
    ordered = sorted(values)
    n = len(ordered)
    reach = math.ceil(0.98 * math.sqrt(n))
    low = max(0, n // 2 - reach)
    return ordered[low], ordered[min(n - 1, n - 1 - low)]
