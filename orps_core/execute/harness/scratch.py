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
        trash = path + ".trash"
        os.mkdir(trash, 0o700)
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
        os.chmod(folder, 0o700, dir_fd=trash)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=trash)
        try:
            for name in os.listdir(handle):
                try:
                    os.unlink(name, dir_fd=handle)
                except OSError:  # noqa: PERF203  (a folder; each is tried as what it most often is)
                    os.chmod(name, 0o700, dir_fd=handle)
                    os.rename(name, str(made), src_dir_fd=handle, dst_dir_fd=trash)
                    waiting.append(str(made))
                    made += 1
        finally:
            os.close(handle)
        os.rmdir(folder, dir_fd=trash)
