"""The doctor tries things for real, and says what to do about each problem."""

import json
import os
import socket
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from orps_core.domain.diagnosis import Diagnosis, Facts, Probe
from orps_core.domain.execution import Confinement
from orps_core.execute.doctor import Stage
from orps_core.report import doctor as report
from tests.projects import SEEN, project

STRICT = Confinement(level="strict", mechanisms=("landlock 7", "seccomp"))
HELD = Probe(attempt="read", held=True, said="PermissionError")


def orps_doctor(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orps_core", "doctor", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def diagnosis(facts: Facts) -> Diagnosis:
    return Diagnosis(
        versions=(("orps", "1"), ("libcst", "2")),
        project="/p",
        project_because="pyproject.toml is there",
        interpreter="/p/python",
        interpreter_because="asked for",
        facts=facts,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path, slow=SEEN)


@pytest.mark.slow
def test_here_all_is_well_and_everything_tried_was_held(folder: Path) -> None:
    done = orps_doctor(folder, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["status"], done.stderr) == (0, 0, "")
    assert found["schema"] == "orps.doctor/1"
    assert found["project"] == {"root": str(folder), "because": "pyproject.toml is there"}
    assert found["interpreter"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert found["interpreter"]["pytest"] == pytest.__version__
    assert found["confinement"]["level"] == "strict"
    assert len(found["probes"]) >= 10
    assert all(probe["held"] for probe in found["probes"])
    assert found["versions"]["pygls"]


@pytest.mark.slow
def test_a_machine_without_bubblewrap_gets_a_hint_and_no_error(folder: Path) -> None:
    done = orps_doctor(folder, PATH=str(folder))
    assert done.returncode == 0, done.stdout
    assert "apt-get install bubblewrap" in done.stdout
    assert "NOT HELD" not in done.stdout


@pytest.mark.slow
def test_the_projects_environment_without_pytest_is_worth_a_word(folder: Path) -> None:
    venv.create(folder / ".venv", symlinks=True)
    done = orps_doctor(folder)
    assert done.returncode == 1, done.stdout
    assert "(the project's own environment)" in done.stdout
    assert f"{folder / '.venv' / 'bin' / 'python'} -m pip install pytest" in done.stdout


@pytest.mark.slow
def test_what_is_no_interpreter_is_fatal(folder: Path) -> None:
    done = orps_doctor(folder, "--python", "/bin/true")
    assert done.returncode == 2
    assert "does not answer like a Python" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_every_attempt_does_its_harm_where_nothing_holds_it(tmp_path: Path) -> None:
    """Else a probe that is held would prove nothing."""
    stage = Stage.build(str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for name, code in stage.attempts(listener.getsockname()[1], sys.executable, "token"):
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
            assert done.returncode == 0, (name, done.stderr)
    assert stage.written.exists()
    assert stage.module.read_text().endswith("#")
    assert not stage.untouched


@pytest.mark.parametrize(
    ("facts", "status", "says"),
    [
        (Facts(python="3.11.2", pytest="9", confinement=STRICT, probes=(HELD,)), 0, "strict: landlock 7"),
        (Facts(python="3.11.2", pytest="9", confinement=STRICT, timing_free=False), 0, "one does at a time"),
        (Facts(pytest="9", confinement=STRICT, no_wall="bwrap is not installed"), 0, "apt-get install"),
        (Facts(pytest="9", confinement=STRICT, no_wall="No permissions"), 0, "user namespaces"),
        (Facts(python="3.11.2", confinement=STRICT), 1, "pytest is not installed in /p/python"),
        (
            Facts(pytest="9", confinement=Confinement(level="partial", mechanisms=(), open=("files",))),
            1,
            "partial: files are open",
        ),
        (
            Facts(
                pytest="9", confinement=STRICT, probes=(Probe(attempt="read", held=False, said="it could"),)
            ),
            1,
            "NOT HELD",
        ),
        (Facts(failure=("It is broken.", "Mend it.")), 2, "It is broken.\n               Mend it."),
    ],
)
def test_every_problem_has_a_status_and_says_what_to_do(facts: Facts, status: int, says: str) -> None:
    found = diagnosis(facts)
    assert found.status == status
    assert says in report.text(found)
    assert all(problem.says.endswith(".") and problem.advice for problem in found.problems)
    assert json.loads(report.as_json(found))["status"] == status
