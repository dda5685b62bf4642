"""Suites that do more than call a function: candidates are judged right, and nothing of them is left."""

import asyncio
import sys
from pathlib import Path

import psutil
import pytest

from orps_core import Settings
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
    "leaves a server running and knows processes that it cannot start": """
        import socketserver, subprocess, sys, threading
        import pytest
        from m import double

        def test_it():
            with pytest.raises(PermissionError):
                subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            with pytest.raises(PermissionError):
                socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
            threading.Thread(target=threading.Event().wait).start()
            assert double(2) == 4
    """,
    "is asynchronous, by both plugins": """
        import asyncio
        import anyio, pytest
        from m import double

        @pytest.mark.asyncio
        async def test_asyncio():
            await asyncio.sleep(0)
            assert double(2) == 4

        @pytest.mark.anyio
        async def test_anyio():
            async with anyio.create_task_group() as group:
                group.start_soon(anyio.sleep, 0)
            assert double(3) == 6

        @pytest.fixture
        def anyio_backend():
            return "asyncio"
    """,
    "computes with a module written in C": """
        import numpy
        from m import double

        def test_it():
            assert (double(numpy.arange(1000)) == numpy.arange(0, 2000, 2)).all()
            assert numpy.linalg.norm(double(numpy.eye(40))) > 12
    """,
    "shares what is set up for the session": """
        import m

        def test_one(store):
            store["double"] = m.double(2)
            assert store["double"] == 4

        def test_other(store, server):
            assert store["double"] == server(4)
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


CONFTEST = """
    import queue, threading
    import pytest
    from m import double

    @pytest.fixture(scope="session")
    def store():
        kept = {}
        yield kept
        kept.clear()

    @pytest.fixture(scope="session")
    def server():
        asked, answers = queue.Queue(), queue.Queue()

        def serve():
            while (number := asked.get()) is not None:
                answers.put(number)

        threading.Thread(target=serve, daemon=True).start()
        yield lambda number: asked.put(number) or answers.get()
"""


OTHERS = ("anyio", "hypothesis", "numpy")


def judged(folder: Path, suite: str) -> tuple[Execution, Execution]:
    folder.mkdir()
    project(folder, m=TEXT, test_m=suite, conftest=CONFTEST if "store" in suite else "")
    target = target_in(folder / "m.py", "double")

    async def work() -> tuple[Execution, Execution]:
        # Some need what only the developers' environment has.
        needs = any(f"import {name}" in suite or f"from {name}" in suite for name in OTHERS)
        async with executor_for(target, Settings(python=sys.executable if needs else None)) as executor:
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
