"""What a call needs in memory: peaks of the baseline and of the candidate, and what may be said of them."""

from dataclasses import dataclass

from .timing import median

FLOOR = 4096
"""Bytes below which a difference is of no interest: one page of the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Peaks of traced bytes on the same inputs, one pair per process; ``inputs`` as of a ``Timing``.

    Bytes that the candidate holds from being imported, more than the baseline does, are in its peaks.
    """

    inputs: str
    baselines: tuple[int, ...]
    candidates: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.baselines or len(self.baselines) != len(self.candidates):
            raise ValueError("a weighing needs pairs of peaks")

    @property
    def baseline(self) -> int:
        """Median bytes."""
        return int(median(self.baselines))

    @property
    def candidate(self) -> int:
        """Median bytes."""
        return int(median(self.candidates))

    @property
    def ratio(self) -> float:
        """Baseline ÷ candidate, both at least ``FLOOR``: above 1 the candidate needs less."""
        return median(self._ratios)

    @property
    def low(self) -> float:
        """The smallest and the largest ratio seen: peaks repeat exactly, or nearly so."""
        return min(self._ratios)

    @property
    def high(self) -> float:
        return max(self._ratios)

    @property
    def _ratios(self) -> list[float]:
        return [max(a, FLOOR) / max(b, FLOOR) for a, b in zip(self.baselines, self.candidates, strict=True)]
