"""Leaves that hold one thing each: the tests and a stub, one version, or what both are held against."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import replace

from .forking import Begun, Forker
from .leaf import Leaf
from .wire import Message

_LAST_WORDS = 0.2


def judge_apart(forker: Forker, request: Message) -> tuple[Leaf | None, Message]:
    """In a leaf: itself, with its end of the line between both. In the parent, when they are gone: facts."""
    # Bare numbers: objects would close, in a leaf, what has got their numbers since.
    ours, theirs = (end.detach() for end in socket.socketpair())
    asked: Message = {**request, "op": "answer"}
    candidate = forker.begin(asked, [theirs])
    if isinstance(candidate, Leaf):
        return candidate, {}
    as_written = {key: value for key, value in request.items() if key != "source"}
    judge = forker.begin(as_written, [ours])
    if isinstance(judge, Leaf):
        return judge, {}
    os.close(ours)
    os.close(theirs)
    spare = forker.prepare()
    if spare is not None:
        return spare, {}
    facts = forker.end(judge, request)
    with contextlib.suppress(ProcessLookupError):
        os.kill(candidate.pid, signal.SIGKILL)
    facts["candidate"] = forker.end(candidate, asked, seconds=_LAST_WORDS)
    return None, facts


def confront(forker: Forker, request: Message, passed: Sequence[int]) -> tuple[Leaf | None, Message]:
    """In a leaf: itself. In the parent, when all three are gone: what the one that asks has to say.

    Each version is in a process of its own, the candidate's without anything of the original. What that does
    is in the first descriptor passed on, which only the leaf that asks is given. The second hangs up when
    nobody needs the leaves any more.
    """
    ours, theirs = zip(*((one.detach(), other.detach()) for one, other in _lines(2)))
    answer: Message = {"op": "answer", "wall": request["wall"], "witness": True}
    versions: list[Begun] = []
    for line, told in zip(theirs, (answer, {**answer, "source": request["source"]})):
        begun = forker.begin(told, [line])
        if isinstance(begun, Leaf):
            return begun, {}
        versions.append(begun)
    asked = {key: value for key, value in request.items() if key != "source"}
    asker = forker.begin({**asked, "pids": [each.pid for each in versions]}, [*ours, passed[0]])
    if isinstance(asker, Leaf):
        return asker, {}
    for each in (*ours, *theirs, passed[0]):
        os.close(each)
    original, candidate = versions
    # It ends when nobody asks any more. Until then nobody but itself is to be watched.
    leash = replace(candidate.pipes, leash=passed[1])
    ended = forker.end(replace(candidate, pipes=leash), answer)
    facts = forker.end(asker, request)
    with contextlib.suppress(ProcessLookupError):
        os.kill(original.pid, signal.SIGKILL)
    forker.end(original, answer, seconds=_LAST_WORDS)
    return None, {**facts, "candidate": ended}


def _lines(count: int) -> list[tuple[socket.socket, socket.socket]]:
    return [socket.socketpair() for _ in range(count)]
