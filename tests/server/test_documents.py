import os
from pathlib import Path

import pytest

from orps_core import Outline, Outliner, cut
from orps_server.documents import Page, Pages, Source, unsaved
from orps_server.lines import UTF16, Lines

TEXT = """\
import functools

class C:
    @functools.cache
    def outer(self):
        def inner():
            return "😋"
        return inner

def last(): return 1
"""


def page(text: str) -> Page:
    return Page(uri="u", path="/a.py", version=1, lines=Lines(text, UTF16), functions=Outliner()(text))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (0, None),
        (2, None),
        (3, "C.outer"),
        (4, "C.outer"),
        (5, "C.outer.<locals>.inner"),
        (6, "C.outer.<locals>.inner"),
        (7, "C.outer"),
        (9, "last"),
    ],
)
def test_the_innermost_function_around_the_cursor(line: int, name: str | None) -> None:
    found = page(TEXT).around(line, line)
    assert (found.qualname if found else None) == name


def test_a_selection_across_two_functions_belongs_to_neither() -> None:
    assert page(TEXT).around(6, 9) is None


def test_the_state_of_a_target_is_shown_on_its_def_line() -> None:
    assert page(TEXT).line_of(cut("/a.py", TEXT, "C.outer")) == 4


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (TEXT, True),
        ("\n\n" + TEXT, True),
        (TEXT.replace('"😋"', '"x"'), False),
        (TEXT.replace("    @functools.cache\n", ""), False),
        (TEXT.replace("return 1", "return (1"), True),
        (TEXT.replace("import functools", "import (functools"), True),
        (TEXT.replace("import functools", "words = '''"), True),
        (TEXT.replace("import functools", "words = '''").replace("return inner", "return 1"), False),
    ],
    ids=[
        "as it was",
        "moved",
        "edited",
        "decorator gone",
        "broken below",
        "broken above",
        "hidden",
        "hidden and edited",
    ],
)
def test_a_target_is_held_while_its_bytes_are_there(text: str, holds: bool) -> None:  # noqa: FBT001
    assert page(text).holds(cut("/a.py", TEXT, "C.outer")) is holds


def test_a_text_is_parsed_once() -> None:
    parsed: list[str] = []

    class Counted(Outliner):
        def __call__(self, text: str) -> Outline:
            parsed.append(text)
            return super().__call__(text)

    pages = Pages(Counted)
    one = Source(uri="u", path="/a.py", version=1, lines=Lines("a = 1", UTF16))
    assert pages.page(one) is pages.page(one)
    # Some clients count from 0 again when a file is opened again: the version alone is not trusted.
    again = Source(uri="u", path="/a.py", version=1, lines=Lines("b = 1", UTF16))
    assert pages.page(again).text == "b = 1"
    assert parsed == ["a = 1", "b = 1"]


def test_only_documents_that_differ_from_the_disk_are_unsaved(tmp_path: Path) -> None:
    def source(name: str, text: str) -> Source:
        return Source(uri=name, path=f"{tmp_path}/{name}", version=1, lines=Lines(text, UTF16))

    saved = source("saved.py", "a = 1\r\n")
    (tmp_path / "saved.py").write_bytes(b"a = 1\r\n")
    new, untitled = source("new.py", "b = 1"), Source(uri="x", path=None, version=1, lines=Lines("c", UTF16))
    os.mkfifo(tmp_path / "pipe")
    pipe = source("pipe", "")  # Who reads it waits.
    differing = ((f"{tmp_path}/new.py", "b = 1"), (f"{tmp_path}/pipe", ""))
    assert unsaved([saved, new, untitled, pipe]) == differing
