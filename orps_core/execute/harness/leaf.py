"""One forked, confined process: its making, seen from both sides, and what it reports."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn, cast

from . import confine
from .config import Config
from .gauge import Room
from .integrity import Integrity
from .overlay import Build, Overlay, plainly
from .supervise import RESULTS, Bounds, Ended, Pipes, supervise
from .wire import Message, Reporter

_TEXT = 4000


class Leaf:
    """The child's side: who asked for what, and the way to report."""

    def __init__(self, request: Message, reporter: Reporter, integrity: Integrity) -> None:
        self.request = request
        self.send = reporter.send
        self.broken = integrity.broken
        self._exit = os._exit

    def finish(self) -> NoReturn:
        for what in self.broken()[:1]:
            self.send({"k": "tampered", "what": what})
        self.send({"k": "end"})
        self._exit(0)

    def fail_to_load(self, error: BaseException) -> NoReturn:
        """The module could not even be imported: say why, and end."""
        self.send(failure(error))
        self.finish()

    def load(self, config: Config, build: Build = plainly) -> None:
        """Lay the candidate's text over the file and import it."""
        source = self.request.get("source")
        texts = dict(config.overlay)
        if isinstance(source, str):
            texts[config.path] = source
        Overlay(texts, config.module, config.path, build).install()
        present = sys.modules.get(config.module)
        if os.path.realpath(getattr(present, "__file__", None) or "") == os.path.realpath(config.path):
            del sys.modules[config.module]  # whoever has imported it before us has not imported the candidate
        try:
            importlib.import_module(config.module)
        except BaseException as error:  # noqa: BLE001  (candidates raise anything; it is reported as data)
            self.fail_to_load(error)


def failure(error: BaseException) -> Message:
    """What is reported of a module that does not load."""
    return {
        "k": "load",
        "type": type(error).__name__,
        "message": str(error)[:_TEXT],
        "traceback": trace(error),
    }


def trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-_TEXT:]


@dataclass(frozen=True)
class Begun:
    """A leaf that runs, as its parent knows it."""

    pid: int
    name: str
    pipes: Pipes
    nonce: bytes
    bounds: Bounds


class Forker:
    """The parent's side: forks leaves, supervises them, and turns what happened into facts."""

    def __init__(self, config: Config, scratch: str, wipes: int) -> None:
        self._config = config
        self._scratch = scratch
        self._wipes = wipes
        self._line = 0
        self._integrity = Integrity()
        self._count = 0

    def note_integrity(self) -> None:
        """Note anew what decides about candidates, now that more of it is loaded."""
        self._integrity = Integrity()

    def branch(self, line: int) -> None:
        """After a fork of the parent: names of folders differ from those that the other will make."""
        self._line, self._count = line, 0

    def fork(self, request: Message) -> tuple[Leaf | None, Message]:
        """In the child: a leaf. In the parent, when the child is gone: None and the facts."""
        begun = self.begin(request)
        return (begun, {}) if isinstance(begun, Leaf) else (None, self.end(begun))

    def begin(self, request: Message, keep: Sequence[int] = ()) -> Leaf | Begun:
        """In the child: a leaf, which keeps some descriptors open. In the parent: what ``end`` needs."""
        self._count += 1
        name = f"{self._line}-{self._count}"
        folder = os.path.join(self._scratch, name)
        os.mkdir(folder, 0o700)
        in_use = confine.memory_in_use()
        reports, report = os.pipe()
        output, printed = os.pipe()
        nonce, parent = os.urandom(16), os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(reports)
            os.close(output)
            self._enter(folder, [report, *keep], printed, parent, in_use)
            return Leaf(request, Reporter(report, nonce), self._integrity)
        os.close(report)
        os.close(printed)
        return Begun(pid, name, Pipes(reports, output), nonce, self._bounds(request, folder, in_use))

    def end(self, begun: Begun, *, seconds: float | None = None) -> Message:
        """Supervise it to its end, which comes after ``seconds`` at the latest if they are given."""
        bounds = begun.bounds if seconds is None else replace(begun.bounds, wall=seconds)
        try:
            ended = supervise(begun.pid, begun.pipes, begun.nonce, bounds)
        finally:
            os.close(begun.pipes.reports)
            os.close(begun.pipes.output)
            os.write(self._wipes, begun.name.encode() + b"\n")
        return facts(ended, bounds.wall)

    def _bounds(self, request: Message, folder: str, in_use: tuple[int, int]) -> Bounds:
        limits = self._config.limits
        data, space = confine.memory_bounds(limits.memory, in_use)
        room = Room(folder, limits.scratch, limits.threads, limits.memory, data, space)
        wall = cast("float", request.get("wall", limits.wall))
        quiet = cast("float", request.get("quiet", wall))
        return Bounds(wall, quiet, limits.cpu, limits.output, room)

    def _enter(
        self, folder: str, keep: Sequence[int], printed: int, parent: int, in_use: tuple[int, int]
    ) -> None:
        confine.die_with_parent(parent)
        os.setsid()
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        confine.close_all_but([0, 1, 2, *keep])
        os.environ.update(HOME=folder, TMPDIR=folder)
        tempfile.tempdir = folder
        limits = self._config.limits
        confine.limit_resources(limits.cpu, limits.memory, limits.file_size, in_use)
        confine.fence_leaf(self._config.rules, folder)
        sys.stdout.flush()


def facts(ended: Ended, wall: float) -> Message:
    return {
        "op": "done",
        "reason": ended.reason,
        "wall": wall,
        "most": RESULTS,
        "signal": ended.signal,
        "code": ended.code,
        "output": ended.output,
        "messages": ended.messages,
    }
