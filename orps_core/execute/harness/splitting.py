"""Two leaves for one candidate: one holds the tests and a stub, the other the candidate and no test."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

from .answering import answer
from .config import Config
from .judging import watch_judge
from .leaf import Forker, Leaf
from .watch import Watch
from .wire import Message

_LAST_WORDS = 0.2


def judge_apart(config: Config, forker: Forker, request: Message) -> tuple[Watch | None, Message]:
    """In the judge: how its run of the suite is watched. In the parent, when both are gone: the facts."""
    ours, theirs = socket.socketpair()
    candidate = forker.begin(request, keep=[theirs.fileno()])
    if isinstance(candidate, Leaf):
        answer(config, candidate, theirs)
    theirs.close()
    as_written = {key: value for key, value in request.items() if key != "source"}
    judge = forker.begin(as_written, keep=[ours.fileno()])
    if isinstance(judge, Leaf):
        return watch_judge(config, judge, ours), {}
    ours.close()
    facts = forker.end(judge)
    with contextlib.suppress(ProcessLookupError):
        os.kill(candidate.pid, signal.SIGKILL)
    facts["candidate"] = forker.end(candidate, seconds=_LAST_WORDS)
    return None, facts
