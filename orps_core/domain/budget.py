"""What a run may spend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """``seconds`` of wall time and ``executions`` of candidates; whichever ends first ends the run."""

    seconds: float = 60.0
    executions: int = 400

    def __post_init__(self) -> None:
        if self.seconds <= 0 or self.executions <= 0:
            raise ValueError("a budget must be positive")


DEFAULT_BUDGET = Budget()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    seconds: float
    executions: int

    def within(self, budget: Budget) -> bool:
        return self.seconds < budget.seconds and self.executions < budget.executions
