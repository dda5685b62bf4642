"""What a person opens to candidates is open, nothing else is, and the evidence says so."""

import asyncio
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from orps_core import Settings, Unavailable
from orps_core.domain.confinement import Allowance
from orps_core.domain.execution import Execution, Raised
from tests.lesser import LESSER
from tests.projects import MANY, SEEN, candidate, executor_for, project, target_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux"),
]

TALK = """
import socket, threading
with socket.create_server(("127.0.0.1", 0)) as server:
    threading.Thread(target=lambda: server.accept()[0].sendall(b"ok"), daemon=True).start()
    assert socket.create_connection(server.getsockname(), 5).recv(2) == b"ok"
"""

OTHER_KINDS = """
import socket
for kind in (
    (socket.AF_UNIX, socket.SOCK_STREAM),
    (socket.AF_NETLINK, socket.SOCK_DGRAM),
    (socket.AF_PACKET, socket.SOCK_DGRAM),
    (socket.AF_VSOCK, socket.SOCK_STREAM),
    (socket.AF_INET, socket.SOCK_RAW),
    (socket.AF_INET6, socket.SOCK_SEQPACKET),
):
    try:
        socket.socket(*kind)
    except PermissionError:
        continue
    raise AssertionError(kind)
"""


@pytest.fixture(params=["walled", "bare"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project beside other things, on a machine with bubblewrap and on one without."""
    if request.param == "bare":
        monkeypatch.setenv("PATH", str(tmp_path))
    elif shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    for name in ("project", "data", "home"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "numbers").write_text("1 2 3")
    return project(tmp_path / "project", slow=SEEN)


def execute(folder: Path, line: str, allow: Allowance) -> Execution:
    target = target_in(folder / "slow.py", "seen_twice")

    async def work() -> Execution:
        async with executor_for(target, Settings(allow=allow)) as executor:
            await executor.baseline()
            body = "\n".join(f"    {each}" for each in line.strip().splitlines())
            return await executor.execute(
                candidate(target.source.replace("    seen = []", f"{body}\n    seen = []"))
            )

    return asyncio.run(work())


def kind(execution: Execution) -> str:
    outcome = execution.results[0].outcome
    return outcome.type if isinstance(outcome, Raised) else type(outcome).__name__


def test_a_path_that_was_opened_can_be_read_and_nothing_else_be_done(folder: Path) -> None:
    (folder / "certificates").mkdir()
    test, real = folder / "certificates" / "test.pem", folder / "certificates" / "real.pem"
    data, home = folder.parent / "data", folder.parent / "home"
    for path in (test, real):
        path.write_text("-")
    code = f"""
assert open({str(data / "numbers")!r}).read() == '1 2 3'
assert open({str(test)!r}).read() == '-'
for path, mode in (({str(data / "numbers")!r}, 'w'), ({str(home / "numbers")!r}, 'r'), ({str(real)!r}, 'r')):
    try:
        open(path, mode)
    except OSError:
        continue
    raise AssertionError(path)
"""
    found = execute(folder, code, Allowance(read=(str(data), str(test))))
    assert found.correct, found
    assert found.confinement.open == (f"{data} for reading, as asked", f"{test} for reading, as asked")
    assert found.confinement.level == "strict"


@pytest.mark.parametrize("path", ["/", "/nowhere/at/all"])
def test_what_is_not_there_or_everything_is_refused(folder: Path, path: str) -> None:
    with pytest.raises(Unavailable):
        execute(folder, "pass", Allowance(read=(path,)))


def test_connections_lead_to_themselves_alone(folder: Path) -> None:
    allow = Allowance(loopback=True)
    found = execute(folder, TALK, allow)
    assert found.correct, found
    assert found.confinement.open == ("connections among themselves, as asked",)
    assert found.confinement.level == "strict"


def test_nobody_of_the_machine_is_reached_by_them(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        port = outside.getsockname()[1]
        refused = execute(
            folder,
            f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
            Allowance(loopback=True),
        )
        assert kind(refused) == "ConnectionRefusedError"
        outside.setblocking(False)
        with pytest.raises(BlockingIOError):
            outside.accept()


def test_no_other_kind_of_connection_is_opened(folder: Path) -> None:
    assert execute(folder, OTHER_KINDS, Allowance(loopback=True)).correct


def test_where_they_can_have_no_network_of_their_own_it_is_refused(tmp_path: Path) -> None:
    project(tmp_path, slow=MANY)
    command = [sys.executable, "-m", "orps_core", "refine", "slow.py::seen_twice", "--allow-loopback"]
    less = [sys.executable, LESSER, "namespaces"]
    done = subprocess.run([*less, *command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout
    assert "network of their own here: Operation not permitted." in done.stderr
    assert "--allow-loopback" in done.stderr


NEEDY = '''
    HELD = open({path!r}).read()

    def held():
        """
        >>> held()
        5
        """
        return len(HELD)
'''


@pytest.mark.parametrize(("options", "status"), [(["--allow-read", "../data"], 0), ([], 2)])
def test_cases_that_need_an_opened_path_are_listed(folder: Path, options: list[str], status: int) -> None:
    project(folder, needy=NEEDY.format(path=str(folder.parent / "data" / "numbers")))
    command = [sys.executable, "-m", "orps_core", "tests", "needy.py::held", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
