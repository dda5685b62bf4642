"""A problem with hidden tests, and what came of a run on it."""

from dataclasses import dataclass

from .chat import Outlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """``seed`` is the module with the function to refine. ``solvable``: somebody's recorded answer is right.

    ``hidden`` decides whether the final pick is right; nothing of it reaches the search.
    """

    name: str
    function: str
    seed: str
    setup: str
    visible: tuple[str, ...]
    hidden: tuple[str, ...]
    solvable: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came of one run. ``solved``: the pick passes the visible tests; ``right``: the hidden ones too.

    ``confidence`` is what the evidence says where the original was no guide; None elsewhere.
    """

    problem: str
    strategy: str
    seed: int
    solved: bool
    right: bool
    stop: str
    confidence: str | None
    executions: int
    models: Outlay
    seconds: float
    note: str | None = None
