"""A critic's judgement of one candidate in the light of its execution."""

from dataclasses import dataclass

WORST, FULL = 1.0, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Critique:
    """Advice for the next round and a process score from 1 to 5. ``said`` is what of it is a model's own."""

    advice: str
    score: float
    author: str
    said: str = ""

    @property
    def of_model(self) -> bool:
        return self.author.startswith("model/")

    def __post_init__(self) -> None:
        if not WORST <= self.score <= FULL:
            raise ValueError(f"score outside 1..5: {self.score}")
