"""The folders candidates may write to, and their removal, whatever was put there."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile

_NAME = re.compile(r"orps-(\d+)-.+")


def make(parent: str) -> str:
    """A private folder that carries our process id, after removing those whose owner is dead."""
    for entry in os.listdir(parent):
        match = _NAME.fullmatch(entry)
        if match and not os.path.exists(f"/proc/{match[1]}"):
            path = os.path.join(parent, entry)
            with contextlib.suppress(OSError):
                if os.lstat(path).st_uid == os.getuid():
                    wipe(path)
    return os.path.realpath(tempfile.mkdtemp(prefix=f"orps-{os.getpid()}-", dir=parent))


def wipe(path: str) -> None:
    """Remove a tree made by an enemy (deep, unreadable, full of links): flatten it instead of recursing."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return
    except OSError:
        trash = tempfile.mkdtemp(prefix=os.path.basename(path) + ".", dir=os.path.dirname(path))
        os.rename(path, os.path.join(trash, "0"))
        handle = os.open(trash, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _flatten(handle)
        finally:
            os.close(handle)
        os.rmdir(trash)


def _flatten(trash: int) -> None:
    waiting, made = ["0"], 1
    while waiting:
        folder = waiting.pop()
        try:
            handle = _opened(folder, trash)
        except NotADirectoryError:
            os.unlink(folder, dir_fd=trash)
            continue
        try:
            for name in os.listdir(handle):
                try:
                    os.unlink(name, dir_fd=handle)
                except OSError:  # noqa: PERF203  (a folder; each is tried as what it most often is)
                    os.close(_opened(name, handle))
                    os.rename(name, str(made), src_dir_fd=handle, dst_dir_fd=trash)
                    waiting.append(str(made))
                    made += 1
        finally:
            os.close(handle)
        os.rmdir(folder, dir_fd=trash)


def _opened(name: str, parent: int) -> int:
    """A handle on a folder, whatever its mode was. No link is followed, also none that was just put there."""
    place = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        itself = f"/proc/self/fd/{place}"
        os.chmod(itself, 0o700)
        return os.open(itself, os.O_RDONLY | os.O_DIRECTORY)
    finally:
        os.close(place)
