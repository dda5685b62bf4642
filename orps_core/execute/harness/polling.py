"""In a leaf: what a candidate answers to inputs that no test asks about, as fingerprints of plain text.

Where the target as written fails its own cases there is no original to compare with. Candidates that pass
are then compared with each other, outside: here each one only says what it does. The texts are made by the
harness, of values; nothing of a candidate is pickled, and no ``__repr__`` or ``__eq__`` of it decides.
"""

from __future__ import annotations

import hashlib
import signal
import sys
from typing import Dict, List, Set, cast

from .behaviour import Observed, observe
from .config import Config
from .gathering import Inputs
from .leaf import Leaf
from .mutating import constants_of, mutations
from .overlay import fresh
from .recording import Call, Resolved
from .sameness import TooLarge
from .showing import show
from .versions import fitting, resolved_in

POLLED = 60
_RECORDED = 20
_PATIENCE = 0.3  # seconds for one input; one that takes longer is answered by that
_OVERTIME = 5  # inputs that may take too long before the rest is left out
_LENGTH = 4000
_DEEPEST = 20
_WRITTEN = 10**9
RAISED, SLOW = "raised", "slow"


def poll(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """Report one answer for each input, in an order that is the same for every candidate."""
    old = sys.modules[config.module]
    original = resolved_in(old, config.measured, old, inputs.recorded)
    constants = constants_of(original.code, old)
    calls = [*inputs.recorded[:_RECORDED], *mutations(inputs.recorded, original.call, constants, POLLED)]
    new = fresh(config.module, config.path, str(leaf.request["source"]))
    candidate = resolved_in(new, config.measured, old, inputs.recorded)
    answers: List[str] = []
    for call in fitting(calls, old, new):
        late = answers.count(SLOW) >= _OVERTIME
        answers.append(SLOW if late else _answer(candidate, call))
    leaf.send({"k": "polled", "answers": answers})


class _TooLong(BaseException):
    """Not an Exception, so that the function under test does not catch it."""


def _stop(*_: object) -> None:
    raise _TooLong


def _answer(candidate: Resolved, call: Call) -> str:
    previous = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
    try:
        return _fingerprint(observe(candidate, call))
    except (_TooLong, TooLarge, MemoryError, RecursionError):
        return SLOW
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _fingerprint(seen: Observed) -> str:
    """Of the result alone: how it is printed, and what is left of the arguments, no case has asked either."""
    if seen.raised is not None:
        return RAISED
    return hashlib.sha256(canonical(seen.value).encode("utf-8", "replace")).hexdigest()[:12]


def canonical(value: object, depth: int = 0) -> str:
    """Equal for values that compare equal where they are plain data: 1 and 1.0, any order of a set."""
    if isinstance(value, (bool, int, float)):
        return _number(value)
    inner = depth + 1
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, (list, tuple)):
        parts = [canonical(part, inner) for part in cast("List[object]", value)[:_LENGTH]]
        return type(cast("object", value)).__name__ + "[" + ",".join(parts) + "]"
    if isinstance(value, (set, frozenset)):
        members = sorted(canonical(part, inner) for part in cast("Set[object]", value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, dict):
        pairs = cast("Dict[object, object]", value).items()
        texts = sorted(canonical(key, inner) + ":" + canonical(part, inner) for key, part in pairs)
        return "{" + ",".join(texts) + "}"
    return show(value, _LENGTH)


def _number(value: float) -> str:
    """Nine digits: right programs differ in how they round."""
    try:
        # Whole numbers that nine digits cannot hold are written out; minus nothing is nothing.
        return f"{value + 0.0:.9g}" if abs(value) < _WRITTEN or value % 1 else show(value, _LENGTH)
    except (OverflowError, ValueError):
        return show(value, _LENGTH)
