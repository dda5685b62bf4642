"""What holds candidates is found by trying; below what was asked for nothing runs; what is open is said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orps_core.domain.confinement import Allowance
from orps_core.domain.execution import Confinement
from orps_core.execute.outcomes import read_confinement
from tests.lesser import LESSER
from tests.projects import MANY, project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")

FILES, OTHERS = "files outside the project", "the network and other processes"
INSIDE = "the processes that start and judge them"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    return project(tmp_path / "project", slow=MANY)


def orps(
    folder: Path, *arguments: str, missing: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """On a machine that lacks what is named."""
    less = [sys.executable, LESSER, missing] if missing else []
    command = [*less, sys.executable, "-m", "orps_core", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=110
    )


def refined(folder: Path, *arguments: str, missing: str = "", **variables: str) -> Confinement:
    """What held the candidates of a run that found something."""
    options = ("slow.py::seen_twice", "--seconds", "20", "--format", "jsonl", *arguments)
    done = orps(folder, "refine", *options, missing=missing, **variables)
    assert done.returncode == 0, done.stderr
    (last,) = [json.loads(line) for line in done.stdout.splitlines() if '"kind": "Finished"' in line]
    found = last["best"]["execution"]["confinement"]
    return Confinement(level=found["level"], mechanisms=tuple(found["mechanisms"]), open=tuple(found["open"]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "asked", "says"),
    [
        ("landlock", (), "strict: the kernel has no Landlock"),
        ("seccomp", (), "strict: seccomp was refused"),
        ("landlock,seccomp,namespaces", ("--confinement", "partial"), "no Landlock; seccomp was refused"),
    ],
)
def test_below_what_is_asked_for_nothing_runs(
    folder: Path, missing: str, asked: tuple[str, ...], says: str
) -> None:
    (folder / "slow.py").write_text((folder / "slow.py").read_text() + "\nopen('ran', 'w')\n")
    done = orps(folder, "refine", "slow.py::seen_twice", *asked, missing=missing)
    assert done.returncode == 2, done.stdout
    assert says in done.stderr
    assert "--confinement" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "ran").exists()


@pytest.mark.slow
def test_a_project_cannot_lower_what_is_asked_for(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.orps]\nconfinement = "limits-only"\nallow-read = ["/"]\nallow-loopback = true\n'
    )
    assert orps(folder, "refine", "slow.py::seen_twice", missing="landlock").returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "level", "left_open"),
    [
        ("landlock", "partial", (FILES,)),
        ("seccomp", "partial", (OTHERS,)),
        ("landlock,seccomp", "limits-only", (FILES, OTHERS)),
    ],
)
def test_what_a_person_allows_runs_and_the_evidence_says_what_is_open(
    folder: Path, missing: str, level: str, left_open: tuple[str, ...]
) -> None:
    found = refined(folder, "--confinement", level, missing=f"{missing},namespaces")
    assert (found.level, found.open) == (level, left_open)
    assert "bubblewrap" not in found.mechanisms


@pytest.mark.slow
def test_the_outer_wall_alone_is_more_than_limits(folder: Path) -> None:
    if "bubblewrap" not in refined(folder).mechanisms:
        pytest.skip("no outer wall here")
    found = refined(folder, "--confinement", "partial", missing="landlock,seccomp")
    assert (found.level, found.open) == ("partial", (INSIDE,))


@pytest.mark.slow
def test_the_doctor_tells_the_level_of_a_lesser_machine_and_how_to_allow_it(folder: Path) -> None:
    done = orps(folder, "doctor", missing="landlock,namespaces")
    assert done.returncode == 1, done.stdout
    assert "partial: " in done.stdout
    assert "NOT HELD" in done.stdout
    assert f"{FILES} are open" in done.stdout
    assert "--confinement partial" in done.stdout


def test_a_level_that_is_none_is_refused(folder: Path) -> None:
    done = orps(folder, "refine", "slow.py::seen_twice", "--confinement", "none")
    assert done.returncode == 2
    assert "limits-only" in done.stderr
    with pytest.raises(ValueError, match="limits-only"):
        Allowance(level="none")


@pytest.mark.parametrize(
    ("held", "walled", "level", "left_open"),
    [
        (["landlock 7", "seccomp", "rlimits"], False, "strict", ()),
        (["landlock 7", "seccomp", "rlimits"], True, "strict", ()),
        (["seccomp", "rlimits"], False, "partial", (FILES,)),
        (["seccomp", "rlimits"], True, "partial", (INSIDE,)),
        (["landlock 3"], False, "partial", (OTHERS,)),
        (["rlimits"], False, "limits-only", (FILES, OTHERS)),
        (None, False, "limits-only", (FILES, OTHERS)),
        (None, True, "partial", (INSIDE,)),
    ],
)
def test_the_level_says_what_is_open(
    held: object,
    walled: bool,  # noqa: FBT001  (a parameter of the table)
    level: str,
    left_open: tuple[str, ...],
) -> None:
    found = read_confinement(held, Allowance(), walled=walled)
    assert (found.level, found.open) == (level, left_open)
    assert ("bubblewrap" in found.mechanisms) == walled
