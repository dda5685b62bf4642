"""Cases for a function that has none: what the original answers to made-up calls, as examples."""

from collections.abc import Sequence
from dataclasses import replace

from ..domain.suite import Docstring, Origin, TestCase
from .job import Job
from .outcomes import messages
from .process import Message

NAME = "generated"
_FEWEST = 8
_FEWEST_DIFFERENT = 2
_BY_TYPE = "  # doctest: +IGNORE_EXCEPTION_DETAIL"


def characterised(job: Job, facts: Message) -> Job | None:
    """The job with the answers as its cases; None when there are too few to tell anything."""
    reported = messages(facts, "characterised")
    answers = [(str(call), str(want)) for each in reported for call, want in each.get("answers", ())]
    if len(answers) < _FEWEST or len({want for _, want in answers}) < _FEWEST_DIFFERENT:
        return None
    text, lines = _written(answers)
    cases = tuple(
        TestCase(
            name=f"doctest:{NAME}:{line}",
            origin=Origin.CHARACTERISED,
            path=job.target.path,
            line=line,
            found="the original's answer to a generated input",
        )
        for line in lines
    )
    docstring = Docstring(name=NAME, text=text, line=1)
    return replace(job, cases=cases, docstrings=(docstring,), nearby=())


def _written(answers: Sequence[tuple[str, str]]) -> tuple[str, list[int]]:
    """The text, and the line of each example in it."""
    parts: list[str] = []
    lines: list[int] = []
    for call, want in answers:
        lines.append(len(parts) + 1)
        parts.append(f">>> {call}{_BY_TYPE if want.startswith('Traceback') else ''}")
        parts += [*want.splitlines(), ""]
    return "\n".join(parts), lines
