"""What the server says about itself, to a person and in its log; the real server over stdio."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.editor import Editor
from tests.server.wire import RICH, Failure, Message

pytestmark = pytest.mark.slow

MARK = "unmistakable"
TEXT = f'''\
def doubled(items):
    """Give each item twice its value.

    >>> doubled([1, 2])
    [2, 4]
    """
    {MARK} = items
    return [item * 2 for item in {MARK}]
'''
OURS: Message = {"protocolVersion": 1, "lm": True}


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        for name in ("ORPS_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
            patch.delenv(name, raising=False)
        with Editor("orps_server") as made:
            made.start({**RICH, "experimental": {"orps": OURS}}, rootUri=folder.as_uri())
            (folder / "a.py").write_text(TEXT)
            made.show((folder / "a.py").as_uri(), TEXT)
            yield made


def uri(editor: Editor) -> str:
    return next(iter(editor.texts))


def test_the_doctor_names_everything_a_run_depends_on(editor: Editor) -> None:
    report = editor.command("orps.server.doctor", {"uri": uri(editor)})
    for word in ("interpreter", "project", "confinement", "model: nobody: the built-in rules work alone"):
        assert word in report["text"]
    assert report["health"] in {"ok", "warning", "error"}
    assert all(each["says"] and each["advice"] for each in report["problems"])


def test_the_status_says_what_the_last_run_worked_with(editor: Editor) -> None:
    editor.configuration = {"budgetSeconds": 5}
    job = editor.refine(uri(editor), "doubled")
    editor.wait(job, "done")
    status = editor.command("orps.server.status")
    assert status["tests"] == "1 case of doubled, 1 pass"
    assert status["model"] == "nobody: the built-in rules work alone"
    assert status["confinement"]
    assert Path(status["interpreter"]).exists()


def test_the_log_holds_neither_source_nor_prompts(editor: Editor) -> None:
    """Whatever goes wrong: a model that fails, messages that cannot be read, commands that are wrong."""
    models: Message = {"models": [{"id": MARK, "vendor": "v", "family": "f", "name": "n", "allowed": True}]}
    editor.answers["orps/lm/models"] = lambda _: models
    editor.answers["orps/lm/complete"] = lambda asked: Failure(code=-1, message=str(asked), data=asked)
    editor.configuration = {"model": "editor", "budgetSeconds": 5, "objective": MARK}
    editor.wait(editor.refine(uri(editor), "doubled"), "done", "failed")
    editor.notify("orps/lm/chunk", {"requestId": MARK, "text": TEXT})
    editor.notify("orps/lm/chunk", [TEXT])
    editor.reply(editor.request("workspace/executeCommand", {"command": MARK, "arguments": [TEXT]}))
    editor.reply(editor.request("textDocument/codeAction", {"textDocument": TEXT}))
    editor.notify("textDocument/didChange", {"textDocument": {"uri": MARK}, "contentChanges": [TEXT]})
    editor.command("orps.server.status")
    log = b"".join(editor.errors).decode()
    assert MARK not in log
    assert "You rewrite" not in log


def test_a_window_without_a_folder_is_told_so() -> None:
    with Editor().start() as editor:
        answer = editor.command("orps.server.doctor")
        assert answer["error"] == "There is no folder to look at."
