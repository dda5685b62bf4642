"""What pygls does to a server with long-running work, repaired, seen over a real pipe."""

import random
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.editor import edited
from tests.server.wire import PATIENCE, PROMPT, RICH, Message, Wire, position

pytestmark = pytest.mark.slow

URI = "file:///a.py"
PIECES = ["a", "b", "\n", "\r\n", "é", "😋", "\f", "\u2028", " ", "\t"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Wire]:
    """One server for tests that leave nothing behind."""
    with Wire("tests.server.probe") as wire:
        wire.answers["window/workDoneProgress/create"] = lambda _: None
        wire.initialize({"window": {"workDoneProgress": True}})
        yield wire
        assert wire.garbage == []


def text_of(wire: Wire, uri: str) -> str:
    found: str = wire.command("probe.text", uri)
    return found


@pytest.mark.parametrize("character", ["\v", "\f", "\x1c", "\x85", "\u2028", "\u2029"])
def test_edits_hit_their_line_below_what_only_python_calls_a_line_end(shared: Wire, character: str) -> None:
    uri = f"file:///{ord(character)}.py"
    shared.open(uri, f'a = 1\ns = "x{character}😋"\nb = 2\n')
    shared.change(uri, 2, (1, 7), (1, 9), "y")
    shared.change(uri, 3, (2, 4), (2, 5), "99")
    assert text_of(shared, uri) == f'a = 1\ns = "x{character}y"\nb = 99\n'


def test_two_hundred_random_edits_lead_to_the_same_text(shared: Wire) -> None:
    chance = random.Random(1)
    uri, text = "file:///random.py", "".join(chance.choice(PIECES) for _ in range(40))
    shared.open(uri, text)

    def place() -> tuple[int, int]:
        lines = re.split(r"\r\n|\n", text)
        line = chance.randrange(len(lines))
        before = lines[line][: chance.randrange(len(lines[line]) + 1)]
        return line, len(before.encode("utf-16-le")) // 2

    for version in range(2, 202):
        start, end = sorted((place(), place()))
        new = "".join(chance.choice(PIECES) for _ in range(chance.randrange(4)))
        shared.change(uri, version, start, end, new)
        text = edited(text, [{"range": {"start": position(start), "end": position(end)}, "newText": new}])
    assert text_of(shared, uri) == text


def test_a_position_beyond_the_line_stays_on_the_line(shared: Wire) -> None:
    uri = "file:///beyond.py"
    shared.open(uri, "ab\r\ncd")
    shared.change(uri, 2, (0, 3), (0, 3), "!")
    shared.change(uri, 3, (1, 9), (1, 9), "?")
    assert text_of(shared, uri) == "ab!\r\ncd?"


def test_messages_from_many_threads_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        with wire.reading:
            request = wire.request("workspace/executeCommand", {"command": "probe.flood"})
            time.sleep(0.3)  # Long enough for all threads to stand before a full pipe.
        assert wire.reply(request)["result"] == "flooded"
        assert (len(wire.saw("window/logMessage")), wire.garbage) == (800, [])


def test_cancelling_the_request_leaves_the_job_alone_and_stop_ends_it(shared: Wire) -> None:
    uri = "file:///cancel.py"
    shared.open(uri, "def slow(x):\n    return [x]\n")
    params = {"command": "orps.server.refine", "arguments": [{"uri": uri, "qualname": "slow"}]}
    request = shared.request("workspace/executeCommand", params)
    shared.notify("$/cancelRequest", {"id": request})
    job = shared.reply(request)["result"]["jobId"]
    assert shared.command("orps.server.jobs", {"uri": uri})["jobs"][0]["state"] == "running"
    assert shared.command("orps.server.stop", {"jobId": job}) == {"stopped": True}


def test_a_request_that_cannot_be_read_is_answered_with_an_error(shared: Wire) -> None:
    bad = {"textDocument": {"uri": URI}, "range": {"start": "zero"}, "context": {}}
    reply = shared.reply(shared.request("textDocument/codeAction", bad))
    assert reply["error"]["code"] == -32602


@pytest.mark.parametrize("arguments", [[{"uri": 5}], [], None, [{}, {}], ["f"]])
def test_a_command_with_wrong_arguments_is_answered_with_an_error(shared: Wire, arguments: Any) -> None:
    params = {"command": "orps.server.refine", "arguments": arguments}
    reply = shared.reply(shared.request("workspace/executeCommand", params))
    assert reply["error"]["code"] == -32602


def test_a_command_that_needs_nothing_may_be_called_with_nothing(shared: Wire) -> None:
    found = shared.call("workspace/executeCommand", {"command": "orps.server.status"})
    assert set(found) == {"confinement", "health", "interpreter", "message", "model", "running", "tests"}


def test_a_client_that_never_answers_is_not_waited_for(shared: Wire) -> None:
    assert "within 0.3 s" in shared.command("probe.ask")
    asked = shared.asked.get(timeout=PATIENCE)
    assert {"id": asked["id"]} in shared.saw("$/cancelRequest")
    # The late answer finds nobody, and hurts nobody.
    before = len(shared.saw("window/showMessage"))
    shared.send(id=asked["id"], result=[])
    assert shared.command("orps.server.status")["health"] == "ok"
    assert len(shared.saw("window/showMessage")) == before


def test_an_answer_that_cannot_be_read_is_no_answer(shared: Wire) -> None:
    params: Message = {"command": "probe.ask patiently", "arguments": [{}]}
    request = shared.request("workspace/executeCommand", params)
    shared.send(id=shared.asked.get(timeout=PATIENCE)["id"], result={"not": "a list"}, error="nor an error")
    assert "with an error" in shared.reply(request)["result"]


def test_a_progress_is_cancelled_by_its_token_and_forgotten(shared: Wire) -> None:
    uri = "file:///progress.py"
    shared.open(uri, "def slow(x):\n    return [x]\n")
    job = shared.command("orps.server.refine", {"uri": uri, "qualname": "slow"})["jobId"]
    token = f"orps/{job}"

    def kinds() -> list[str]:
        return [each["value"]["kind"] for each in shared.saw("$/progress") if each["token"] == token]

    shared.until(lambda: "begin" in kinds())
    shared.notify("window/workDoneProgress/cancel", {"token": token})
    shared.until(lambda: kinds()[-1] == "end")
    assert shared.command("probe.tokens") == 0
    assert shared.command("orps.server.jobs", {"uri": uri})["jobs"][0]["state"] == "cancelled"


def test_our_messages_are_camel_case_and_complete() -> None:
    with Wire("tests.server.probe") as wire:
        wire.answers["workspace/configuration"] = lambda _: [None]
        wire.initialize({"experimental": RICH["experimental"]})
        wire.open(URI, "def barren(x):\n    return [x]\n")
        job = wire.command("orps.server.refine", {"uri": URI, "qualname": "barren", "unknownField": 1})[
            "jobId"
        ]
        wire.until(lambda: wire.saw("orps/jobState") and wire.saw("orps/jobState")[-1]["state"] == "done")
        assert wire.saw("orps/jobState")[-1] == {
            "jobId": job, "uri": URI, "qualname": "barren", "state": "done", "round": 1, "rounds": 1,
            "executed": 0, "best": None, "candidates": 0, "message": "nothing is faster", "background": False,
        }  # fmt: skip


def test_the_log_holds_no_source_text() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        wire.open(URI, "def bug(x):\n    return 'my secret'\n")
        wire.command("orps.server.refine", {"uri": URI, "qualname": "bug"})
        wire.until(lambda: wire.saw("window/showMessage"))
        wire.reply(wire.request("textDocument/codeAction", {"textDocument": {"uri": "my secret"}}))
        wire.replace("file:///never-opened.py", 1, "my secret")
        wire.shut_down()
        log = b"".join(wire.errors).decode()
        assert "ZeroDivisionError" in log
        assert "secret" not in log


def test_printing_and_reading_do_not_touch_the_wire() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        assert wire.command("probe.print") == "read ''"
        assert wire.shut_down() < PROMPT
        assert wire.garbage == []
        wire.until(lambda: b"hello from some library\n" in wire.errors)


def test_a_thousand_key_strokes_leave_nothing_behind(shared: Wire) -> None:
    uri = "file:///typing.py"
    shared.open(uri, "x = 1\n")
    before = shared.command("probe.futures")
    for version in range(2, 1002):
        shared.change(uri, version, (0, 4), (0, 5), str(version % 10))
    assert shared.command("probe.futures") <= before + 1


def test_shutting_down_stops_jobs_and_is_quick() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        wire.open(URI, "def slow(x):\n    return [x]\n")
        wire.command("orps.server.refine", {"uri": URI, "qualname": "slow"})
        wire.command("probe.late")
        assert wire.shut_down() < PROMPT
        assert wire.process.returncode == 0
        # What speaks after the end fails once, and that failure is not reported in turn.
        assert b"".join(wire.errors).count(b"Error sending data") <= 3


def test_exit_without_shutdown_is_an_error_and_quick() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        wire.notify("exit")
        wire.process.wait(PROMPT)


def test_a_client_that_is_gone_takes_the_server_with_it() -> None:
    with Wire("tests.server.probe") as wire:
        wire.initialize()
        wire.open(URI, "def slow(x):\n    return [x]\n")
        wire.command("orps.server.refine", {"uri": URI, "qualname": "slow"})
        assert wire.process.stdin is not None
        wire.process.stdin.close()
        wire.process.wait(PROMPT)
