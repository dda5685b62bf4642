"""What a thinker is asked to write down besides candidates, and what it wrote."""

import enum
from dataclasses import dataclass
from typing import NewType

NoteId = NewType("NoteId", int)


class Thinking(enum.Enum):
    """A closed set, so that every prompt has one purpose."""

    IDEAS = "different ways to write the function, one note each"
    REFLECTION = "why the candidate failed and what to do differently, one note"
    REMEDIES = "different ways to correct the candidate, one note each"
    REFINEMENTS = "different ways to improve a candidate that passes, one note each"
    ALTERNATIVES = "what else could have been done where the candidate was made, one note each"
    CHOICE = "which of the notes is the best: value is its number, from 0"
    PLAN = "a plan for the function, step by step, one note"
    CHECK = "a walk through every case by hand with the plan; value 1 if every result is right, else 0"
    RECHECK = "whether every step of the walk with the plan follows; value 1 or 0"
    DEVIATION = "where the trace of the failing case leaves the walk through the plan, one note"
    STEPS = "different next steps after the ones so far, one note each"
    WORTH = "how good the steps so far are: value from 0 to 10"
    TRACE = "the blocks of the first failing case and what the variables held after each; no model is asked"
    BLOCKS = "for every block of the trace of a failing case, whether it does what it should, one note"
    OPINION = "what the critic says of a candidate that passes its cases; value is its score, from 1 to 5"
    VERIFY = "whether a candidate that passes its cases is right beyond them; value 1 or 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text about ``about``, the position of a node in the tree. ``value`` is a judgement.

    ``ask`` is the position of what was asked for it.
    """

    id: NoteId
    kind: Thinking
    about: int
    ask: int
    text: str
    value: float | None = None
