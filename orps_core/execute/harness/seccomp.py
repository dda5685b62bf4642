"""Which system calls a confined process may make: a BPF filter, built for the machine it runs on.

Calls that no honest function makes end the process with SIGSYS, which its parent can tell beyond doubt;
calls that libraries try in passing are refused with EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Sequence

# name, number on x86-64, number on aarch64 (- where it does not exist), what happens
_TABLE = """
ptrace 101 117 kill; process_vm_readv 310 270 kill; process_vm_writev 311 271 kill; kcmp 312 272 kill
mount 165 40 kill; umount2 166 39 kill; pivot_root 155 41 kill; chroot 161 51 kill; swapon 167 224 kill
swapoff 168 225 kill; reboot 169 142 kill; sethostname 170 161 kill; setdomainname 171 162 kill
iopl 172 - kill; ioperm 173 - kill; init_module 175 105 kill; delete_module 176 106 kill
finit_module 313 273 kill; quotactl 179 60 kill; settimeofday 164 170 kill; clock_settime 227 112 kill
adjtimex 159 171 kill; clock_adjtime 305 266 kill; acct 163 89 kill; modify_ldt 154 - kill
add_key 248 217 kill; request_key 249 218 kill; keyctl 250 219 kill; bpf 321 280 kill
userfaultfd 323 282 kill; perf_event_open 298 241 kill; io_uring_setup 425 425 kill
io_uring_enter 426 426 kill; io_uring_register 427 427 kill; quotactl_fd 443 443 kill
unshare 272 97 kill; setns 308 268 kill
name_to_handle_at 303 264 kill; open_by_handle_at 304 265 kill; memfd_secret 447 447 kill
pidfd_getfd 438 438 kill; process_madvise 440 440 kill; process_mrelease 448 448 kill
open_tree 428 428 kill; move_mount 429 429 kill; fsopen 430 430 kill; fsconfig 431 431 kill
open_tree_attr 467 467 kill; fsmount 432 432 kill; fspick 433 433 kill
mount_setattr 442 442 kill; migrate_pages 256 238 kill
move_pages 279 239 kill; vhangup 153 58 kill; kexec_load 246 104 kill; kexec_file_load 320 294 kill
fanotify_init 300 262 kill; capset 126 91 kill
syslog 103 116 deny; personality 135 92 deny; memfd_create 319 279 deny; shmget 29 194 deny
shmat 30 196 deny; shmctl 31 195 deny; semget 64 190 deny; semop 65 193 deny; semctl 66 191 deny
semtimedop 220 192 deny; statmount 457 457 deny; listmount 458 458 deny; lsm_set_self_attr 460 460 deny
msgget 68 186 deny; msgsnd 69 189 deny; msgrcv 70 188 deny; msgctl 71 187 deny; mq_open 240 180 deny
mq_unlink 241 181 deny; rt_sigqueueinfo 129 138 deny; rt_tgsigqueueinfo 297 240 deny
setpriority 141 140 deny; sched_setaffinity 203 122 deny; sched_setscheduler 144 119 deny
sched_setparam 142 118 deny; sched_setattr 314 274 deny; ioprio_set 251 30 deny
inotify_init 253 - deny; inotify_init1 294 26 deny; setuid 105 146 deny; setgid 106 144 deny
setreuid 113 145 deny; setregid 114 143 deny; setgroups 116 159 deny; setresuid 117 147 deny
setresgid 119 149 deny; setfsuid 122 151 deny; setfsgid 123 152 deny
chmod 90 - deny; fchmod 91 52 deny; fchmodat 268 53 deny; fchmodat2 452 452 deny; chown 92 - deny
fchown 93 55 deny; lchown 94 - deny; fchownat 260 54 deny; utime 132 - deny; utimes 235 - deny
utimensat 280 88 deny; futimesat 261 - deny; setxattr 188 5 deny; lsetxattr 189 6 deny
fsetxattr 190 7 deny; removexattr 197 14 deny; lremovexattr 198 15 deny; fremovexattr 199 16 deny
setxattrat 463 463 deny; removexattrat 466 466 deny; file_setattr 469 469 deny; truncate 76 45 deny
execve 59 221 deny; execveat 322 281 deny; socket 41 198 net; connect 42 203 net; bind 49 200 net
listen 50 201 net; sync 162 81 deny; syncfs 306 267 deny; io_setup 206 0 deny
getxattr 191 8 lack; lgetxattr 192 9 lack; fgetxattr 193 10 lack; listxattr 194 11 lack
llistxattr 195 12 lack; flistxattr 196 13 lack; getxattrat 464 464 lack; listxattrat 465 465 lack
fallocate 285 47 lack
setsid 112 157 leaf; setpgid 109 154 leaf; fork 57 - leaf; vfork 58 - leaf
pidfd_send_signal 424 424 leaf
seccomp 317 277 leaf; landlock_create_ruleset 444 444 leaf; landlock_add_rule 445 445 leaf
landlock_restrict_self 446 446 leaf
clone3 435 435 unknown; openat2 437 437 unknown
clone 56 220 other; ioctl 16 29 other; prlimit64 302 261 other; open 2 - other; openat 257 56 other
socketpair 53 199 other; setsockopt 54 208 other; fcntl 72 25 other; prctl 157 167 other
kill 62 129 other; tkill 200 130 other; tgkill 234 131 other
"""
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "arm64": 0xC00000B7}
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_NAMESPACES, _THREAD, _SAME_FILES = 0x7E020000, 0x00010000, 0x00000400
_X32 = 0x40000000
# Calls of kernels that are newer than the table: nobody has looked at what they do.
_UNSEEN = 470
_INJECT_INPUT = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
# What terminals, pipes and copies ask for. Others change flags of files that are open for reading only.
_IOCTLS = (0x5401, 0x802C542A, 0x5413, 0x540F, 0x541B, 0x5421, 0x5450, 0x5451, 0x40049409)
# F_SETOWN, F_SETSIG, F_SETOWN_EX send signals to others; F_SETLEASE, F_NOTIFY stop or watch them; what
# F_SETPIPE_SZ takes is no memory of the process.
_FCNTLS = (8, 10, 15, 1024, 1026, 1031)
_SET_DEATH_SIGNAL, _SET_DUMPABLE = 1, 4
_ACCESS_MODE, _TRUNCATING = 3, 0o1000
_UNIX, _STREAM, _DATAGRAM, _KIND = 1, 1, 2, 0xF
# SO_ATTACH_FILTER, SO_ATTACH_BPF and those for groups of sockets run programs in the kernel.
_PROGRAMS = (26, 50, 51, 52)
_INTERNET = (2, 10)
_NUMBER, _ARCHITECTURE = 0, 4
_SOME_PID = 0x7FFF_FFFD  # larger than the kernel gives any process
_SET_SECCOMP, _FILTER_MODE = 22, 2


def _refuse(error: int) -> int:
    return 0x00050000 | error


def _argument(index: int) -> int:
    """Offset of the low word of a system call's argument (little endian)."""
    return 16 + 8 * index


def numbers(machine: str) -> dict[str, tuple[int, str]]:
    """System call name to its number and treatment on this machine. Raise OSError for an unknown one."""
    if machine not in _AUDIT:
        raise OSError(errno.ENOSYS, "no system call table for " + machine)
    column = 1 if machine == "x86_64" else 2
    rows = [row.split() for row in _TABLE.replace("\n", ";").split(";") if row.strip()]
    return {row[0]: (int(row[column]), row[3]) for row in rows if row[column] != "-"}


class Filter:
    """Assembles the program; every block leaves the system call number loaded."""

    def __init__(self, machine: str) -> None:
        self.calls = numbers(machine)
        self._program: list[bytes] = []
        self._put(_LOAD, 0, 0, _ARCHITECTURE)
        self._put(_EQUAL, 1, 0, _AUDIT[machine])
        self._put(_RETURN, 0, 0, _KILL)
        self._put(_LOAD, 0, 0, _NUMBER)
        if machine == "x86_64":
            self._put(_AT_LEAST, 0, 1, _X32)
            self._put(_RETURN, 0, 0, _KILL)
        self._put(_AT_LEAST, 0, 1, _UNSEEN)
        self._put(_RETURN, 0, 0, _refuse(errno.ENOSYS))

    def _put(self, code: int, if_true: int, if_false: int, value: int) -> None:
        self._program.append(struct.pack("=HBBI", code, if_true, if_false, value & 0xFFFFFFFF))

    def answer(self, name: str, action: int) -> None:
        if name in self.calls:
            self._put(_EQUAL, 0, 1, self.calls[name][0])
            self._put(_RETURN, 0, 0, action)

    def answer_all(self, treatment: str, action: int) -> None:
        for name, (_, wanted) in self.calls.items():
            if wanted == treatment:
                self.answer(name, action)

    def refuse_namespaces(self) -> None:
        self._put(_EQUAL, 0, 4, self.calls["clone"][0])
        self._put(_LOAD, 0, 0, _argument(0))
        self._put(_ANY_BIT, 0, 1, _NAMESPACES)
        self._put(_RETURN, 0, 0, _KILL)
        self._put(_LOAD, 0, 0, _NUMBER)

    def answer_by(
        self,
        argument: tuple[str, int],
        values: Sequence[int],
        action: int,
        others: bool = False,
        mask: int = 0xFFFFFFFF,
    ) -> None:
        """Answer a call by one argument, masked: when it is among the values, or when it is none of them."""
        name, index = argument
        if name not in self.calls:
            return
        count = len(values)
        self._put(_EQUAL, 0, count + 4, self.calls[name][0])
        self._put(_LOAD, 0, 0, _argument(index))
        self._put(_AND, 0, 0, mask)
        for left, value in zip(range(count - 1, -1, -1), values):
            if others:
                self._put(_EQUAL, left + 1, 0, value)
            else:
                self._put(_EQUAL, left, 0 if left else 1, value)
        self._put(_RETURN, 0, 0, action)
        self._put(_LOAD, 0, 0, _NUMBER)

    def finished(self) -> bytes:
        self._put(_RETURN, 0, 0, _ALLOW)
        return b"".join(self._program)


def build(machine: str | None = None, *, loopback: bool = False) -> bytes:
    """The program for a process that forks leaves. They inherit it, and ``narrowing`` comes on top.

    ``loopback`` allows connections: only for a process in a network that leads nowhere else.
    """
    refused = _refuse(errno.EPERM)
    made = Filter(machine or platform.machine())
    made.answer_all("kill", _KILL)
    made.answer_all("deny", refused)
    made.answer_all("lack", _refuse(errno.EOPNOTSUPP))
    made.answer_all("unknown", _refuse(errno.ENOSYS))  # libraries fall back to calls whose flags can be read
    if loopback:
        made.answer_by(("socket", 0), _INTERNET, refused, others=True)
        made.answer_by(("socket", 1), (_STREAM, _DATAGRAM), refused, others=True, mask=_KIND)
    else:
        made.answer_all("net", refused)
        # By its number alone, which means something else to a socket of the internet.
        made.answer_by(("setsockopt", 2), _PROGRAMS, refused)
    made.refuse_namespaces()
    made.answer_by(("ioctl", 1), _INJECT_INPUT, _KILL)
    made.answer_by(("ioctl", 1), _IOCTLS, _refuse(errno.ENOTTY), others=True)
    made.answer_by(("fcntl", 1), _FCNTLS, refused)
    made.answer_by(("prlimit64", 0), (0,), refused, others=True)
    # A datagram socket of a pair reaches any other by its path; one of a stream pair reaches its twin alone.
    made.answer_by(("socketpair", 0), (_UNIX,), refused, others=True)
    made.answer_by(("socketpair", 1), (_STREAM,), refused, others=True, mask=_KIND)
    for name, flags in (("open", 1), ("openat", 2)):
        # Older versions of Landlock let a file that is opened for reading be emptied by that.
        made.answer_by((name, flags), (_TRUNCATING,), refused, mask=_ACCESS_MODE | _TRUNCATING)
    return made.finished()


def narrowing(machine: str | None = None) -> bytes:
    """What a leaf is refused beyond that, for ``of_process`` to complete: made once, for building takes long.

    It holds in addition: of two filters the kernel takes the answer that refuses more.
    """
    refused = _refuse(errno.EPERM)
    made = Filter(machine or platform.machine())
    made.answer_all("leaf", refused)
    # Threads only, with the process's own table of files.
    thread = _THREAD | _SAME_FILES
    made.answer_by(("clone", 0), (thread,), refused, others=True, mask=thread)
    # It must die with its parent, and its parent must be able to see what it uses. It is tied already: more
    # filters could write into the machine's log, and rules lie in memory of the kernel.
    made.answer_by(("prctl", 0), (_SET_DEATH_SIGNAL, _SET_DUMPABLE, _SET_SECCOMP), refused)
    for name in ("kill", "tkill", "tgkill"):
        made.answer_by((name, 0), (_SOME_PID,), refused, others=True)
    return made.finished()


def of_process(narrowed: bytes, pid: int) -> bytes:
    """The narrowing for the leaf with this process id, which may send signals to itself."""
    return narrowed.replace(struct.pack("=I", _SOME_PID), struct.pack("=I", pid))


class _Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install(program: bytes) -> None:
    """From here on, for this process and all it starts. Needs no_new_privs. Raise OSError if refused."""
    buffer = ctypes.create_string_buffer(program, len(program))
    given = _Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_SET_SECCOMP, _FILTER_MODE, ctypes.byref(given), 0, 0) != 0:
        code = ctypes.get_errno()
        raise OSError(code, "seccomp was refused")
