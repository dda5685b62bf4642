"""Start-up: quick until the reply, complete after it."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orps_server import __version__, protocol
from tests.server.wire import PATIENCE, RICH, ROOT, Message, Wire, environment

pytestmark = pytest.mark.slow

ANNOUNCED = {"textDocument/codeAction": "codeActionProvider", "textDocument/codeLens": "codeLensProvider"}


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    return done.stdout


def test_nothing_heavy_is_imported_before_the_reply() -> None:
    code = "import sys, orps_server.app as a; a.create(); print('\\n'.join(sys.modules))"
    loaded = set(python(code).split())
    assert "orps_server.transport" in loaded
    assert not {
        each for each in loaded if each.partition(".")[0] in {"orps_core", "tree_sitter", "libcst", "psutil"}
    }
    assert not {each for each in loaded if each.startswith("orps_server.features")}


def test_what_is_announced_is_there_after_the_reply() -> None:
    with Wire() as wire:
        capabilities = wire.initialize(RICH)
        assert capabilities["executeCommandProvider"]["commands"] == list(protocol.COMMANDS)
        assert capabilities["experimental"] == {"orps": {"protocolVersion": 1}}
        assert capabilities["codeActionProvider"]["codeActionKinds"] == ["refactor.rewrite.orps"]
        for method, capability in ANNOUNCED.items():
            assert capability in capabilities
            reply = wire.reply(wire.request(method, {}))
            assert reply["error"]["code"] == -32602  # Known, but not with these parameters.
        for command in protocol.COMMANDS:
            params: Message = {"command": command, "arguments": [{}, {}]}
            message = wire.reply(wire.request("workspace/executeCommand", params))["error"]["message"]
            assert "is not defined" not in message


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["utf-8", "utf-16"], "utf-8"), (["utf-32"], "utf-32"), ([], "utf-16")]
)
def test_the_client_s_first_position_encoding_is_used(offered: list[str], chosen: str) -> None:
    with Wire("tests.server.probe") as wire:
        general = {"general": {"positionEncodings": offered}} if offered else {}
        assert wire.initialize(general)["positionEncoding"] == chosen
        wire.open("file:///a.py", "😋é\n")
        width = {"utf-8": 4, "utf-16": 2, "utf-32": 1}[chosen]
        wire.change("file:///a.py", 2, (0, width), (0, width), "|")
        assert wire.command("probe.text", "file:///a.py") == "😋|é\n"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orps_server", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment(), check=False, timeout=PATIENCE
    )


def test_the_version_is_the_distribution_s() -> None:
    assert run("--version").stdout == f"orps {__version__}\n"
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--tcp", "2087"], "is not HOST:PORT"),
        (["--tcp", "localhost:70000"], "is not HOST:PORT"),
        (["--stdio", "--tcp", "localhost:0"], "not allowed with"),
        (["--unknown"], "unrecognized arguments"),
    ],
)
def test_a_slip_on_the_command_line_is_explained(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_one_client_is_served_on_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
        taken = run("--tcp", address)
    assert (taken.returncode, "cannot listen on" in taken.stderr, "Traceback" in taken.stderr) == (
        2,
        True,
        False,
    )
    command = [sys.executable, "-m", "orps_server", "--tcp", address]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment()) as process:
        talk = "".join(_framed(each) for each in TALK)
        with _connected(address) as connection:
            connection.sendall(talk.encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        assert (process.wait(PATIENCE), process.stderr.read() if process.stderr else b"") == (0, b"")
    assert answer.count(b"Content-Length") == 2


TALK: list[Message] = [
    {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
    {"id": 2, "method": "shutdown"},
    {"method": "exit"},
]


def _framed(message: Message) -> str:
    body = json.dumps({"jsonrpc": "2.0", **message})
    return f"Content-Length: {len(body)}\r\n\r\n{body}"


def _connected(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection((host, int(port)))
        except ConnectionRefusedError:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_stdio_may_be_said_as_editors_do() -> None:
    with Wire("orps_server", "--stdio") as wire:
        wire.initialize()
        wire.shut_down()
        assert (wire.process.returncode, wire.errors) == (0, [])


def test_a_closed_input_ends_the_server() -> None:
    command = [sys.executable, "-m", "orps_server"]
    with Path("/dev/null").open("rb") as nothing:
        done = subprocess.run(
            command, stdin=nothing, capture_output=True, env=environment(), check=False, timeout=PATIENCE
        )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
