"""Run a command on a machine that has less: ``lesser.py landlock,namespaces COMMAND …``.

A filter of system calls answers as a kernel or a container does that lacks what is named: ``landlock``
(an old kernel, gVisor), ``seccomp`` (a kernel without it), ``namespaces`` (Docker, AppArmor).
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from pathlib import Path

LESSER = str(Path(__file__).resolve())

_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_NUMBER, _ARGUMENT = 0, 16
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_NAMESPACES = 0x7E020000
_FILTER_MODE, _SET_SECCOMP, _NO_NEW_PRIVILEGES = 2, 22, 38

Test = tuple[int, int] | None

# What is missing: a system call's number on x86-64 and aarch64, a test of its first argument, the error.
_MISSING: dict[str, list[tuple[int, int, Test, int]]] = {
    "landlock": [(444, 444, None, errno.ENOSYS)],
    "seccomp": [(157, 167, (_EQUAL, _SET_SECCOMP), errno.EINVAL), (317, 277, None, errno.ENOSYS)],
    "namespaces": [
        (272, 97, None, errno.EPERM),
        (165, 40, None, errno.EPERM),
        (435, 435, None, errno.ENOSYS),
        (56, 220, (_ANY_BIT, _NAMESPACES), errno.EPERM),
    ],
}


def _program(missing: list[str]) -> bytes:
    code: list[tuple[int, int, int, int]] = [(_LOAD, 0, 0, _NUMBER)]
    for intel, arm, test, error in (row for each in missing for row in _MISSING[each]):
        number = intel if platform.machine() == "x86_64" else arm
        answer = (_RETURN, 0, 0, _ERROR | error)
        if test is None:
            code += [(_EQUAL, 0, 1, number), answer]
        else:
            kind, value = test
            tested = [(_LOAD, 0, 0, _ARGUMENT), (kind, 0, 1, value), answer, (_LOAD, 0, 0, _NUMBER)]
            code += [(_EQUAL, 0, len(tested), number), *tested]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *each) for each in code)


def main(missing: str, *command: str) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    program = _program(missing.split(","))
    buffer = ctypes.create_string_buffer(program, len(program))
    given = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER_MODE, given, 0, 0):
        raise SystemExit(os.strerror(ctypes.get_errno()))
    os.execvp(command[0], command)  # noqa: S606  (the command is the test's)


if __name__ == "__main__":
    main(*sys.argv[1:])
