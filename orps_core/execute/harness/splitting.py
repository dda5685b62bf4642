"""Two leaves for one candidate: one holds the tests and a stub, the other the candidate and no test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

from .forking import Forker
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
