"""Cells of a notebook: they are refined and reviewed like any document, and never changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.editor import Editor
from tests.server.wire import RICH, Message

pytestmark = pytest.mark.slow

CELL, OTHER = "vscode-notebook-cell:/n.ipynb#W0", "vscode-notebook-cell:/n.ipynb#W1"
TEXT = "def f(x):\n    return [x]\n"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    with Editor() as editor:
        capabilities: Message = {**RICH, "notebookDocument": {"synchronization": {}}}
        announced = editor.initialize(capabilities)["notebookDocumentSync"]
        assert announced["notebookSelector"] == [{"cells": [{"language": "python"}]}]
        cells = {CELL: TEXT, OTHER: "x = 1\n"}
        items = [
            {"uri": uri, "languageId": "python", "version": 1, "text": text} for uri, text in cells.items()
        ]
        notebook = {
            "uri": (tmp_path / "n.ipynb").as_uri(),
            "notebookType": "jupyter-notebook",
            "version": 1,
            "cells": [{"kind": 2, "document": uri} for uri in cells],
        }
        editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": items})
        yield editor


def _edit(editor: Editor, folder: Path, uri: str, change: Message) -> None:
    cells = {"textContent": [{"document": {"uri": uri, "version": 2}, "changes": [change]}]}
    notebook = {"uri": (folder / "n.ipynb").as_uri(), "version": 2}
    editor.notify("notebookDocument/didChange", {"notebookDocument": notebook, "change": {"cells": cells}})


def test_a_cell_is_refined_and_reviewed_and_not_changed(editor: Editor, tmp_path: Path) -> None:
    job, ref = editor.finished(CELL, "f")
    content = editor.command("orps.server.content", ref)
    assert "+    return [x,]" in content["diff"]
    offered = {each["title"].split()[1]: each for each in editor.actions(CELL, 0)}
    assert "disabled" not in offered["review"]
    assert offered["apply"]["disabled"]["reason"].startswith("cells of a notebook are only read")
    assert "Apply" not in [each["command"]["title"] for each in editor.lenses(CELL)]
    refused = editor.command("orps.server.apply", ref)
    assert (refused["applied"], refused["reason"]) == (False, "Cells of a notebook are only read.")
    assert not editor.applied

    end = {"line": 1, "character": 4}
    _edit(editor, tmp_path, CELL, {"range": {"start": end, "end": end}, "text": "x += 1; "})
    editor.wait(job, "stale")
    _edit(editor, tmp_path, CELL, {"text": TEXT})
    editor.wait(job, "done")


def test_what_is_not_open_cannot_be_changed_or_closed(editor: Editor, tmp_path: Path) -> None:
    _edit(editor, tmp_path / "elsewhere", CELL, {"text": "y = 1\n"})
    _edit(editor, tmp_path, "vscode-notebook-cell:/n.ipynb#none", {"text": "y = 1\n"})
    closing = {"notebookDocument": {"uri": "file:///none.ipynb"}, "cellTextDocuments": [{"uri": "none:"}]}
    editor.notify("notebookDocument/didClose", closing)
    assert editor.command("probe.text", CELL) == TEXT
    assert not editor.saw("window/showMessage")

    closing = {
        "notebookDocument": {"uri": (tmp_path / "n.ipynb").as_uri()},
        "cellTextDocuments": [{"uri": CELL}, {"uri": OTHER}],
    }
    editor.notify("notebookDocument/didClose", closing)
    refused = editor.command("orps.server.refine", {"uri": CELL, "qualname": "f"})
    assert refused["error"] == "The document is not open."
