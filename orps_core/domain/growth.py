"""How the time of a call grows with the size of its input, without claiming a formula."""

import enum
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from .timing import median

FEWEST_SIZES = 3
_CERTAIN = 1.5
_BOUNDS = (1.15, 1.7, 2.8, 5.6, 11.3)


class Steepness(enum.Enum):
    """Classes as wide as timing can tell them apart: n and n log n are one."""

    FLAT = "hardly"
    SUBLINEAR = "more slowly than the input"
    LINEAR = "like the input"
    QUADRATIC = "like its square"
    CUBIC = "like its cube"
    STEEPER = "faster than its cube"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubling:
    """By what the time is multiplied where the input doubles, and the extremes seen between two sizes."""

    factor: float
    low: float
    high: float

    @property
    def steepness(self) -> Steepness | None:
        """None where the sizes do not agree on it."""
        if self.high > _CERTAIN * self.low * max(1.0, math.sqrt(self.factor) / 2):
            return None
        return list(Steepness)[sum(self.factor > bound for bound in _BOUNDS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """``sizes`` are multiples of the smallest one, ascending; the others are seconds a call at them."""

    sizes: tuple[float, ...]
    baseline: tuple[float, ...]
    candidate: tuple[float, ...]

    def __post_init__(self) -> None:
        if not len(self.sizes) == len(self.baseline) == len(self.candidate) >= FEWEST_SIZES:
            raise ValueError(f"growth needs both times at {FEWEST_SIZES} sizes at least")
        if any(one >= other for one, other in itertools.pairwise(self.sizes)):
            raise ValueError("the sizes have to ascend")
        if min(*self.sizes, *self.baseline, *self.candidate) <= 0:
            raise ValueError("sizes and times are above zero")

    @property
    def before(self) -> Doubling:
        return _doubling(self.sizes, self.baseline)

    @property
    def after(self) -> Doubling:
        return _doubling(self.sizes, self.candidate)


def _doubling(sizes: Sequence[float], times: Sequence[float]) -> Doubling:
    """The median of the slopes between all sizes (Theil 1950, Sen 1968) on doubly logarithmic paper."""
    points = [(math.log2(size), math.log2(time)) for size, time in zip(sizes, times, strict=True)]
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in itertools.combinations(points, 2)]
    steps = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in itertools.pairwise(points)]
    return Doubling(factor=2 ** median(slopes), low=2 ** min(steps), high=2 ** max(steps))
