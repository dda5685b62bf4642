"""In what order the tasks of a run came to act: with the answers, all that a run can be repeated from."""

from dataclasses import dataclass

from .chat import Outlay


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """``task`` began to act or went on, ``seconds`` after the run began, when ``at`` events had been told.

    Tasks are numbered as they were begun; 0 is the one that begins the others. The first ``told`` events of
    the step are what calls of models had left to be told by then. ``models`` is what they had cost; None
    where that has not changed since the step before.
    """

    task: int
    seconds: float
    at: int
    told: int = 0
    models: Outlay | None = None
