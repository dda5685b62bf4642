"""The command line as a person uses it: real processes, real files."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from orps_core.domain import journal
from orps_core.domain.events import BaselineReady, Finished, Improved, Started
from tests.projects import MANY, project

pytestmark = pytest.mark.slow

WRONG = '''
    def double(x):
        """
        >>> double(3)
        6
        >>> double(0)
        0
        """
        return x * x
'''


# What a shell starts in the background ignores interrupts, and so does all that is started from there.
INTERRUPTIBLE = """
import signal, sys
from orps_core.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""


def orps(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orps_core", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=110)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path, slow=MANY, wrong=WRONG)


def test_an_improvement_is_shown_with_its_diff_and_evidence_and_no_file_is_touched(folder: Path) -> None:
    before = (folder / "slow.py").read_text()
    done = orps(folder, "refine", "slow.py::seen_twice")
    assert done.returncode == 0, done.stderr
    assert "--- a/slow.py" in done.stdout
    assert re.search(r"time, grown inputs +\d", done.stdout)
    assert re.search(r"confinement +strict", done.stdout)
    assert "⚡" in done.stderr
    assert (folder / "slow.py").read_text() == before
    assert sorted(path.name for path in folder.iterdir()) == ["pyproject.toml", "slow.py", "wrong.py"]


def test_the_diff_alone_is_what_git_applies(folder: Path) -> None:
    done = orps(folder, "refine", "slow.py::seen_twice", "--diff")
    applied = subprocess.run(["git", "apply", "-"], cwd=folder, input=done.stdout, text=True, check=False)
    assert applied.returncode == 0
    assert "set()" in (folder / "slow.py").read_text()


def test_apply_writes_the_file_and_output_another(folder: Path) -> None:
    before = (folder / "slow.py").read_text()
    assert orps(folder, "refine", "slow.py::seen_twice", "--output", "new.py").returncode == 0
    assert (folder / "slow.py").read_text() == before
    assert "set()" in (folder / "new.py").read_text()
    assert orps(folder, "refine", "slow.py::seen_twice", "--apply").returncode == 0
    assert "set()" in (folder / "slow.py").read_text()


def test_json_lines_are_the_events_of_the_run(folder: Path) -> None:
    done = orps(folder, "refine", "slow.py::seen_twice", "--format", "jsonl")
    events = [journal.read(line) for line in done.stdout.splitlines()]
    assert isinstance(events[0], Started)
    assert isinstance(events[1], BaselineReady)
    assert isinstance(events[-1], Finished)
    assert any(isinstance(event, Improved) for event in events)
    assert done.stderr == ""


def test_nothing_found_is_status_one(folder: Path) -> None:
    project(folder, one='def one(x):\n    """\n    >>> one(1)\n    1\n    """\n    return x\n')
    done = orps(folder, "refine", "one.py::one")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "nothing" in done.stderr


def test_a_failing_function_is_repaired_and_its_cases_are_named(folder: Path) -> None:
    done = orps(folder, "refine", "wrong.py::double")
    assert "fails: doctest:double:3: expected '6', got '9'" in done.stderr
    assert done.returncode == 0
    # Two cases do not say which repair is meant: what is promised is that both pass.
    assert re.search(r"\+    return .*x", done.stdout), done.stdout
    assert re.search(r"tests +2 of 2 pass", done.stdout)


def test_what_a_function_says_cannot_move_the_cursor(folder: Path) -> None:
    body = '    """\n    >>> loud(1)\n    1\n    """\n    raise ValueError("\\x1b[2Jgone")\n'
    project(folder, loud=f"def loud(x):\n{body}")
    done = orps(folder, "refine", "loud.py::loud", "--seconds", "3")
    assert "\\x1b[2Jgone" in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["slow.py"], r"Which function\?\n +Write slow.py::NAME; the file has: seen_twice"),
        (["slo.py::f"], r"There is no file slo.py.\n +Did you mean slow.py\?"),
        ([".::f"], r"is a folder.\n +Name a Python file"),
        (["slow.py::seen_twce"], r"no function 'seen_twce' in .*\n +Did you mean 'seen_twice'\?"),
        (["bare.py::f", "--objective", "fix"], r"f has no test that ORPS could find.\n +Give it a doctest"),
        (["wrong.py::double", "--objective", "time"], r"fails 1 of its own cases .*\n +Fix it first"),
        (["slow.py::seen_twice", "--objective", "fix"], r"nothing to fix.*\n +Refine it for time"),
        (["half.py::f"], r"The text of 'f' \(line 1\) does not parse.\n +Correct its syntax"),
        (
            ["needs.py::f"],
            r"cannot import .*No module named 'not_there'.*\n +Run .* pip install not_there, or .*--python",
        ),
        (["slow.py::seen_twice", "--python", "/none"], r"/none cannot be started.*\n +Choose another"),
    ],
)
def test_a_mistake_gets_one_sentence_and_one_next_step(folder: Path, arguments: list[str], says: str) -> None:
    project(
        folder,
        bare="def f(x):\n    return x\n",
        half="def f(x:\n    return x\n",
        needs='import not_there\ndef f(x):\n    """\n    >>> f(1)\n    1\n    """\n    return x\n',
    )
    done = orps(folder, "refine", *arguments)
    assert done.returncode == 2, done.stderr
    assert re.search(says, done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def left(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run after two seconds; the dead that nobody has buried yet do not count."""
    deadline = time.monotonic() + 2
    while (running := [each for each in processes if _runs(each)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return running


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_interrupting_ends_everything_with_status_130(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    command = [sys.executable, "-c", INTERRUPTIBLE, "refine", "slow.py::seen_twice"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "baseline" not in running.stderr.readline():
            pass
        below = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        said = running.stderr.read()
        assert running.wait(10) == 130
    assert below
    assert "cancelled" in said
    assert "Traceback" not in said
    assert left(below) == []
    assert list(scratch.iterdir()) == []


def test_killing_it_leaves_no_process_and_no_file(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    command = [sys.executable, "-m", "orps_core", "refine", "slow.py::seen_twice"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        while "baseline" not in running.stderr.readline():
            pass
        below = psutil.Process(running.pid).children(recursive=True)
        running.kill()
    assert below
    assert left(below) == []
    deadline = time.monotonic() + 2
    while list(scratch.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(scratch.iterdir()) == []
