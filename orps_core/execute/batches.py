"""Facts about many candidates that ran in one leaf, taken apart again."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..domain.execution import Confinement, Execution
from .outcomes import all_messages, read_execution
from .process import Message

MOST = 50
"""Candidates in one leaf: what one may do to those after it stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """``executions`` of those that ran, in order; None for one that must run alone."""

    executions: tuple[Execution | None, ...]


def read_sifted(
    facts: Message, names: Sequence[str], limits: Message, confinement: Confinement, each: float
) -> Sifted:
    """What hung or crashed is the last one heard of; those after it have not run."""
    by_number: dict[object, list[Message]] = {}
    for message in all_messages(facts):
        by_number.setdefault(message.get("n"), []).append(message)
    by_number.pop(None, None)  # what is said of the leaf as a whole
    executions: list[Execution | None] = []
    for number in range(len(by_number)):
        own = by_number.get(number, [])
        kinds = {message.get("k") for message in own}
        if "inexact" in kinds:
            executions.append(None)
            continue
        part: Message = {**facts, "messages": own}
        if "stopped" in kinds:
            part |= {"reason": "wall time", "wall": each}
        elif "end" in kinds:
            part["reason"] = None
        executions.append(read_execution(names, part, limits, confinement))
    return Sifted(executions=tuple(executions))
