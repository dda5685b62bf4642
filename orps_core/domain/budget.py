"""What a run may spend."""

from dataclasses import dataclass

from .chat import Outlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Whichever ends first ends what it is a limit of; None is no limit.

    ``seconds`` of wall time, ``executions`` of candidates; of models ``calls``, ``tokens`` (prompts and
    answers together) and ``cost`` in US dollars.
    """

    seconds: float = 60.0
    executions: int = 400
    calls: int | None = None
    tokens: int | None = None
    cost: float | None = None

    def __post_init__(self) -> None:
        limits = (self.seconds, self.executions, self.calls, self.tokens, self.cost)
        if any(limit is not None and limit <= 0 for limit in limits):
            raise ValueError("a budget must be positive")
        # As it will be read from a journal, so that a run can be told from another by its own.
        object.__setattr__(self, "seconds", float(self.seconds))


DEFAULT_BUDGET = Budget()
NOTHING_ASKED = Outlay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    seconds: float
    executions: int
    models: Outlay = NOTHING_ASKED

    def within(self, budget: Budget) -> bool:
        """Another candidate may be executed."""
        return self.seconds < budget.seconds and self.executions < budget.executions

    def affords(self, budget: Budget) -> bool:
        """A model may be asked once more, if the question is a small one."""
        return (
            self.seconds < budget.seconds
            and (budget.calls is None or self.models.calls < budget.calls)
            and (budget.tokens is None or self.models.tokens < budget.tokens)
            and (budget.cost is None or (self.models.cost or 0) < budget.cost)
        )
