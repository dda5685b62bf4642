"""Clients that do what no client may do: each is answered as the specification says, and served on."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.wire import PATIENCE, RICH, Message, Wire, environment

pytestmark = pytest.mark.slow

PARSE, INVALID, UNKNOWN, PARAMS, EARLY, CANCELLED = -32700, -32600, -32601, -32602, -32002, -32800
URI = "file:///a.py"
TEXT = "def slow(x):\n    return [x]\n"


@pytest.fixture(scope="module")
def wire() -> Iterator[Wire]:
    with Wire("tests.server.probe") as made:
        made.answers["workspace/configuration"] = lambda _: [None]
        made.initialize(RICH)
        made.open(URI, TEXT)
        yield made
        assert made.garbage == []
        assert [each["message"] for each in made.saw("window/showMessage")] == []
        made.shut_down()


@pytest.fixture(autouse=True)
def served_on(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever happened, the next request is answered, and the person was told nothing."""
    yield
    if "wire" in request.fixturenames:
        assert request.getfixturevalue("wire").command("orps.server.status")["health"] == "ok"


def refused(wire: Wire, raw: bytes, request: Any = None) -> int:
    """The code with which bytes are refused."""
    wire.replies.pop(request, None)
    write(wire, raw)
    code: int = wire.reply(request)["error"]["code"]
    return code


def write(wire: Wire, raw: bytes) -> None:
    assert wire.process.stdin is not None
    wire.process.stdin.write(raw)
    wire.process.stdin.flush()


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff\xfe", b"nonsense", b"[" * 200_000, b'{"id": ' + b"9" * 5000 + b"}"],
    ids=["cut", "empty", "not UTF-8", "no JSON", "too deep", "too many digits"],
)
def test_what_is_no_json_is_a_parse_error(wire: Wire, body: bytes) -> None:
    assert refused(wire, framed(body)) == PARSE


@pytest.mark.parametrize(
    ("message", "request_id"),
    [
        ([{"jsonrpc": "2.0", "id": 900, "method": "shutdown"}], None),
        ("shutdown", None),
        ({"jsonrpc": "1.0", "id": 901, "method": "shutdown"}, 901),
        ({"id": 902, "method": "shutdown"}, 902),
        ({"jsonrpc": "2.0", "id": 903, "method": 5}, 903),
        ({"jsonrpc": "2.0", "id": {"a": 1}, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": None, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": True, "method": "shutdown"}, None),
        ({"jsonrpc": "2.0", "id": 904, "method": "initialize", "params": {"capabilities": {}}}, 904),
    ],
)
def test_what_is_no_request_is_an_invalid_one(wire: Wire, message: Any, request_id: Any) -> None:
    assert refused(wire, framed(json.dumps(message).encode()), request_id) == INVALID


def test_bytes_that_are_no_message_are_refused_and_passed_over(wire: Wire) -> None:
    assert refused(wire, b"GET / HTTP/1.1\r\nhello\r\n\r\n") == PARSE
    write(wire, b"Content-Length: -5\r\n\r\nnot a length")
    assert refused(wire, b"Content-Length: 3\r\n\r\n{{{{{{") == PARSE


@pytest.mark.parametrize("method", ["textDocument/hover", "orps/nothing", "$/nothing", "", "initialized/"])
def test_an_unknown_request_is_answered_and_nobody_is_bothered(wire: Wire, method: str) -> None:
    assert wire.reply(wire.request(method, {}))["error"]["code"] == UNKNOWN


WRONG: list[tuple[str, Any]] = [
    ("textDocument/codeAction", None),
    ("textDocument/codeAction", []),
    ("textDocument/codeAction", 7),
    ("textDocument/codeAction", {"textDocument": {"uri": URI}, "range": {"start": "zero"}}),
    ("textDocument/codeLens", {"textDocument": None}),
    ("workspace/executeCommand", {"command": ["a"]}),
    ("workspace/executeCommand", {"command": "orps.server.nothing", "arguments": [{}]}),
    ("workspace/executeCommand", {"command": "orps.server.refine", "arguments": {"jsonrpc": "2.0"}}),
    ("workspace/executeCommand", {"command": "orps.server.stop", "arguments": [{}]}),
]


@pytest.mark.parametrize(("method", "params"), WRONG)
def test_wrong_params_are_named_as_such(wire: Wire, method: str, params: Any) -> None:
    assert wire.reply(wire.request(method, params))["error"]["code"] == PARAMS


@pytest.mark.parametrize(
    ("method", "params"),
    [
        (
            "textDocument/didChange",
            {"textDocument": {"uri": "file:///b.py", "version": 2}, "contentChanges": []},
        ),
        (
            "textDocument/didChange",
            {"textDocument": {"uri": "file:///c.py", "version": 1}, "contentChanges": [{"text": "a"}]},
        ),
        ("textDocument/didClose", {"textDocument": {"uri": "file:///never.py"}}),
        ("textDocument/didSave", {"textDocument": {"uri": "file:///never.py"}}),
        ("textDocument/didOpen", {"textDocument": "nonsense"}),
        (
            "textDocument/didOpen",
            {"textDocument": {"uri": "::", "languageId": "x", "version": -1, "text": ""}},
        ),
        ("textDocument/didChange", None),
        ("workspace/didChangeConfiguration", {"settings": [1]}),
        ("window/workDoneProgress/cancel", {"token": "orps/none"}),
        ("$/cancelRequest", {"id": 123456}),
        ("$/cancelRequest", {"id": None}),
        ("$/cancelRequest", {"id": [1]}),
        ("window/workDoneProgress/cancel", {"token": [1]}),
        ("$/cancelRequest", None),
        ("$/setTrace", {"value": "loud"}),
        ("initialized", {}),
        ("orps/unknown", {"a": [1]}),
    ],
)
def test_a_notification_that_makes_no_sense_does_nothing(wire: Wire, method: str, params: Any) -> None:
    wire.notify(method, params)
    assert wire.command("probe.text", URI) == TEXT


def test_an_answer_that_nobody_waits_for_does_nothing(wire: Wire) -> None:
    nobody: list[Any] = [{"id": 1}, {"id": "orps-1", "result": 5}, {"id": None, "error": {}}, {"id": []}]
    for each in nobody:
        wire.send(**each)


def test_members_that_look_like_a_message_are_only_members(wire: Wire) -> None:
    argument = {"jsonrpc": "2.0", "id": 5, "method": "exit"}
    params: Message = {"command": "orps.server.jobs", "arguments": [argument]}
    assert wire.call("workspace/executeCommand", params) == {"jobs": []}


def test_two_requests_with_one_id_are_both_answered(wire: Wire) -> None:
    before = len(wire.seen)
    body = {"jsonrpc": "2.0", "id": "twin", "method": "workspace/executeCommand"}
    params: Message = {"command": "orps.server.jobs", "arguments": [{}]}
    one = framed(json.dumps({**body, "params": params}).encode())
    write(wire, one + one)
    wire.until(lambda: [each.get("id") for each in wire.seen[before:]].count("twin") == 2)


def test_a_cancelled_request_is_answered_once(wire: Wire) -> None:
    params: Message = {"command": "probe.ask", "arguments": [{}]}
    wire.answers.pop("workspace/configuration")
    request = wire.request("workspace/executeCommand", params)
    wire.notify("$/cancelRequest", {"id": request})
    assert wire.reply(request)["error"]["code"] == CANCELLED
    wire.asked.get(timeout=PATIENCE)
    wire.answers["workspace/configuration"] = lambda _: [None]
    wire.until(lambda: wire.saw("$/cancelRequest"))
    assert [each.get("id") for each in wire.seen].count(request) == 1


def test_an_answer_that_comes_with_the_cancel_ends_nothing(wire: Wire) -> None:
    params: Message = {"command": "probe.ask", "arguments": [{}]}
    wire.answers.pop("workspace/configuration")
    for late in (False, True):
        request = wire.request("workspace/executeCommand", params)
        asked = wire.asked.get(timeout=PATIENCE)
        cancel = {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": request}}
        answer = {"jsonrpc": "2.0", "id": asked["id"], "result": [None]}
        write(
            wire, b"".join(framed(json.dumps(each).encode()) for each in (cancel, answer, answer)[: 2 + late])
        )
        wire.reply(request)
    wire.answers["workspace/configuration"] = lambda _: [None]
    assert wire.command("orps.server.jobs") == {"jobs": []}


def test_a_change_that_changes_nothing_still_has_its_version(wire: Wire) -> None:
    document = {"uri": URI, "version": 8}
    wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": []})
    assert wire.command("probe.version", URI) == 8


@pytest.mark.parametrize(
    "uri",
    [
        "file:",
        "file:///",
        "file:///a%00b.py",
        "file:///C%3A/a.py",
        f"file:///{'a' * 300}.py",
        "git:/a.py",
        "",
    ],
)
def test_a_document_whose_uri_is_no_path_of_a_file_was_never_saved(wire: Wire, uri: str) -> None:
    wire.open(uri, TEXT)
    refined = wire.command("orps.server.refine", {"uri": uri, "qualname": "slow"})
    assert refined["error"].startswith("The document has never been saved")
    assert wire.command("orps.server.onSave", {"uri": uri, "qualname": "slow", "selected": True})["error"]
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_changes_in_any_order_never_end_the_session(wire: Wire) -> None:
    """Versions that go backwards, ranges that end before they start, lines that are not there."""
    uri = "file:///odd.py"
    wire.open(uri, "a\nb\n", 7)
    wire.change(uri, 3, (1, 0), (0, 0), "x")
    wire.change(uri, 2, (99, 99), (2_000_000_000, 0), "y")
    wire.open(uri, "again", 1)
    assert wire.command("probe.text", uri) == "again"


def test_a_huge_document_is_taken(wire: Wire) -> None:
    uri, text = "file:///huge.py", "x = '" + "😋" * 2_000_000 + "'\ndef f():\n    return 1\n"
    wire.open(uri, text)
    assert wire.command("probe.text", uri) == text
    wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})


def test_a_client_that_reads_nothing_is_still_heard(wire: Wire) -> None:
    """It asks for more than a pipe holds before it reads the first answer."""
    with wire.reading:
        asked = [wire.request("probe/unknown" * 200, {}) for _ in range(400)]
        write(wire, framed(b'{"jsonrpc": "2.0", "method": "x", "params": "%s"}' % (b"a" * 1_000_000)))
    assert all(wire.reply(each)["error"]["code"] == UNKNOWN for each in asked)


def test_before_initialize_nothing_is_done_but_leaving() -> None:
    with Wire() as wire:
        assert wire.reply(wire.request("shutdown"))["error"]["code"] == EARLY
        assert wire.reply(wire.request("textDocument/codeAction", {}))["error"]["code"] == EARLY
        wire.open(URI, TEXT)
        wire.notify("initialized", {})
        wire.initialize()
        assert wire.actions(URI, 0) == []
        wire.shut_down()
        assert wire.process.returncode == 0


def test_exit_is_obeyed_at_any_time() -> None:
    with Wire() as wire:
        wire.notify("exit")
        wire.process.wait(PATIENCE)
        assert wire.process.returncode == 1


def test_after_shutdown_requests_are_refused_until_exit() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize(RICH)
        wire.call("shutdown")
        for method in ("shutdown", "initialize", "textDocument/codeAction"):
            assert wire.reply(wire.request(method, {}))["error"]["code"] == INVALID
        wire.open(URI, TEXT)
        wire.notify("exit")
        wire.process.wait(PATIENCE)
        assert wire.process.returncode == 0


def test_shutting_down_in_the_middle_of_a_request_answers_both() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        params: Message = {"command": "probe.ask", "arguments": [{}]}
        open_request = wire.request("workspace/executeCommand", params)
        wire.asked.get(timeout=PATIENCE)
        assert "error" not in wire.reply(wire.request("shutdown"))
        assert wire.reply(open_request)
        wire.notify("exit")
        wire.process.wait(PATIENCE)


def test_a_client_that_listens_no_more_ends_the_session() -> None:
    command = [sys.executable, "-m", "tests.server.probe"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        params: Message = {"processId": None, "rootUri": None, "capabilities": {}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
        process.stdin.write(framed(json.dumps(message).encode()))
        process.stdin.flush()
        process.wait(PATIENCE)


def test_the_session_ends_with_the_client_s_process() -> None:
    """Also when a wrapper or a child of the client holds the pipes open."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as client, Wire() as wire:
        params: Message = {"processId": client.pid, "rootUri": None, "capabilities": {}}
        wire.call("initialize", params)
        client.send_signal(signal.SIGKILL)
        wire.process.wait(PATIENCE)


def test_a_process_that_is_not_there_is_no_reason_to_leave() -> None:
    """As from within a container, where the client has another number."""
    with Wire() as wire:
        wire.call("initialize", {"processId": 2**22 + 5, "rootUri": None, "capabilities": {}})
        wire.shut_down()
        assert wire.process.returncode == 0
