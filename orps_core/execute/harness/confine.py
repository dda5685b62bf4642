"""Take from a process what a candidate must not have: files, capabilities, resources (Linux only)."""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from . import network, seccomp

_SET_DEATH_SIGNAL, _SUBREAPER, _NO_NEW_PRIVILEGES, _DROP_BOUND, _AMBIENT = 1, 36, 38, 24, 47
_CLEAR_AMBIENT = 4
_CREATE_RULESET, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same on every architecture

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_CHAR, _MAKE_SOCKET, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}  # by version of the interface
_NET_SINCE, _IOCTL_SINCE, _SCOPE_SINCE = 4, 5, 6
_CAPABILITY_HEADER = struct.pack("=Ii", 0x20080522, 0)

SYSTEM_READ = (
    *("/usr/lib", "/usr/lib64", "/usr/lib32", "/lib", "/lib64", "/usr/local/lib", "/usr/share/zoneinfo"),
    *("/etc/localtime", "/etc/ld.so.cache", "/dev/null", "/dev/urandom", "/dev/random", "/dev/zero"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
)
# Its own numbers, without what /proc/self shows of the machine: mounts, network connections, control groups.
_OWN = ("status", "stat", "statm", "maps", "limits", "cmdline", "comm", "fd", "fdinfo")

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def _checked(result: int, what: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, what + ": " + os.strerror(code))
    return result


def landlock_version() -> int:
    """0 where the kernel has no Landlock."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint(1))))


@dataclass(frozen=True)
class Rules:
    """What every process of a harness is held to: what it may read and list, and by which layers.

    ``loopback`` opens connections inside a network of its own; ``walled`` says that the outer wall has made
    one already. ``layers`` are those of the kernel that hold. ``narrowing`` is what a leaf's filter of system
    calls is made of.
    """

    read: tuple[str, ...]
    listed: tuple[str, ...]
    loopback: bool = False
    walled: bool = False
    layers: tuple[str, ...] = ()
    narrowing: bytes = b""

    @property
    def held(self) -> list[str]:
        """The names of everything that holds, for a person to read."""
        names = {"landlock": "landlock %d" % landlock_version()}
        return [*(names.get(each, each) for each in self.layers), "rlimits", "capabilities", "environment"]


class Files:
    """A Landlock ruleset: what may be read and written below which paths, and no network but a loopback."""

    def __init__(self, *, loopback: bool = False) -> None:
        version = landlock_version()
        if not version:
            raise OSError(errno.ENOSYS, "the kernel has no Landlock")
        self._rights = _RIGHTS[min(version, 3)] | (_IOCTL if version >= _IOCTL_SINCE else 0)
        fields = [self._rights]
        if version >= _NET_SINCE:
            fields.append(0 if loopback else 3)
        if version >= _SCOPE_SINCE:
            fields.append(3)
        given = struct.pack("=%dQ" % len(fields), *fields)
        made = _libc.syscall(_CREATE_RULESET, given, ctypes.c_size_t(len(given)), ctypes.c_uint(0))
        self._fd = _checked(int(made), "Landlock ruleset")

    def read(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._allow(path, _READ_FILE | _READ_DIR)

    def list(self, paths: Iterable[str]) -> None:
        """Let folders be listed without letting the files below be read."""
        for path in paths:
            self._allow(path, _READ_DIR)

    def write(self, path: str) -> None:
        """Everything below a folder but devices, sockets and programs."""
        refused = _EXECUTE | _MAKE_CHAR | _MAKE_SOCKET | _MAKE_BLOCK | _IOCTL
        self._allow(path, self._rights & ~refused)

    def _allow(self, path: str, rights: int) -> None:
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            return  # what does not exist needs no right
        try:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                rights &= _ON_FILES
            given = struct.pack("=Qi", rights & self._rights, fd)
            added = _libc.syscall(_ADD_RULE, ctypes.c_int(self._fd), ctypes.c_int(1), given, ctypes.c_uint(0))
            _checked(int(added), "Landlock rule for " + path)
        finally:
            os.close(fd)

    def enforce(self) -> None:
        done = _libc.syscall(_RESTRICT, ctypes.c_int(self._fd), ctypes.c_uint(0))
        _checked(int(done), "Landlock")
        os.close(self._fd)


def die_with_parent(parent: int) -> None:
    """End with the parent, also when it is killed. ``parent`` is its id, read before the fork."""
    _libc.prctl(_SET_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)  # it died before the call above


def adopt_orphans() -> None:
    _libc.prctl(_SUBREAPER, 1, 0, 0, 0)


def drop_privileges() -> None:
    """Root keeps capabilities that reach past Landlock: empty all five sets. Harmless for others."""
    _checked(_libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
    for capability in range(64):
        if _libc.prctl(_DROP_BOUND, capability, 0, 0, 0) != 0:
            break
    _libc.prctl(_AMBIENT, _CLEAR_AMBIENT, 0, 0, 0)
    _libc.capset(_CAPABILITY_HEADER, bytes(24))


def memory_in_use() -> tuple[int, int]:
    """Bytes of private data and of address space of this process."""
    found: dict[bytes, int] = {}
    with open("/proc/self/status", "rb") as file:
        for line in file:
            name, _, rest = line.partition(b":")
            if name in (b"VmData", b"VmSize"):
                found[name] = int(rest.split()[0]) * 1024
    return found.get(b"VmData", 0), found.get(b"VmSize", 0)


def memory_bounds(memory: int, in_use: tuple[int, int]) -> tuple[int, int]:
    """Bytes of private data and of address space for ``memory`` on top of what is in use (see above)."""
    data, space = in_use
    slack = 256 << 20  # a shared mapping counts as address space alone
    return data + memory, space + memory + slack


def limit_resources(cpu_seconds: int, memory: int, file_size: int, in_use: tuple[int, int]) -> None:
    """What the kernel itself can hold. ``memory`` comes on top of what is in use."""
    data, space = memory_bounds(memory, in_use)
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 128),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_SIGPENDING, 64),
    ):
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def close_all_but(keep: Iterable[int]) -> None:
    low = 0
    for fd in sorted(set(keep)):
        if low < fd:  # closerange(0, 0) closes everything
            os.closerange(low, fd)
        low = fd + 1
    os.closerange(low, 65536)


def fence(rules: Rules, least: int, scratch: str) -> Rules:
    """Confine a process that goes on to fork leaves. Return the rules with the layers that hold it.

    Raise OSError when fewer than ``least`` layers can be had, or no network that leads nowhere is asked for.
    """
    if rules.loopback and not rules.walled:
        network.make_own()
    drop_privileges()
    layers, problems = list[str](), list[str]()
    # A rule on /proc/self is one on this process alone, and those it forks must read their own.
    for layer, harden in (
        ("landlock", partial(_restrict_files, rules, ("/proc",), scratch)),
        ("seccomp", partial(_restrict_calls, rules)),
    ):
        try:
            harden()
            layers.append(layer)
        except OSError as error:  # noqa: PERF203  (two steps, each may fail)
            problems.append(error.strerror or str(error))
    if len(layers) < least:
        raise OSError(errno.ENOSYS, "; ".join(problems))
    narrowing = seccomp.narrowing() if "seccomp" in layers else b""
    return replace(rules, layers=tuple(layers), narrowing=narrowing)


def fence_leaf(rules: Rules, scratch: str) -> None:
    """Narrow a forked child further: its own scratch folder only, no fork, no signals to others.

    Raise OSError when a layer that held its parent cannot be narrowed.
    """
    if "landlock" in rules.layers:
        _restrict_files(rules, tuple(f"/proc/self/{name}" for name in _OWN), scratch)
    if "seccomp" in rules.layers:
        seccomp.install(seccomp.of_process(rules.narrowing, os.getpid()))


def _restrict_calls(rules: Rules) -> None:
    seccomp.install(seccomp.build(loopback=rules.loopback))


def _restrict_files(rules: Rules, process: Iterable[str], scratch: str) -> None:
    files = Files(loopback=rules.loopback)
    files.read(SYSTEM_READ)
    files.read((*rules.read, *process))
    files.list(rules.listed)
    files.write(scratch)
    files.write("/dev/null")
    files.enforce()
