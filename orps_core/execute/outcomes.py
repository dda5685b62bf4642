"""Raw facts from a leaf to outcomes in the words of the domain. Nothing here is evaluated, only read."""

import signal
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from ..domain.confinement import LIMITS_ONLY, PARTIAL, STRICT, Allowance
from ..domain.execution import (
    CaseResult,
    Confinement,
    Crashed,
    Execution,
    Exhausted,
    Exited,
    Failed,
    Missing,
    Outcome,
    Passed,
    Raised,
    Skipped,
    Tampered,
)
from .process import Message

# Why the harness says it ended, to the resource and the name of its limit.
_BY_REASON = {
    "CPU time": ("CPU seconds", "cpu"),
    "memory": ("bytes of memory", "memory"),
    "output": ("bytes of output", "output"),
    "scratch": ("bytes of scratch space", "scratch"),
    "threads": ("threads", "threads"),
}
_FORGERIES = {
    "forged frame": "the channel of results: a message that the harness did not send",
    "bad frame": "the channel of results: bytes that are no message",
}
_HELD_BY = {
    "landlock": "files outside the project",
    "seccomp": "the network and other processes",
}
_INSIDE = "the processes that start and judge them"
_LOOPBACK = "connections among themselves, as asked"


def read_execution(
    names: Sequence[str], facts: Message, limits: Message, confinement: Confinement
) -> Execution:
    """One result for every name. What was not reported is explained by how the process ended, or missing."""
    reported = {str(case.get("name")): case for case in messages(facts, "case")}
    load = next(iter(messages(facts, "load")), None)
    end = _end(facts, limits)
    results: list[CaseResult] = []
    for name in names:
        if name in reported:
            case = reported[name]
            results.append(
                CaseResult(case=name, outcome=_outcome(case), seconds=_number(case.get("seconds")))
            )
        elif load is not None:
            results.append(CaseResult(case=name, outcome=_raised(load)))
        else:
            # The first case without a result is the one that was running when the process ended.
            results.append(CaseResult(case=name, outcome=end or Missing()))
            end = None
    broken = [str(each.get("what", "")) for each in messages(facts, "tampered")]
    if broken:
        results = [_distrusted(each, broken[0]) for each in results]
    if not messages(facts, "end") and results and all(isinstance(r.outcome, Passed) for r in results):
        # Everything was reported and yet the process did not come to its end: do not trust it.
        last = results[-1]
        results[-1] = CaseResult(
            case=last.case, outcome=_end(facts, limits) or Missing(), seconds=last.seconds
        )
    return Execution(results=tuple(results), confinement=confinement)


def held_to(execution: Execution, as_written: Mapping[str, type]) -> Execution:
    """A case that runs for the target as written, and that a candidate has skipped, did not hold."""
    return replace(
        execution,
        results=tuple(
            replace(
                each, outcome=Failed(expected="the case to run", actual=f"skipped: {each.outcome.reason}")
            )
            if isinstance(each.outcome, Skipped) and as_written.get(each.case) is not Skipped
            else each
            for each in execution.results
        ),
    )


def read_confinement(held: object, allow: Allowance, *, walled: bool) -> Confinement:
    """``strict`` needs both layers of the kernel between a candidate and the rest.

    The outer wall keeps files and network away alone, but not what is behind it together with a candidate.
    """
    mechanisms = [str(each) for each in cast("list[object]", held)] if isinstance(held, list) else []
    kinds = {each.partition(" ")[0] for each in mechanisms}
    missing = [what for kind, what in _HELD_BY.items() if kind not in kinds]
    nothing = len(missing) == len(_HELD_BY) and not walled
    level = STRICT if not missing else LIMITS_ONLY if nothing else PARTIAL
    return Confinement(
        level=level,
        mechanisms=(*mechanisms, *(["bubblewrap"] if walled else [])),
        open=(*([_INSIDE] if missing and walled else missing), *opened(allow)),
    )


def opened(allow: Allowance) -> tuple[str, ...]:
    """What a person opened to candidates."""
    read = tuple(f"{path} for reading, as asked" for path in allow.read)
    return (*read, _LOOPBACK) if allow.loopback else read


def load_error(facts: Message) -> Raised | None:
    """Why the module could not be imported, if it could not."""
    load = next(iter(messages(facts, "load")), None)
    return _raised(load) if load is not None else None


def all_messages(facts: Message) -> list[Message]:
    found = facts.get("messages")
    every = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Message", each) for each in every if isinstance(each, dict)]


def messages(facts: Message, kind: str) -> list[Message]:
    return [each for each in all_messages(facts) if each.get("k") == kind]


def tampering(facts: Message) -> str | None:
    """What a candidate has changed of that which judges it, in words; None where all is as it was."""
    return next((str(each.get("what", "")) for each in messages(facts, "tampered")), None)


def casemessages(facts: Message) -> list[Message]:
    return messages(facts, "case")


def _distrusted(result: CaseResult, what: str) -> CaseResult:
    """Who has tampered with the judge has passed nothing; what failed has failed all the same."""
    return replace(result, outcome=Tampered(what=what)) if isinstance(result.outcome, Passed) else result


def _outcome(case: Message) -> Outcome:
    match case.get("outcome"):
        case "passed":
            return Passed()
        case "failed":
            return Failed(expected=str(case.get("expected")), actual=str(case.get("actual")))
        case "raised":
            return _raised(case)
        case "skipped":
            return Skipped(reason=str(case.get("reason", "")))
        case _:
            return Missing()


def _raised(found: Message) -> Raised:
    return Raised(
        type=str(found.get("type", "")),
        message=str(found.get("message", "")),
        traceback=str(found.get("traceback", "")),
    )


def _end(facts: Message, limits: Message) -> Outcome | None:  # noqa: PLR0911  (one for each way to end)
    """What ended the process before its time, if anything did."""
    reason, number = facts.get("reason"), facts.get("signal")
    stderr = str(facts.get("output", ""))[-1000:]
    if reason == "wall time":
        return Exhausted(resource="seconds", limit=float(facts.get("wall", 0)))
    if reason in _BY_REASON:
        resource, name = _BY_REASON[reason]
        return Exhausted(resource=resource, limit=float(limits[name]))
    if reason in _FORGERIES:
        return Tampered(what=_FORGERIES[str(reason)])
    if reason == "result flood":
        return Exhausted(resource="bytes of results", limit=float(facts.get("most", 0)))
    if reason is not None:
        return Crashed(signal=None, stderr=f"{reason}: {stderr}")
    if number == signal.SIGXFSZ:
        return Exhausted(resource="bytes in one file", limit=float(limits["file_size"]))
    if number:
        return Crashed(signal=int(number), stderr=stderr)
    if not messages(facts, "end"):
        return Exited(code=int(facts.get("code", 0)), stderr=stderr)
    return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
