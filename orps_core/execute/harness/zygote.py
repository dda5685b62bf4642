"""A warm interpreter that has run none of the project's own code, and forks a confined leaf per candidate.

It stands as close to the tests as it can: with pytest configured, just before collection. Where the
configuration already imports the target (a conftest can), it stands before pytest starts instead, so
that every leaf imports the candidate cleanly.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass, replace
from typing import NoReturn

from . import bench, confine
from .cases import run_plain
from .config import Config
from .leaf import Forker
from .network import NoNetworkError
from .overlay import Overlay
from .pytests import run_pytest
from .reach import watch_leaf
from .splitting import judge_apart
from .watch import Watch
from .wire import Channel, Message

_LOG = 20_000


@dataclass(frozen=True)
class Place:
    """Where a zygote lives: its scratch folder, the pipe that asks the keeper to wipe, the keeper's id."""

    scratch: str
    wipes: int
    keeper: int


def main(config: Config, channel: Channel, place: Place) -> NoReturn:
    """Never returns: the process ends here."""
    try:
        _start(config, channel, place)
    except BaseException:  # noqa: BLE001  (the fence of this process: whatever happens is reported)
        report_failure(channel)
    os._exit(0)


def report_failure(channel: Channel) -> None:
    """Say what went wrong in the harness itself, to whoever still listens."""
    with contextlib.suppress(OSError, ValueError):
        channel.send({"op": "fatal", "kind": "harness", "text": traceback.format_exc()[-_LOG:]})


def _start(config: Config, channel: Channel, place: Place) -> None:
    confine.die_with_parent(place.keeper)
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
    forker = Forker(config, place.scratch, place.wipes)
    ready: Message = {
        "op": "ready",
        "held": config.rules.held,
        "python": sys.version.split()[0],
        "pytest": False,
    }
    server = _Server(config, channel, forker, ready)
    if config.mode == "bench":
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


class _Server:
    """Answers requests; ``Leaf`` objects come out of it only in forked children."""

    def __init__(self, config: Config, channel: Channel, forker: Forker, ready: Message) -> None:
        self._config = config
        self._channel = channel
        self._forker = forker
        self._ready = ready

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
        own = os.path.realpath(self._config.path)
        files = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
        if any(file and os.path.realpath(file) == own for file in files):
            os._exit(0)  # nothing was told: the process before us serves
        os.write(tell, b"1")
        os.close(tell)
        return self._serve()

    def start_bare(self) -> None:
        watch = self._serve()
        if self._ready["pytest"]:
            watch.load()  # before a conftest can import the target as it was
            run_pytest(self._config, lambda: watch, watch)
            watch.finish()
        run_plain(self._config, watch)

    def _serve(self) -> Watch:
        """Answer until ORPS hangs up. Returns in leaves only."""
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
        request = self._channel.receive()
        if request is None:
            os._exit(0)
        if request["op"] == "judge":
            watch, facts = judge_apart(self._config, self._forker, request)
        else:
            leaf, facts = self._forker.fork(request)
            watch = None if leaf is None else watch_leaf(self._config, leaf)
        if watch is None:
            self._channel.send(facts)
        return watch
