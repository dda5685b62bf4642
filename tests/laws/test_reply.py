"""Laws of reading answers: nothing raises, and what is accepted can be run in the target's place."""

import ast

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from orps_core.critique.scoring import score_of
from orps_core.domain.candidate import Attempt, Candidate, Refusal
from orps_core.propose.reply import read
from orps_core.propose.surroundings import Wanted
from orps_core.source.analysis import TextAnalyst
from orps_core.source.splicing import splice
from orps_core.source.targets import cut

MODULE = '''\
"""A module."""
import os


def other():
    return 0


def area(width: int, height: int = 1) -> int:
    """Product.

    >>> area(2, 3)
    6
    """
    result = 0
    for _ in range(width):
        result += height  # row by row
    return result
'''
TARGET = cut("/p/shapes.py", MODULE, "area")
ORIGINAL = Candidate(source=TARGET.source, rationale="as written", author="you")
WANTED = Wanted(target=TARGET, parent=ORIGINAL, author="model/m")
ANALYST = TextAnalyst(target=TARGET, imported={})

GOOD = "def area(width, height=1):\n    return width * height\n"
LONG = (
    "def area(width, height=1):\n    if width < 0:\n        return 0\n    a = width\n    return a * height\n"
)
BITS = st.sampled_from(
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("    ", "\t"),
        TARGET.source,
        "```python\n",
        "```\n",
        "~~~\n",
        "`````\n",
        "<think>",
        "</think>",
        "<solution>",
        '{"code": "',
        '"}',
        "IDEA: multiply\n",
        "import math\nfrom x import *\n",
        "class A:\n    def area(self, width, height=1):\n        return 1\n",
        "def area(width):\n    return 1\n",
        "@@ -1 +1 @@\n-    result = 0\n+    result = height\n",
        "<<<<<<< SEARCH\n    result = 0\n=======\n    result = 1\n>>>>>>> REPLACE\n",
        "assert area(1) == 1\n",
        "def area(width, height=1):\n    return (",
        "((((((((((" * 30,
        "-" * 50,
        "\x00",
        "\ud800",
        "\ufeff",
        "# a comment\n",
        "Sure, here is it:\n\n",
        "\n",
        "    ",
    ]
)
TEXTS = st.one_of(
    st.text(),
    st.lists(st.one_of(BITS, st.text(max_size=20)), max_size=9).map("".join),
)


def check(found: Attempt) -> None:
    if isinstance(found, Refusal):
        assert found.reason
        return
    assert ANALYST.static(found) is not None
    ast.parse(splice(TARGET, found).text)
    assert ANALYST.fingerprint(found) != ANALYST.fingerprint(ORIGINAL)
    assert ">>> area(2, 3)" in found.source


@given(TEXTS, st.booleans())
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_a_candidate_that_runs_or_a_reason(text: str, complete: bool) -> None:  # noqa: FBT001
    check(read(text, WANTED, complete=complete))


@given(
    st.integers(0, 400), st.sampled_from(["```python\n{}```", "{}", "Well.\n\n{}\nDone.", '{{"code": "{}"}}'])
)
@settings(deadline=None, max_examples=150)
def test_an_answer_cut_anywhere_is_never_half_a_function(end: int, frame: str) -> None:
    found = read(frame.format(LONG)[:end], WANTED, complete=False)
    check(found)
    if isinstance(found, Candidate):
        assert "return a * height" in found.source


@given(
    st.one_of(
        st.text(),
        st.lists(st.sampled_from(["<score>", "5", "/10", "{", '"score":', "NaN", "-1", "x"])).map("".join),
    )
)
@settings(deadline=None)
def test_any_text_is_a_score_or_none(text: str) -> None:
    found = score_of(text)
    assert found is None or 1 <= found <= 5
