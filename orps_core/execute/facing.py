"""Reads what came of holding a candidate against the original, each of them in a process of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from ..domain.comparison import Behaviour, Comparison, Difference, Source
from ..domain.outside import Apart, Outside, timed_outside
from ..domain.timing import Pace, Timing
from .outcomes import messages
from .process import Message

_ELSE = "such that the original does something else when it is alone"
_OTHER = "it does something else in a process of its own than beside the original"
_ALONE_NEVER = "the module cannot be imported without the tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """Inputs with what the original does, written down before any candidate came. ``left`` could not be."""

    given: bytes
    count: int
    left: int
    why: str
    settled: bool = False

    def without(self, alone: Sequence[int]) -> "Exported":
        """What the original does in a process of its own as well, which need not be looked at again."""
        every = cast("list[object]", json.loads(self.given))
        kept = [each for number, each in enumerate(every) if number not in set(alone)]
        return replace(
            self,
            given=json.dumps(kept).encode(),
            count=len(kept),
            left=self.left + len(alone),
            why=self.why or _ELSE,
            settled=True,
        )


def read_export(facts: Message) -> Exported:
    """What the bench could write down; nothing where it did not get to its end."""
    every = messages(facts, "input")
    end = next(iter(messages(facts, "exported")), None)
    given = [[each["source"], each["timed"], each["call"], each["seen"]] for each in every]
    return Exported(
        given=json.dumps(given).encode(),
        count=len(given),
        left=int(end["left"]) if end else 0,
        why=str(end["why"]) if end else "writing them down ended early",
    )


def settled(exported: Exported, facts: Message) -> Exported:
    """What is left of it, if all of it was put to the original alone."""
    reply = next(iter(messages(facts, "confronted")), None)
    if exported.settled or reply is None or reply["left"] or reply["gone"] or reply["strict"]:
        return exported
    return exported.without([int(each) for each in cast("list[Any]", reply["alone"])])


def claim(found: Comparison) -> Timing | None:
    """The gain in time that has to be seen from outside, if there is one."""
    timing = found.timing
    return timing if timing is not None and timing.pace is Pace.FASTER else None


def faced(found: Comparison, exported: Exported, facts: Message) -> Comparison:
    """``found`` with what both did alone. Raise ValueError, TypeError or KeyError for what is no answer."""
    every = exported.count + exported.left
    if messages(facts, "load"):
        return replace(found, apart=Apart(agree=0, aside=every, note=_ALONE_NEVER))
    reply = next(iter(messages(facts, "confronted")), None)
    if reply is None or found.behaviour is None:
        return unproven(found, "what it does alone could not be held against the original")
    aside = max(0, every - sum(int(reply[name]) for name in ("agree", "strict", "unlike")))
    why = _why(exported, reply) if aside else None
    behaviour = _corrected(found.behaviour, reply)
    return replace(
        found,
        behaviour=behaviour,
        note=found.note if behaviour is found.behaviour else _joined(_OTHER, found.note),
        apart=Apart(agree=int(reply["agree"]), aside=aside, note=why),
        outside=_outside(found, reply),
    )


def _why(exported: Exported, reply: Message) -> str:
    if exported.left:
        return f"{exported.left} are {exported.why}"
    if reply["alone"]:
        return f"{len(cast('list[object]', reply['alone']))} are {_ELSE}"
    return "there was no time for them" if reply["left"] else "what they do is too large, or not meant"


def _corrected(behaviour: Behaviour, reply: Message) -> Behaviour:
    """What a candidate does alone counts where it was said to do something else beside the original."""
    differ = [_difference(each) for each in cast("list[object]", reply["differ"])]
    strict = int(reply["strict"])
    more = max(0, int(reply["unlike"]) - behaviour.unlike)
    agree = max(0, behaviour.agree - strict - more)
    more = min(more, behaviour.made_up - behaviour.unlike, behaviour.agree - agree)
    if not strict and not more:
        return behaviour
    return replace(
        behaviour, agree=agree, unlike=behaviour.unlike + more, differ=(*differ, *behaviour.differ)
    )


def _difference(each: object) -> Difference:
    source, given, ours, theirs = (str(part) for part in cast("Sequence[object]", each))
    return Difference(input=given, baseline=ours, candidate=theirs, source=Source(source))


def _outside(found: Comparison, reply: Message) -> Outside | None:
    timing = claim(found)
    if timing is None or not reply["first"]:
        return None
    first, *pairs = ([float(each) for each in row] for row in [reply["first"], *reply["pairs"]])
    return timed_outside(timing.inputs, first, pairs, waits="wall" in timing.clock)


def unproven(found: Comparison, note: str) -> Comparison:
    """A missing answer is none that agrees."""
    return replace(found, behaviour=None, note=note)


def doubt(found: Comparison, facts: Message) -> str | None:
    """Why a gain in time is not believed, if it is not."""
    timing, outside = claim(found), found.outside
    if timing is None or found.behaviour is None or not found.behaviour.agrees:
        return None
    if outside is not None and outside.contradicts(timing.ratio):
        seen = min(outside.ratio, outside.first or outside.ratio)
        return f"{timing.ratio:.2f}× by its own clock, {seen:.2f}× by one that it cannot reach"
    reply = next(iter(messages(facts, "confronted")), None)
    if outside is None and reply is not None and reply["silent"]:
        return "it gives no answer where it is timed from outside"
    return None


def disclaimed(found: Comparison, why: str) -> Comparison:
    """Without a gain in time that nobody sees from outside, and with a word on it."""
    note = f"its time is not believed: {why}"
    return replace(found, grown=None, recorded=None, growth=None, note=_joined(note, found.note))


def _joined(note: str, before: str | None) -> str:
    return f"{note}; {before}" if before else note
