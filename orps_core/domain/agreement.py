"""How many candidates that pass the same cases also do the same beyond them."""

from dataclasses import dataclass

_MOST, _HALF, _FEW = 0.75, 0.5, 3


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
        """So many agree that another candidate would hardly change what is picked."""
        return self._shared_by(_MOST)

    def _shared_by(self, share: float) -> bool:
        """One candidate that agrees with itself proves nothing."""
        return self.agree >= _FEW and self.agree >= share * self.passing

    @property
    def sentence(self) -> str:
        return (
            f"{self.agree} of {self.passing} passing candidates agree on {self.inputs} generated inputs:"
            f" confidence {self.confidence}"
        )
