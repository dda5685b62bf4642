"""What keeps the interpreter busy is computed elsewhere, and nothing of that is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from orps_core import Unavailable
from orps_core.execute.aside import Aside

_PARENT = """
import os, sys, time
from orps_core.execute.aside import Aside
aside = Aside()
print(aside(os.getpid), flush=True)
aside(time.sleep, 60)
"""


@pytest.fixture
def aside() -> Iterator[Aside]:
    made = Aside()
    yield made
    made.close()


def test_it_computes_in_one_other_process(aside: Aside) -> None:
    assert aside(sorted, [2, 1], reverse=True) == [2, 1]
    where = aside(os.getpid)
    assert where not in {os.getpid(), 0}
    assert aside(os.getpid) == where


def test_an_error_is_raised_where_it_was_asked_for(aside: Aside) -> None:
    with pytest.raises(ZeroDivisionError):
        aside(divmod, 1, 0)
    assert aside(divmod, 3, 2) == (1, 1)


def test_what_prints_there_does_not_disturb(aside: Aside) -> None:
    aside(print, "hello")
    aside(subprocess.run, ["echo", "hello"], check=True)
    assert aside(abs, -1) == 1


def test_when_the_process_is_lost_it_is_computed_all_the_same(aside: Aside) -> None:
    os.kill(aside(os.getpid), signal.SIGKILL)
    assert aside(abs, -1) == 1
    assert aside(os.getpid) != os.getpid()


def test_stopping_ends_what_it_computes_and_it_can_be_asked_again(aside: Aside) -> None:
    started, told = aside(os.getpid), list[str]()
    began = threading.Event()

    def wait() -> None:
        began.set()
        try:
            aside(time.sleep, 60)
        except Unavailable as problem:
            told.append(problem.advice)

    waiting = threading.Thread(target=wait)
    waiting.start()
    began.wait()
    while waiting.is_alive():  # However late the thread has come to its question.
        aside.stop()
        waiting.join(0.1)
    assert told
    assert not psutil.pid_exists(started)
    assert aside(os.getpid) not in {started, os.getpid()}


def test_it_ends_with_us_also_while_it_computes(tmp_path: Path) -> None:
    """And nothing that lies where we were started is taken for a module."""
    (tmp_path / "pickle.py").write_text("raise SystemExit('imported from the current folder')")
    command = [sys.executable, "-P", "-c", _PARENT]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(2)
