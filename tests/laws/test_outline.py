"""The outline of a document that is edited is that of the text as it is."""

import random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from orps_core.source.outlining import Outliner
from orps_core.source.syntax import parsed

PIECES = [
    "def f(x):\n    return x\n",
    "def g(x): return 1\n",
    "@one\n@two('é😋')\ndef f(x):\n    def inner():\n        pass\n    return inner\n",
    "class C:\n    def m(self):\n        return 1\n\n    @property\n    def p(self):\n        return 2\n",
    "@dec\nclass C:\n    '''def no(): pass'''\n    class D:\n        def m(self): ...\n",
    "if x:\n    def f(): pass\nelse:\n    def f(): return 2\n",
    "x = '''\ndef hidden():\n    pass\n'''\n",
    "# a comment\n",
    "\r\n",
    "async def a():\r\n    await b # end\r\n",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_what_is_kept_from_the_text_before_changes_nothing(versions: list[list[str]]) -> None:
    reader = Outliner(least=0)
    for pieces in versions:
        text = "\n".join(pieces)
        assert list(reader(text)) == list(Outliner()(text))


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(0, 300), st.sampled_from(["x", "\n", " ", "#", "'", "é", "def h(): pass\n"]))
def test_a_function_is_found_where_it_is_however_it_was_moved(pieces: list[str], at: int, new: str) -> None:
    """Also while the text does not parse, where it does again, the two are the same."""
    text = "\n".join(pieces)
    reader = Outliner(least=0)
    reader(text)
    edited = text[:at] + new + text[at:]
    for each in reader(edited):
        span = edited.encode()[each.name_span.start : each.name_span.end].decode()
        assert span == each.name
        found = reader(edited).around(each.name_span.start, each.name_span.end)
        assert found is not None
        assert reader(edited).named(each.qualname) == each
    assert list(reader(text)) == list(Outliner()(text))


def test_of_a_long_text_what_was_edited_is_found_wherever_it_is() -> None:
    text = "".join(f"def f_{number}(x):\n    return x\n\n\n" for number in range(4000))
    reader = Outliner()
    reader(text)
    for at in (0, 32_767, 32_768, 70_001, len(text) - 32_768, len(text) - 1, len(text)):
        line = text.rfind("\n", 0, at) + 1
        text = f"{text[:line]}# {at}\n{text[line:]}"
        found = reader.near(text)
        assert found is not None
        assert found.named("f_2000") == Outliner()(text).named("f_2000")


_TYPED = [
    "",
    "x",
    "\n",
    "\r",
    " ",
    "#",
    "'",
    '"""',
    "é",
    "def h(): pass\n",
    "    y = 1\n",
    "else:\n    pass\n",
    "\\",
    "(",
    ")",
    "@d\n",
    "try:\n    pass\n",
    "except E:\n    pass\n",
    "x = 1; for y in z:",
]


@settings(max_examples=300, deadline=None)
@example(["def g(x): return 1\n", "def f(x):\n    return x\n"], [(19, 0, "@d\n")])
@example(["x = 1\ny = 2", "else:\n    def f(): pass\n"], [(0, 5, "if x:\n    def f(): return 2")])
@given(
    TEXTS, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20), st.sampled_from(_TYPED)), max_size=6)
)
def test_reading_what_was_edited_alone_finds_what_reading_everything_finds(
    pieces: list[str], edits: list[tuple[int, int, str]]
) -> None:
    """Wherever the text is Python: what is broken can be read in more than one way."""
    text, reader = "\n".join(pieces), Outliner(least=0)
    reader(text)
    for at, gone, new in edits:
        text = text[:at] + new + text[at + gone :]
        found = list(reader(text))
        if parsed(text) is not None:
            assert found == list(Outliner()(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.lists(st.tuples(st.integers(0, 300), st.sampled_from(_TYPED)), max_size=5), st.randoms())
def test_what_was_typed_and_taken_back_in_any_order_changes_nothing(
    pieces: list[str], typed: list[tuple[int, str]], chance: random.Random
) -> None:
    text, reader = "\n".join(pieces), Outliner(least=0)
    steps = [*typed, *chance.sample(typed, len(typed))]
    there = list[tuple[int, str]]()
    for step in steps:
        there = [each for each in there if each is not step] if step in there else sorted([*there, step])
        now = text
        for at, new in reversed(there):
            now = now[:at] + new + now[at:]
        found = list(reader(now))
        if parsed(now) is not None:
            assert found == list(Outliner()(now))


def test_what_a_fault_above_made_look_broken_is_read_again_once_that_is_mended() -> None:
    body = "():\r\n    await b # end\r\n\n"
    text = f"async def a{body}async def c{body}def g(x): return 1\n"
    reader = Outliner(least=0)
    reader(text.replace("async def c", "async xdef c"))
    assert list(reader(text)) == list(Outliner()(text))


def test_what_a_fault_has_hidden_is_found_once_it_is_mended() -> None:
    text, reader = "\n".join(PIECES[each] for each in (0, 3, 5, 3, 0)), Outliner(least=0)
    reader(f"{text[:241]}'{text[241:]}")
    assert list(reader(text)) == list(Outliner()(text))
