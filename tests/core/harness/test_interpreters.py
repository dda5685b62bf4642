import subprocess
from pathlib import Path

import pytest

from orps_core.execute import harness
from tests.interpreters import VERSIONS, python_of

HERE = Path(__file__).parent
FOLDER = Path(harness.__file__).parent


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_the_measuring_half_works_in_the_projects_interpreter(version: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [python_of(version), "-I", "-S", "-B", "-W", "error", HERE / "selfcheck.py", FOLDER],
        capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("good\n", "")
    assert not list(tmp_path.iterdir())
