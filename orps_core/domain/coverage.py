"""What of the target no case reaches: the first thing to know about a verdict by tests."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Untaken:
    """A test, by its line in the file, and the way that no case goes, such as ``never true``."""

    line: int
    way: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Of the target as written: how many lines can run, those that never do, and ways never gone.

    ``whole`` is False where so much ran that the count was ended early: then more may be reached.
    """

    lines: int
    missed: tuple[int, ...]
    branches: tuple[Untaken, ...]
    whole: bool = True

    def __post_init__(self) -> None:
        if len(self.missed) > self.lines:
            raise ValueError(f"{len(self.missed)} of {self.lines} lines cannot be missed")
