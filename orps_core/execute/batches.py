"""Facts about many candidates that ran in one leaf, taken apart again."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..domain.execution import Confinement, Execution
from .outcomes import all_messages, held_to, messages, read_execution
from .process import Message

MOST = 50
"""Candidates in one leaf: what one may do to those after it stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """``executions`` of those that ran, in order; None for one that must run alone.

    ``intact``: after all of them, the suite still said about the target as written what it always says.
    """

    executions: tuple[Execution | None, ...]
    intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """How the report of a leaf for many is read.

    ``suite`` says of each case how it ends for the target as written; ``each`` is a candidate's wall time.
    """

    suite: Mapping[str, type]
    limits: Message
    confinement: Confinement
    each: float

    def read(self, facts: Message, count: int) -> Sifted:
        """What hung or crashed is the last one heard of; those after it have not run."""
        turns = _turns(facts, count + 1)
        executions = [self._execution(facts, own) for own in turns[:count]]
        control = self._execution(facts, turns[count]) if len(turns) > count else None
        found = {} if control is None else {each.case: type(each.outcome) for each in control.results}
        intact = found == dict(self.suite) and not messages(facts, "tampered")
        return Sifted(executions=tuple(executions), intact=intact)

    def _execution(self, facts: Message, own: list[Message]) -> Execution | None:
        kinds = {str(message.get("k")) for message in own}
        if "inexact" in kinds:
            return None
        part: Message = {**facts, "messages": own}
        if "stopped" in kinds or facts.get("reason") == "wall time":
            part |= {"reason": "wall time", "wall": self.each}
        if "end" in kinds:
            part |= {"reason": None, "signal": 0}
        return held_to(read_execution(tuple(self.suite), part, self.limits, self.confinement), self.suite)


def _turns(facts: Message, most: int) -> list[list[Message]]:
    """What was said in each turn, up to a number out of turn: whoever forges may say any."""
    turns: list[list[Message]] = []
    for message in all_messages(facts):
        number = message.get("n")
        if type(number) is not int:
            continue  # what is said of the leaf as a whole
        if number == len(turns) < most and message.get("k") == "turn":
            turns.append([])
        elif number != len(turns) - 1:
            break
        else:
            turns[-1].append(message)
    return turns
