"""Functions that are refined whenever they are saved, over stdio: who may enable it, and how quiet it is."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.editor import Editor
from tests.server.wire import RICH, Message

pytestmark = pytest.mark.slow

MARKED = "# orps: refine-on-save budget=7s objective=memory\ndef f(x):\n    return [x]\n"
PLAIN = "def f(x):\n    return [x]\n"
ASKING: Message = {**RICH, "window": {**RICH["window"], "showMessage": {}}}
ENOUGH = 1.6
"""Seconds after which a save would have begun something."""


class Desk:
    """An editor with one saved document in a project, and a person who answers questions."""

    def __init__(self, editor: Editor, root: Path) -> None:
        self.editor = editor
        self.root = root
        self.path = root / "a.py"
        self.uri = self.path.as_uri()
        self.asked: list[Message] = []
        self.answer: str | None = None
        editor.answers["window/showMessageRequest"] = self._decide
        self._before = len(editor.notifications)

    def _decide(self, params: Message) -> Message | None:
        self.asked.append(params)
        return {"title": self.answer} if self.answer else None

    def show(self, text: str) -> None:
        self.path.write_text(text)
        self.editor.show(self.uri, text)

    def write(self, text: str, reason: int = 1) -> None:
        self.editor.write(self.uri, text)
        self.path.write_text(text)
        self.editor.save(self.uri, reason)

    def jobs(self) -> list[Message]:
        found: list[Message] = self.editor.command("orps.server.jobs", {"uri": self.uri})["jobs"]
        return found

    def done(self) -> Message:
        def look() -> list[Message]:
            return [each for each in self.jobs() if each["state"] == "done"]

        found: Message = self.editor.until(look)[0]
        return found

    def choose(self, *, selected: bool = True) -> Any:
        argument = {"uri": self.uri, "qualname": "f", "selected": selected}
        return self.editor.command("orps.server.onSave", argument)

    def told(self) -> list[str]:
        """What disturbed the person since this desk was set up."""
        new = self.editor.notifications[self._before :]
        loud = {"window/showMessage", "$/progress"}
        return [str(each["params"].get("message")) for each in new if each["method"] in loud]

    def lenses(self) -> list[str]:
        return [each["command"]["title"] for each in self.editor.lenses(self.uri)]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state") / "orps" / "on-save.json"


@pytest.fixture(scope="module")
def editor(state: Path) -> Iterator[Editor]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(state.parent.parent))
        with Editor() as made:
            yield made.start(ASKING)


@pytest.fixture
def desk(editor: Editor, tmp_path: Path) -> Iterator[Desk]:
    """A project of its own for each test."""
    (tmp_path / "pyproject.toml").touch()
    desk = Desk(editor, tmp_path)
    yield desk
    editor.configuration = None
    if desk.uri in editor.texts:
        editor.close(desk.uri)
    for job in desk.jobs():
        editor.command("orps.server.dismiss", {"jobId": job["jobId"]})


def test_a_repository_asks_and_the_person_decides_once(desk: Desk, state: Path) -> None:
    desk.answer = "Not here"
    desk.show(MARKED)
    desk.editor.save(desk.uri)
    desk.editor.until(lambda: state.exists() and str(desk.root) in json.loads(state.read_text()))
    (asked,) = desk.asked
    assert asked["message"].startswith("ORPS: in a.py a function asks to be refined on every save")
    assert json.loads(state.read_text())[str(desk.root)]["enabled"] is False
    desk.write(MARKED.replace("[x]", "[x, x]"))
    time.sleep(ENOUGH)
    assert (desk.jobs(), len(desk.asked)) == ([], 1)
    assert desk.lenses() == ["ORPS: on save, not enabled here"]
    enabled = desk.editor.command("orps.server.enableOnSave", {"uri": desk.uri, "enabled": True})
    assert enabled == {"root": str(desk.root), "enabled": True, "functions": []}
    desk.editor.save(desk.uri)
    desk.done()


def test_it_is_quiet_and_its_wishes_count(desk: Desk) -> None:
    desk.answer = "Enable here"
    desk.show(MARKED)
    desk.editor.save(desk.uri)
    job = desk.done()
    assert job["background"]
    assert job["message"].startswith("budget 7, ")
    assert ", nice 10," in job["message"]
    assert "objective memory," in job["message"]
    lenses = desk.lenses()
    assert (lenses[0], lenses[2:4]) == ("ORPS: on save", ["Review", "Apply"])
    assert len(desk.asked) == 1
    assert (desk.told(), desk.editor.applied) == ([], [])


def test_nobody_answers_and_nothing_runs(desk: Desk) -> None:
    (desk.root / "pyproject.toml").write_text('[tool.orps]\non-save = ["a.py::*"]\n')
    desk.show(PLAIN)
    desk.editor.save(desk.uri)
    desk.editor.until(lambda: desk.asked)
    time.sleep(0.3)
    assert desk.jobs() == []


def test_what_a_person_chooses_needs_no_mark(desk: Desk, state: Path) -> None:
    desk.show(PLAIN)
    (action,) = desk.editor.actions(desk.uri, 0, only=["refactor.rewrite.orps.onSave"])
    assert action["title"] == "ORPS: refine f on every save"
    desk.editor.command(action["command"]["command"], action["command"]["arguments"][0])
    assert json.loads(state.read_text())[str(desk.root)]["chosen"] == ["a.py::f"]
    (action,) = desk.editor.actions(desk.uri, 0, only=["refactor.rewrite.orps.onSave"])
    assert action["title"] == "ORPS: no longer refine f on every save"
    (lens,) = desk.editor.lenses(desk.uri)
    assert lens["command"]["title"] == "ORPS: on save"
    desk.editor.save(desk.uri)
    assert desk.done()["message"].startswith("budget 20, ")
    desk.editor.command(lens["command"]["command"], lens["command"]["arguments"][0])
    assert not any(title == "ORPS: on save" for title in desk.lenses())
    assert desk.asked == []


def test_a_save_of_the_editor_s_own_is_none_unless_a_person_says_so(desk: Desk) -> None:
    desk.show(PLAIN)
    desk.choose()
    desk.editor.save(desk.uri, reason=2)
    time.sleep(ENOUGH)
    assert desk.jobs() == []
    desk.editor.configuration = {"onSave": {"autoSaves": True, "budgetSeconds": 3}}
    desk.editor.save(desk.uri, reason=3)
    assert desk.done()["message"].startswith("budget 3, ")


def test_what_has_not_changed_is_not_searched_again(desk: Desk) -> None:
    barren = "def barren(x):\n    return [x]\n"
    desk.editor.configuration = {"onSave": {"functions": ["a.py::*"]}}
    desk.show(barren)
    desk.editor.command("orps.server.enableOnSave", {"uri": desk.uri, "enabled": True})
    desk.editor.save(desk.uri)
    first = desk.done()["jobId"]
    desk.write(f"# a comment\n{barren}")
    time.sleep(ENOUGH)
    assert [each["jobId"] for each in desk.jobs()] == [first]
    desk.write(barren.replace("[x]", "[x, x]"))
    desk.editor.until(lambda: [each["jobId"] for each in desk.jobs()] not in ([first], []))


def test_whoever_waits_for_a_run_goes_first(desk: Desk) -> None:
    slow = "def slow(x):\n    return [x]\n\n\ndef f(x):\n    return [x]\n"
    desk.show(slow)
    argument = {"uri": desk.uri, "qualname": "slow", "selected": True}
    desk.editor.command("orps.server.onSave", argument)
    desk.editor.save(desk.uri)
    (waiting,) = desk.editor.until(desk.jobs)
    job = desk.editor.refine(desk.uri, "f")
    assert waiting["jobId"] not in [each["jobId"] for each in desk.jobs()]
    desk.editor.wait(job, "done")
    again = desk.editor.until(lambda: [each for each in desk.jobs() if each["qualname"] == "slow"])
    assert again[0]["background"]


def test_what_nobody_asked_for_ends_with_the_document(desk: Desk) -> None:
    desk.show("def slow(x):\n    return [x]\n")
    desk.editor.command("orps.server.onSave", {"uri": desk.uri, "qualname": "slow", "selected": True})
    desk.editor.save(desk.uri)
    desk.editor.until(desk.jobs)
    desk.editor.close(desk.uri)
    assert desk.jobs() == []
    assert desk.editor.command("orps.server.status")["running"] == 0


def test_a_failure_in_the_background_disturbs_nobody(desk: Desk) -> None:
    desk.show("def untested(x):\n    return [x]\n")
    desk.editor.command("orps.server.onSave", {"uri": desk.uri, "qualname": "untested", "selected": True})
    desk.editor.save(desk.uri)
    desk.editor.until(lambda: [each for each in desk.jobs() if each["state"] == "failed"])
    assert desk.lenses() == ["ORPS: on save"]
    assert desk.told() == []
    assert desk.editor.command("orps.server.status")["health"] == "ok"


def test_a_mistake_in_a_mark_is_told_once(desk: Desk) -> None:
    desk.show(MARKED.replace("budget=7s", "budget=soon"))
    for _ in range(2):
        desk.editor.save(desk.uri)
        time.sleep(ENOUGH / 2)
    (told,) = desk.editor.until(desk.told)
    assert "budget=soon" in told
    assert desk.jobs() == []


def test_choosing_in_a_document_that_is_not_open_is_refused(desk: Desk) -> None:
    for command, argument in (
        ("orps.server.onSave", {"qualname": "f", "selected": True}),
        ("orps.server.enableOnSave", {"enabled": True}),
    ):
        answer = desk.editor.command(command, {"uri": "file:///not/open.py", **argument})
        assert set(answer) == {"error", "advice"}
