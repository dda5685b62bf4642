"""What becomes of suggestions while a person goes on editing, over stdio, with a scripted search."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.editor import Editor

pytestmark = pytest.mark.slow

TEXT = '''\
LIMIT = 5


def helper(x):
    return x


def f(x):
    """A 😋."""
    return [helper(x)]


def slow(x):
    return [x]
'''
TESTS = "def test_f():\n    assert f(1) == [1]\n"
TESTS_URI = "file:///a.py"
"""Where the scripted run says that its test is."""


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with Editor() as made:
        yield made.start()


@pytest.fixture
def uri(editor: Editor, request: pytest.FixtureRequest) -> Iterator[str]:
    made = f"file:///project/{request.node.name}.py"
    editor.show(made, TEXT)
    editor.show(TESTS_URI, TESTS)
    yield made
    for job in editor.command("orps.server.jobs", {"uri": made})["jobs"]:
        editor.command("orps.server.dismiss", {"jobId": job["jobId"]})
    editor.close(made)
    editor.close(TESTS_URI)


def apply(editor: Editor, ref: Any) -> Any:
    return editor.command("orps.server.apply", ref)


def checked(editor: Editor, job: str, says: str = "it still holds") -> Any:
    """The best candidate once everything was checked again."""
    editor.until(lambda: says in editor.job(job)["message"])
    found = editor.command("orps.server.candidates", {"jobId": job})["candidates"]
    return {"jobId": job, "candidateId": found[0]["candidateId"]} if found else None


def test_a_comment_of_the_person_s_is_kept_and_everything_checked_again(editor: Editor, uri: str) -> None:
    job, ref = editor.finished(uri, "f")
    mine = TEXT.replace('"""A 😋."""', '"""A 😋."""  # mine')
    editor.write(uri, mine)
    refused = apply(editor, ref)
    assert (refused["applied"], editor.texts[uri]) == (False, mine)
    best = checked(editor, job)
    assert best == ref  # A client that shows it need not learn another name for it.
    assert editor.job(job)["state"] == "done"
    assert apply(editor, best)["applied"]
    assert editor.texts[uri] == mine.replace("return [helper(x)]", "return [x,]")


def test_undo_of_such_an_edit_brings_back_what_was_known(editor: Editor, uri: str) -> None:
    job, ref = editor.finished(uri, "f")
    editor.write(uri, TEXT.replace("return [helper", "return  [helper"))
    checked(editor, job)
    editor.write(uri, TEXT)
    editor.wait(job, "done")
    assert apply(editor, ref)["applied"]
    assert editor.texts[uri] == TEXT.replace("return [helper(x)]", "return [x,]")


def test_what_the_function_uses_is_part_of_what_was_verified(editor: Editor, uri: str) -> None:
    job, ref = editor.finished(uri, "f")
    mine = TEXT.replace("    return x\n", "    return x + LIMIT\n", 1)
    editor.write(uri, mine)
    refused = apply(editor, ref)
    assert refused["reason"] == "Something that f was verified with has changed since."
    assert refused["advice"].startswith("Its candidates are being checked again")
    assert apply(editor, checked(editor, job))["applied"]


def test_an_edited_test_is_run_before_anything_is_applied(editor: Editor, uri: str) -> None:
    job, ref = editor.finished(uri, "f")
    editor.write(TESTS_URI, TESTS.replace("[1]", "[2]"))
    assert not apply(editor, ref)["applied"]
    assert apply(editor, checked(editor, job))["applied"]


def test_a_comment_in_a_test_changes_nothing(editor: Editor, uri: str) -> None:
    _, ref = editor.finished(uri, "f")
    editor.write(TESTS_URI, "# a comment\n" + TESTS)
    assert apply(editor, ref)["applied"]


def test_a_test_that_is_changed_back_needs_no_new_run(editor: Editor, uri: str) -> None:
    job, ref = editor.finished(uri, "f")
    editor.write(TESTS_URI, TESTS.replace("[1]", "[2]"))
    assert not apply(editor, ref)["applied"]
    editor.write(TESTS_URI, TESTS)
    assert apply(editor, ref)["applied"]
    assert "again" not in editor.job(job)["message"]


def test_what_no_longer_holds_is_gone_and_said_to_be(editor: Editor, uri: str) -> None:
    job, ref = editor.finished(uri, "f")
    editor.write(
        uri, TEXT.replace("LIMIT = 5", "no = more = 5  # no more").replace("return [h", "return  [h")
    )
    assert checked(editor, job, "does not hold any more") is None
    assert "not there any more" in apply(editor, ref)["reason"]


def test_a_renamed_function_keeps_its_suggestions(editor: Editor, uri: str) -> None:
    job, _ = editor.finished(uri, "f")
    editor.write(uri, TEXT.replace("def f(", "def better("))
    best = checked(editor, job)
    assert editor.job(job)["qualname"] == "better"
    assert apply(editor, best)["applied"]
    assert "def better(x):" in editor.texts[uri]
    assert "return [x,]" in editor.texts[uri]


def test_a_deleted_function_ends_its_run_and_says_so(editor: Editor, uri: str) -> None:
    job = editor.refine(uri, "slow")
    editor.until(lambda: editor.job(job)["candidates"])
    editor.write(uri, TEXT[: TEXT.index("def slow")])
    assert editor.wait(job, "stale")["message"].startswith("the function is not there any more")
    editor.write(uri, TEXT)
    assert editor.wait(job, "cancelled")["candidates"] == 2


def test_half_typed_code_neither_stops_the_run_nor_moves_its_lens(editor: Editor, uri: str) -> None:
    job = editor.refine(uri, "slow")
    editor.until(lambda: editor.job(job)["candidates"])
    line = TEXT[: TEXT.index("def slow")].count("\n")
    editor.write(uri, "# above\n" + TEXT.replace("    return [x]\n", "    return [x\n"))
    editor.until(lambda: [lens["range"]["start"]["line"] for lens in editor.lenses(uri)][:1] == [line + 1])
    assert editor.job(job)["state"] == "running"
    editor.write(uri, TEXT)
    editor.until(lambda: editor.job(job)["candidates"])
    assert apply(editor, {"jobId": job, "candidateId": "2"})["applied"]


def test_closing_and_opening_again_changes_nothing(editor: Editor, uri: str) -> None:
    _, ref = editor.finished(uri, "f")
    editor.close(uri)
    editor.show(uri, TEXT, 0)  # Neovim counts from 0.
    assert apply(editor, ref)["applied"]
    assert editor.texts[uri] == TEXT.replace("return [helper(x)]", "return [x,]")
