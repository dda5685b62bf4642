"""The editor's own models over stdio: real runs of the real server, a client that has a model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.editor import Editor
from tests.server.wire import PATIENCE, RICH, Failure, Message

pytestmark = pytest.mark.slow

OURS: Message = {"protocolVersion": 1, "review": True, "lm": True}
TEXT = '''\
def doubled(items):
    """Give each item twice its value.

    >>> doubled([1, 2])
    [2, 4]
    """
    return [item + 1 for item in items]
'''
FIXED = "```python\ndef doubled(items):\n    return [item * 2 for item in items]\n```\n"
"""No rule gets there: they change one thing at a time, and not an addition of one into a doubling."""
MODELS = {"models": [{"id": "m", "vendor": "test", "family": "fake", "name": "Fake", "allowed": True}]}


class Models:
    """What the client has, and what it was asked."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.asked: list[Message] = []
        self.selectors: list[str] = []
        self.models: Message = MODELS
        self.say: Callable[[Message], Message] = lambda _: {
            "text": FIXED,
            "model": "fake",
            "truncated": False,
        }
        editor.answers["orps/lm/models"] = self._list
        editor.answers["orps/lm/complete"] = self._complete

    def _list(self, params: Message) -> Message:
        self.selectors.append(params["selector"])
        return self.models

    def _complete(self, params: Message) -> Message:
        self.asked.append(params)
        return self.say(params)


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        for name in ("ORPS_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"):
            patch.delenv(name, raising=False)
        with Editor("orps_server") as made:
            yield made.start({**RICH, "experimental": {"orps": OURS}})


@pytest.fixture
def models(editor: Editor) -> Iterator[Models]:
    yield Models(editor)
    editor.configuration = None
    for job in editor.command("orps.server.jobs")["jobs"]:
        editor.command("orps.server.dismiss", {"jobId": job["jobId"]})


@pytest.fixture
def uri(editor: Editor, tmp_path: Path) -> str:
    path = tmp_path / "a.py"
    path.write_text(TEXT)
    editor.show(path.as_uri(), TEXT)
    return path.as_uri()


def run(editor: Editor, uri: str, model: str, *states: str) -> Message:
    editor.configuration = {"model": model, "budgetSeconds": 150}
    return editor.wait(editor.refine(uri, "doubled"), *(states or ("done",)))


def test_the_editors_model_repairs_what_no_rule_repairs(editor: Editor, models: Models, uri: str) -> None:
    job = run(editor, uri, "editor:test/fake")
    (best, *_) = editor.command("orps.server.candidates", {"jobId": job["jobId"]})["candidates"]
    assert "fake" in best["author"]
    asked = models.asked[0]
    assert models.selectors == ["test/fake"]
    assert (asked["selector"], asked["background"], asked["purpose"]) == ("test/fake", False, "programmer")
    assert {each["role"] for each in asked["messages"]} <= {"user", "assistant"}
    assert "def doubled(items)" in str(asked["messages"])


def test_pieces_are_an_answer_too(editor: Editor, models: Models, uri: str) -> None:
    def in_pieces(params: Message) -> Message:
        for piece in (FIXED[:20], FIXED[20:]):
            editor.notify("orps/lm/chunk", {"requestId": params["requestId"], "text": piece})
        return {"text": "", "model": "fake", "truncated": False}

    models.say = in_pieces
    assert run(editor, uri, "auto")["candidates"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("noPermissions", "may not be asked without consent"),
        ("blocked", "its quota is used up"),
        ("notFound", "no such model"),
    ],
)
def test_who_is_refused_once_goes_on_with_the_rules(
    editor: Editor, models: Models, uri: str, kind: str, says: str
) -> None:
    models.say = lambda _: Failure(code=-32000, message="no", data={"kind": kind})
    job = run(editor, uri, "editor")
    assert says in job["message"]
    assert len(models.asked) == 1


def test_a_model_that_has_refused_is_asked_again_once_the_editors_models_are_others(
    editor: Editor, models: Models, uri: str
) -> None:
    answer = models.say

    def refuse_once(params: Message) -> Message:
        if len(models.asked) > 1:
            return answer(params)
        editor.send(method="orps/lm/changed")
        return Failure(code=-32000, message="no", data={"kind": "notFound"})

    models.say = refuse_once
    job = run(editor, uri, "editor")
    assert len(models.asked) > 1
    assert job["candidates"]


@pytest.mark.parametrize("model", ["editor", "editor:other", "auto"])
def test_an_editor_without_that_model_goes_on_with_the_rules(
    editor: Editor, models: Models, uri: str, model: str
) -> None:
    models.models = {"models": []}
    run(editor, uri, model)
    assert models.asked == []
    said = [each["message"] for each in editor.saw("window/showMessage")]
    assert any("has no model" in each for each in said)


def test_an_endpoint_that_is_down_is_told_and_the_rules_go_on(
    editor: Editor, models: Models, uri: str
) -> None:
    job = run(editor, uri, "openai:http://127.0.0.1:9/v1#m")
    assert "The rules work alone." in job["message"]


def test_stopping_a_run_cancels_the_question(editor: Editor, models: Models, uri: str) -> None:
    del editor.answers["orps/lm/complete"]
    editor.configuration = {"model": "editor", "budgetSeconds": 30}
    job = editor.refine(uri, "doubled")
    asked = editor.asked.get(timeout=PATIENCE)
    assert asked["method"] == "orps/lm/complete"
    editor.command("orps.server.stop", {"jobId": job})
    cancelled = editor.until(lambda: [each["id"] for each in editor.saw("$/cancelRequest")])
    assert asked["id"] in cancelled


@pytest.mark.parametrize(("allowed", "asks"), [(True, True), (None, False), (False, False)])
def test_in_the_background_nobody_is_asked_for_consent(
    editor: Editor, models: Models, uri: str, *, allowed: bool | None, asks: bool
) -> None:
    models.models = {"models": [{**MODELS["models"][0], "allowed": allowed}]}
    editor.configuration = {"model": "editor", "onSave": {"budgetSeconds": 60}}
    editor.command("orps.server.onSave", {"uri": uri, "qualname": "doubled", "selected": True})
    editor.save(uri)

    def ended() -> Any:
        jobs = editor.command("orps.server.jobs", {"uri": uri})["jobs"]
        return [each for each in jobs if each["state"] == "done"]

    editor.until(lambda: (models.asked if asks else None) or ended())
    assert bool(models.asked) is asks
    assert all(each["background"] for each in models.asked)
    for each in editor.command("orps.server.jobs", {"uri": uri})["jobs"]:
        editor.command("orps.server.dismiss", {"jobId": each["jobId"]})


def test_a_client_without_models_is_never_asked_for_one(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(TEXT)
    with Editor("orps_server").start() as editor:
        models = Models(editor)
        editor.show(path.as_uri(), TEXT)
        run(editor, path.as_uri(), "editor")
        assert (models.asked, models.selectors) == ([], [])
        told = [each["message"] for each in editor.saw("window/showMessage")]
        assert any("offers no models" in each for each in told)
