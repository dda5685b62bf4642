"""A function exchanged in the live module, against the module imported anew: the oracle."""

import functools
import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import pytest

from orps_core.execute.process import HARNESS
from tests.interpreters import VERSIONS, python_of

from .kinds import KINDS

pytestmark = pytest.mark.slow


@functools.cache
def answers(version: str) -> dict[str, list[object]]:
    given = json.dumps({name: asdict(kind) for name, kind in KINDS.items()})
    program = [python_of(version), str(Path(__file__).parent / "grafted.py"), str(HARNESS)]
    done = subprocess.run(program, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_reference_runs_the_candidate(kind: str, version: str) -> None:
    anew, exchanged = answers(version)[kind]
    assert exchanged == (anew if KINDS[kind].exact else "inexact")
