"""The standard messages, as clients of different abilities get them; over stdio, with a scripted search."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.editor import Editor, edited
from tests.server.wire import RICH, Message

pytestmark = pytest.mark.slow

TEXT = '''\
def f(x):
    """A 😋."""
    return [x]
'''
BEST = TEXT.replace("[x]", "[x,]")
URI = "file:///project/a.py"

TERMINAL: Message = {
    "window": {"showMessage": {}, "showDocument": {"support": True}},
    "workspace": {"workspaceEdit": {"documentChanges": True}, "configuration": True},
    "textDocument": {
        "codeAction": RICH["textDocument"]["codeAction"],
        "publishDiagnostics": {"versionSupport": True},
    },
}
"""An editor that shows questions and diagnostics, and no lenses."""


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor() as made:
        yield made.start()


@pytest.fixture(scope="module")
def terminal() -> Iterator[Editor]:
    with Editor() as made:
        made.answers["window/showMessageRequest"] = lambda _: None
        yield made.start(TERMINAL)


@pytest.fixture
def uri(request: pytest.FixtureRequest) -> str:
    return f"file:///project/{request.node.name}.py"


class TestActions:
    def test_a_light_bulb_has_one_entry(self, editor: Editor, uri: str) -> None:
        editor.show(uri, TEXT)
        (action,) = editor.actions(uri, 0, triggerKind=2)
        assert action["kind"] == "refactor.rewrite.orps"

    def test_what_the_last_run_told_is_not_offered_again(self, editor: Editor, uri: str) -> None:
        editor.show(uri, TEXT)
        editor.finished(uri, "f")
        (fix,) = editor.actions(uri, 0, only=["refactor.rewrite.orps.fix"])
        assert (fix["disabled"]["reason"], "command" in fix) == ("all tests of f pass", False)
        editor.write(uri, TEXT.replace("[x]", "[x, x]"))
        editor.until(lambda: "disabled" not in editor.actions(uri, 0, only=["refactor.rewrite.orps.fix"])[0])

    def test_a_menu_that_stayed_open_means_what_is_there_now(self, editor: Editor, uri: str) -> None:
        editor.show(uri, TEXT)
        job, _ = editor.finished(uri, "f")
        action = editor.actions(uri, 0, only=["refactor.rewrite.orps.apply"])[0]
        again = editor.refine(uri, "f")
        editor.wait(again, "done")
        fresh = editor.call("codeAction/resolve", action)
        assert [each["command"]["arguments"][0]["jobId"] for each in (action, fresh)] == [job, again]

    def test_what_is_gone_is_refused_when_it_is_chosen(self, editor: Editor, uri: str) -> None:
        editor.show(uri, TEXT)
        action = editor.actions(uri, 0)[0]
        editor.write(uri, "x = 1\n")
        kept = editor.call("codeAction/resolve", action)["command"]
        assert editor.command(kept["command"], kept["arguments"][0])["error"].startswith("There is no")

    def test_an_objective_is_the_objective_of_the_run(self, editor: Editor, uri: str) -> None:
        editor.show(uri, TEXT)
        for action in editor.actions(uri, 0)[1:5]:
            job = editor.command("orps.server.refine", action["command"]["arguments"][0])["jobId"]
            objective = action["kind"].rpartition(".")[2]
            assert f"objective {objective}," in editor.wait(job, "done")["message"]


class TestQuestion:
    """At the end of a run, once, for clients that show nothing of their own."""

    def answered(self, editor: Editor, uri: str, title: str | None) -> str:
        editor.show(uri, TEXT)
        before = editor.answers["window/showMessageRequest"]
        asked: list[Message] = []

        def answer(params: Message) -> Message | None:
            asked.append(params)
            return {"title": title} if title else None

        editor.answers["window/showMessageRequest"] = answer
        job = editor.refine(uri, "f")
        editor.until(lambda: asked)
        editor.answers["window/showMessageRequest"] = before
        assert [each["title"] for each in asked[0]["actions"]] == ["Apply", "Show diff", "Dismiss"]
        assert "faster" in asked[0]["message"]
        return job

    def test_apply(self, terminal: Editor, uri: str) -> None:
        self.answered(terminal, uri, "Apply")
        terminal.until(lambda: terminal.texts[uri] == BEST)

    def test_what_was_typed_meanwhile_is_waited_for(self, terminal: Editor, uri: str) -> None:
        """As Neovim does: the answer goes out first, and the change that was made before it afterwards."""
        before = len(terminal.applied)
        self.answered(terminal, uri, "Apply")
        terminal.write(uri, f"# typed\n{TEXT}")
        terminal.until(lambda: terminal.texts[uri] == f"# typed\n{BEST}")
        assert len(terminal.applied) == before + 1

    def test_what_was_changed_meanwhile_is_not_overwritten(self, terminal: Editor, uri: str) -> None:
        self.answered(terminal, uri, "Apply")
        mine = TEXT.replace("[x]", "[x, x]")
        terminal.write(uri, mine)
        terminal.until(lambda: any("f was edited" in each["message"] for each in _told(terminal)))
        assert terminal.texts[uri] == mine

    def test_show(self, terminal: Editor, uri: str) -> None:
        shown: list[Message] = []
        terminal.answers["window/showDocument"] = _showing(shown)
        self.answered(terminal, uri, "Show diff")
        (asked,) = terminal.until(lambda: shown)
        assert asked["uri"].endswith(".diff")

    def test_dismiss(self, terminal: Editor, uri: str) -> None:
        self.answered(terminal, uri, "Dismiss")
        terminal.until(lambda: terminal.command("orps.server.jobs", {"uri": uri})["jobs"] == [])

    def test_no_answer_leaves_all_as_it_is(self, terminal: Editor, uri: str) -> None:
        job = self.answered(terminal, uri, None)
        assert terminal.job(job)["candidates"] == 2
        assert terminal.texts[uri] == TEXT


def test_a_client_that_throws_answers_away_is_told_why_nothing_happened(terminal: Editor, uri: str) -> None:
    terminal.show(uri, TEXT)
    answer = terminal.command("orps.server.refine", {"uri": uri, "qualname": "nowhere"})
    (told,) = terminal.until(lambda: [each for each in _told(terminal) if "nowhere" in each["message"]])
    assert told == {"type": 2, "message": f"ORPS: {answer['error']} {answer['advice']}"}


class TestHints:
    def hints(self, editor: Editor, uri: str) -> list[Message]:
        sent = [each for each in editor.saw("textDocument/publishDiagnostics") if each["uri"] == uri]
        found: list[Message] = sent[-1]["diagnostics"] if sent else []
        return found

    def test_they_stand_where_there_are_no_lenses(self, terminal: Editor, uri: str) -> None:
        terminal.show(uri, f"# 1\n{TEXT}")
        job, _ = terminal.finished(uri, "f")
        (hint,) = terminal.until(lambda: self.hints(terminal, uri))
        assert hint["range"] == {"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 5}}
        assert (hint["severity"], hint["source"], hint["data"]["jobId"]) == (4, "orps", job)
        assert terminal.saw("textDocument/publishDiagnostics")[-1]["version"] == 1
        review, apply, *_ = terminal.actions(uri, 1, diagnostics=[hint])
        assert [each["diagnostics"] for each in (review, apply)] == [[hint], [hint]]
        terminal.command("orps.server.dismiss", {"jobId": job})
        terminal.until(lambda: not self.hints(terminal, uri))

    def test_they_go_when_the_function_is_edited(self, terminal: Editor, uri: str) -> None:
        terminal.show(uri, TEXT)
        terminal.finished(uri, "f")
        terminal.until(lambda: self.hints(terminal, uri))
        terminal.write(uri, TEXT.replace("[x]", "[x, x]"))
        terminal.until(lambda: not self.hints(terminal, uri))

    def test_a_person_decides_and_changes_the_decision(self, terminal: Editor, uri: str) -> None:
        terminal.show(uri, TEXT)
        terminal.finished(uri, "f")
        terminal.until(lambda: self.hints(terminal, uri))
        terminal.configuration = {"diagnostics": "never"}
        terminal.notify("workspace/didChangeConfiguration", {"settings": None})
        terminal.until(lambda: not self.hints(terminal, uri))
        terminal.configuration = {"diagnostics": "always"}
        terminal.notify("workspace/didChangeConfiguration", {"settings": None})
        terminal.until(lambda: self.hints(terminal, uri))
        terminal.configuration = None

    def test_a_client_with_lenses_gets_none(self) -> None:
        text: Message = {**RICH["textDocument"], "codeLens": {}}
        with Editor().start({**RICH, "textDocument": text}) as editor:
            editor.show(URI, TEXT)
            editor.finished(URI, "f")
            editor.actions(URI, 0)
            assert editor.saw("textDocument/publishDiagnostics") == []


def test_an_edit_carries_all_that_the_client_can_show() -> None:
    edit: Message = {"documentChanges": True, "changeAnnotationSupport": {}, "metadataSupport": True}
    with Editor().start({**RICH, "workspace": {**RICH["workspace"], "workspaceEdit": edit}}) as editor:
        editor.show(URI, TEXT)
        _, ref = editor.finished(URI, "f")
        assert editor.command("orps.server.apply", ref)["applied"]
        (asked,) = editor.applied
        ((name, annotation),) = asked["edit"]["changeAnnotations"].items()
        assert annotation == {"label": asked["label"], "needsConfirmation": False}
        edits = asked["edit"]["documentChanges"][0]["edits"]
        assert {each["annotationId"] for each in edits} == {name}
        assert asked["metadata"] == {"isRefactoring": True}
        assert editor.texts[URI] == BEST


@pytest.mark.parametrize("dynamic", [True, False])
def test_a_diff_is_handed_to_a_client_that_asks_for_documents(*, dynamic: bool) -> None:
    workspace = {**RICH["workspace"], "textDocumentContent": {"dynamicRegistration": dynamic}}
    shown: list[Message] = []
    with Editor() as editor:
        editor.answers["client/registerCapability"] = lambda params: registered.extend(
            params["registrations"]
        )
        registered: list[Message] = []
        editor.answers["window/showDocument"] = _showing(shown)
        capabilities = {**RICH, "workspace": workspace, "experimental": {}}
        announced = editor.initialize(capabilities)["workspace"].get("textDocumentContent")
        assert announced == (None if dynamic else {"schemes": ["orps"]})
        editor.show("file:///project/a%20b.py", TEXT)
        _, ref = editor.finished("file:///project/a%20b.py", "f")
        assert [each["registerOptions"] for each in registered] == [{"schemes": ["orps"]}] * dynamic
        answer: Any = editor.command("orps.server.review", ref)
        assert [each["uri"] for each in shown] == [answer["path"]]
        assert answer["path"].startswith("orps:/")
        text = editor.call("workspace/textDocumentContent", {"uri": answer["path"]})["text"]
        assert "+    return [x,]\n" in text
        editor.write("file:///project/a%20b.py", "x = 1\n")
        text = editor.call("workspace/textDocumentContent", {"uri": answer["path"]})["text"]
        assert text.startswith("There is no function")
        assert editor.call("workspace/textDocumentContent", {"uri": "orps:/nothing"})["text"] == ""


def test_settings_belong_to_folders_and_changes_are_subscribed_to(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    asked: list[Message] = []

    def settings(params: Message) -> list[Message]:
        (item,) = params["items"]
        asked.append(item)
        return [{"budgetSeconds": 11 if "/one/" in item["scopeUri"] else 22}]

    workspace = {**RICH["workspace"], "didChangeConfiguration": {"dynamicRegistration": True}}
    folders = [{"uri": each.as_uri(), "name": each.name} for each in (one, two)]
    registered: list[Message] = []
    with Editor() as editor:
        editor.answers["workspace/configuration"] = settings
        editor.answers["client/registerCapability"] = lambda params: registered.extend(
            params["registrations"]
        )
        editor.start({**RICH, "workspace": workspace}, workspaceFolders=folders)
        for folder, budget in ((one, 11), (two, 22)):
            uri = (folder / "a.py").as_uri()
            editor.show(uri, TEXT)
            job, _ = editor.finished(uri, "f")
            assert editor.job(job)["message"].startswith(f"budget {budget}, root {folder}, ")
            assert asked[-1] == {"scopeUri": uri, "section": "orps"}
        assert [(each["method"], each["registerOptions"]) for each in registered] == [
            ("workspace/didChangeConfiguration", {"section": "orps"})
        ]
        three = tmp_path / "three"
        added = {"added": [{"uri": three.as_uri(), "name": "three"}], "removed": folders[1:]}
        editor.notify("workspace/didChangeWorkspaceFolders", {"event": added})
        editor.show((three / "a.py").as_uri(), TEXT)
        job, _ = editor.finished((three / "a.py").as_uri(), "f")
        assert f"root {three}, " in editor.job(job)["message"]


@pytest.mark.parametrize(
    ("encoding", "codec", "width"),
    [("utf-8", "utf-8", 1), ("utf-16", "utf-16-le", 2), ("utf-32", "utf-32-le", 4)],
)
def test_positions_are_counted_as_agreed(encoding: str, codec: str, width: int) -> None:
    text = TEXT.replace("def f", "'é😋'; x = 1\n\n\ndef f").replace("return [x]", "return [x] ; '😋'")
    with Editor() as editor:
        capabilities = editor.initialize({**RICH, "general": {"positionEncodings": [encoding]}})
        assert capabilities["positionEncoding"] == encoding
        editor.show(URI, text)
        _, ref = editor.finished(URI, "f")

        def put(params: Message) -> Message:
            edits = params["edit"]["documentChanges"][0]["edits"]
            editor.write(URI, edited(text, edits, codec, width))
            return {"applied": True}

        editor.answers["workspace/applyEdit"] = put
        assert editor.command("orps.server.apply", ref) == {"applied": True, "reason": None, "advice": None}
        assert editor.texts[URI] == text.replace("[x] ; '😋'", "[x,]")


def _told(editor: Editor) -> list[Message]:
    return [*editor.saw("window/showMessage")]


def _showing(shown: list[Message]) -> Callable[[Message], Message]:
    def show(params: Message) -> Message:
        shown.append(params)
        return {"success": True}

    return show
