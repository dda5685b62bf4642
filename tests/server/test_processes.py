"""Nothing that ORPS starts outlives what started it, and nothing is left lying about."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.server.editor import Editor

pytestmark = pytest.mark.slow

SLOW = '''\
def ways(steps):
    """In how many ways can one climb so many steps?

    >>> ways(30)
    1346269
    """
    if steps < 2:
        return 1
    return ways(steps - 1) + ways(steps - 2)
'''


class Running:
    """A server in the middle of a run, with the processes it has started."""

    def __init__(self, editor: Editor, uri: str, job: str) -> None:
        self.editor = editor
        self.uri = uri
        self.job = job
        self.server = psutil.Process(editor.process.pid)
        # Asking the interpreter and trying the outer wall start two at most.
        editor.until(lambda: len(self.server.children(recursive=True)) > 3, 20)
        self.children = self.server.children(recursive=True)

    def gone(self, seconds: float) -> None:
        self.editor.until(lambda: not any(map(_alive, self.children)), seconds)


def _alive(process: psutil.Process) -> bool:
    """A zombie is dead; that an orphan is also buried is the business of the machine's first process."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where the server finds room for temporary files."""
    made = tmp_path / "scratch"
    made.mkdir()
    monkeypatch.setenv("TMPDIR", str(made))
    return made


@pytest.fixture
def running(tmp_path: Path, scratch: Path) -> Iterator[Running]:
    project = tmp_path / "project"
    project.mkdir()
    path = project / "climb.py"
    path.write_text(SLOW)
    with Editor("orps_server") as editor:
        editor.configuration = {"budgetSeconds": 30}
        editor.start(rootUri=project.as_uri())
        editor.show(path.as_uri(), SLOW)
        yield Running(editor, path.as_uri(), editor.refine(path.as_uri(), "ways"))
    assert [each.name for each in project.iterdir()] == ["climb.py"]
    assert path.read_text() == SLOW


def test_stop_kills_what_runs_within_a_second(running: Running, scratch: Path) -> None:
    assert running.editor.command("orps.server.stop", {"jobId": running.job}) == {"stopped": True}
    running.gone(1.0)
    running.editor.until(lambda: not any(scratch.iterdir()), 2)


def test_an_edit_kills_what_it_makes_pointless(running: Running) -> None:
    running.editor.write(running.uri, SLOW.replace("return 1", "return 2"))
    running.editor.wait(running.job, "stale")
    running.gone(1.0)


def test_shutting_down_kills_what_runs_before_it_is_answered(running: Running, scratch: Path) -> None:
    running.editor.call("shutdown")
    running.gone(0.1)
    assert list(scratch.iterdir()) == []
    running.editor.notify("exit")
    running.editor.process.wait(1.0)


def test_a_killed_server_leaves_no_process_and_no_file(running: Running, scratch: Path) -> None:
    os.kill(running.server.pid, signal.SIGKILL)
    running.gone(2.0)
    running.editor.until(lambda: not any(scratch.iterdir()), 2)


def test_a_vanished_editor_leaves_no_process_and_no_file(running: Running, scratch: Path) -> None:
    assert running.editor.process.stdin is not None
    running.editor.process.stdin.close()
    running.gone(2.0)
    running.editor.until(lambda: not any(scratch.iterdir()), 2)
