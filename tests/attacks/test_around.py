"""The same walls stand where candidates are measured, around the project's own code, and at other limits."""

import asyncio
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orps_core.execute.harness.confine import landlock_version
from tests.projects import executor_for, project, target_in

from .field import Field, prepared, traces, world
from .running import Attack, read_attacks, read_suite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

HERE = Path(__file__).parent
SUITE = read_suite(HERE / "attacks.json")
PATIENT = replace(SUITE, limits=replace(SUITE.limits, wall=8.0, cpu=1))
BY_NAME = {each.name: each for each in (*SUITE.attacks, *read_attacks(HERE / "own.json"))}
MEASURED = (
    "net_udp_send",
    "esc_kill_parent",
    "own_datagrams_from_a_pair",
    "own_links_and_moves_across",
    "own_open_for_reading_changed_anyway",
    "own_thread_that_stays",
)
DEAF = (
    "def f(xs):\n    import signal\n    signal.signal(signal.SIGXCPU, signal.SIG_IGN)\n    while True: pass\n"
)
SUICIDE = "def f(xs):\n    import os\n    os.kill(os.getpid(), 9)\n"
TEST = """
    from conftest import FOUND
    from mod import f

    def test_f():
        assert f([1]) == 1
        assert FOUND == []
"""
CONFTEST = """
    import os, signal, socket, subprocess

    FOUND = []

    def tried(what, do):
        try:
            FOUND.append((what, do()))
        except OSError:
            pass

    def parent(pid):
        return int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])

    keeper = parent(os.getppid())
    above = parent(keeper)
    for pid in (keeper, above):
        for name in ("environ", "mem", "maps"):
            tried(name, lambda: open(f"/proc/{pid}/{name}", "rb").read(10))
        for fd in os.listdir(f"/proc/{pid}/fd"):
            tried("descriptor", lambda: os.readlink(f"/proc/{pid}/fd/{fd}"))
            tried("descriptor", lambda: os.open(f"/proc/{pid}/fd/{fd}", os.O_RDONLY | os.O_NONBLOCK))
        tried("signal", lambda: os.kill(pid, 0))
        tried("descriptor", lambda: signal.pidfd_send_signal(os.pidfd_open(pid), 0))
    tried("socket", socket.socket)
    tried("program", lambda: subprocess.run(["/bin/true"]))
    tried("write", lambda: open("%(root)s/new", "w"))
    tried("read", lambda: open("%(root)s/.env").read())
    tried("mode", lambda: os.chmod("%(root)s/mod.py", 0))
"""


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with prepared(tmp_path_factory.mktemp("around"), sys.executable, PATIENT, measuring=True) as made:
        yield made


def test_seconds_of_cpu_are_counted_whatever_the_candidate_ignores(field: Field) -> None:
    began = time.monotonic()
    assert field.arena.run(DEAF).status == "cpu_limit"
    assert time.monotonic() - began < PATIENT.limits.wall


def test_who_kills_itself_did_not_run_out_of_anything(field: Field) -> None:
    assert field.arena.run(SUICIDE).status == "crash:SIGKILL"


@pytest.mark.parametrize("attack", [pytest.param(BY_NAME[name], id=name) for name in MEASURED])
def test_measuring_holds_what_running_holds(attack: Attack, field: Field) -> None:
    before = world(field.stage)
    compared = str(field.arena.compare(field.filled_in(attack.snippet)))
    assert "DECOY" not in compared
    assert list(traces(before, field)) == []
    honest = field.arena.compare(SUITE.target.replace("t = 0", "t = 0 + 0"))
    assert "ended early" not in str(honest)


@pytest.mark.skipif(landlock_version() < 6, reason="older kernels let the project's own code send signals")
def test_the_code_of_the_project_is_confined_too(tmp_path: Path) -> None:
    project(tmp_path, mod=SUITE.target, test_mod=TEST, conftest=CONFTEST % {"root": tmp_path})
    (tmp_path / ".env").write_text("K=DECOY-dotenv\n")

    async def work() -> str:
        async with executor_for(target_in(tmp_path / "mod.py", "f")) as executor:
            found = await executor.baseline()
            return "" if found.execution.correct else str(found.execution.first_problem)

    assert asyncio.run(work()) == ""
    assert not (tmp_path / "new").exists()
