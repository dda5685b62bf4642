"""The Python interpreters that this machine happens to have."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


def python_of(version: str) -> str:
    """A working interpreter of that version, or the test is skipped."""
    shims = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = [shutil.which(f"python{version}"), *map(str, shims.glob(f"{version}.*/bin/python"))]
    for program in filter(None, found):
        # A shim of a version manager may exist without the interpreter behind it.
        if not subprocess.run([program, "-c", "pass"], capture_output=True, check=False).returncode:
            return program
    pytest.skip(f"python{version} is not installed")
