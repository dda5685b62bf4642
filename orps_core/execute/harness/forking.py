"""Forks leaves, some of them before anybody asks, and turns what became of them into facts."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from . import confine
from .config import Config
from .gauge import Room
from .integrity import Integrity
from .leaf import Leaf
from .supervise import RESULTS, Bounds, Ended, Pipes, supervise
from .wire import Message, Reporter, hand_in, take_in


@dataclass(frozen=True)
class Begun:
    """A leaf as its parent knows it: confined, and waiting at its door until it is told what to do."""

    pid: int
    name: str
    pipes: Pipes
    nonce: bytes
    door: socket.socket
    in_use: tuple[int, int]


class Forker:
    """The parent's side. ``spares`` leaves are kept waiting, made while those before them run.

    Every function that makes a leaf returns in the leaf, too, once that has been told what to do: wherever it
    was made, what it does is up to its request.
    """

    def __init__(self, config: Config, scratch: str, wipes: int, spares: int = 0) -> None:
        self._config = config
        self._scratch = scratch
        self._wipes = wipes
        self._spares = spares
        self._line = 0
        self._integrity = Integrity()
        self._count = 0
        self._rehearsal: Callable[[], None] = _nothing
        self._waiting: list[Begun] = []
        self._dying: list[Begun] = []

    def rehearse_with(self, rehearsal: Callable[[], None]) -> None:
        """Have leaves do this while they wait, for what it touches is then their own and no longer shared."""
        self._rehearsal = rehearsal

    def note_integrity(self, *, measuring: bool = False) -> None:
        """Note anew what decides about candidates, now that more of it is loaded."""
        self._integrity = Integrity()
        if measuring:
            self._integrity.note_measures()

    def branch(self, line: int, spares: int) -> None:
        """After a fork of the parent: its leaves stay its own, and folders get names that it never gives."""
        for each in (*self._waiting, *self._dying):
            each.door.close()
        self._waiting, self._dying = [], []
        self._line, self._count, self._spares = line, 0, spares

    def fork(self, request: Message, passed: Sequence[int] = ()) -> tuple[Leaf | None, Message]:
        """In the child: a leaf. In the parent, when the child is gone: None and the facts.

        Of the descriptors that are passed on, the first is for the leaf. The second, if there is one, hangs
        up when nobody needs the leaf any more.
        """
        begun = self.begin(request, passed[:1])
        if isinstance(begun, Leaf):
            return begun, {}
        for each in passed[:1]:
            os.close(each)
        spare = self.prepare()
        if spare is not None:
            return spare, {}
        leash = passed[1] if len(passed) > 1 else None
        return None, self.end(replace(begun, pipes=replace(begun.pipes, leash=leash)), request)

    def prepare(self) -> Leaf | None:
        """Have as many leaves waiting as there should be."""
        while len(self._waiting) < self._spares:
            made = self._made()
            if isinstance(made, Leaf):
                return made
            self._waiting.append(made)
        return None

    def begin(self, request: Message, passed: Sequence[int] = ()) -> Leaf | Begun:
        """Tell a leaf what to do, and give it some descriptors."""
        while True:
            made = self._waiting.pop(0) if self._waiting else self._made()
            if isinstance(made, Leaf):
                return made
            try:
                hand_in(made.door, request, passed)
            except OSError:  # it died while it waited
                self._bury(made)
                continue
            finally:
                made.door.close()
            return made

    def _made(self) -> Leaf | Begun:
        self._count += 1
        name = f"{self._line}-{self._count}"
        folder = os.path.join(self._scratch, name)
        os.mkdir(folder, 0o700)
        in_use = confine.memory_in_use()
        reports, report = os.pipe()
        output, printed = os.pipe()
        door, inside = socket.socketpair()
        nonce, parent = os.urandom(16), os.getpid()
        pid = os.fork()
        if pid == 0:
            door.detach()  # its number is about to be free for another
            request, passed = self._entered(folder, (report, inside.fileno()), printed, parent, in_use)
            inside.close()
            return Leaf(request, passed, Reporter(report, nonce), self._integrity)
        os.close(report)
        os.close(printed)
        inside.close()
        return Begun(pid, name, Pipes(reports, output), nonce, door, in_use)

    def _entered(
        self, folder: str, keep: tuple[int, int], printed: int, parent: int, in_use: tuple[int, int]
    ) -> tuple[Message, Sequence[int]]:
        """Be confined, then wait for what is to be done. Who cannot be confined says so only when asked."""
        problem: OSError | None = None
        try:
            self._enter(folder, keep, printed, parent, in_use)
            self._rehearse()
        except OSError as error:
            problem = error
        taken = take_in(keep[1])
        if taken is None:
            os._exit(0)
        if problem is not None:
            raise problem
        return taken

    def _enter(
        self, folder: str, keep: Sequence[int], printed: int, parent: int, in_use: tuple[int, int]
    ) -> None:
        confine.die_with_parent(parent)
        os.setsid()
        os.dup2(printed, 1)
        os.dup2(printed, 2)
        confine.close_all_but([0, 1, 2, *keep])
        os.environ["HOME"] = os.environ["TMPDIR"] = folder
        tempfile.tempdir = folder
        limits = self._config.limits
        confine.limit_resources(limits.cpu, limits.memory, limits.file_size, in_use)
        confine.fence_leaf(self._config.rules, folder)
        sys.stdout.flush()

    def _rehearse(self) -> None:
        """Nothing comes of it, but time is saved: shared pages are copied when first written to."""
        if self._spares:
            with contextlib.suppress(Exception):  # what fails here fails again where it counts
                self._rehearsal()
            self._integrity.broken()

    def end(self, begun: Begun, request: Message, *, seconds: float | None = None) -> Message:
        """Supervise it to its end, which comes after ``seconds`` at the latest if they are given.

        One that has said its last word is on its way out when this returns: see ``tidy``.
        """
        bounds = self._bounds(request, begun)
        if seconds is not None:
            bounds = replace(bounds, wall=seconds)
        try:
            ended = supervise(begun.pid, begun.pipes, begun.nonce, bounds)
        finally:
            for each in (begun.pipes.reports, begun.pipes.output, begun.pipes.leash):
                if each is not None:
                    os.close(each)
        if ended.status is None:
            self._dying.append(begun)
        else:
            self._wipe(begun)
        return facts(ended, bounds.wall)

    def stay_on_one_core(self) -> None:
        """Have the keeper see to it, for nobody below may: cores differ in what else they are busy with."""
        os.write(self._wipes, b"@%d\n" % os.getpid())

    @property
    def untidy(self) -> bool:
        return bool(self._dying)

    def tidy(self) -> None:
        """Bury those that have ended meanwhile."""
        for each in tuple(self._dying):
            if os.waitpid(each.pid, os.WNOHANG)[0]:
                self._dying.remove(each)
                self._wipe(each)

    def _bury(self, begun: Begun) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(begun.pid, signal.SIGKILL)
        os.waitpid(begun.pid, 0)
        os.close(begun.pipes.reports)
        os.close(begun.pipes.output)
        self._wipe(begun)

    def _wipe(self, begun: Begun) -> None:
        """By the keeper. When a folder is removed, its owner must not be there any more."""
        os.write(self._wipes, begun.name.encode() + b"\n")

    def _bounds(self, request: Message, begun: Begun) -> Bounds:
        limits = self._config.limits
        folder = os.path.join(self._scratch, begun.name)
        data, space = confine.memory_bounds(limits.memory, begun.in_use)
        room = Room(folder, limits.scratch, limits.threads, limits.memory, data, space)
        wall = cast("float", request.get("wall", limits.wall))
        quiet = cast("float", request.get("quiet", wall))
        return Bounds(wall, quiet, limits.cpu, limits.output, room)


def _nothing() -> None:
    """What leaves rehearse where there is nothing to rehearse."""


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
