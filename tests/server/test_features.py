"""What a person meets in the editor, over stdio, with a search whose outcome is scripted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.editor import Editor
from tests.server.wire import PATIENCE, RICH, Message

pytestmark = pytest.mark.slow

TEXT = '''\
import re


def f(x):
    """A 😋."""
    return [x]


class C:
    def slow(self):
        return 1
'''
F, SLOW = 3, 9
PLAIN: Message = {}
OBJECTIVES = ["fix", "time", "memory", "simplicity"]
REFINES = ["", *(f".{each}" for each in OBJECTIVES), ".onSave"]


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor() as made:
        yield made.start()


@pytest.fixture
def uri(editor: Editor, request: pytest.FixtureRequest) -> Iterator[str]:
    """A document of its own for each test."""
    made = f"file:///project/{request.node.name}.py"
    editor.show(made, TEXT)
    yield made
    for job in editor.command("orps.server.jobs", {"uri": made})["jobs"]:
        editor.command("orps.server.dismiss", {"jobId": job["jobId"]})
    if made in editor.texts:
        editor.close(made)


def kinds(actions: list[Message]) -> list[str]:
    return [action["kind"].removeprefix("refactor.rewrite.orps") for action in actions]


def titles(lenses: list[Message]) -> list[str]:
    return [lens["command"]["title"] for lens in lenses]


class TestCodeActions:
    def test_refine_is_offered_on_a_function_and_nowhere_else(self, editor: Editor, uri: str) -> None:
        action, *others, on_save = editor.actions(uri, F + 1)
        assert kinds([on_save]) == [".onSave"]
        assert action["command"]["arguments"] == [{"uri": uri, "qualname": "f"}]
        assert [each["command"]["arguments"][0]["objective"] for each in others] == OBJECTIVES
        assert kinds(others) == [f".{each}" for each in OBJECTIVES]
        assert "isPreferred" not in action
        assert editor.actions(uri, 0) == []
        assert editor.actions("file:///not/open.py", 0) == []

    @pytest.mark.parametrize(
        ("only", "offered"),
        [
            (["refactor"], True),
            (["refactor.rewrite"], True),
            (["refactor.rewrite.orps"], True),
            ([""], True),
            (["refactor.rewrite.orps.apply"], False),
            (["refactor.extract"], False),
            (["refactor.rewrite.orpsy"], False),
            (["quickfix", "source"], False),
        ],
    )
    def test_only_kinds_that_are_asked_for(
        self, editor: Editor, uri: str, only: list[str], *, offered: bool
    ) -> None:
        assert bool(editor.actions(uri, F, only=only)) is offered

    def test_a_reason_is_given_to_a_person_and_silence_to_the_light_bulb(
        self, editor: Editor, uri: str
    ) -> None:
        editor.write(uri, "def f(x):\n    return (]\n")
        action, _ = editor.actions(uri, 0, triggerKind=1)
        assert (action["disabled"]["reason"], "command" in action) == ("the text of f does not parse", False)
        assert editor.actions(uri, 0, triggerKind=2) == []

    def test_a_file_that_was_never_saved_says_so(self, editor: Editor) -> None:
        editor.show("untitled:Untitled-1", TEXT)
        (action,) = editor.actions("untitled:Untitled-1", F)
        assert action["disabled"]["reason"].startswith("save the file first")
        answer = editor.command("orps.server.refine", {"uri": "untitled:Untitled-1", "qualname": "f"})
        assert set(answer) == {"error", "advice"}

    def test_running_offers_stop_and_what_was_found(self, editor: Editor, uri: str) -> None:
        job = editor.refine(uri, "C.slow")
        editor.until(lambda: editor.job(job)["candidates"])
        assert kinds(editor.actions(uri, SLOW)) == [".review", ".apply", ".dismiss", ".stop", ".onSave"]
        assert kinds(editor.actions(uri, F)) == REFINES
        stop = editor.actions(uri, SLOW, only=["refactor.rewrite.orps.stop"])[0]["command"]
        assert editor.command(stop["command"], stop["arguments"][0]) == {"stopped": True}
        assert kinds(editor.actions(uri, SLOW)) == [".review", ".apply", ".dismiss", *REFINES]


class TestRefining:
    def test_candidates_come_by_notification_with_their_evidence(self, editor: Editor, uri: str) -> None:
        job, _ = editor.finished(uri, "f")
        told = [each for each in editor.saw("orps/candidate") if each["jobId"] == job]
        assert [each["candidateId"] for each in told] == ["1", "2"]
        assert told[0]["ratio"] == pytest.approx(2.0, abs=0.01)
        assert "tests" in told[0]["title"]
        assert told[0]["evidence"]
        asked = editor.command("orps.server.candidates", {"jobId": job})["candidates"]
        assert [each["candidateId"] for each in asked] == ["2", "1"]

    def test_the_lens_says_how_it_stands_and_what_to_do(self, editor: Editor, uri: str) -> None:
        assert editor.lenses(uri) == []
        job = editor.refine(uri, "C.slow")
        editor.until(lambda: editor.job(job)["round"])
        lenses = editor.lenses(uri)
        assert {lens["range"]["start"]["line"] for lens in lenses} == {SLOW}
        assert titles(lenses)[0].startswith("⚡ ")
        assert titles(lenses)[0].endswith("1 more")
        assert titles(lenses)[1:3] == ["Review", "Apply"]
        assert titles(lenses)[3].startswith("ORPS: round 1/1")
        assert titles(lenses)[4] == "Stop"
        editor.command("orps.server.dismiss", {"jobId": job})
        assert editor.lenses(uri) == []

    def test_a_run_that_finds_nothing_says_what_it_found(self, editor: Editor, uri: str) -> None:
        editor.write(uri, TEXT.replace("def f", "def barren"))
        job = editor.refine(uri, "barren")
        assert editor.wait(job, "done")["message"] == "nothing is faster"
        assert titles(editor.lenses(uri)) == ["ORPS: nothing is faster", "Dismiss"]

    def test_a_run_that_cannot_go_on_tells_once_why(self, editor: Editor, uri: str) -> None:
        editor.write(uri, TEXT.replace("def f", "def untested"))
        job = editor.refine(uri, "untested")
        assert editor.wait(job, "failed")["message"] == "No tests were found. Add a doctest."
        told = [each for each in editor.saw("window/showMessage") if "untested" in each["message"]]
        assert told == [{"type": 2, "message": "ORPS: untested: No tests were found. Add a doctest."}]
        assert editor.command("orps.server.status")["health"] == "warning"

    def test_a_fault_of_ours_is_told_as_one(self, editor: Editor, uri: str) -> None:
        editor.write(uri, TEXT.replace("def f", "def bug"))
        job = editor.refine(uri, "bug")
        assert "made a mistake" in editor.wait(job, "failed")["message"]
        assert editor.command("orps.server.status")["health"] == "error"

    @pytest.mark.parametrize(
        ("argument", "reason"),
        [
            ({"uri": "file:///not/open.py", "qualname": "f"}, "The document is not open."),
            ({"qualname": "g"}, "There is no function 'g'"),
        ],
    )
    def test_what_cannot_begin_is_answered_at_once(
        self, editor: Editor, uri: str, argument: Message, reason: str
    ) -> None:
        answer = editor.command("orps.server.refine", {"uri": uri, **argument})
        assert answer["error"].startswith(reason)
        assert answer["advice"].endswith((".", "?"))

    def test_a_closed_document_does_not_end_what_a_person_started(self, editor: Editor, uri: str) -> None:
        job = editor.refine(uri, "C.slow")
        editor.until(lambda: editor.job(job)["candidates"])
        editor.close(uri)
        assert editor.job(job)["state"] == "running"
        ref = {"jobId": job, "candidateId": "1"}
        assert editor.command("orps.server.apply", ref)["reason"] == "The document is not open."
        editor.show(uri, TEXT)
        assert editor.job(job)["state"] == "running"


class TestApplying:
    def test_one_versioned_edit_of_the_lines_that_change(self, editor: Editor, uri: str) -> None:
        _, ref = editor.finished(uri, "f")
        assert editor.command("orps.server.apply", ref) == {"applied": True, "reason": None, "advice": None}
        assert editor.texts[uri] == TEXT.replace("return [x]", "return [x,]")
        asked = editor.applied[-1]
        (change,) = asked["edit"]["documentChanges"]
        assert change["textDocument"] == {"uri": uri, "version": 1}
        assert [edit["newText"] for edit in change["edits"]] == ["    return [x,]\n"]
        assert asked["label"].startswith("ORPS: apply f")

    def test_what_would_be_applied_is_shown_first(self, editor: Editor, uri: str) -> None:
        _, ref = editor.finished(uri, "f")
        editor.write(uri, "# moved\n" + TEXT)
        content = editor.command("orps.server.content", ref)
        assert content["text"] == "# moved\n" + TEXT.replace("return [x]", "return [x,]")
        assert "-    return [x]\n+    return [x,]\n" in content["diff"]
        assert content["evidence"]

    def test_undo_brings_the_candidates_back(self, editor: Editor, uri: str) -> None:
        job, ref = editor.finished(uri, "f")
        assert editor.command("orps.server.apply", ref)["applied"]
        assert editor.wait(job, "stale")["message"].startswith("applied: ")
        again = editor.command("orps.server.apply", {**ref, "candidateId": "1"})
        assert (again["applied"], again["advice"]) == (False, "Undo the edit, or refine the function again.")
        assert kinds(editor.actions(uri, F)) == REFINES
        editor.write(uri, TEXT)
        editor.wait(job, "done")
        assert editor.command("orps.server.apply", {**ref, "candidateId": "1"})["applied"]
        assert editor.texts[uri] == TEXT.replace("return [x]", "return list((x,))")

    def test_an_edited_function_is_never_written_over(self, editor: Editor, uri: str) -> None:
        job, ref = editor.finished(uri, "f")
        mine = TEXT.replace("return [x]", "return [x, x]")
        editor.write(uri, mine)
        before = len(editor.applied)
        answer = editor.command("orps.server.apply", ref)
        assert (answer["applied"], answer["reason"]) == (
            False,
            "f was edited since this candidate was verified.",
        )
        assert (editor.texts[uri], len(editor.applied)) == (mine, before)
        assert editor.wait(job, "stale")["candidates"] == 2

    def test_an_edit_inside_the_function_stops_its_run(self, editor: Editor, uri: str) -> None:
        job = editor.refine(uri, "C.slow")
        editor.until(lambda: editor.job(job)["candidates"])
        editor.write(uri, TEXT.replace("return 1", "return 2"))
        editor.wait(job, "stale")
        assert editor.command("orps.server.status")["running"] == 0
        editor.write(uri, TEXT)
        assert editor.wait(job, "cancelled")["candidates"] == 2

    def test_an_edit_elsewhere_even_a_broken_one_does_not(self, editor: Editor, uri: str) -> None:
        job = editor.refine(uri, "C.slow")
        editor.write(uri, "x = (\n" + TEXT)
        editor.write(uri, "x = 1\n" + TEXT)
        assert editor.actions(uri, SLOW + 1)
        assert editor.job(job)["state"] == "running"
        assert editor.lenses(uri)[0]["range"]["start"]["line"] == SLOW + 1

    def test_an_editor_that_does_not_do_what_it_says_is_told_on(self, editor: Editor, uri: str) -> None:
        _, ref = editor.finished(uri, "f")
        editor.obeys = False
        try:
            answer = editor.command("orps.server.apply", ref)
        finally:
            editor.obeys = True
        assert answer["reason"] == "The document is not as expected after the change."
        assert any("not as expected" in each["message"] for each in editor.saw("window/showMessage"))

    def test_a_change_told_of_after_the_answer_is_no_surprise(self, editor: Editor, uri: str) -> None:
        """As eglot does: it is busy with the command until that is answered."""
        _, ref = editor.finished(uri, "f")
        told, editor.holds_back = len(editor.notifications), True
        try:
            assert editor.command("orps.server.apply", ref) == {
                "applied": True,
                "reason": None,
                "advice": None,
            }
        finally:
            editor.holds_back = False
        again = editor.command("orps.server.apply", ref)["reason"]
        assert again == "Another change is being applied."
        assert editor.held_back is not None
        editor.held_back()
        editor.until(lambda: "applied" in editor.job(ref["jobId"])["message"])
        methods = [each["method"] for each in editor.notifications[told:]]
        assert "window/showMessage" not in methods

    def test_two_changes_are_never_made_at_once(self, editor: Editor, uri: str) -> None:
        _, ref = editor.finished(uri, "f")
        answer = editor.answers.pop("workspace/applyEdit")
        params = {"command": "orps.server.apply", "arguments": [ref]}
        first = editor.request("workspace/executeCommand", params)
        asked = editor.asked.get(timeout=PATIENCE)
        assert editor.command("orps.server.apply", ref)["reason"] == "Another change is being applied."
        editor.send(id=asked["id"], result=answer(asked["params"]))
        assert editor.reply(first)["result"]["applied"]
        editor.answers["workspace/applyEdit"] = answer

    def test_a_change_that_comes_in_between_is_refused_by_its_version(self, editor: Editor, uri: str) -> None:
        _, ref = editor.finished(uri, "f")
        editor.versions[uri] += 1  # The editor is ahead: its next change is on its way.
        answer = editor.command("orps.server.apply", ref)
        assert (answer["applied"], editor.texts[uri]) == (False, TEXT)
        assert "the document has changed" in answer["reason"]

    def test_line_ends_and_form_feeds_stay(self, editor: Editor, uri: str) -> None:
        text = ("s = '\u2028😋'\n\f\n" + TEXT).replace("\n", "\r\n")
        editor.write(uri, text)
        _, ref = editor.finished(uri, "f")
        assert editor.command("orps.server.apply", ref)["applied"]
        assert editor.texts[uri] == text.replace("return [x]", "return [x,]")

    @pytest.mark.parametrize("command", ["apply", "content", "review"])
    def test_a_candidate_that_is_gone_is_refused(self, editor: Editor, uri: str, command: str) -> None:
        job, ref = editor.finished(uri, "f")
        assert editor.command("orps.server.dismiss", ref) == {"dismissed": 1}
        answer = editor.command(f"orps.server.{command}", ref)
        assert "not there any more" in (answer.get("reason") or answer.get("error"))
        assert editor.job(job)["candidates"] == 1


class TestSettings:
    def test_they_are_asked_for_and_complaints_are_made_once(self, editor: Editor, uri: str) -> None:
        editor.configuration = {"budgetSeconds": 7, "objective": "speed"}
        for _ in range(2):
            job, _ref = editor.finished(uri, "f")
            assert editor.job(job)["message"].startswith("budget 7, ")
        told = [each for each in editor.saw("window/showMessage") if "orps.objective" in each["message"]]
        assert len(told) == 1
        editor.configuration = None

    def test_other_unsaved_documents_come_along(self, editor: Editor, uri: str, tmp_path: Path) -> None:
        saved, unsaved = tmp_path / "saved.py", tmp_path / "unsaved.py"
        for path in (saved, unsaved):
            path.write_text("old = 1\n")
        editor.show(saved.as_uri(), "old = 1\n")
        editor.show(unsaved.as_uri(), "new = 1\n")
        job, _ = editor.finished(uri, "f")
        message = editor.job(job)["message"]
        assert f"{(str(unsaved), 'new = 1' + chr(10))!r}" in message
        assert str(saved) not in message
        assert unsaved.read_text() == "old = 1\n"


def test_a_client_that_announces_nothing_is_served_too(tmp_path: Path) -> None:
    path = tmp_path / "a b.py"
    options = {"settings": {"budgetSeconds": 5}}
    with Editor().start(PLAIN, rootUri=tmp_path.as_uri(), initializationOptions=options) as editor:
        editor.show(path.as_uri(), TEXT)
        commands = [action["command"] for action in editor.actions(path.as_uri(), F)]
        assert commands == [*["orps.server.refine"] * 5, "orps.server.onSave"]
        job, ref = editor.finished(path.as_uri(), "f")
        assert editor.job(job)["message"].startswith(f"budget 5, root {tmp_path}, overlays ()")
        assert ", nice 5," in editor.job(job)["message"]
        assert [each["type"] for each in editor.saw("window/showMessage")] == [3]
        assert editor.command("orps.server.apply", ref)["applied"]
        assert list(editor.applied[0]["edit"]) == ["changes"]
        assert not [each for each in editor.notifications if each["method"].startswith("orps/")]
        assert editor.saw("$/progress") == []
        editor.notify("workspace/didChangeConfiguration", {"settings": {"orps": {"budgetSeconds": 6}}})
        editor.write(path.as_uri(), TEXT)
        job, _ = editor.finished(path.as_uri(), "f")
        assert editor.job(job)["message"].startswith("budget 6, ")


@pytest.mark.parametrize(("capabilities", "shown"), [(RICH, True), (PLAIN, False)])
def test_review_shows_a_diff_that_goes_with_the_session(capabilities: Message, *, shown: bool) -> None:
    with Editor().start(capabilities) as editor:
        editor.show("file:///a.py", TEXT)
        _, ref = editor.finished("file:///a.py", "f")
        answer: Any = editor.command("orps.server.review", ref)
        path = Path(answer["path"])
        assert answer["shown"] is shown
        assert "+    return [x,]\n" in path.read_text(encoding="utf-8")
        told = [each["message"] for each in editor.saw("window/showMessage")]
        assert any(str(path) in message for message in told) is not shown
        editor.shut_down()
        assert not path.parent.exists()
