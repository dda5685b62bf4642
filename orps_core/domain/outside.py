"""What holds although a candidate may lie: what it does, and takes, in a process that it has for itself."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from .timing import median

_HALF = 0.5
"""The share of a claimed saving that has to be seen from outside, too,"""
_NOISE = 0.05
"""but for this share of the original's time: identical code differs by so much between two processes."""
_FIRST_COST = 3e-4
"""Seconds that first calls may take beside their work, for memory that was not touched before."""
_LONG_FIRST = 0.002
_SLIP, _FIRST_SLIP = 0.1, 0.5
"""By what share making ready and telling may differ.

Only with the first batch come arguments that have to be read, which takes longer than many a call.
"""
_SHORT = 2e-4
"""Seconds by which they may differ in any case."""
_CERTAIN, _WIDE = 3.0, 5.0
"""Two standard errors of a median, and of the difference of two, in terms of what pairs differ from theirs.

By the latter making ready and telling may differ as well, as far as the original's own scatter.
"""
_MOST = 1000.0

_READY, _GO, _TELL, _PARTS = 0, 1, 2, 3
_BESIDE = (_READY, _TELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Baseline ÷ candidate by the clocks of the processes they are alone in, on one kind of inputs.

    ``first`` is that of the first time each call is run, None where this is too short to be told; ``spent``
    are the seconds that the original took for it. By ``spread`` of the original's time may be wrong what the
    pairs say together.
    """

    inputs: str
    ratio: float
    pairs: int
    first: float | None = None
    spent: float = 0.0
    spread: float = 0.0

    def contradicts(self, claimed: float) -> bool:
        """Whether what was measured beside the original, ``claimed`` times faster, cannot be true."""
        needed = _HALF * _share(claimed)
        # Scatter excuses half of it at most: a candidate can make its own times as uneven as it likes.
        if _share(self.ratio) < needed - _NOISE - min(self.spread, _HALF * needed):
            return True
        if self.first is None:
            return False
        return _share(self.first) < needed - _NOISE - _FIRST_COST / self.spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """On how many inputs the candidate did what the original does, in a process without the original.

    ``aside`` counts those that could not be put to it so, and ``note`` says why.
    """

    agree: int
    aside: int = 0
    note: str | None = None


def timed_outside(
    inputs: str, first: Sequence[float], pairs: Sequence[Sequence[float]], *, waits: bool
) -> Outside:
    """Read what the harness has clocked. Raise ValueError for what it does not write.

    ``first`` and each of ``pairs`` hold seconds: of the original's three parts (making the arguments ready,
    the calls, telling what they gave) on the CPU and on the wall, then of the candidate's. What a function
    ``waits`` for counts only where it was seen to: else it is the machine that is busy.
    """
    rows = [_Row.read(each) for each in pairs or [first]]
    shares = _shares(rows, _SLIP if pairs else _FIRST_SLIP, waits=waits)
    opening = _Row.read(first)
    told = opening.spent(waits=False) >= _LONG_FIRST and not waits
    return Outside(
        inputs=inputs,
        ratio=_ratio(median(shares)),
        pairs=len(rows),
        first=_ratio(*_shares([opening], _FIRST_SLIP, waits=False)) if told else None,
        spent=opening.spent(waits=False),
        spread=_CERTAIN * _deviation(shares) / math.sqrt(len(shares)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Seconds of the three parts, of the original and of the candidate, on the CPU and on the wall."""

    ours: Sequence[float]
    our_wall: Sequence[float]
    theirs: Sequence[float]
    their_wall: Sequence[float]

    @classmethod
    def read(cls, row: Sequence[float]) -> Self:
        if len(row) != 4 * _PARTS:
            raise ValueError(f"a row of {len(row)} times")
        ours, our_wall, theirs, their_wall = (row[at : at + _PARTS] for at in range(0, len(row), _PARTS))
        return cls(ours=ours, our_wall=our_wall, theirs=theirs, their_wall=their_wall)

    def spent(self, *, waits: bool) -> float:
        return max((self.our_wall if waits else self.ours)[_GO], 1e-9)

    def saved(self, *, waits: bool) -> float:
        """The share of the original's time that the candidate's calls save."""
        return 1 - (self.their_wall if waits else self.theirs)[_GO] / self.spent(waits=waits)


def _shares(rows: Sequence[_Row], slip: float, *, waits: bool) -> list[float]:
    """The share of the original's time that is saved in each row, less what was only moved out of the calls.

    Each row is held against itself: a machine may be half as fast for some of them.
    """
    shares = [row.saved(waits=waits) for row in rows]
    spent = [row.spent(waits=waits) for row in rows]
    for part in _BESIDE:
        ours = [row.ours[part] / time for row, time in zip(rows, spent, strict=True)]
        theirs = [row.theirs[part] / time for row, time in zip(rows, spent, strict=True)]
        fair = max(
            slip * median(ours),
            _SHORT / median(spent),
            _WIDE * _deviation(ours) / math.sqrt(len(rows)),
        )
        lost = [max(0.0, their - our - fair) for our, their in zip(ours, theirs, strict=True)]
        shares = [share - each for share, each in zip(shares, lost, strict=True)]
    return shares


def _deviation(values: Sequence[float]) -> float:
    """The median of what they differ from their median: one that is far off counts like any other."""
    middle = median(values)
    return median([abs(each - middle) for each in values])


def _share(ratio: float) -> float:
    return 1 - 1 / ratio


def _ratio(share: float) -> float:
    return min(_MOST, 1 / max(1 - share, 1 / _MOST))
