"""How long it takes until nothing is left of a run: after a stop, an edit, a shutdown, and a kill.

Seconds until no process and no temporary file is left of a function that is being refined: while its tests
run, and while its candidates do. ``server_endings.py [TIMES]``. The limit is one second, two after a kill.
"""

import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.server.editor import Editor

SLOW = '''\
def ways(steps):
    """In how many ways can one climb so many steps?

    >>> ways(22)
    28657
    """
    found = []
    for number in range(100):
        found.append(number)
    if steps < 2:
        return 1
    return ways(steps - 1) + ways(steps - 2)
'''


def stop(editor: Editor, _uri: str, job: str) -> None:
    editor.command("orps.server.stop", {"jobId": job})


def edit(editor: Editor, uri: str, _job: str) -> None:
    editor.write(uri, SLOW.replace("return 1", "return 2"))


def shutdown(editor: Editor, _uri: str, _job: str) -> None:
    editor.call("shutdown")


def kill(editor: Editor, _uri: str, _job: str) -> None:
    os.kill(editor.process.pid, signal.SIGKILL)


ENDS: list[Callable[[Editor, str, str], None]] = [stop, edit, shutdown, kill]


def alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ending(end: Callable[[Editor, str, str], None], after: Callable[[Editor, str], object]) -> float:
    """Seconds for one of them, once ``after`` has come true."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as scratch:
        path = Path(folder) / "climb.py"
        path.write_text(SLOW)
        os.environ["TMPDIR"] = scratch
        with Editor("orps_server") as editor:
            editor.configuration = {"budgetSeconds": 300}
            editor.start(rootUri=Path(folder).as_uri())
            editor.show(path.as_uri(), SLOW)
            job = editor.refine(path.as_uri(), "ways")
            editor.until(lambda: after(editor, job))
            family = psutil.Process(editor.process.pid).children(recursive=True)
            begin = time.perf_counter()
            end(editor, path.as_uri(), job)
            editor.until(lambda: not any(map(alive, family)) and not any(Path(scratch).iterdir()))
            return time.perf_counter() - begin


def tests_run(editor: Editor, _job: str) -> bool:
    return len(psutil.Process(editor.process.pid).children(recursive=True)) > 3


def candidates_run(editor: Editor, job: str) -> bool:
    state = editor.job(job)
    assert state["state"] == "running", f"it has ended before it could be ended: {state['message']}"
    return bool(state["executed"])


def main(times: int) -> None:
    print(f"{'':10s}{'while tests run':>24s}{'while candidates run':>24s}   (median / longest, seconds)")
    for end in ENDS:
        cells = list[str]()
        for after in (tests_run, candidates_run):
            took = [ending(end, after) for _ in range(times)]
            cells.append(f"{statistics.median(took):.2f} / {max(took):.2f}")
        print(f"{end.__name__:10s}" + "".join(f"{cell:>24s}" for cell in cells), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3)
