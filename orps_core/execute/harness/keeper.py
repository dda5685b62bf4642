"""The parent of everything that runs foreign code: it runs none itself, and outlives and cleans up all of it.

When ORPS goes away, however it goes, the control channel hangs up: the keeper kills whatever is left
below it, removes the scratch folder, and ends.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import sys
import tempfile

from . import confine, scratch, zygote
from .config import read_config
from .wire import Channel

_CHILD = re.compile(r"\d+-\d+")
_ONE_CORE = re.compile(r"@\d+")


def main(arguments: list[str]) -> int:
    lines = [Channel(socket.socket(fileno=int(each))) for each in arguments]
    first = lines[0].receive()
    if first is None:
        return 0
    config = read_config(first)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is for ORPS, which then hangs up
    confine.adopt_orphans()
    folder = scratch.make(tempfile.gettempdir())
    try:
        wipes, ask_wipe = os.pipe()
        own = os.getpid()
        pid = os.fork()
        if pid == 0:
            os.close(wipes)
            os.nice(config.nice)  # not the keeper itself, which has to end them in time
            zygote.main(config, lines, zygote.Place(folder, ask_wipe, own))
        os.close(ask_wipe)
        for line in lines[1:]:
            line.close()  # so that ORPS hears when the process at the other end is gone
        _watch(lines[0].fileno(), pid, wipes, folder)
        _end_all(pid)
    finally:
        scratch.wipe(folder)
    return 0


def _watch(control: int, pid: int, wipes: int, folder: str) -> None:
    """Return when ORPS has hung up or the zygote has ended."""
    ended = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(control, 0)  # a hang-up is always reported
    poll.register(ended, select.POLLIN)
    poll.register(wipes, select.POLLIN)
    while True:
        ready = dict(poll.poll())
        if control in ready or ended in ready:
            os.close(ended)
            return
        names = os.read(wipes, 4096).decode("ascii", "replace").split()
        if not names:
            poll.unregister(wipes)
        for name in names:
            # What cannot be removed now, for want of space say, is tried again at the end.
            with contextlib.suppress(OSError):
                if _CHILD.fullmatch(name):
                    scratch.wipe(os.path.join(folder, name))
                elif _ONE_CORE.fullmatch(name) and _is_ours(int(name[1:])):
                    os.sched_setaffinity(int(name[1:]), {max(os.sched_getaffinity(0))})


def _is_ours(pid: int) -> bool:
    """Whether it descends from us: whoever asks may hold code of the project."""
    while pid > 1 and pid != os.getpid():
        with open(f"/proc/{pid}/stat", "rb") as file:
            pid = int(file.read().rpartition(b")")[2].split()[1])
    return pid == os.getpid()


def _end_all(pid: int) -> None:
    """Kill the zygote and every orphan that falls to us, until none is left."""
    _kill(pid)
    while True:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        left = _children()
        if not left:
            return
        for child in left:
            _kill(child)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _children() -> list[int]:
    """Ids of our living children. A process between fork and death may hide from /proc for a moment."""
    own = os.getpid()
    found: list[int] = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", "rb") as file:
                state, parent = file.read().rpartition(b")")[2].split()[:2]
        except OSError:
            continue
        if int(parent) == own and state != b"Z":
            found.append(int(entry))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
