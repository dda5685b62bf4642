"""Laws of mending: offsets stay, the result parses, and what was right survives."""

import ast

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from orps_core.source.mending import mend

RIGHT = (
    "x = 1",
    "def f(a):\n    return a",
    "@deco\n@more\ndef g():\n    '''é\nat the margin'''\n    return 1",
    "class A:\n    '''Doc.'''\n\n    def m(self):\n        return 1\n    y = 2",
    "if x:\n    a = 1\nelse:\n    a = 2",
    "try:\n    pass\nexcept E:\n    pass\nfinally:\n    pass",
    "s = '''🎉\nnot code(\n'''",
    "call(\n1,\n2,\n)",
    "elsewhere = 3",
    "# a comment (",
)
WRONG = (
    "y = (",
    "def half(",
    "def empty():",
    "for x in",
    "s = 'é🎉",
    "import",
    "x.",
    "class B:",
    "class C:\n    def ok(self):\n        return 1\n\n    def broken(self, é\n",
    "    indented = 1",
    "@",
    "a b",
    "\t)",
    "else:",
    "return)",
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from(RIGHT + WRONG), max_size=7))
    gap = draw(st.sampled_from(("\n", "\n\n\n", "\n# note\n")))
    return (gap.join(pieces) + draw(st.sampled_from(("", "\n")))).replace(
        "\n", draw(st.sampled_from(("\n", "\r\n")))
    )


@given(st.one_of(documents(), st.text(alphabet="aé🎉 \n\r\t()[]:'\"#@=.,\\\f", max_size=60)))
@settings(deadline=None)
def test_mended_text_parses_and_every_byte_stays_in_place(text: str) -> None:
    mended = mend(text)
    ast.parse(mended)
    assert len(mended.encode()) == len(text.encode())
    assert mended.count("\n") == text.count("\n")
    assert all(new in {old, b" "[0]} for old, new in zip(text.encode(), mended.encode(), strict=True))


@given(st.lists(st.sampled_from(RIGHT), max_size=6))
def test_a_document_without_errors_is_left_alone(pieces: list[str]) -> None:
    text = "\n".join(pieces)
    assert mend(text) == text


@given(
    st.lists(st.sampled_from(RIGHT), max_size=4),
    st.sampled_from(WRONG),
    st.lists(st.sampled_from(RIGHT), max_size=4),
)
@settings(deadline=None)
def test_statements_around_one_error_survive(before: list[str], wrong: str, after: list[str]) -> None:
    # An unclosed string or bracket may take in what follows, and an error may belong to what stands before.
    text = "\n".join([*before, "z = 0", wrong, "z = 0", *after])
    mended = mend(text)
    for statement in [*before, "z = 0", *after]:
        assert mended.count(statement) >= text.replace(wrong, "").count(statement)


@pytest.mark.parametrize("wrong", ["x = (", "def half(self):", "y = "])
def test_a_long_document_loses_only_what_is_wrong(wrong: str) -> None:
    lines = [f"def f{n}(x):\n    return [x, {n}]\n\n" for n in range(1500)]
    lines.insert(3, wrong + "\n")
    assert mend("".join(lines)).count("def f") == 1500
