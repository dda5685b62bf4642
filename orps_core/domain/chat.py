"""What is said to a language model, what it answers, and what that costs."""

import enum
import math
from dataclasses import dataclass


class Role(enum.Enum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Purpose(enum.Enum):
    """Whose question it is. Programmer and critic may be different models."""

    PROGRAMMER = "programmer"
    CRITIC = "critic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one answer; ``cost`` in US dollars is None where the price is not known.

    ``estimated`` when the endpoint did not count and we did, from the length of the texts.
    """

    prompt: int
    completion: int
    cost: float | None = None
    estimated: bool = False

    def __post_init__(self) -> None:
        if min(self.prompt, self.completion, self.cost or 0) < 0:
            raise ValueError("nobody uses less than nothing")

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. ``seconds`` is the wall time of its request; ``complete`` is False when it was cut off."""

    text: str
    model: str
    usage: Usage
    seconds: float
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """What model calls have cost so far.

    ``calls`` counts the answers asked for, each attempt at one included, ``failed`` those among them that
    brought nothing. ``cost`` in US dollars is None as long as no price is known.
    """

    calls: int = 0
    failed: int = 0
    tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars for a million tokens."""

    prompt: float
    completion: float

    def __post_init__(self) -> None:
        if not all(0 <= each < math.inf for each in (self.prompt, self.completion)):
            raise ValueError("a price is a finite number that is not below zero")

    def of(self, prompt: int, completion: int) -> float:
        return (prompt * self.prompt + completion * self.completion) / 1e6
