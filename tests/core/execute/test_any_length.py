"""Suites that do more than call a function: candidates are judged right, and nothing of them is left."""

import asyncio
from pathlib import Path

import psutil
import pytest

from orps_core.domain.execution import Execution
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

TEXT = "def double(x):\n    return x + x\n"
SUITES = {
    "changes the working folder": """
        import os
        from m import double

        def test_it(tmp_path):
            os.chdir(tmp_path)
            open("here", "w").close()
            assert double(2) == 4
    """,
    "prints megabytes that are captured": """
        from m import double

        def test_it():
            print("x" * 3_000_000)
            assert double(2) == 4
    """,
    "is told that it must not fork": """
        import os
        import pytest
        from m import double

        def test_it():
            with pytest.raises(PermissionError):
                os.fork()
            assert double(2) == 4
    """,
    "leaves a thread running": """
        import threading, time
        from m import double

        def test_it():
            threading.Thread(target=time.sleep, args=(60,)).start()
            assert double(2) == 4
    """,
    "collects slowly": """
        import time
        from m import double

        time.sleep(1.5)

        def test_it():
            assert double(2) == 4
    """,
    "starts a thread when it is imported": """
        import threading, time
        from m import double

        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

        def test_it():
            assert double(2) == 4
    """,
    "is made of examples by hypothesis": """
        from hypothesis import given, strategies as st
        from m import double

        @given(st.integers())
        def test_it(x):
            assert double(x) == 2 * x
    """,
    "uses pytest's own fixtures": """
        import m
        from m import double

        def test_it(capsys, tmp_path, monkeypatch):
            monkeypatch.setenv("A", "1")
            (tmp_path / "a").write_text("a")
            print(double(2))
            assert capsys.readouterr().out == "4\\n"
    """,
}


def judged(folder: Path, suite: str) -> tuple[Execution, Execution]:
    folder.mkdir()
    project(folder, m=TEXT, test_m=suite)
    target = target_in(folder / "m.py", "double")

    async def work() -> tuple[Execution, Execution]:
        async with executor_for(target) as executor:
            await executor.baseline()
            good, bad = (candidate(TEXT.replace("x + x", body)) for body in ("2 * x", "x * 3"))
            return await executor.confirm(good), await executor.confirm(bad)

    return asyncio.run(work())


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_suite_that(suite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    good, bad = judged(tmp_path / "project", suite)
    assert (good.correct, bad.correct) == (True, False)
    assert psutil.Process().children(recursive=True) == []
    assert list(scratch.iterdir()) == []
