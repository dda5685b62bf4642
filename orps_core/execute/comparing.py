"""Asks the bench whether a candidate does the same as the target as written."""

from ..domain.comparison import Behaviour, Difference
from ..domain.confinement import LIMITS_ONLY
from ..domain.execution import Confinement, Crashed
from .job import Job
from .outcomes import messages, read_execution
from .process import Harness, Message

_SLACK = 5.0


async def behaviour_of(harness: Harness, job: Job, source: str) -> tuple[Behaviour | None, str | None]:
    """The comparison, and what has to be said about it. ``source`` is the module with the candidate in it."""
    wall = job.limits.wall
    facts = await harness.ask({"op": "compare", "source": source, "wall": wall}, wall + _SLACK)
    reply = next(reversed(messages(facts, "compared")), None)
    if reply is None:
        return None, f"comparing it with the original ended early: {_why(facts, job)}"
    return (
        Behaviour(
            recorded=int(reply["recorded"]),
            grown=int(reply["grown"]),
            agree=int(reply["agree"]),
            differ=tuple(Difference(input=i, baseline=b, candidate=c) for i, b, c in reply["differ"]),
        ),
        str(reply["note"]) if reply.get("note") else None,
    )


def _why(facts: Message, job: Job) -> str:
    (result,) = read_execution(
        ["it"], facts, job.limit_message(), Confinement(level=LIMITS_ONLY, mechanisms=())
    ).results
    match result.outcome:
        case Crashed(stderr=stderr):
            return stderr.strip()[-200:] or "it crashed"
        case outcome:
            return type(outcome).__name__.lower()
