"""How many candidates that pass the same cases also do the same beyond them."""

from dataclasses import dataclass

_HIGH, _MEDIUM, _FEW = 0.75, 0.5, 3


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
        """``high``, ``medium`` or ``low``: one candidate that agrees with itself proves nothing."""
        share = self.agree / self.passing
        if self.agree < _FEW:
            return "low"
        return "high" if share >= _HIGH else "medium" if share >= _MEDIUM else "low"

    @property
    def sentence(self) -> str:
        return (
            f"{self.agree} of {self.passing} passing candidates agree on {self.inputs} generated inputs:"
            f" confidence {self.confidence}"
        )
