"""How many candidates that pass the same cases also do the same beyond them."""

import math
from dataclasses import dataclass

_HALF, _FEW = 0.5, 3
_SURELY, _ONE_IN_TEN = 0.6, 1.28
"""The share that must agree at least, and how many standard errors of a share are passed one time in ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """``agree`` of ``passing`` candidates answer like the one chosen on every one of ``inputs`` inputs."""

    agree: int
    passing: int
    inputs: int

    def __post_init__(self) -> None:
        if not 1 <= self.agree <= self.passing:
            raise ValueError(f"{self.agree} of {self.passing} candidates cannot agree")

    @property
    def confidence(self) -> str:
        """``fair`` or ``low``. That all agree is no surer: they may all have overlooked the same."""
        return "fair" if self._shared_by(_HALF) else "low"

    @property
    def settled(self) -> bool:
        """So many agree that others would hardly change what is picked.

        The lower bound of Wilson's interval (1927) for the share: of few, all must agree.
        """
        share, error = self.agree / self.passing, _ONE_IN_TEN**2 / self.passing
        spread = math.sqrt(error * (share * (1 - share) + error / 4))
        return self.agree >= _FEW and (share + error / 2 - spread) / (1 + error) >= _SURELY

    def _shared_by(self, share: float) -> bool:
        """One candidate that agrees with itself proves nothing."""
        return self.agree >= _FEW and self.agree >= share * self.passing

    @property
    def sentence(self) -> str:
        return (
            f"{self.agree} of {self.passing} passing candidates agree on {self.inputs} generated inputs:"
            f" confidence {self.confidence}"
        )
