"""The outer wall: bubblewrap around a whole harness process, where the machine lets us build it."""

import asyncio
import os
import shutil
from collections import deque
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from .job import Job
from .process import HARNESS

NAME = "bubblewrap"
# One candidate's folder may still be on its way out while the next candidate fills its own.
ROOM = 128 << 20
_SCRATCH = "/tmp"  # noqa: S108  (a file system of its own inside the wall, not the machine's folder)
_SYSTEM = (
    *("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/ld.so.cache", "/etc/localtime"),
    *("/nix/store", "/gnu/store", "/sys/devices/system/cpu"),
)
_OWN = frozenset({"/proc", "/dev"})
# By these namespaces a harness sees its own processes only, and no network but a dead loopback. The keeper
# is the first process of its namespace: it buries its orphans anyway. bwrap's own first process would be left
# for the machine's first process to bury, which not every container does.
_APART = (
    "--unshare-all",
    "--as-pid-1",
    "--die-with-parent",
    "--new-session",
    *("--cap-drop", "ALL"),
    *("--proc", "/proc"),
    *("--dev", "/dev"),
    *("--size", str(ROOM), "--tmpfs", _SCRATCH),
)
_TRIAL = "import os; os.mkdir(os.environ['TMPDIR'] + '/trial')"
_PATIENCE = 10.0
_MOST_LINKS = 40
_MANY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """``command`` goes in front of a harness' command line. ``missing`` says why there is none."""

    command: tuple[str, ...] = ()
    missing: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What can be seen inside: real paths, the links that lead to them, and folders that are only there."""

    real: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    bare: tuple[str, ...]


async def build(job: Job, environment: Mapping[str, str]) -> Wall:
    """A wall that was just seen to work for this job's interpreter, or the reason why there is none."""
    program = shutil.which("bwrap", path=environment.get("PATH"))
    if program is None:
        return Wall(missing="bwrap is not installed")
    python = job.interpreter.executable
    hidden = _hidden(job)
    project = job.read if hidden is None else (job.root,)
    view = look(
        (*_SYSTEM, *job.interpreter.read, python, str(HARNESS), *project, *job.allow.read), job.listed
    )
    # What was asked for comes last: it may lie in what is covered.
    mounts = (*_mounts(view), *_covers(hidden or ()), *_mounts(look(job.allow.read)))
    command = (program, *_APART, *mounts, *_settings(environment), "--")
    problem = await _problem((*command, python, "-I", "-S", "-c", _TRIAL))
    return Wall(command=command) if problem is None else Wall(missing=problem)


def _hidden(job: Job) -> tuple[str, ...] | None:
    """What to cover in the project's root; None when it is better built up from what may be read.

    Every mount takes longer than the one before: three hundred files one by one would take as long as
    starting the interpreter.
    """
    if len(job.read) <= _MANY:
        return None
    shown = {Path(os.path.realpath(path)) for path in job.read}
    above = {parent for path in shown for parent in path.parents}
    waiting, hidden = [Path(job.root).resolve()], list[str]()
    while waiting:
        for entry in waiting.pop().iterdir():
            if entry in above and not entry.is_symlink():
                waiting.append(entry)
            elif entry not in shown and not entry.is_symlink():
                hidden.append(str(entry))
    return tuple(sorted(hidden)) if len(hidden) < len(job.read) else None


def look(paths: Iterable[str], folders: Iterable[str] = ()) -> View:
    """Resolve links step by step, so that each can be made again; leave out what a folder above shows."""
    links: dict[str, str] = {}
    real = {_resolve(Path(path), links) for path in paths} - {"/"}
    bare = {_resolve(Path(folder), links) for folder in folders} - {"/"}
    kept = {path for path in real if not _shown(path, (real - {path}) | _OWN)}
    return View(
        real=tuple(sorted(kept)),
        links=tuple(sorted((link, to) for link, to in links.items() if not _shown(link, kept | _OWN))),
        bare=tuple(sorted(folder for folder in bare if not _shown(folder, kept | _OWN))),
    )


def _resolve(path: Path, links: dict[str, str]) -> str:
    """The real path, whether or not it exists; every link on the way goes into ``links``."""
    at, parts, hops = Path("/"), deque(path.parts[1:]), 0
    while parts:
        part = parts.popleft()
        if part == "..":
            at = at.parent
            continue
        at /= part
        if hops < _MOST_LINKS and at.is_symlink():
            hops += 1
            target = at.readlink()
            links[str(at)] = str(target)
            at = Path("/") if target.is_absolute() else at.parent
            parts.extendleft(reversed([each for each in target.parts if each != "/"]))
    return str(at)


def _shown(path: str, folders: AbstractSet[str]) -> bool:
    return path in folders or any(str(above) in folders for above in Path(path).parents)


def _mounts(view: View) -> list[str]:
    arguments: list[str] = []
    for link, to in view.links:
        arguments += ["--symlink", to, link]
    for path in view.real:
        # What went away since it was listed must not keep a new harness from starting.
        arguments += ["--ro-bind-try", path, path]
    for folder in view.bare:
        arguments += ["--dir", folder]
    return arguments


def _covers(hidden: Iterable[str]) -> list[str]:
    arguments: list[str] = []
    for path in hidden:
        arguments += ["--tmpfs", path] if Path(path).is_dir() else ["--ro-bind-try", os.devnull, path]
    return arguments


def _settings(environment: Mapping[str, str]) -> list[str]:
    arguments = ["--remount-ro", "/", "--chdir", "/", "--clearenv"]
    # Python looks for the user's own packages below the home folder, and the list of users is hidden.
    inside = {"HOME": _home(), **environment, "TMPDIR": _SCRATCH}
    for name, value in inside.items():
        arguments += ["--setenv", name, value]
    return arguments


def _home() -> str:
    import pwd  # noqa: PLC0415  (Windows has none, and must get as far as a refusal)

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        return "/"


async def _problem(command: tuple[str, ...]) -> str | None:
    """Run a trial to its end. None when it went well, else what went wrong."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env={},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            _, said = await process.communicate()
    except TimeoutError:
        return f"a trial did not end within {_PATIENCE:.0f} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == 0:
        return None
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("bwrap: ") if lines else f"a trial ended with status {process.returncode}"
