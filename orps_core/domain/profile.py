"""Where the time of one call goes, line by line: what whoever is to make it faster looks at first."""

from dataclasses import dataclass

from .growth import Doubling

_TOLD = 3
_WORTH_TELLING = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the function: ``number`` in its module's text, ``within`` the function, both from 1.

    ``hits`` counts how often it began; ``share``, from 0 to 1, is its part of the call's time, with all that
    it calls outside the function.
    """

    number: int
    within: int
    text: str
    hits: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Of the dearest call that is known. ``lines`` are those that ran, the one that takes most time first.

    ``seconds`` is what the call takes when nobody looks. ``whole`` is False where only its beginning was
    followed. ``growth`` says by what the time is multiplied where the input doubles, if that is known.
    """

    lines: tuple[Line, ...]
    input: str
    seconds: float
    whole: bool = True
    growth: Doubling | None = None

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a call runs at least one line")

    @property
    def telling(self) -> tuple[Line, ...]:
        """The few lines that are worth a word; always the first."""
        return (self.lines[0], *(each for each in self.lines[1:_TOLD] if each.share >= _WORTH_TELLING))

    @property
    def sentence(self) -> str:
        """For a person who has the function before them."""
        said = f"the time goes to line {self.lines[0].number} ({self.lines[0].share:.0%})"
        if self.growth is not None:
            said += f"; doubling the input makes it ×{self.growth.factor:.1f}"
        return said
