"""A network of its own for a process: a loopback on which nobody else listens, and no way out."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import socket
import struct

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_SET_FLAGS, _UP = 0x8914, 1
_REQUEST = struct.Struct("16sh22x")


class NoNetworkError(OSError):
    """Raised where a process cannot have a network of its own."""


def make_own() -> None:
    """Move this process, which has one thread, into a new network. Raise NoNetworkError if refused."""
    try:
        _move()
    except OSError as error:
        raise NoNetworkError(error.errno or errno.EPERM, error.strerror or str(error)) from error


def _move() -> None:
    library = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if library.unshare(_NEW_NETWORK) != 0:
        # Who has no rights gets them in a user namespace, where they reach that network alone.
        if library.unshare(_NEW_USER | _NEW_NETWORK) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", "%d %d 1" % (user, user))
        _write("/proc/self/gid_map", "%d %d 1" % (group, group))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as anything:
        fcntl.ioctl(anything, _SET_FLAGS, _REQUEST.pack(b"lo", _UP))


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
