"""Where attacks happen: decoys that must stay unread and unchanged, sockets that must stay silent."""

import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.descent import descendants

State = dict[str, tuple[object, ...]]
_SITE = "import sysconfig; print(sysconfig.get_path('purelib'))"
_PACKAGES = """
try:
    import os, pytest
    print(os.path.dirname(os.path.dirname(pytest.__file__)))
except ImportError:
    print()
"""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Folders of one executor's life. ``site`` belongs to an environment made for the attacks alone."""

    base: Path
    python: str
    site: Path
    has_pytest: bool

    @property
    def root(self) -> Path:
        return self.base / "project"

    @property
    def home(self) -> Path:
        return self.base / "home"

    @property
    def out(self) -> Path:
        return self.base / "out"

    @property
    def temporary(self) -> Path:
        return self.base / "tmp"

    def build(self, target: str, tests: str) -> None:
        """Everything as it was before the first attack."""
        for folder in (self.root, self.home, self.out):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        (self.home / ".ssh").mkdir()
        self.temporary.mkdir(exist_ok=True)
        for path, text in (
            (self.root / "pyproject.toml", ""),
            (self.root / "mod.py", target),
            (self.root / "test_mod.py", tests),
            (self.root / ".env", "K=DECOY-dotenv\n"),
            (self.home / ".ssh" / "id_rsa", "DECOY-ssh\n"),
            (self.home / ".bashrc", "# DECOY-bashrc\n"),
            (self.out / "precious", "keep\n"),
            (self.root / "data" / ".env", "K=DECOY-nested\n"),
            (self.root / "data" / "numbers", "1 2 3"),
        ):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        for link, to in (
            ("env", ".env"),
            ("all", "."),
            ("out", str(self.home)),
            ("data/out", str(self.home)),
            ("data/key", "../.env"),
        ):
            (self.root / link).symlink_to(to)

    def state(self) -> State:
        """Bytes and metadata of everything that must not change."""
        return {str(path): _state(path) for base in (self.root, self.home, self.out) for path in _below(base)}

    def planted(self) -> list[str]:
        return sorted(path.name for path in self.site.glob("*.pth"))

    def scratch(self) -> set[str]:
        """Folders of candidates, and what else lies beside them."""
        return {str(path) for path in self.temporary.glob("orps-*/*")}

    def scratch_bytes(self) -> int:
        total, waiting = 0, [str(self.temporary)]
        while waiting:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
            except OSError:
                continue  # it is being removed while we look, or too deep to be looked at
        return total


def _below(base: Path) -> Iterator[Path]:
    yield base
    for folder, folders, files in os.walk(base):
        yield from (Path(folder) / name for name in (*folders, *files))


def _state(path: Path) -> tuple[object, ...]:
    found = path.lstat()
    body = path.read_bytes() if stat.S_ISREG(found.st_mode) else None
    attributes = tuple(os.listxattr(path, follow_symlinks=False))
    # The change time gives away what no other number shows, such as flags of the file system.
    times = (found.st_mtime_ns, found.st_ctime_ns)
    return (found.st_mode, found.st_uid, found.st_gid, found.st_nlink, times, body, attributes)


def make_stage(base: Path, python: str) -> Stage:
    """With an environment of its own: one attack plants a file among the installed packages."""
    folder = base / "environment"
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True)
    own = str(folder / "bin" / "python")
    site, packages = (
        subprocess.run([each, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
        for each, code in ((own, _SITE), (python, _PACKAGES))
    )
    (Path(site) / "packages.pth").write_text(packages + "\n")
    return Stage(base=base, python=own, site=Path(site), has_pytest=bool(packages))


class Listeners:
    """Sockets of every reachable kind. ``heard`` counts what arrived since it was last asked."""

    def __init__(self, folder: Path) -> None:
        self.unix, self.datagram = str(folder / "socket"), str(folder / "datagram")
        self.abstract = f"orps-attacks-{os.getpid()}"
        self._streams = {
            "tcp": _bound(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "unix": _bound(socket.AF_UNIX, socket.SOCK_STREAM, self.unix),
            "abs": _bound(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.abstract),
        }
        self._datagrams = {
            "udp": _bound(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "datagram": _bound(socket.AF_UNIX, socket.SOCK_DGRAM, self.datagram),
            "abs_datagram": _bound(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.abstract}-datagram"),
        }
        for each in self._streams.values():
            each.listen(64)
        self.tcp: int = self._streams["tcp"].getsockname()[1]
        self.udp: int = self._datagrams["udp"].getsockname()[1]

    def heard(self) -> set[str]:
        # A connection waits in the kernel's queue, and a datagram too: nobody need listen meanwhile.
        streams = {name for name, each in self._streams.items() if _drained(each, stream=True)}
        return streams | {name for name, each in self._datagrams.items() if _drained(each, stream=False)}

    def close(self) -> None:
        for each in (*self._streams.values(), *self._datagrams.values()):
            each.close()


def _bound(family: int, kind: int, address: tuple[str, int] | str) -> socket.socket:
    made = socket.socket(family, kind)
    made.bind(address)
    made.setblocking(False)
    return made


def _drained(listening: socket.socket, *, stream: bool) -> int:
    count = 0
    while True:
        try:
            if stream:
                listening.accept()[0].close()
            else:
                listening.recv(100)
        except BlockingIOError:
            return count
        count += 1


def machine() -> tuple[object, ...]:
    """What outlives processes: shared memory of both kinds, and what is mounted where."""
    segments = Path("/proc/sysvipc/shm").read_text() if sys.platform == "linux" else ""
    shared = Path("/dev/shm")  # noqa: S108  (looked at, not written to)
    mounts = Path("/proc/self/mountinfo").read_text() if sys.platform == "linux" else ""
    return tuple(sorted(shared.iterdir())), len(segments.splitlines()), mounts


def living() -> set[int]:
    """Everything that descends from us and lives, at a glance: see ``descendants``."""
    return {each.pid for each in descendants() if _lives(each)}


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def held() -> tuple[set[int], int]:
    """The same, none of it missed, and the bytes that it holds."""
    found, total = set[int](), 0
    for each in psutil.Process().children(recursive=True):
        try:
            if _lives(each):
                total += each.memory_info().rss
                found.add(each.pid)
        except psutil.NoSuchProcess:
            continue
    return found, total
