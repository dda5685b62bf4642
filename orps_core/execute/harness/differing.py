"""Tells whether two functions do the same on the same calls, and in which words they do not."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Optional, Set, Tuple, cast

from .behaviour import Adapt, Observed, adapted, largest, observe
from .recording import Call, Resolved
from .sameness import TooLarge, alike, distinction
from .showing import show

DIFFERENCES = 3
_PARTS = 2000
# Rounding of the arguments alone leaves this much of their size in a difference: 45 units in the last place.
_ROUNDING = 1e-14

Texts = Tuple[str, str]


class Aspect(NamedTuple):
    """Something in which two outcomes differ: what the first did, what the second did.

    It does not refute where the answer is the same and the candidate alone helps itself to an argument, or
    where it alone refuses what is larger than anybody has asked for.
    """

    ours: str
    theirs: str
    refutes: bool = True


@dataclass(frozen=True)
class Agreement:
    """How two functions compare. ``differ`` holds texts: the input, what the first did, what the second did.

    ``doubts`` holds such texts of differences that do not refute, the first few of ``doubtful``.
    ``unstable`` is a call on which the first differs from itself, and both things it did: then nothing can
    be said. ``too_large`` counts calls with results too big to compare, which are not in ``agree``; ``left``
    those for which there was no time, and ``dearest`` is how many seconds one took to compare.
    """

    agree: int
    differ: Tuple[Tuple[str, str, str], ...]
    unstable: Optional[Tuple[str, str, str]]
    too_large: int
    left: int = 0
    dearest: float = 0.0
    doubts: Tuple[Tuple[str, str, str], ...] = ()
    doubtful: int = 0

    @property
    def compared(self) -> int:
        return self.agree + len(self.differ) + self.doubtful


def first_difference(
    baseline: Resolved,
    candidate: Resolved,
    calls: Sequence[Call],
    adapt: Adapt,
    *,
    grown: bool = False,
    until: float = math.inf,
) -> Agreement:
    """Run both on every call until three refute. ``adapt`` makes a copy fit the candidate's module.

    Unless they are ``grown``, the candidate runs as often on each as the original, which has to agree with
    itself first. No call is begun that would end after ``until``, of ``time.monotonic``, if it is as slow as
    those before.
    """
    agree = too_large = left = 0
    dearest = 0.0
    differ: List[Tuple[str, str, str]] = []
    doubts: List[Tuple[str, str, str]] = []
    for index, call in enumerate(calls):
        began = time.monotonic()
        if began + dearest > until:
            left = len(calls) - index
            break
        try:
            expected, again = observe(baseline, call), observe(baseline, call)
            wobble = aspect_of(expected, again)
            if wobble is not None:
                return Agreement(agree, (), (text_of(call), *wobble[:2]), too_large)
            aspect = _aspect_on(call, (expected, again), candidate, adapt, grown=grown)
        except TooLarge:
            too_large += 1
            continue
        finally:
            dearest = max(dearest, time.monotonic() - began)
        if aspect is None:
            agree += 1
            continue
        (differ if aspect.refutes else doubts).append((text_of(call), *aspect[:2]))
        if len(differ) == DIFFERENCES:
            break
    few = tuple(doubts[:DIFFERENCES])
    return Agreement(agree, tuple(differ), None, too_large, left, dearest, few, len(doubts))


def _aspect_on(
    call: Call, expected: Tuple[Observed, Observed], candidate: Resolved, adapt: Adapt, *, grown: bool
) -> Optional[Aspect]:
    """The first thing in which the candidate differs from what is expected of two such calls."""
    actual = observe(candidate, adapted(call, adapt))
    aspect = aspect_of(expected[0], actual, rounding(call), call)
    if grown:
        refuses = actual.raised is not None and actual.raised.deliberate and expected[0].raised is None
        return aspect._replace(refutes=False) if aspect is not None and refuses else aspect
    return aspect or _next_time(expected, (actual, observe(candidate, adapted(call, adapt))))


def rounding(call: Call) -> float:
    return _ROUNDING * largest(call)


def _next_time(ours: Tuple[Observed, Observed], theirs: Tuple[Observed, Observed]) -> Optional[Aspect]:
    """What a second call with the same arguments shows: results that are handed out again, or change."""
    if _shares(*theirs) and not _shares(*ours):
        return Aspect("gives a new object at each call", "gives the same object again at the next call")
    if aspect_of(*theirs) is not None:
        return Aspect("does the same at the next call", "does something else at the next call")
    return None


def text_of(call: Call, limit: int = 200) -> str:
    """The arguments as one would write them between the parentheses of a call."""
    parts = [show(value, limit) for value in call.args]
    parts += [name + "=" + show(value, limit) for name, value in call.kwargs.items()]
    text = ", ".join(parts)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def same(one: Observed, other: Observed) -> bool:
    """Raises TooLarge where there is too much to look at."""
    return aspect_of(one, other) is None


def aspect_of(
    one: Observed, other: Observed, near: float = 0.0, asked: Optional[Call] = None
) -> Optional[Aspect]:
    """The first thing in which two outcomes differ; None where no caller would notice.

    What refutes comes first. ``asked`` is the call as it was before either ran: without it all refutes.
    """
    texts = _answers_apart(one, other, near) or _effects_apart(one, other)
    if texts is not None:
        return Aspect(*texts)
    arguments = [one.after.args, one.after.kwargs], [other.after.args, other.after.kwargs]
    spared = asked is not None and distinction([asked.args, asked.kwargs], arguments[0]) is None
    if (one.returned, one.views) != (other.returned, other.views):
        helped = spared and not one.returned and not one.views
        return Aspect(_identity_text(one), _identity_text(other), refutes=not helped)
    if distinction(*arguments, near=near) == "value":
        left, changed = text_of(one.after), text_of(other.after)
        return Aspect("leaves its arguments as " + left, "leaves its arguments as " + changed, not spared)
    together = distinction([one.value, *arguments[0]], [other.value, *arguments[1]], near=near)
    return None if together is None else Aspect(*_sharing_texts(one, other))


def _answers_apart(one: Observed, other: Observed, near: float) -> Optional[Texts]:
    """What was returned or raised."""
    if one.shape != other.shape or not _same_exception(one, other):
        texts = short(one), short(other)
        return texts if texts[0] != texts[1] else (_details_text(one), _details_text(other))
    if distinction(one.value, other.value, near=near) == "value":
        return _apart(one.value, other.value)
    return None


def _effects_apart(one: Observed, other: Observed) -> Optional[Texts]:
    """What was printed, warned of, or changed in the interpreter."""
    for what, ours, theirs in (
        ("prints ", one.printed, other.printed),
        ("prints to stderr ", one.complained, other.complained),
    ):
        if ours != theirs:
            left, right = _apart(ours, theirs)
            return what + left, what + right
    for verb, words, others in (("warns with ", one.warned, other.warned), ("leaves ", one.left, other.left)):
        if words != others:
            return verb + (", ".join(words) or "nothing"), verb + (", ".join(others) or "nothing")
    return None


def _same_exception(one: Observed, other: Observed) -> bool:
    ours, theirs = one.raised, other.raised
    if ours is None or theirs is None:
        return ours is theirs
    return ours.kind == theirs.kind and alike(list(ours.details), list(theirs.details))


def _details_text(seen: Observed) -> str:
    return short(seen)[:100] + " with " + show(list(seen.raised.details) if seen.raised else [], 100)


def _shares(one: Observed, other: Observed) -> bool:
    """Whether two calls gave the same changeable object."""
    first = _changeable_parts(one.value)
    return bool(first & _changeable_parts(other.value))


def _changeable_parts(value: object) -> Set[int]:
    found: Set[int] = set()
    waiting: List[object] = [value]
    while waiting and len(found) < _PARTS:
        part = waiting.pop()
        if issubclass(type(part), (list, dict, set, bytearray)):
            if id(part) in found:
                continue
            found.add(id(part))
        if isinstance(part, dict):
            waiting += cast("Dict[object, object]", part).values()
        elif isinstance(part, (list, tuple)):
            waiting += cast("List[object]", part)[:_PARTS]
    return found


def short(seen: Observed) -> str:
    """What the call gave or raised."""
    if seen.raised is None:
        return ("" if seen.shape == "value" else seen.shape + " ") + show(seen.value)
    text = "raises " + ": ".join(part for part in (seen.raised.kind, seen.raised.message) if part)
    if seen.shape != "raised":
        text = seen.shape + " " + show(seen.value, 100) + ", then " + text
    return text[:200]


def _identity_text(seen: Observed) -> str:
    if seen.returned is not None:
        return "returns its argument " + seen.returned
    if seen.views:
        return "returns a view of its argument " + ", ".join(seen.views)
    return "returns a new object"


def _sharing_texts(one: Observed, other: Observed) -> Texts:
    """Both look the same, but a later change to one part would show in other places."""
    counts = [len(_changeable_parts([seen.value, *seen.after.args])) for seen in (one, other)]
    if counts[0] == counts[1]:
        return "shares its parts one way", "shares its parts another way"
    words = ("uses one object in several places", "uses an object of its own in each place")
    return words if counts[0] < counts[1] else (words[1], words[0])


def _apart(one: object, other: object) -> Texts:
    """Two texts that differ, also where the values differ only far from their beginning."""
    ours, theirs = show(one), show(other)
    path = ""
    while ours == theirs and type(one) is type(other) and isinstance(one, (list, tuple, str)):
        left, right = cast("List[object]", one), cast("List[object]", other)
        index = next((i for i, (a, b) in enumerate(zip(left, right)) if not alike(a, b)), None)
        if index is None:
            return str(len(left)) + " items" + path, str(len(right)) + " items" + path
        path += "[" + str(index) + "]"
        one, other = left[index], right[index]
        ours, theirs = show(one), show(other)
    if ours == theirs:
        return ours, theirs + " of another kind or with other contents"
    return (path + " is " + ours, path + " is " + theirs) if path else (ours, theirs)
