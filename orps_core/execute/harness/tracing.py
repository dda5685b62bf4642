"""In a leaf: what the target's variables held after every basic block, case by case."""

from __future__ import annotations

import bisect
import dis
import sys
import types
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, Dict, List, Optional, Tuple, cast

from .config import Config
from .showing import show
from .wire import Message

_FIRST, _LAST = 40, 20  # blocks of one case that are kept, from its beginning and its end
_WIDE, _WIDEST = 120, 400  # characters of one value, and of all of a block
_MOST_STEPS = 20_000
Block = Tuple[int, int, str]


class Tracer:
    """Follows every entry into the function that stands at the target's place, and reports case by case."""

    def __init__(self, config: Config, send: Callable[[Message], None]) -> None:
        self._config = config
        self._send = send
        self._leaders: Dict[types.CodeType, List[int]] = {}
        self._blocks: List[Block] = []
        self._dropped = 0
        self._steps = 0

    @contextmanager
    def tracing(self) -> Generator[None]:
        """Around one case; what was seen is sent when it is over, ahead of the case's own report."""
        self._blocks, self._dropped, self._steps = [], 0, 0
        sys.settrace(cast("Any", self._enter))
        try:
            yield
        finally:
            sys.settrace(None)
            self._send({"k": "trace", "blocks": list(map(list, self._blocks)), "dropped": self._dropped})

    def _enter(self, frame: types.FrameType, event: str, argument: object) -> Optional[Callable[..., object]]:
        code = frame.f_code
        if event != "call" or code.co_filename != self._config.path or code.co_name != self._config.name:
            return None
        return _Follower(frame, self._leaders_of(code), self._keep).step

    def _keep(self, block: Block) -> bool:
        """False when enough was seen of this case."""
        self._steps += 1
        self._blocks.append(block)
        if len(self._blocks) > _FIRST + _LAST:
            del self._blocks[_FIRST]
            self._dropped += 1
        return self._steps < _MOST_STEPS

    def _leaders_of(self, code: types.CodeType) -> List[int]:
        if code not in self._leaders:
            self._leaders[code] = leaders(code)
        return self._leaders[code]


class _Follower:
    """One activation of the function. A block ends where another begins, or where it begins again."""

    def __init__(self, frame: types.FrameType, starts: List[int], keep: Callable[[Block], bool]) -> None:
        self._starts = starts
        self._keep = keep
        self._at = -1
        self._first = self._last = frame.f_lineno

    def step(self, frame: types.FrameType, event: str, argument: object) -> Optional[Callable[..., object]]:
        goes_on = True
        if event == "line":
            at = bisect.bisect_right(self._starts, frame.f_lasti) - 1
            again = at == self._at and frame.f_lineno <= self._last
            if self._at >= 0 and (at != self._at or again):
                goes_on = self._end(frame, {})
            if self._at != at or again:
                self._first = frame.f_lineno
            self._at, self._last = at, frame.f_lineno
        elif event == "return":
            self._end(frame, {"return": show(argument, _WIDE)})
        elif event == "exception" and isinstance(argument, tuple):
            error = cast("Tuple[object, ...]", argument)[1]
            goes_on = self._end(frame, {"raised": show(error, _WIDE)})
        return self.step if goes_on else None

    def _end(self, frame: types.FrameType, more: Dict[str, str]) -> bool:
        values = {name: show(value, _WIDE) for name, value in frame.f_locals.items()}
        text = ", ".join(name + " = " + shown for name, shown in {**values, **more}.items())
        return self._keep((self._first, self._last, text[:_WIDEST]))


def leaders(code: types.CodeType) -> List[int]:
    """Offsets at which basic blocks begin: the entry, where jumps lead to, and what follows a jump."""
    starts = {0, *dis.findlabels(cast("Any", code.co_code))}
    steps = list(dis.get_instructions(code))
    jumps = {*dis.hasjrel, *dis.hasjabs}
    for step, following in zip(steps, steps[1:]):
        if step.opcode in jumps:
            starts.add(following.offset)
    return sorted(starts)
