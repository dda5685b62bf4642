from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orps_core import Edit, Outliner, cut, splice
from orps_core.domain.target import Target
from orps_server.applying import Plan, Refusal, plan, smallest
from orps_server.documents import Page
from orps_server.jobs import Job
from orps_server.lines import UTF16, Lines
from tests.server.fakes import Script, core, node

FUNCTION = '    def f(self, xs):\n        """😋 é"""\n        return [x for x in xs]\n'
MODULE = f"import re\n\n\nclass C:\n{FUNCTION}\n    def g(self):\n        return 1\n"
BETTER = 'def f(self, xs):\n    """😋 é"""\n    return list(xs)\n'


def page(text: str) -> Page:
    return Page(
        uri="file:///a.py", path="/a.py", version=3, lines=Lines(text, UTF16), functions=Outliner()(text)
    )


def job(text: str = MODULE) -> Job:
    return Job("job-1", "file:///a.py", cut("/a.py", text, "C.f"))


def planned(text: str, verified: Job | None = None) -> Plan | Refusal:
    return plan(core(Script()), page(text), verified or job(), node(1, BETTER, imports=("import math",)))


def test_the_candidate_takes_the_place_of_the_target() -> None:
    made = planned(MODULE)
    assert isinstance(made, Plan)
    assert "return list(xs)" in made.expected
    assert after(MODULE, made.edits) == made.expected


def test_a_function_that_only_moved_is_found_again() -> None:
    made = planned("# a new line\n" * 3 + MODULE)
    assert isinstance(made, Plan)
    assert made.expected.startswith("# a new line\n" * 3)


def test_code_that_does_not_parse_elsewhere_is_no_hindrance() -> None:
    made = planned(MODULE + "\n\nx = (\n")
    assert isinstance(made, Plan)
    assert made.expected.endswith("\n\nx = (\n")


def test_line_ends_stay_what_they_are() -> None:
    text = MODULE.replace("\n", "\r\n")
    made = planned(text, job(text))
    assert isinstance(made, Plan)
    assert made.expected.count("\n") == made.expected.count("\r\n")


@pytest.mark.parametrize(
    "text",
    [
        MODULE.replace("[x for x in xs]", "[x  for x in xs]"),
        MODULE.replace("\n", "\r\n"),
        MODULE.replace("def f", "def h"),
        MODULE.replace("class C", "class D"),
        MODULE.replace(FUNCTION, ""),
        "",
    ],
    ids=["one space", "line ends", "renamed", "other class", "deleted", "empty"],
)
def test_one_changed_byte_is_refused_with_advice(text: str) -> None:
    made = planned(text)
    assert isinstance(made, Refusal)
    assert made.reason.endswith(".")
    assert made.advice.endswith(".")


def after(text: str, edits: tuple[Edit, ...]) -> str:
    """What a client makes of edits: each speaks about the text as it was."""
    data = text.encode()
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        data = data[: edit.span.start] + edit.text.encode() + data[edit.span.end :]
    return data.decode()


PIECES = st.sampled_from(
    ["a", "\n", "\r\n", "😋", "\f", "\u2028", " ", '"', "(", "def f(): pass\n", FUNCTION, "#"]
)


@given(
    at=st.integers(0, len(MODULE)), length=st.integers(0, 40), new=st.lists(PIECES, max_size=3).map("".join)
)
def test_a_change_never_lands_on_text_it_was_not_verified_for(at: int, length: int, new: str) -> None:
    verified = job()
    text = MODULE[:at] + new + MODULE[at + length :]
    made = planned(text, verified)
    if isinstance(made, Plan):
        assert verified.target.text in text
        fresh: Target = cut("/a.py", text, "C.f")
        assert fresh.text == verified.target.text
        assert made.expected == splice(fresh, node(1, BETTER, imports=("import math",)).candidate).text
        assert after(text, made.edits) == made.expected


TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "é", "\f\n", "\r"]), max_size=12).map("".join)


@given(before=TEXTS, new=TEXTS)
def test_the_smallest_edits_lead_to_the_text_and_never_touch(before: str, new: str) -> None:
    edits = smallest(Lines(before, UTF16), Lines(new, UTF16))
    assert after(before, edits) == new
    assert all(one.span.end < two.span.start for one, two in pairwise(edits))
    assert (edits == ()) is (before == new)


def test_only_the_lines_that_change_are_edited() -> None:
    made = planned(MODULE)
    assert isinstance(made, Plan)
    assert [edit.text for edit in made.edits] == ["import math\n", "        return list(xs)\n"]
