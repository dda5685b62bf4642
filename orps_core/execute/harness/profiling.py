"""In a leaf: follows the dearest call line by line, to say which lines its time goes to."""

from __future__ import annotations

import contextlib
import sys
import time
import types
from collections.abc import Callable, Iterable, Sized
from typing import Any, Dict, List, Optional, Tuple, cast

from .behaviour import Tape, seed_random
from .clocking import seconds_of
from .config import Config
from .covering import nested
from .forgetting import Slate
from .gathering import Inputs
from .leaf import Leaf
from .overlay import fresh
from .racing import timed_calls
from .recording import Call, Resolved, duplicate
from .showing import show
from .stepping import begun
from .versions import fitting, resolved_in

_CHOOSING = 1.0  # seconds after which no further call is tried
_FOLLOWING = 1.0  # seconds of a call that are followed
_SHOWN = 300
_ROUNDS = 1000
_REPEATS = 5
_LEFT = 0.1  # the share of a line's time that stays its own, whatever following it cost
_SIZED = (list, tuple, dict, set, frozenset)
_Trace = Callable[[types.FrameType, str, object], object]


def profile(config: Config, leaf: Leaf, inputs: Inputs) -> None:
    """One report; none where every call raises."""
    old = sys.modules[config.module]
    module = fresh(config.module, config.path, str(leaf.request["source"]))
    resolved = resolved_in(module, config.measured, old, inputs.recorded)
    calls = (*timed_calls(inputs, "grown"), *timed_calls(inputs, "recorded"))
    slate = Slate(module)
    slate.learn()
    found = _dearest(resolved, fitting(calls, old, module), slate)
    if found is None:
        return
    seconds, call = found
    ready = duplicate(call)
    resolved.reset()
    slate.wipe()
    seed_random()
    follower = Follower(resolved.code, _FOLLOWING)

    def report(*, whole: bool) -> None:
        lines = follower.lines()
        if lines:
            told = {"first": resolved.code.co_firstlineno, "lines": lines, "whole": whole}
            leaf.send({"k": "profiled", "input": _shown(call), "seconds": seconds, **told})

    def enough() -> None:
        report(whole=False)
        leaf.finish()  # from within the call, which need not come to its end

    follower.enough = enough
    with contextlib.redirect_stdout(Tape()), contextlib.redirect_stderr(Tape()):
        follower.follow(lambda: begun(resolved.call, ready, call))
    report(whole=True)


def _dearest(resolved: Resolved, calls: Iterable[Call], slate: Slate) -> Optional[Tuple[float, Call]]:
    until = time.monotonic() + _CHOOSING
    best: Optional[Tuple[float, Call]] = None
    for call in calls:
        taken = seconds_of(resolved, call, slate)
        if taken is not None and (best is None or taken > best[0]):
            best = taken, call
        if time.monotonic() > until:
            break
    return best


def _shown(call: Call) -> str:
    values = [*call.args, *call.kwargs.values()]
    texts = [show(value, _SHOWN // len(values)) for value in values]
    sizes = [f" ({len(cast('Sized', value))} items)" if isinstance(value, _SIZED) else "" for value in values]
    return ", ".join(text + size for text, size in zip(texts, sizes))


class Follower:
    """Attributes CPU time to the lines of one function and of what is nested in it.

    What a line calls elsewhere is its own time. Following a line costs time as well, about the same for
    each: that is measured, and taken off. ``enough`` is called once when ``seconds`` are over.
    """

    def __init__(self, code: types.CodeType, seconds: float, each: Optional[int] = None) -> None:
        self.enough: Callable[[], None] = lambda: None
        self._codes = set(nested(code))
        self._seconds = seconds
        self._each = _cost_of_a_look() if each is None else each
        self._until = 0
        self._mark = 0
        self._open: List[int] = []  # the line at which each entered frame is, the innermost last
        self._spent: Dict[int, int] = {}
        self._hits: Dict[int, int] = {}
        self._looks: Dict[int, int] = {}

    def follow(self, run: Callable[[], object]) -> None:
        self._until = time.thread_time_ns() + int(self._seconds * 1e9)
        sys.settrace(cast("Any", self._enter))
        try:
            run()
        finally:
            sys.settrace(None)

    def lines(self) -> List[List[int]]:
        """Number, hits and nanoseconds of each line that ran."""
        return [[line, hits, self._own(line)] for line, hits in sorted(self._hits.items())]

    def _own(self, line: int) -> int:
        """The cost of a look is an estimate: where it is too high, the order of the lines must stay."""
        spent = self._spent.get(line, 0)
        return max(int(_LEFT * spent), spent - self._each * self._looks.get(line, 0))

    def _enter(self, frame: types.FrameType, event: str, argument: object) -> Optional[_Trace]:
        if frame.f_code not in self._codes:
            if self._open:
                self._looks[self._open[-1]] = self._looks.get(self._open[-1], 0) + 1
            return None
        self._charge()
        self._open.append(frame.f_lineno)
        self._mark = time.thread_time_ns()
        return self._step

    def _step(self, frame: types.FrameType, event: str, argument: object) -> Optional[_Trace]:
        self._charge()
        if event == "line":
            line = frame.f_lineno
            self._hits[line] = self._hits.get(line, 0) + 1
            if self._open:
                self._open[-1] = line
        elif event == "return" and self._open:
            self._open.pop()
        self._mark = time.thread_time_ns()
        if self._mark > self._until:
            sys.settrace(None)
            self._until = sys.maxsize
            self.enough()
            return None
        return self._step

    def _charge(self) -> None:
        if self._open:
            line = self._open[-1]
            self._spent[line] = self._spent.get(line, 0) + time.thread_time_ns() - self._mark
            self._looks[line] = self._looks.get(line, 0) + 1


def _cost_of_a_look() -> int:
    """Nanoseconds that following adds to what a line takes; the least of several: what disturbs only adds."""
    return min(_cost_once() for _ in range(_REPEATS))


def _cost_once() -> int:
    def idle() -> None:
        for _ in range(_ROUNDS):
            pass

    follower = Follower(idle.__code__, 60.0, each=0)
    began = time.thread_time_ns()
    idle()
    plain = time.thread_time_ns() - began
    follower.follow(idle)
    looks = sum(hits for _, hits, _ in follower.lines())
    return max(0, sum(spent for _, _, spent in follower.lines()) - plain) // max(1, looks)
