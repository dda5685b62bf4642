"""Asks the bench whether a candidate does the same as the target as written."""

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from ..domain.comparison import Behaviour, Difference, Imported, Source
from ..domain.confinement import LIMITS_ONLY
from ..domain.coverage import Coverage, Untaken
from ..domain.execution import Confinement, Crashed
from .job import Job
from .outcomes import messages, read_execution, tampering
from .process import Harness, Message

_SLACK = 5.0
_OWN_SHARE = 0.6  # of the wall time, after which no recorded or grown input is begun
_RUNS = 8  # of the slowest call: both versions run twice on an input, and the machine may be busy
_LONGEST = 60.0


async def behaviour_of(
    harness: Harness, job: Job, source: str, slowest: float
) -> tuple[Behaviour | None, str | None]:
    """The comparison, and what has to be said about it. ``source`` is the module with the candidate in it.

    ``slowest`` is how many seconds the target took for its slowest call: one input has to fit in any case.
    """
    wall = longest(job.limits.wall, slowest)
    request: Message = {
        "op": "compare",
        "source": source,
        "wall": wall,
        "enough": _OWN_SHARE * job.limits.wall,
    }
    facts = await harness.ask(request, wall + _SLACK)
    if what := tampering(facts):
        return None, f"it changes what compares it, {what}: not compared"
    reply = next(reversed(messages(facts, "compared")), None)
    if reply is None:
        return None, f"comparing it with the original ended early: {_why(facts, job)}"
    if reply.get("unstable"):
        given, first, second = _texts(reply["unstable"])
        return None, f"the original differs from itself for {given} ({first}, then {second}): not compared"
    undrawn = next((str(each["note"]) for each in messages(facts, "undrawn")), None)
    said = "; ".join(each for each in (_left_out(reply), undrawn) if each) or None
    return _read(facts, reply, _why(facts, job)), said


def longest(usual: float, slowest: float) -> float:
    """Seconds of wall time for a process that runs both versions, or one of them twice."""
    return max(usual, min(_LONGEST, usual + _RUNS * slowest))


def _left_out(reply: Message) -> str | None:
    """Which inputs nothing was compared on, and why."""
    said: list[str] = []
    if reply["too_large"]:
        said.append(f"{int(reply['too_large'])} inputs left out: their results are too large to compare")
    if reply["left"]:
        took = float(reply["dearest"])
        left = int(reply["left"])
        inputs = "1 input" if left == 1 else f"{left} inputs"
        said.append(f"{inputs} left out for want of time: comparing on one takes {took:.1f} s")
    return "; ".join(said) or None


def _read(facts: Message, reply: Message, end: str) -> Behaviour:
    tried = next(reversed(messages(facts, "tried")), Message())
    drawn = next(reversed(messages(facts, "drawn")), Message())
    deadly = _died_of(facts, end)
    made = [(int(each.get("agree", 0)), int(each.get("unlike", 0))) for each in (tried, drawn)]
    for at, source in enumerate((Source.MUTATED, Source.HYPOTHESIS)):
        made[at] = made[at][0], made[at][1] + sum(each.source is source for each in deadly)
    differ = [
        each for found in (reply, tried, drawn) for each in cast("list[object]", found.get("differ", []))
    ]
    imported = next(iter(messages(facts, "imported")), None)
    return Behaviour(
        recorded=int(reply["recorded"]),
        grown=int(reply["grown"]),
        mutated=sum(made[0]),
        drawn=sum(made[1]),
        agree=int(reply["agree"]) + sum(agree for agree, _ in made),
        unlike=sum(unlike for _, unlike in made),
        raising=int(tried.get("raising", 0)) + int(drawn.get("raising", 0)),
        differ=(*map(_difference, differ), *deadly, *map(_doubt, cast("list[object]", reply["doubts"]))),
        stumble=_difference(["mutated", *tried["first"]]) if tried.get("first") else None,
        keeps=_texts(reply["keeps"]),
        imported=None
        if imported is None
        else Imported(
            baseline=float(imported["baseline"]),
            candidate=float(imported["candidate"]),
            changes=_texts(imported["changes"]),
        ),
    )


def _died_of(facts: Message, end: str) -> tuple[Difference, ...]:
    """The input on which the candidate ended its process, where the original answers."""
    if messages(facts, "end"):
        return ()
    begun = messages(facts, "trying")
    if len(begun) <= len(messages(facts, "outlived")):
        return ()
    last = begun[-1]
    return (
        Difference(
            input=str(last["input"]),
            baseline=str(last["baseline"]),
            candidate=f"no answer: {end}",
            source=Source(last["source"]),
        ),
    )


def _difference(each: object) -> Difference:
    source, given, baseline, candidate = _texts(each)
    return Difference(input=given, baseline=baseline, candidate=candidate, source=Source(source))


def _doubt(each: object) -> Difference:
    return replace(_difference(each), refutes=False)


def coverage_of(greeting: Message) -> Coverage | None:
    """What the suite reached when the bench ran it; None where it could not be told."""
    told = greeting.get("covered")
    if not isinstance(told, dict):
        return None
    found = cast("Message", told)
    return Coverage(
        lines=len(found["lines"]),
        missed=tuple(int(line) for line in found["missed"]),
        branches=tuple(Untaken(line=int(line), way=str(way)) for line, way in found["branches"]),
        whole=bool(found["whole"]),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in cast("Iterable[object]", value))


def _why(facts: Message, job: Job) -> str:
    (result,) = read_execution(
        ["it"], facts, job.limit_message(), Confinement(level=LIMITS_ONLY, mechanisms=())
    ).results
    match result.outcome:
        case Crashed(stderr=stderr):
            return stderr.strip()[-200:] or "it crashed"
        case outcome:
            return type(outcome).__name__.lower()
