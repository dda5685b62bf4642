"""Suggestions are back after a restart, whatever ended the session, and only over the text they are about."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from orps_server.keeping import Keeping, Kept
from tests.server.editor import Editor
from tests.server.wire import Message

TEXT = "def f(x):\n    return [x]\n\n\ndef slow(x):\n    return [x]\n"
URI = "file:///project/a.py"


def again(text: str = TEXT) -> Editor:
    editor = Editor().start()
    editor.show(URI, text)
    return editor


def jobs(editor: Editor) -> list[Message]:
    found: list[Message] = editor.command("orps.server.jobs", {"uri": URI})["jobs"]
    return found


def best(editor: Editor, job: str) -> Any:
    found = editor.command("orps.server.candidates", {"jobId": job})["candidates"][0]
    return {"jobId": job, "candidateId": found["candidateId"]}


@pytest.mark.slow
def test_suggestions_are_back_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    kept = tmp_path / "orps" / "suggestions"
    with again() as editor:
        job, _ = editor.finished(URI, "f")
        told = editor.command("orps.server.candidates", {"jobId": job})["candidates"]
        running = editor.refine(URI, "slow")
        editor.until(lambda: editor.job(running)["candidates"] == 2)
        editor.until(lambda: kept.is_dir() and any(b"slow" in file.read_bytes() for file in kept.iterdir()))
        os.kill(editor.process.pid, signal.SIGKILL)
    assert {oct(file.stat().st_mode & 0o777) for file in kept.iterdir()} == {"0o600"}

    with again() as editor:
        editor.until(lambda: len(jobs(editor)) == 2)
        back = next(each for each in jobs(editor) if each["qualname"] == "f")
        assert (back["state"], back["candidates"]) == ("done", 2)
        found = editor.command("orps.server.candidates", {"jobId": back["jobId"]})["candidates"]
        assert [{**each, "jobId": job} for each in found] == told
        assert editor.command("orps.server.apply", best(editor, back["jobId"]))["applied"]

    with again(TEXT.replace("return [x]", "return [x, 1]", 1)) as editor:
        editor.until(lambda: jobs(editor))
        assert [each["qualname"] for each in jobs(editor)] == ["slow"]
        editor.command("orps.server.dismiss", {"jobId": jobs(editor)[0]["jobId"]})
        editor.until(lambda: not any(b'"qualname": "slow"' in file.read_bytes() for file in kept.iterdir()))
        assert any(b'"qualname": "f"' in file.read_bytes() for file in kept.iterdir())


@pytest.mark.slow
def test_what_was_verified_with_something_else_is_checked_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    text = "def helper(x):\n    return x\n\n\ndef f(x):\n    return [helper(x)]\n"
    with again(text) as editor:
        editor.finished(URI, "f")
        editor.until(lambda: [*tmp_path.glob("orps/suggestions/*.json")])
    with again(text.replace("return x\n", "return x + 0\n")) as editor:
        job = editor.until(lambda: jobs(editor))[0]["jobId"]
        refused = editor.command("orps.server.apply", best(editor, job))
        assert refused["reason"] == "Something that f was verified with has changed since."
        editor.until(lambda: "it still holds" in editor.job(job)["message"])


def entry(qualname: str = "f") -> Kept:
    return Kept(qualname=qualname, text="def f(): pass", footing="1", events=())


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path / "kept")
    assert keeping.read("/a.py") == ()
    keeping.write("/a.py", [entry(), entry("g")])
    assert keeping.read("/a.py") == (entry(), entry("g"))
    assert keeping.read("/b.py") == ()
    keeping.write("/a.py", [])
    assert list((tmp_path / "kept").iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"schema": "other"}', b"[" * 100_000])
def test_what_cannot_be_read_is_nothing(tmp_path: Path, data: bytes) -> None:
    keeping = Keeping(tmp_path)
    keeping.write("/a.py", [entry()])
    (file,) = tmp_path.iterdir()
    file.write_bytes(data)
    assert keeping.read("/a.py") == ()


def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    keeping = Keeping(tmp_path)
    for number in range(210):
        keeping.write(f"/{number}.py", [entry(str(each)) for each in range(30)])
    assert len(list(tmp_path.iterdir())) == 200
    assert len(keeping.read("/209.py")) == 20


def test_events_of_another_version_bring_nothing_back() -> None:
    assert Kept(qualname="f", text="", footing="", events=('{"schema": "orps.event/99"}',)).search() is None
