"""Repair mutations: the edits that mend the usual slips are all there, likely ones first."""

import pytest

from orps_core.propose.mutations import Mutation, mutations
from orps_core.propose.mutators import OPERATORS
from tests.core.propose.rewriting import parsed

SLIPS = {
    "comparison": ("if a < b:\n        return a", "if a <= b:\n        return a"),
    "arithmetic": ("return a - b", "return a + b"),
    "augmented": ("a -= b", "a += b"),
    "augmented instead of plain": ("a = b", "a += b"),
    "constant": ("return a[1]", "return a[0]"),
    "boolean": ("return a or b", "return a and b"),
    "condition too many": ("return a and b", "return a"),
    "not too many": ("return not a", "return a"),
    "minus too many": ("return -a", "return a"),
    "negated condition": ("if a:\n        b()", "if not (a):\n        b()"),
    "truth": ("return True", "return False"),
    "range bound": ("for i in range(b):\n        a(i)", "for i in range(b + 1):\n        a(i)"),
    "range start": ("for i in range(b):\n        a(i)", "for i in range(1, b):\n        a(i)"),
    "index": ("return a[b]", "return a[b - 1]"),
    "missing + 1": ("return len(a)", "return len(a) + 1"),
    "swapped arguments": ("return pow(a, b)", "return pow(b, a)"),
    "swapped operands": ("return a / b", "return b / a"),
    "swapped items": ("a, b = b, a", "a, b = a, b"),
    "variable": ("return a + a", "return a + b"),
    "min and max": ("return min(a)", "return max(a)"),
    "any and all": ("return any(a)", "return all(a)"),
    "method": ("a.append(b)", "a.extend(b)"),
    "wrapper too many": ("return len(a)", "return a"),
    "argument too many": ("return sum(a, b)", "return sum(a)"),
    "slice bound": ("return a[1:b]", "return a[1:]"),
    "slice start": ("return a[:b]", "return a[1:b]"),
    "return value": ("return a", "return None"),
    "return the opposite": ("return a == b", "return not (a == b)"),
    "statement too many": ("a()\n    b()", "a()"),
    "statements in the wrong order": ("a()\n    b()", "b()\n    a()"),
}


def mutated(body: str) -> dict[str, Mutation]:
    return {one.source: one for one in mutations(parsed(f"def f(a, b):  # why\n    {body}"))}


@pytest.mark.parametrize(("wrong", "right"), SLIPS.values(), ids=SLIPS)
def test_one_edit_mends_the_slip(wrong: str, right: str) -> None:
    assert f"def f(a, b):  # why\n    {right}" in mutated(wrong)


def test_there_are_enough_operators() -> None:
    names = {one.operator for wrong, _ in SLIPS.values() for one in mutated(wrong).values()}
    assert len(OPERATORS) >= 12
    assert len(names) >= 20


def test_the_reason_names_the_change_and_its_line() -> None:
    found = mutated("if a < b:\n        return a")
    assert found["def f(a, b):  # why\n    if a <= b:\n        return a"].rationale == (
        "changes `<` to `<=` in line 2 of the function"
    )
    found = mutated("a()\n    b()")
    assert found["def f(a, b):  # why\n    a()"].rationale == "removes `b()` in line 3 of the function"


def test_likely_edits_come_first() -> None:
    operators = [one.operator for one in mutated("if a < 2:\n        return a + b").values()]
    assert operators[:3] == ["comparison"] * 3
    assert operators.index("arithmetic") < operators.index("variable") < operators.index("return_value")


def test_no_change_is_proposed_twice() -> None:
    sources = list(mutations(parsed("def f(a, b):\n    return a and a and b")))
    assert len({one.source for one in sources}) == len(sources)


def test_formatting_and_comments_stay() -> None:
    source = "def f(a,b) :\n\t# lead\n\treturn ( a<b  and   b )  # trail"
    assert {one.source for one in mutations(parsed(source))} >= {
        "def f(a,b) :\n\t# lead\n\treturn ( a<=b  and   b )  # trail",
        "def f(a,b) :\n\t# lead\n\treturn ( a<b  or   b )  # trail",
    }


def test_docstring_signature_and_annotations_are_never_changed() -> None:
    source = 'def f(a: int = 1 + 2) -> "a < 1":\n    """a < 1"""\n    x: "a < 1" = a\n    return x'
    for one in mutations(parsed(source)):
        assert one.source.startswith('def f(a: int = 1 + 2) -> "a < 1":\n    """a < 1"""\n')
