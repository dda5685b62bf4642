"""The project's Python: which one it is, and what of it a candidate must be able to read."""

import asyncio
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..ports import Unavailable

OLDEST = (3, 9)
_ASK = (
    "import json, sys; print(json.dumps([sys.version_info[:3], sys.executable,"
    " [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix], sys.path,"
    " sys.implementation.cache_tag]))"
)
_PASSED = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "VIRTUAL_ENV", "TMPDIR", "SYSTEMROOT")
_PATIENCE = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """``read`` are the folders it is installed in. ``sources`` are others that it imports from.

    Such are projects that were installed to be edited: they have secrets of their own. ``cache_tag`` is
    in the names of the files that it compiles to.
    """

    executable: str
    version: tuple[int, int, int]
    read: tuple[str, ...]
    sources: tuple[str, ...] = ()
    cache_tag: str = ""


def choose(root: Path, asked: str | None, environment: Mapping[str, str], own: str) -> str:
    """The asked one; the environment of the project; the active environment; the one ORPS runs in."""
    if asked:
        # A path is meant from where the person stands, whatever folder the process is started in.
        return os.path.abspath(asked) if os.sep in asked else asked  # noqa: PTH100  (links stay as they are)
    for folder in (root / ".venv", root / "venv", root / ".env"):
        if (folder / "bin" / "python").exists():
            return str(folder / "bin" / "python")
    active = environment.get("VIRTUAL_ENV")
    if active and (Path(active) / "bin" / "python").exists():
        return str(Path(active) / "bin" / "python")
    return own


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """An allow-list: no key and no token of the person's environment reaches a candidate."""
    kept = {name: environment[name] for name in _PASSED if name in environment}
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**kept, **single, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


async def inspect(executable: str, environment: Mapping[str, str]) -> Interpreter:
    """Ask an interpreter about itself. Raise ``Unavailable`` when it is none, or too old."""
    choice = "Choose another with --python, or with the setting orps.interpreter."
    try:
        process = await asyncio.create_subprocess_exec(
            executable,
            "-c",
            _ASK,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=clean_environment(environment),
            cwd="/",
        )
    except OSError as error:
        raise Unavailable(
            f"The interpreter {executable} cannot be started: {error.strerror}.", choice
        ) from error
    try:
        async with asyncio.timeout(_PATIENCE):
            out, err = await process.communicate()
        version, real, prefixes, paths, tag = json.loads(out.splitlines()[-1])
    except (TimeoutError, ValueError, IndexError) as error:
        raise Unavailable(f"{executable} does not answer like a Python interpreter.", choice) from error
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode or tuple(version[:2]) < OLDEST:
        found = ".".join(map(str, version)) if not process.returncode else err.decode(errors="replace")[-200:]
        raise Unavailable(f"{executable} is Python {found}; ORPS needs 3.9 or newer.", choice)
    read = _folders(prefixes)
    return Interpreter(
        executable=real or executable,
        version=tuple(version),
        read=read,
        sources=tuple(path for path in _folders(paths) if not _lies_in(path, ("/usr", *read))),
        cache_tag=str(tag),
    )


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _folders(paths: list[str]) -> tuple[str, ...]:
    """As they are named and as they really are, without the roots of everything and of a home."""
    named = {path for path in paths if path}
    every = named | set(map(os.path.realpath, named))
    home = str(Path.home())
    return tuple(
        sorted(path for path in every if path != "/usr" and not f"{home}/".startswith(f"{path.rstrip('/')}/"))
    )
