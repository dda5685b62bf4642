"""What a leaf uses of that for which the kernel has no limit: space on disk, and threads."""

from __future__ import annotations

import errno
import os
import stat
import time
from dataclasses import dataclass

_OFTEN, _SELDOM = 0.008, 0.04
_BLOCK = 4096
_REWRITTEN = 16  # times the limit on space may be written in all: files are overwritten and removed
_NEARLY = 16  # the part of the granted memory that a last request may have been too large for
_LOOKS = 5
_DEEPEST = 100  # folders in each other: counting them takes as long as the square of that
_UNLISTED = 0o300  # the owner may write and enter


@dataclass(frozen=True)
class Room:
    """``data`` and ``space``: bytes of private data and of address space; ``memory`` of them was granted."""

    folder: str
    scratch: int
    threads: int
    memory: int
    data: int
    space: int


class Gauge:
    """Looks at a leaf now and then; looking takes at most a fifth of the time."""

    def __init__(self, pid: int, room: Room) -> None:
        self._process = f"/proc/{pid}"
        self._room = room
        self._again = self._rarely = time.monotonic()
        self.starved = False
        """Whether its memory was all but used up when last looked at."""

    def wait(self) -> float:
        """Seconds until the next look."""
        return max(0.0, self._again - time.monotonic())

    def look(self) -> str | None:
        """Return why the leaf must be stopped, or None."""
        began = time.monotonic()
        reason = None
        if began >= self._rarely:
            self._rarely = began + _SELDOM
            reason = self.measure()
        if reason is None and self._scratch() > self._room.scratch:
            reason = "scratch"
        now = time.monotonic()
        self._again = now + max(_OFTEN, 4 * (now - began))
        return reason

    def measure(self) -> str | None:
        """Memory, threads, and what was written in all: a file can be hidden, its writing cannot."""
        used = self._numbers("status")
        if b"VmData" in used:  # one that is just dying has no memory any more
            nearly = self._room.memory // _NEARLY
            data, space = used[b"VmData"] << 10, used[b"VmSize"] << 10
            self.starved = data + nearly > self._room.data or space + nearly > self._room.space
        if used.get(b"Threads", 0) > self._room.threads:
            return "threads"
        return "scratch" if self._written() > _REWRITTEN * self._room.scratch else None

    def _numbers(self, name: str) -> dict[bytes, int]:
        """Empty when the leaf is gone, or where the kernel keeps no such account."""
        try:
            with open(f"{self._process}/{name}", "rb") as file:
                pairs = [line.partition(b":") for line in file]
        except OSError:
            return {}
        numbers = ((name, rest.split()[:1]) for name, _, rest in pairs)
        return {name: int(first[0]) for name, first in numbers if first and first[0].isdigit()}

    def _scratch(self) -> int:
        most, written, total = self._room.scratch, self._written(), 0
        # Who has written enough to be over the limit may move it about, so that one look misses it.
        for _ in range(_LOOKS if written > most else 1):
            found, whole = occupied(self._room.folder, most)
            total = max(total, found if whole else max(found, written))
            if total > most:
                break
        return total + self._unnamed()

    def _written(self) -> int:
        """Bytes written in all, wherever to."""
        account = self._numbers("io")
        return max(account.get(b"wchar", 0), account.get(b"write_bytes", 0))

    def _unnamed(self) -> int:
        """Bytes of files that are open, but have no name any more or never had one."""
        total = 0
        for fd in _listed(f"{self._process}/fd"):
            try:
                found = os.stat(f"{self._process}/fd/{fd}")
            except OSError:
                continue  # it is closed by now
            if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                total += found.st_blocks * 512
        return total


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def occupied(folder: str, most: int) -> tuple[int, bool]:
    """Bytes on disk below a folder, counted until they are more than ``most``, and whether nothing moved.

    Every entry takes a block at least. What nobody could count, and no honest function makes, counts as too
    much: folders far down in each other, paths longer than the system takes, and folders that can be written
    to but not listed.
    """
    total, whole, waiting = 0, True, [folder]
    deepest = folder.count(os.sep) + _DEEPEST
    while waiting:
        path = waiting.pop()
        if path.count(os.sep) > deepest:
            return most + 1, whole
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    size, is_folder = _size(entry)
                    total += size
                    if is_folder:
                        waiting.append(entry.path)
                    if total > most:
                        return total, whole
        except OSError as error:
            whole = whole and error.errno != errno.ENOENT
            if error.errno == errno.ENAMETOOLONG or (error.errno == errno.EACCES and _hides(path)):
                return most + 1, whole
    return total, whole


def _size(entry: os.DirEntry[str]) -> tuple[int, bool]:
    try:
        found = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return 0, False  # it was removed meanwhile
    return max(_BLOCK, found.st_blocks * 512), stat.S_ISDIR(found.st_mode)


def _hides(path: str) -> bool:
    try:
        return os.lstat(path).st_mode & _UNLISTED == _UNLISTED
    except OSError:
        return False
