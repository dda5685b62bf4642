"""Makes larger calls from recorded ones, until they take long enough to be timed."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple, cast

from .copying import deep_copy
from .enlarging import MOST_ITEMS, Enlarger, is_number, weight_of
from .recording import Call
from .relating import Key, Relation, is_container, part_of, relations_of, slots_of, tie
from .remaking import Remaking
from .showing import show

ENOUGH = 0.0015
TARGET = 0.003
LONGEST = 0.008
MOST_GROWN = 6
_TRAILS = 3
_BASES = 3
_TRIED = 24
_LOOKED_AT = 24  # calls, for classes whose instances can be made larger
_STEPS = 26
_LARGEST = 1e7
_FAILURES = 5
_DOUBLINGS = 4
_PATIENCE = 3  # times the seconds of work, by the clock on the wall
_FLAT = 1.3  # a doubling that costs less than this has not yet reached what grows
_MEASURABLE = 2e-5
Run = Callable[[Call], Optional[float]]


@dataclass(frozen=True)
class Grown:
    """A larger call with its seconds, ``factor`` times ``base``; ``how`` says by which means."""

    call: Call
    seconds: float
    factor: float
    how: str
    base: Optional[Call] = None
    plan: Optional[Plan] = None


@dataclass(frozen=True)
class Plan:
    """Which arguments grow, and how: ``only`` is one of them, or all are meant that are of the ``scope``."""

    scope: str
    style: str
    only: Optional[Key] = None

    @property
    def how(self) -> str:
        return self.style + " " + (self.scope if self.only is None else "argument " + str(self.only))


def grow(calls: Sequence[Call], run: Run, seconds: float = 0.7) -> List[Grown]:
    """The best few larger calls, largest first; none if nothing could be made larger.

    ``seconds`` are of work; on the wall it may be three times as many where the machine is busy.
    ``run`` times one call on a copy of its own and answers None if it raised or took too long.
    """
    return _Search(calls, run, seconds).best()


def doublings(calls: Sequence[Call], largest: Grown) -> List[Tuple[float, Call]]:
    """The same growth in sizes each half of the next one: multiples of the smallest size, and the calls."""
    found: List[Tuple[float, Call]] = []
    if largest.base is None or largest.plan is None:
        return found
    remaking = remaking_of(calls)
    relations = relations_of(calls, remaking)
    for halvings in range(_DOUBLINGS, -1, -1):
        factor = largest.factor / 2**halvings
        rng = random.Random(0)  # noqa: S311  (as above)
        call = enlarged(largest.base, largest.plan, factor, relations, rng, remaking)
        if factor >= 1 and call is not None:
            found.append((factor, call))
    return [(factor / found[0][0], call) for factor, call in found]


def remaking_of(calls: Sequence[Call]) -> Remaking:
    """Runs constructors of the project."""
    return Remaking(value for call in calls[:_LOOKED_AT] for value in (*call.args, *call.kwargs.values()))


def enlarged(
    call: Call,
    plan: Plan,
    factor: float,
    relations: Sequence[Relation],
    rng: random.Random,
    remaking: Remaking,
) -> Optional[Call]:
    """A call about ``factor`` times as large, sharing nothing with the old one.

    None past the limits, and where an argument cannot be made of what it would have to hold.
    """
    if plan.scope == "number of arguments":
        grown = Enlarger(factor, plan.style, rng, remaking).container(list(call.args))
        args = tuple(cast("List[object]", grown))
        return None if weight_of(args) > MOST_ITEMS else Call(args, deep_copy(call.kwargs))
    slots = slots_of(call, remaking)
    made = _Enlargement(slots, Enlarger(factor, plan.style, rng, remaking), relations).made(plan)
    if weight_of(list(made.values())) > max(MOST_ITEMS, weight_of(list(slots.values()))):
        return None
    tie(made, relations, rng)
    for key, value in reversed(list(slots.items())):
        parts = {name: part_of(key, name) for name in remaking.parts(value)}
        if parts and all(part in made for part in parts.values()):
            again = remaking.made(type(value), {name: made[part] for name, part in parts.items()})
            if again is None:
                return None
            made[key] = again
    return Call(
        tuple(made[index] for index in range(len(call.args))), {name: made[name] for name in call.kwargs}
    )


class _Enlargement:
    """The arguments of one call while they grow one after the other."""

    def __init__(self, slots: Dict[Key, object], enlarger: Enlarger, relations: Sequence[Relation]) -> None:
        self._slots = slots
        self._enlarger = enlarger
        self._relations = relations
        self._made: Dict[Key, object] = {}

    def made(self, plan: Plan) -> Dict[Key, object]:
        dependent = {relation.of for relation in self._relations if relation.kind != "alike"}
        for key, value in self._slots.items():
            grows = key == plan.only or (
                plan.only is None and key not in dependent and _is_meant(value, plan.scope)
            )
            length = self._length_of(key)
            if is_number(value) and grows:
                self._made[key] = self._enlarger.number(cast("float", value))
            elif is_container(value) and (grows or length is not None):
                self._made[key] = self._enlarger.container(value, length)
            else:
                self._made[key] = deep_copy(value)
        return self._made

    def _length_of(self, key: Key) -> Optional[int]:
        """The length this argument must have because of one that was made before it."""
        for relation in self._relations:
            if relation.kind == "alike" and relation.of == key and relation.to in self._made:
                return len(cast("Sequence[object]", self._made[relation.to])) + relation.offset
            if relation.kind == "alike" and relation.to == key and relation.of in self._made:
                return len(cast("Sequence[object]", self._made[relation.of])) - relation.offset
        return None


class _Search:
    def __init__(self, calls: Sequence[Call], run: Run, seconds: float) -> None:
        self._calls = calls
        self._run = run
        self._seconds = seconds
        self._began = time.thread_time(), time.perf_counter()
        self._rng = random.Random(0)  # noqa: S311  (the same calls are to be grown each time)
        self._found: List[List[Grown]] = []
        self._relations: Tuple[Relation, ...] = ()
        self._remaking = remaking_of(calls)

    def best(self) -> List[Grown]:
        bases = self._bases()
        self._relations = relations_of([base.call for base in bases], self._remaking)
        counts = {len(call.args) for call in self._calls}
        for base in bases[:_BASES]:
            if base.seconds >= ENOUGH:
                self._found.append([base])
                continue
            slots = slots_of(base.call, self._remaking)
            for plan in _plans(slots, varying=len(counts) > 1):
                if self._late() or self._satisfied():
                    break
                self._climb(base, plan)
        return self._chosen()

    def _late(self, share: float = 1.0) -> bool:
        """Whether that share of the time is used up: of work, for others may keep the machine busy."""
        work, wall = (now - at for now, at in zip((time.thread_time(), time.perf_counter()), self._began))
        return work > share * self._seconds or wall > share * _PATIENCE * self._seconds

    def _bases(self) -> List[Grown]:
        """The recorded calls that run, heaviest first."""
        stride = math.ceil(len(self._calls) / _TRIED) or 1
        ordered = sorted(self._calls, key=self._weight, reverse=True)
        picked = [*ordered[:_BASES], *ordered[_BASES::stride]]
        found: List[Grown] = []
        for call in picked:
            seconds = None if self._late(1 / 3 if found else 1.0) else self._run(call)
            if seconds is not None:
                found.append(Grown(call, seconds, 1.0, "recorded"))
        return found

    def _satisfied(self) -> bool:
        enough = [trail for trail in self._found if trail[-1].seconds >= ENOUGH]
        return len(enough) >= _TRAILS

    def _climb(self, base: Grown, plan: Plan) -> None:
        """Double, faster where nothing happens, and close in from both sides after a step too far."""
        trail: List[Grown] = []
        low, high, step, failures = 1.0, math.inf, 2.0, 0
        last, too_long = base, cast("Optional[Grown]", None)
        for _ in range(_STEPS):
            factor = low * step if math.isinf(high) else math.sqrt(low * high)
            if self._late() or failures > _FAILURES or not low * 1.02 < factor < _LARGEST:
                break
            tried = self._try(base, plan, factor)
            if tried is None or tried.seconds > LONGEST:
                high, failures = factor, failures + 1
                too_long = tried or too_long
                continue
            if math.isinf(high) and self._weight(tried.call) <= self._weight(last.call):
                break  # what could grow has met its limit
            step = _next_step(tried, last, step)
            low, last = factor, tried
            trail.append(tried)
            if tried.seconds >= ENOUGH:
                break
        if too_long is not None and last.seconds < ENOUGH:
            trail.append(too_long)
        if trail:
            self._found.append(trail)

    def _try(self, base: Grown, plan: Plan, factor: float) -> Optional[Grown]:
        """The slowest of a few draws where drawing is cheap: an early exit tells nothing about size."""
        best: Optional[Grown] = None
        for _ in range(3 if plan.scope == "numbers" and plan.style == "resample" else 1):
            call = enlarged(base.call, plan, factor, self._relations, self._rng, self._remaking)
            seconds = None if call is None else self._run(call)
            if call is None or seconds is None:
                break
            if best is None or seconds > best.seconds:
                best = Grown(call, seconds, factor, plan.how, base.call, plan)
        return best

    def _chosen(self) -> List[Grown]:
        """The largest of each climb, another content at the size of the first, then smaller sizes."""
        # What is large enough comes in the order of the plans: times vary from run to run.
        trails = sorted(self._found, key=lambda trail: _farness(trail[-1]))
        chosen = [trail[-1] for trail in trails[:_TRAILS]]
        if not chosen:
            return []
        again = self._other_content(chosen[0])
        if again is not None:
            chosen.append(again)
        # From the middle of a climb, which is neither the largest nor a toy.
        chosen += [trail[len(trail) // 2] for trail in trails[:2] if len(trail) > 2]  # noqa: PLR2004
        return chosen[:MOST_GROWN]

    def _other_content(self, largest: Grown) -> Optional[Grown]:
        plan = Plan("everything", "resample")
        base = largest.call
        again = enlarged(base, plan, 1.0, self._relations, self._rng, self._remaking)
        seconds = None if again is None or self._is_same(again, base) else self._run(again)
        if again is None or seconds is None:
            return None
        return Grown(again, seconds, largest.factor, "redrawn " + largest.how)

    def _weight(self, call: Call) -> Tuple[int, float]:
        values = list(slots_of(call, self._remaking).values())
        numbers = [abs(cast("float", value)) for value in values if is_number(value)]
        return weight_of(values), max((number for number in numbers if number < math.inf), default=0)

    def _is_same(self, one: Call, other: Call) -> bool:
        return self._weight(one)[0] == self._weight(other)[0] and show((one.args, one.kwargs), 2000) == show(
            (other.args, other.kwargs), 2000
        )


def _plans(slots: Dict[Key, object], *, varying: bool) -> List[Plan]:
    numbers = [key for key, value in slots.items() if is_number(value)]
    containers = [key for key, value in slots.items() if is_container(value)]
    plans = [Plan("everything", "resample"), Plan("everything", "repeat")]
    if numbers and containers:
        plans[1:1] = [Plan("containers", "resample"), Plan("containers", "repeat")]
    if varying:
        plans.append(Plan("number of arguments", "resample"))
    if numbers:
        plans.append(Plan("numbers", "resample"))
    if len(numbers) + len(containers) > 1:
        plans += [Plan("one", "resample", key) for key in (*containers, *numbers)[:4]]
    if containers:
        # Few values in a long list, many of them, long runs: what is fast on one may be slow on another.
        plans.insert(1, Plan("everything", "spread"))
        plans.append(Plan("everything", "stretch"))
    if any(isinstance(slots[key], int) for key in numbers):
        plans.append(Plan("numbers", "digits"))
    return plans


def _next_step(tried: Grown, last: Grown, step: float) -> float:
    ratio = tried.seconds / max(last.seconds, 1e-9)
    if ratio < _FLAT:
        return min(step * 2, 64.0)
    if tried.seconds < _MEASURABLE or tried.factor <= last.factor:
        return step
    # Growth like a power of the size: aim at the target, however steep it is.
    power = math.log(ratio) / math.log(tried.factor / last.factor)
    return min(16.0, max(1.05, math.pow(TARGET / tried.seconds, 1 / power)))


def _farness(grown: Grown) -> float:
    return -min(grown.seconds, ENOUGH)


def _is_meant(value: object, scope: str) -> bool:
    return scope == "everything" or (is_number(value) if scope == "numbers" else is_container(value))
