"""The harness is compiled for an interpreter before that has to start it, and again when it has changed."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from orps_core.execute.interpreter import Interpreter, inspect
from orps_core.execute.precompiling import precompile
from orps_core.execute.process import HARNESS
from tests.interpreters import VERSIONS, python_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HARNESS, tmp_path / "harness", ignore=shutil.ignore_patterns("__pycache__")))


def compiled(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("__pycache__/*.pyc")}


def precompiled(folder: Path, executable: str) -> Interpreter:
    async def work() -> Interpreter:
        interpreter = await inspect(executable, os.environ)
        await precompile(interpreter, os.environ, folder)
        return interpreter

    return asyncio.run(work())


@pytest.mark.parametrize("version", VERSIONS)
def test_every_part_is_compiled_for_the_interpreter_that_runs_it(folder: Path, version: str) -> None:
    tag = precompiled(folder, python_of(version)).cache_tag
    assert tag == f"cpython-{version.replace('.', '')}"
    assert compiled(folder) == {f"{source.stem}.{tag}.pyc" for source in folder.glob("*.py")}


def test_it_is_compiled_again_when_it_has_changed_and_not_before(folder: Path) -> None:
    tag = precompiled(folder, sys.executable).cache_tag
    made = folder / "__pycache__" / f"wire.{tag}.pyc"
    other = folder / "__pycache__" / f"leaf.{tag}.pyc"
    before = made.stat().st_mtime_ns, other.stat().st_mtime_ns
    precompiled(folder, sys.executable)
    assert (made.stat().st_mtime_ns, other.stat().st_mtime_ns) == before
    os.utime(folder / "wire.py", ns=(made.stat().st_atime_ns, made.stat().st_mtime_ns + 1_000_000_000))
    precompiled(folder, sys.executable)
    assert made.stat().st_mtime_ns > before[0]
    assert other.stat().st_mtime_ns == before[1]


def test_an_interpreter_that_is_gone_is_no_error_here(folder: Path) -> None:
    gone = Interpreter(executable="/nowhere/python", version=(3, 11, 0), read=(), cache_tag="cpython-311")
    asyncio.run(precompile(gone, os.environ, folder))
    assert not compiled(folder)
