"""In a leaf: runs the candidate beside the target as written, and reports where they differ."""

from __future__ import annotations

import itertools
import sys
import time
import types
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import List, Optional, Tuple, cast

from .behaviour import Observed, adapted, observe
from .config import Config
from .differing import DIFFERENCES, Agreement, aspect_of, first_difference, rounding, short, text_of
from .forgetting import Slate
from .gathering import Inputs
from .lasting import THREADS, apart_in, changed, kept_in, moved, settings
from .leaf import Leaf
from .limiting import TooLong, limited
from .mutating import constants_of, mutations
from .overlay import fresh
from .probing import OWN_TRIAL, within
from .recording import Call, Resolved
from .sameness import TooLarge
from .transplanting import transplant
from .versions import fitting, resolved_in

_COMPARED = 120
_LEAST_TRIAL = 0.25
_PATIENCE = 20  # times as long as the original a candidate may take on an input that nobody asked for
_TRYING = 0.8  # seconds of work
_OWN_SHARE = 0.6  # of the wall time: what is cut off from outside would be blamed on the candidate
_EXTRA = 60
_MOST_OVERTIME = 3
_DISTINCT = 2000
_OVERTIME = "no answer within"


@dataclass(frozen=True)
class Sides:
    """The original and the candidate, both imported anew, so that neither has seen a call before.

    ``adapt`` makes a value of the original's module fit the candidate's.
    """

    modules: Tuple[types.ModuleType, types.ModuleType]
    baseline: Resolved
    candidate: Resolved
    adapt: Callable[[object], object]


def compare(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    end = time.monotonic() + _OWN_SHARE * cast("float", leaf.request["wall"])
    sides = _sides(config, leaf, inputs)
    recorded, grown = (
        fitting(calls, sys.modules[config.module], sides.modules[0])
        for calls in (inputs.recorded[:_COMPARED], inputs.grown)
    )
    until = time.monotonic() + cast("float", leaf.request["enough"])
    if _strict(leaf, sides, (recorded, grown), until):
        mutated = fitting(inputs.mutated, sys.modules[config.module], sides.modules[0])
        _try_mutated(leaf, sides, mutated, recorded, end)
        if config.hypothesis:
            _try_drawn(leaf, sides, fitting(inputs.drawn, sys.modules[config.module], sides.modules[0]), end)
            leaf.send({"k": "undrawn", "note": inputs.undrawn})


def _sides(config: Config, leaf: Leaf, inputs: Inputs) -> Sides:
    """Import both, and report what importing costs and changes."""
    old = sys.modules[config.module]
    base, usual, base_seconds = _imported(config, config.overlay[config.path])
    leaf.guard(old)
    leaf.guard(base)
    new, changes, seconds = _imported(config, str(leaf.request["source"]))
    known = set(map(_amount, usual))
    changes = [each for each in changes if _amount(each) not in known]
    leaf.send({"k": "imported", "changes": changes, "baseline": base_seconds, "candidate": seconds})
    baseline, candidate = (
        resolved_in(module, config.measured, old, inputs.recorded) for module in (base, new)
    )
    return Sides((base, new), baseline, candidate, lambda value: transplant(value, base, new))


def _amount(change: str) -> str:
    """One thread more is the same change, however many there were before. A limit raised twice is not."""
    new, _, old = change.partition(": ")[2].partition(" instead of ")
    return f"{int(new) - int(old)} threads" if change.startswith(THREADS) else change


def _imported(config: Config, source: str) -> Tuple[types.ModuleType, List[str], float]:
    """The module, what importing it changed in the interpreter, and the CPU seconds it took."""
    before = settings()
    began = time.thread_time()
    module = fresh(config.module, config.path, source)
    took = time.thread_time() - began
    return module, list(changed(before)), took


def _strict(leaf: Leaf, sides: Sides, calls: Tuple[Sequence[Call], Sequence[Call]], until: float) -> bool:
    """Report on the recorded and the grown calls, where a difference is one too many. True if none was."""
    modules = sides.modules
    recorded, grown = calls
    before = [kept_in(module) for module in modules]
    slates = [Slate(module) for module in modules]
    first = first_difference(sides.baseline, sides.candidate, recorded, sides.adapt, until=until)
    ours, theirs = (moved(kept, kept_in(module)) for kept, module in zip(before, modules))
    differ = [["recorded", *each] for each in first.differ]
    doubts = [["recorded", *each] for each in first.doubts]
    second = Agreement(0, (), None, 0)
    if not differ and first.unstable is None:
        differ += _left_apart(tuple(sorted({*ours, *theirs})), modules)
        second = first_difference(
            sides.baseline, sides.candidate, grown, sides.adapt, grown=True, until=until
        )
        differ += [["grown", *each] for each in second.differ]
        doubts += [["grown", *each] for each in second.doubts]
    unstable = first.unstable or second.unstable
    leaf.send(
        {
            "k": "compared",
            "recorded": first.compared,
            "grown": second.compared,
            "agree": first.agree + second.agree,
            "too_large": first.too_large + second.too_large,
            "left": first.left + second.left,
            "dearest": max(first.dearest, second.dearest),
            "unstable": None if unstable is None else list(unstable),
            "differ": differ,
            "doubts": doubts,
            "keeps": _kept_alone(ours, theirs, slates),
        }
    )
    return not differ and not doubts and unstable is None


def _kept_alone(ours: Sequence[str], theirs: Sequence[str], slates: Sequence[Slate]) -> List[str]:
    """Where the candidate alone keeps something from call to call."""
    named = sorted(set(theirs) - set(ours))
    original, candidate = [slate.learn() for slate in slates]
    unnamed = ["what its module holds"] if candidate and not original else []
    return named or unnamed


def _left_apart(
    names: Tuple[str, ...], modules: Tuple[types.ModuleType, types.ModuleType]
) -> List[List[str]]:
    """What calls leave in the module is behaviour too, where both versions have a place for it."""
    found = apart_in(names, *modules)
    if found is None:
        return []
    name, left, right = found
    return [["recorded", "all of them", "leaves " + name + " as " + left, "leaves " + name + " as " + right]]


_Texts = Optional[Tuple[str, str]]


class _Tally:
    """What came of the mutated inputs so far."""

    def __init__(self, leaf: Leaf, source: str) -> None:
        self.source = source
        self._leaf = leaf
        self._counts = {"agree": 0, "unlike": 0, "raising": 0}
        self._differ: List[List[str]] = []
        self._raising: List[str] = []
        self.overtime = 0

    def book(self, kind: str, call: Call, texts: Tuple[str, str] = ("", "")) -> None:
        self._counts[kind] += 1
        if kind == "unlike" and len(self._differ) < DIFFERENCES:
            self._differ.append([self.source, text_of(call), *texts])
        if kind == "raising" and not self._raising:
            self._raising = [text_of(call), *texts]
        if kind != "agree":
            self.report()  # the next input may be the last

    def report(self) -> None:
        kind = "drawn" if self.source == "hypothesis" else "tried"
        self._leaf.send({"k": kind, **self._counts, "differ": self._differ, "first": self._raising})


def _try_mutated(
    leaf: Leaf, sides: Sides, usable: Sequence[Call], recorded: Sequence[Call], deadline: float
) -> None:
    """Report on inputs that nobody asked for: what is unlike is counted and shown, and decides less."""
    known = {text_of(call, _DISTINCT) for call in usable}
    constants = constants_of(sides.candidate.code, sides.modules[1])
    extra = mutations(recorded, sides.baseline.call, constants, _EXTRA)
    further = (call for call in extra if text_of(call, _DISTINCT) not in known)
    _try_all(leaf, sides, itertools.chain(usable, further), _Tally(leaf, "mutated"), deadline)


def _try_drawn(leaf: Leaf, sides: Sides, calls: Sequence[Call], deadline: float) -> None:
    _try_all(leaf, sides, calls, _Tally(leaf, "hypothesis"), deadline)


def _try_all(leaf: Leaf, sides: Sides, calls: Iterable[Call], tally: _Tally, deadline: float) -> None:
    until = time.thread_time() + _TRYING  # for on a busy machine as many are to be tried
    for call in calls:
        if time.monotonic() > deadline or time.thread_time() > until or tally.overtime >= _MOST_OVERTIME:
            break
        _try_one(leaf, sides, call, tally)
    tally.report()


def _try_one(leaf: Leaf, sides: Sides, call: Call, tally: _Tally) -> None:
    began = time.perf_counter()
    expected = within(OWN_TRIAL, sides.baseline, call)
    if expected is None:
        return
    patience = max(_LEAST_TRIAL, _PATIENCE * (time.perf_counter() - began))
    leaf.send({"k": "trying", "source": tally.source, "input": text_of(call), "baseline": short(expected)})
    texts = _difference(sides, call, expected, patience)
    leaf.send({"k": "outlived"})
    if texts is None:
        tally.book("agree", call)
        return
    again = within(OWN_TRIAL, sides.baseline, call)
    if again is None or aspect_of(expected, again) is not None:
        return  # the original differs from itself here
    tally.overtime += texts[1].startswith(_OVERTIME)
    meant = expected.raised is None or expected.raised.deliberate
    tally.book("unlike" if meant else "raising", call, texts)


def _difference(sides: Sides, call: Call, expected: Observed, patience: float) -> _Texts:
    try:
        with limited(patience):
            aspect = aspect_of(expected, observe(sides.candidate, adapted(call, sides.adapt)), rounding(call))
            return None if aspect is None else aspect[:2]
    except TooLong:
        return short(expected), _OVERTIME + " " + format(patience, ".2g") + " s"
    except TooLarge:
        return None
