"""Edits of a function's text: exact where they are made, and nothing changes elsewhere."""

import hypothesis.strategies as st
import libcst as cst
import pytest
from hypothesis import given, settings

from orps_core.propose.function import Edit
from orps_core.propose.rules import CATALOGUE
from tests.core.propose.functions import comments
from tests.core.propose.rewriting import code, parsed

LINES = (
    "n = len(a) * 2",
    "b = [x for x in a if x in c]",
    "s += str(n)",
    "r.append(a[0] + n ** 2)",
    "t = sorted(a)[0]",
    "c = list(a)",
    "n = max(n, 1)",
    "d[n] = 'é # no comment'",
    "return any(x for x in a)",
    "a.pop(0)",
)
HEADERS = ("for x in a:", "for i in range(len(a)):", "while n < len(a):", "if n in (1, 2):", "with a as b:")


@st.composite
def sources(draw: st.DrawFn) -> str:
    """Functions of random nesting, with a numbered comment on many lines."""
    unit = draw(st.sampled_from(("    ", "\t", "  ")))
    lines = ["def f(a, c, n=2 ** 2):", unit + '"""Docstring: x in [1, 2]."""', f"{unit}s = ''"]
    depth = 1
    for number in range(draw(st.integers(1, 12))):
        note = draw(st.sampled_from(("", f"  # note {number}")))
        header = draw(st.booleans()) and depth < 4
        lines.append(unit * depth + draw(st.sampled_from(HEADERS if header else LINES)) + note)
        if header:
            lines.append(unit * (depth + 1) + draw(st.sampled_from(LINES)))
            depth += 1
        depth = draw(st.integers(1, depth))
    return "\n".join(lines)


@pytest.mark.slow
@settings(deadline=None, max_examples=25)  # how long it takes depends on who else uses the machine
@given(sources())
def test_every_proposal_parses_and_keeps_signature_docstring_and_comments(source: str) -> None:
    function = parsed(source)
    head = source[: source.index("\n", source.index('"""'))]
    for rule in CATALOGUE:
        for rewrite in rule.rewrites(function):
            parsed(rewrite.source)
            assert rewrite.source.startswith(head)
            assert comments(source) <= comments(rewrite.source)


@settings(deadline=None, max_examples=40)
@given(sources(), st.text(max_size=5), st.data())
def test_an_edit_changes_its_place_only(source: str, text: str, data: st.DataObject) -> None:
    function = parsed(source)
    node = data.draw(st.sampled_from(function.expressions()))
    start, end = function.span(node)
    whole = source.encode()
    expected = (whole[:start] + text.encode(errors="replace") + whole[end:]).decode()
    edit = Edit(start, end, text.encode(errors="replace").decode())
    assert function.apply((edit,)) == expected.rstrip("\n")


def test_overlapping_edits_are_refused() -> None:
    function = parsed("def f(a):\n    return a + 1")
    (node,) = function.find(cst.BinaryOperation)
    assert function.apply((function.swap(node, "2"), function.swap(node.left, "b"))) is None


def test_insertions_at_one_place_keep_their_order() -> None:
    function = parsed("def f(a):\n    return a")
    first, second = (function.before(function.body[0], line) for line in ("b = 1", "c = 2"))
    assert function.apply((first, second)) == "def f(a):\n    b = 1\n    c = 2\n    return a"


def test_removing_a_line_leaves_no_double_blank_line() -> None:
    function = parsed("def f(a):\n    b = 1\n\n    c = 2\n\n    return a")
    assert function.apply((function.remove(function.body[1]),)) == "def f(a):\n    b = 1\n\n    return a"


def test_removing_a_line_leaves_its_comment() -> None:
    function = parsed("def f(a):\n    b = 1  # why\n    return a")
    assert function.apply((function.remove(function.body[0]),)) == "def f(a):\n    # why\n    return a"


def test_loops_around_a_node_end_at_its_own_function() -> None:
    source = """
        def f(a):
            for x in a:
                while x:
                    x -= 1
                def g():
                    return [y for y in x]
        """
    function = parsed(code(source))
    (less,) = function.find(cst.AugAssign)
    assert [type(loop).__name__ for loop in function.loops(less)] == ["While", "For"]
    (inner,) = function.find(cst.ListComp)
    assert function.loops(inner) == []


def test_effects_tell_binding_changing_and_handing_out_apart() -> None:
    function = parsed(
        "def f(a, b, c, d):\n    b = a.x\n    c.append(b)\n    c[0].y = 1\n    g(d.z, len(a))\n    return a"
    )
    effects = function.effects(*function.body)
    assert effects.stores == {"b"}
    assert effects.mutated == {"c"}
    assert effects.exposed == {"d"}
    assert effects.names >= {"a", "b", "c", "d", "g", "len"}
    assert "x" not in effects.names
