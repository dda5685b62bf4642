"""Nothing that ORPS starts outlives what started it, and nothing is left lying about."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.server.editor import Editor
from tests.server.wire import PATIENCE, PROMPT

pytestmark = pytest.mark.slow

SLOW = '''\
import time


def ways(steps):
    """In how many ways can one climb so many steps?

    >>> ways(30)
    1346269
    """
    time.sleep(50)
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
        editor.until(lambda: len(self.server.children(recursive=True)) > 3)
        self.children = self.server.children(recursive=True)

    def gone(self) -> None:
        self.editor.until(lambda: not any(map(_alive, self.children)), PROMPT)


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
        editor.configuration = {"budgetSeconds": 90}
        editor.start(rootUri=project.as_uri())
        editor.show(path.as_uri(), SLOW)
        yield Running(editor, path.as_uri(), editor.refine(path.as_uri(), "ways"))
    assert [each.name for each in project.iterdir()] == ["climb.py"]
    assert path.read_text() == SLOW


def test_stop_kills_what_runs(running: Running, scratch: Path) -> None:
    assert running.editor.command("orps.server.stop", {"jobId": running.job}) == {"stopped": True}
    running.gone()
    running.editor.until(lambda: not any(scratch.iterdir()), PROMPT)


def test_an_edit_kills_what_it_makes_pointless(running: Running) -> None:
    running.editor.write(running.uri, SLOW.replace("return 1", "return 2"))
    running.editor.wait(running.job, "stale")
    running.gone()


def test_shutting_down_kills_what_runs_before_it_is_answered(running: Running, scratch: Path) -> None:
    running.editor.call("shutdown")
    running.gone()
    assert list(scratch.iterdir()) == []
    running.editor.notify("exit")
    running.editor.process.wait(PROMPT)


def test_a_killed_server_leaves_no_process_and_no_file(running: Running, scratch: Path) -> None:
    os.kill(running.server.pid, signal.SIGKILL)
    running.gone()
    running.editor.until(lambda: not any(scratch.iterdir()), PROMPT)


def test_a_vanished_editor_leaves_no_process_and_no_file(running: Running, scratch: Path) -> None:
    assert running.editor.process.stdin is not None
    running.editor.process.stdin.close()
    running.gone()
    running.editor.until(lambda: not any(scratch.iterdir()), PROMPT)


EDITOR = """
import os, sys, time
sys.path[:0] = {path!r}
from tests.server.editor import Editor
editor = Editor("orps_server")
editor.configuration = {{"budgetSeconds": 90}}
editor.start(rootUri={root!r}, processId=os.getpid())
editor.show({uri!r}, {text!r})
editor.refine({uri!r}, "ways")
print(editor.process.pid, flush=True)
time.sleep(600)
"""
"""An editor of its own process, for one that is killed can close nothing and say nothing."""


def test_a_killed_editor_takes_everything_with_it(tmp_path: Path, scratch: Path) -> None:
    path = tmp_path / "climb.py"
    path.write_text(SLOW)
    program = EDITOR.format(path=sys.path, root=tmp_path.as_uri(), uri=path.as_uri(), text=SLOW)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as editor:
        assert editor.stdout is not None
        server = psutil.Process(int(editor.stdout.readline()))
        _wait(lambda: len(server.children(recursive=True)) > 3, PATIENCE)
        family = [server, *server.children(recursive=True)]
        editor.kill()
    _wait(lambda: not any(map(_alive, family)), PROMPT)
    _wait(
        lambda: not any(each for each in scratch.iterdir() if not each.name.startswith("orps-state-")), PROMPT
    )


def _wait(look: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(0.01)
