"""Compiles the harness once for each interpreter, for the processes that run it cannot write."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from .interpreter import Interpreter, clean_environment
from .process import HARNESS

_PATIENCE = 20.0


async def precompile(
    interpreter: Interpreter, environment: Mapping[str, str], folder: Path = HARNESS
) -> None:
    """See to it that the interpreter finds the harness compiled, which is half of what it takes to start.

    Where that cannot be, nothing is lost but this time: each process compiles for itself.
    """
    if not os.access(folder, os.W_OK) or _is_compiled(folder, interpreter.cache_tag):
        return
    with contextlib.suppress(OSError, TimeoutError):
        process = await asyncio.create_subprocess_exec(
            interpreter.executable,
            *("-I", "-m", "compileall", "-q", str(folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=clean_environment(environment),
            cwd="/",
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _is_compiled(folder: Path, tag: str) -> bool:
    """Whether no source is newer than what was made of it. Python looks again, more closely."""
    for source in folder.glob("*.py"):
        made = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        try:
            if made.stat().st_mtime < source.stat().st_mtime:
                return False
        except FileNotFoundError:
            return False
    return True
