"""What the server costs while nothing is asked of it, and while somebody types and runs go on.

What is measured is work and memory of the server's own: clocks on the wall tell of the machine.
"""

import time
from pathlib import Path

import pytest

from tests.bench.server_latency import FUNCTION, LONG
from tests.server.editor import Editor
from tests.server.wire import Wire

pytestmark = pytest.mark.slow

MOST = 50.0
"""Milliseconds between two looks at the clock that the loop works itself, or waits for a thread that does."""


def _type(editor: Editor, uri: str, line: int, text: str, over: int = 0) -> None:
    editor.versions[uri] += 1
    editor.change(uri, editor.versions[uri], (line, 0), (line, over), text)


def test_an_idle_server_is_small() -> None:
    with Wire() as wire:
        wire.initialize()
        wire.command("orps.server.status")
        pages = Path(f"/proc/{wire.process.pid}/statm").read_text().split()[1]
        assert int(pages) * 4096 <= 60_000_000


def test_the_loop_is_never_long_at_work_while_a_run_goes_on_and_a_long_document_is_edited(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").touch()
    with Editor("tests.server.watched") as editor:
        editor.start(rootUri=tmp_path.as_uri())
        editor.configuration = {"budgetSeconds": 3}
        small, long = tmp_path / "small.py", tmp_path / "long.py"
        small.write_text(FUNCTION.format(0))
        # One of them has an example: a thousand would have to be run before anything is tried.
        others = FUNCTION.replace(">>>", "As in")
        functions = [(FUNCTION if number == 1 else others).format(number) for number in range(20_000 // LONG)]
        texts = {small: FUNCTION.format(0), long: "".join(functions)}
        for path, text in texts.items():
            editor.show(path.as_uri(), text)
        editor.actions(long.as_uri(), 1)
        editor.command("watched.lags")
        jobs = [editor.refine(small.as_uri(), "work_0"), editor.refine(long.as_uri(), "work_1")]
        while any(editor.job(job)["state"] == "running" for job in jobs):
            _type(editor, long.as_uri(), LONG * 770 + 2, "x")
            assert editor.actions(long.as_uri(), LONG * 770 + 2)
            time.sleep(0.1)  # As somebody types who is quick; the runs need the machine too.
        assert [editor.job(job)["state"] for job in jobs] == ["done", "done"]
        seen = editor.command("watched.lags")
        assert max(seen["busy"]) <= MOST, seen["busy"]
        assert max(seen["taken"]) <= MOST, seen["taken"]


def test_a_long_day_of_typing_leaves_nothing_behind(tmp_path: Path) -> None:
    with Editor("tests.server.watched") as editor:
        editor.start()
        uri = (tmp_path / "a.py").as_uri()
        editor.show(uri, FUNCTION.format(0) * 20)

        def type_for_an_hour() -> float:
            for number in range(600):
                _type(editor, uri, number // 2 % 200, "" if number % 2 else "#", number % 2)
                if number % 50 == 0:
                    editor.actions(uri, number % 200)
                    editor.save(uri)
            memory: float = editor.command("watched.memory")
            return memory

        first = [type_for_an_hour() for _ in range(2)][-1]
        assert [type_for_an_hour() for _ in range(3)][-1] <= first + 1
