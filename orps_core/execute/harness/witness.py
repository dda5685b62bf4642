"""In a process that holds one version and nothing else: does the calls it is told to, and says what they did.

It never learns what another version does. Who asks reads the clock, and is in another process.
"""

from __future__ import annotations

import contextlib
import gc
import types
from collections.abc import Callable
from typing import Any, Dict, List, Optional, Tuple, cast

from .behaviour import Tape, class_name, observe, run_call, seed_random
from .forgetting import Slate
from .limiting import TooLong, limited
from .plain import NotPlain, encode
from .recording import Call, Resolved, duplicate, resolve
from .sameness import TooLarge
from .testimony import read_call, written
from .wire import Message

_Said = Tuple[str, object, Optional[BaseException], object]


class Witness:
    """One version of the target. Each of its calls begins as if it were the first."""

    def __init__(self, home: types.ModuleType, measured: str) -> None:
        self._home = home
        self._measured = measured
        self._resolved: Optional[Resolved] = None
        self._slate = Slate(home)
        self._kept: List[Call] = []
        self._ready: List[Call] = []
        self._said: List[_Said] = []
        self._ways: Dict[str, Callable[[Message], Message]] = {
            "observe": self._observe,
            "ready": self._get_ready,
            "go": self._go,
            "tell": self._tell,
        }

    def answered(self, request: Message) -> Message:
        try:
            return self._ways[str(request["do"])](request)
        except NotPlain as problem:
            return {"refused": str(problem)}

    def _target(self, sample: Call) -> Resolved:
        if self._resolved is None:
            self._resolved = resolve(self._home, self._measured, duplicate(sample))
            self._slate.learn()  # finding it may have called it
        return self._resolved

    def _observe(self, request: Message) -> Message:
        call = read_call(request["call"], self._home)
        try:
            with limited(cast("float", request["patience"])):
                resolved = self._target(call)
                self._slate.wipe()
                seen = observe(resolved, call)
        except (TooLong, TooLarge):
            return {"late": True}
        self._slate.learn()
        return {"seen": written(seen, self._home)}

    def _get_ready(self, request: Message) -> Message:
        """Where calls are ``changing`` their arguments, each has its own."""
        times, changing = cast("int", request["times"]), request["changing"]
        calls = cast("Optional[List[object]]", request.get("calls"))
        if calls is not None:
            every = calls * times if changing else calls
            self._kept = [read_call(each, self._home) for each in every]
        self._ready = self._kept if changing else self._kept * times
        gc.collect()
        return {}

    def _go(self, request: Message) -> Message:
        del request
        resolved = self._target(self._ready[0])
        said: List[_Said] = []
        stateful = self._slate.stateful
        gc.disable()
        seed_random()
        with contextlib.redirect_stdout(Tape()), contextlib.redirect_stderr(Tape()):
            for call in self._ready:
                resolved.reset()
                if stateful:
                    self._slate.wipe()
                said.append(run_call(resolved, call))
        gc.enable()
        self._said, self._ready = said, []
        return {}

    def _tell(self, request: Message) -> Message:
        del request
        said, self._said = self._said, []
        return {
            "said": [
                [shape, None if error is None else class_name(error), self._plain(value)]
                for shape, value, error, _ in said
            ]
        }

    def _plain(self, value: Any) -> object:  # noqa: ANN401
        try:
            return encode(value, self._home, states=True)
        except NotPlain as problem:
            return {"refused": str(problem)}
