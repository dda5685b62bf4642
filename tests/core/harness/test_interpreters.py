import shutil
import subprocess
from pathlib import Path

import pytest

from orps_core.execute import harness

HERE = Path(__file__).parent
FOLDER = Path(harness.__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_the_measuring_half_works_in_the_projects_interpreter(version: str, tmp_path: Path) -> None:
    program = shutil.which("python" + version)
    # A shim of a version manager may exist without the interpreter behind it.
    if (
        program is None
        or subprocess.run([program, "-c", "pass"], capture_output=True, check=False).returncode
    ):
        pytest.skip(f"python{version} is not installed")
    done = subprocess.run(
        [program, "-I", "-S", "-B", "-W", "error", HERE / "selfcheck.py", FOLDER],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("good\n", "")
    assert not list(tmp_path.iterdir())
