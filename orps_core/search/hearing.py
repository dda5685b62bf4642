"""How far a critic is heard about candidates that all pass: as far as it agrees with itself.

It is asked about several that do the same. What it says of those differs by its noise alone, so it knows
something only as far as behaviours differ by more. That part of the spread between groups is the trust in it
(one-way analysis of variance, and the estimator of James and Stein, 1961).
"""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TypeVar

T = TypeVar("T")

_SOUND, _NOISE = 4, 1.0
_KNOWN, _SPREAD = 2, 1.5
"""What it is taken for until it has said much, each as if it had been seen so often: two that do the same get
scores that differ with a variance of one point, two that do not with one and a half times as much."""

_SHARE_A_POINT = 0.05
"""Of the votes, which one point between two behaviours is worth where the noise is a point and trust is full.

It is small, since votes are not independent either: what one model overlooks, others overlook.
"""


def favours(said: Mapping[T, Sequence[float]]) -> Mapping[T, float]:
    """What its scores speak for each behaviour it was asked about, as a share of the votes; none for one."""
    heard = {each: scores for each, scores in said.items() if scores}
    if len(heard) <= 1:
        return {}
    means = {each: fmean(scores) for each, scores in heard.items()}
    usual = fmean(means.values())
    noise = _noise(heard, means)
    trust = _trust(heard, means, noise)
    return {
        each: _SHARE_A_POINT * trust * sum(score - usual for score in scores) / noise
        for each, scores in heard.items()
    }


def _noise(heard: Mapping[T, Sequence[float]], means: Mapping[T, float]) -> float:
    within = sum((score - means[each]) ** 2 for each, scores in heard.items() for score in scores)
    free = sum(len(scores) - 1 for scores in heard.values())
    return (within + _SOUND * _NOISE) / (free + _SOUND)


def _trust(heard: Mapping[T, Sequence[float]], means: Mapping[T, float], noise: float) -> float:
    """From 0 to 1."""
    middle = fmean(score for scores in heard.values() for score in scores)
    between = sum(len(scores) * (means[each] - middle) ** 2 for each, scores in heard.items())
    spread = (between / noise + _KNOWN * _SPREAD) / (len(heard) - 1 + _KNOWN)
    return max(0.0, 1 - 1 / spread)
