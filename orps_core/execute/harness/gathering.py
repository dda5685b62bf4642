"""Gathers the calls on which versions of the target are compared, timed and weighed."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import types
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from .cases import run_plain
from .clocking import seconds_of
from .config import Config
from .covering import Covering
from .forgetting import Slate
from .growing import Grown, doublings, grow
from .limiting import TooLong, limited
from .overlay import make_way
from .pytests import run_pytest
from .recording import Call, Recorder, Resolved, resolve
from .watch import Watch

_TRIAL = 0.4  # seconds one run on a grown input may take
_GROWING = 0.7
_WORTH_TIMING = 1e-3


@dataclass(frozen=True)
class Inputs:
    """``grown`` begins with those worth timing; ``doublings`` is one call in sizes that double.

    ``mutated`` holds those on which the original ends soon, ``drawn`` those that Hypothesis made of types,
    where a person asks for them; ``undrawn`` says why there are none. ``slowest`` is the seconds that the
    longest recorded call took.
    """

    recorded: tuple[Call, ...] = ()
    grown: tuple[Call, ...] = ()
    doublings: tuple[tuple[float, Call], ...] = ()
    mutated: tuple[Call, ...] = ()
    slowest: float = 0.0
    drawn: tuple[Call, ...] = ()
    undrawn: str = ""


def gather(config: Config, covering: Covering) -> tuple[Inputs, str | None]:
    """Run the suite once on the target as written. Inputs, and why there are none."""
    recorder: list[Recorder] = []

    def load() -> types.ModuleType:
        make_way(config.module, config.path)
        __import__(config.module)
        module = sys.modules[config.module]
        with contextlib.suppress(LookupError):
            recorder.append(Recorder(resolve(module, config.measured).code))
        return module

    @contextlib.contextmanager
    def around() -> Generator[None]:
        with covering.tracing(), recorder[0] if recorder else contextlib.nullcontext():
            yield

    watch = Watch(load=load, around=around, count=lambda: 0, send=lambda _: None, finish=lambda: None)
    try:
        _run_suite(config, watch)
    except BaseException as error:  # noqa: BLE001  (project code ran: whatever it raised is said, not judged)
        return Inputs(), f"the calls could not be recorded: {type(error).__name__}: {error}"
    if not recorder:
        return Inputs(), f"{config.measured} is not a function that could be called from outside"
    calls = recorder[0].calls
    if not calls:
        return Inputs(), "its arguments cannot be copied, so nothing was compared"
    grown, sizes = _grown(config, calls)
    return Inputs(calls, grown, sizes, slowest=recorder[0].slowest), None


def _run_suite(config: Config, watch: Watch) -> None:
    if config.pytest and importlib.util.find_spec("pytest") is not None:
        run_pytest(config, lambda: watch, watch)
    else:
        run_plain(config, watch)


def _grown(config: Config, calls: Sequence[Call]) -> tuple[tuple[Call, ...], tuple[tuple[float, Call], ...]]:
    """Larger calls, those worth timing first, and one of them in sizes that double."""
    module = sys.modules[config.module]
    try:
        original = resolve(module, config.measured, calls[0])
    except LookupError:
        return (), ()
    slate = Slate(module)

    def run(call: Call) -> float | None:
        return _limited(original, call, slate)

    try:
        grown = grow(calls, run, _GROWING)
        # One redrawn may leave early: it is compared like the others, and timed only if it runs for a while.
        ordered = sorted(grown, key=lambda each: each.seconds < _WORTH_TIMING)
        largest = next(filter(_is_scalable, ordered), None)
        sizes = doublings(calls, largest) if largest is not None else []
    finally:
        slate.wipe()
    return tuple(each.call for each in ordered), tuple(sizes)


def _is_scalable(grown: Grown) -> bool:
    return grown.plan is not None and grown.seconds >= _WORTH_TIMING


def _limited(original: Resolved, call: Call, slate: Slate) -> float | None:
    """Seconds of one trial; None if it raises or takes too long."""
    try:
        with limited(_TRIAL):
            return seconds_of(original, call, slate)
    except (TooLong, MemoryError, RecursionError):
        return None
