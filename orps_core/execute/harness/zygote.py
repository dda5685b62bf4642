"""A warm interpreter that has run none of the project's own code, and forks a confined leaf per candidate.

It stands as close to the tests as it can: with pytest configured, just before collection. Where the
configuration already imports the target (a conftest can), it stands before pytest starts instead, so
that every leaf imports the candidate cleanly.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import os
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, cast

from . import confine, strategies
from .answering import answer
from .cases import run_plain
from .config import Config
from .forking import Forker
from .grafting import Graft
from .judging import watch_judge
from .leaf import Leaf
from .network import NoNetworkError
from .overlay import Overlay
from .pytests import run_pytest
from .reach import watch_leaf
from .sifting import watch_sifted
from .splitting import confront, judge_apart
from .warming import Warming, watch_grafted
from .watch import Watch
from .wire import Channel, Message

_LOG = 20_000
_SPARES, _WARM_SPARES = 2, 2
_PATIENCE = 0.002
_FACING = ".confronting", ".witness"


@dataclass(frozen=True)
class Place:
    """Where a zygote lives: its scratch folder, the pipe that asks the keeper to wipe, the keeper's id."""

    scratch: str
    wipes: int
    keeper: int


def main(config: Config, lines: Sequence[Channel], place: Place) -> NoReturn:
    """Never returns: the process ends here. It serves the first line; the others are for its branches."""
    try:
        _start(config, lines, place)
    except BaseException:  # noqa: BLE001  (the fence of this process: whatever happens is reported)
        report_failure(lines[0])
    os._exit(0)


def report_failure(channel: Channel) -> None:
    """Say what went wrong in the harness itself, to whoever still listens."""
    with contextlib.suppress(OSError, ValueError):
        channel.send({"op": "fatal", "kind": "harness", "text": traceback.format_exc()[-_LOG:]})


def _start(config: Config, lines: Sequence[Channel], place: Place) -> None:
    channel = lines[0]
    confine.die_with_parent(place.keeper)
    # Only where it is asked for, since it takes as long to import as all else of ours, and before the fence.
    bench = importlib.import_module(".bench", __package__) if config.mode == "bench" else None
    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = os.path.join(place.scratch, "log")
    _settle(config, place, log)
    try:
        config = replace(config, rules=confine.fence(config.rules, config.least, place.scratch))
    except OSError as error:
        kind = "loopback" if isinstance(error, NoNetworkError) else "confinement"
        channel.send({"op": "fatal", "kind": kind, "text": error.strerror or str(error)})
        return
    confine.die_with_parent(place.keeper)  # a namespace of its own may have made it forget
    _warm(config)
    # The bench forks for one who asks, and for nobody else while time is taken.
    forker = Forker(config, place.scratch, place.wipes, 0 if bench else _SPARES)
    ready: Message = {
        "op": "ready",
        "held": config.rules.held,
        "python": sys.version.split()[0],
        "pytest": False,
        "hypothesis": strategies.is_there(),
    }
    server = _Server(config, lines, forker, ready)
    if bench:
        bench.main(config, channel, forker, ready)
    elif config.pytest and _has_pytest():
        ready["pytest"] = True
        server.start_in_pytest()
    else:
        server.start_bare()


def _settle(config: Config, place: Place, log: str) -> None:
    """Everything the project prints goes to a file in the scratch folder; imports find the project."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.environ.update(HOME=place.scratch, TMPDIR=place.scratch)
    tempfile.tempdir = place.scratch
    sys.dont_write_bytecode = True
    os.chdir(config.root)
    for path in reversed(config.import_paths):
        if path not in sys.path:
            sys.path.insert(0, path)
    Overlay(config.overlay, config.module, config.path).install()


def _warm(config: Config) -> None:
    """Import what the target's imports need from outside the project, once for all leaves."""
    for name in config.warm:
        # A module that fails here fails again in the leaf, where it is reported.
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def _has_pytest() -> bool:
    try:
        importlib.import_module("pytest")
    except ImportError:
        return False
    return True


def _is_loaded(path: str) -> bool:
    own = os.path.realpath(path)
    files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    return any(file and os.path.realpath(file) == own for file in files)


class _Server:
    """Answers requests; ``Leaf`` objects come out of it only in forked children."""

    def __init__(self, config: Config, lines: Sequence[Channel], forker: Forker, ready: Message) -> None:
        self._config = config
        self._channel = lines[0]
        self._spare = dict(enumerate(lines[1:], 1))
        self._forker = forker
        self._ready = ready
        self._watch: Callable[[Leaf], Watch] = functools.partial(watch_leaf, config)
        self._watch_judge: Callable[[Leaf], Watch] = functools.partial(watch_judge, config)
        self._watch_sifted = self._watch  # only where there is something to exchange
        self._before = frozenset(sys.modules)  # pytest is not there yet

    def start_in_pytest(self) -> None:
        """Serve from inside pytest's collection; fall back to standing before pytest."""
        told, tell = os.pipe()
        here = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(told)
            confine.die_with_parent(here)
            run_pytest(self._config, lambda: self._inside(tell))
            os._exit(0)
        os.close(tell)
        serves = os.read(told, 1) == b"1"
        os.waitpid(pid, 0)
        if not serves:
            self.start_bare()

    def _inside(self, tell: int) -> Watch:
        """Called by pytest before it collects. Returns in leaves only."""
        if _is_loaded(self._config.path):
            os._exit(0)  # nothing was told: the process before us serves
        os.write(tell, b"1")
        os.close(tell)
        return self._serve()

    def start_bare(self) -> None:
        if _is_loaded(self._config.path):
            # Pytest is made of the target: leaves import it anew, with the candidate in its place.
            for name in sys.modules.keys() - self._before:
                del sys.modules[name]
        watch = self._serve()
        if self._ready["pytest"]:
            watch.load()  # before a conftest can import the target as it was
            run_pytest(self._config, lambda: watch, watch)
            watch.finish()
        run_plain(self._config, watch)

    def _serve(self) -> Watch:
        """Answer until ORPS hangs up. Returns in leaves only."""
        self._forker.note_integrity()
        gc.collect()
        gc.freeze()
        self._channel.send(self._ready)
        while True:
            try:
                watch = self._turn()
            except BaseException:  # noqa: BLE001  (pytest around us would swallow it: end here, and say why)
                report_failure(self._channel)
                os._exit(1)
            if watch is not None:
                return watch

    def _turn(self) -> Watch | None:
        spare = self._forker.prepare()
        if spare is not None:
            return self._observed(spare)
        self._tidy()
        taken = self._channel.take()
        if taken is None:
            os._exit(0)
        request, passed = taken
        if request["op"] == "branch":
            return self._branch(request)
        if request["op"] == "floor":
            self._fork_for_nothing(request)
            return None
        if request["op"] == "confront":
            leaf, facts = confront(self._forker, request, passed)
        elif request["op"] == "judge" and not passed:
            leaf, facts = judge_apart(self._forker, request)
        else:
            leaf, facts = self._forker.fork(request, passed)
        if leaf is not None:
            return self._observed(leaf)
        self._channel.send({**facts, "id": request.get("id")})
        return None

    def _observed(self, leaf: Leaf) -> Watch:
        """What a leaf does is up to what it was asked: it may have been made long before."""
        if leaf.request["op"] == "answer":
            answer(self._config, leaf)
        if leaf.request["op"] == "confront":
            importlib.import_module(".confronting", __package__).confront(self._config, leaf)
        if leaf.request["op"] == "judge":
            return self._watch_judge(leaf)
        return (self._watch_sifted if leaf.request["op"] == "sift" else self._watch)(leaf)

    def _tidy(self) -> None:
        """Bury who has ended, until something else is to be done."""
        poll = select.poll()
        poll.register(self._channel.fileno(), select.POLLIN)
        while self._forker.untidy and not poll.poll(_PATIENCE * 1000):
            self._forker.tidy()

    def _fork_for_nothing(self, request: Message) -> None:
        """What the system alone charges for a leaf: everything else is measured against it."""
        pid = os.fork()
        if not pid:
            os._exit(0)
        os.waitpid(pid, 0)
        self._channel.send({"op": "done", "id": request.get("id")})

    def _branch(self, request: Message) -> Watch | None:
        """Fork a zygote that serves another line. It collects the tests first if it is to be a warm one."""
        numbers = cast("list[int]", request["lines"])  # the one it serves, and those it has to give away
        given = {number: self._spare.pop(number) for number in numbers}
        here = os.getpid()
        if os.fork():
            for line in given.values():
                line.close()
            self._channel.send({"op": "branched", "id": request.get("id")})
            return None
        confine.die_with_parent(here)
        os.setsid()
        for line in (self._channel, *self._spare.values()):
            line.close()
        self._spare = given
        self._channel = given.pop(numbers[0])
        facing = request.get("facing") is True
        self._forker.branch(numbers[0], 0 if facing else _WARM_SPARES)
        if facing:
            # As with the bench: what it needs takes long to import, and nobody forks while time is taken.
            for name in _FACING:
                importlib.import_module(name, __package__)
            self._forker.stay_on_one_core()
            gc.freeze()
        if request["warm"]:
            return Warming(self._config, self._serve_grafts, self._give_up).watch(request)
        self._channel.send(self._ready)
        return None

    def _serve_grafts(self, graft: Graft, rehearsal: Callable[[], None]) -> Watch:
        self._forker.rehearse_with(rehearsal)
        self._watch = functools.partial(watch_grafted, self._config, graft)
        self._watch_judge = functools.partial(watch_judge, self._config, graft=graft)
        self._watch_sifted = functools.partial(watch_sifted, self._config, graft)
        return self._serve()

    def _give_up(self, why: str) -> NoReturn:
        self._channel.send({"op": "cold", "why": why})
        os._exit(0)
