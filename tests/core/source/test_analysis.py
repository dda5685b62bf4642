"""What the text of a candidate says without running it."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.candidate import Candidate
from orps_core.domain.comparison import Static
from orps_core.source.analysis import TextAnalyst
from orps_core.source.targets import cut


def analyst(original: str) -> TextAnalyst:
    return TextAnalyst(target=cut("a.py", original, "f"), imported={})


def candidate(source: str, *, imports: tuple[str, ...] = (), helpers: tuple[str, ...] = ()) -> Candidate:
    return Candidate(source=source, imports=imports, helpers=helpers, rationale="", author="me")


def accepted(original: str, source: str) -> bool:
    return analyst(original).static(candidate(source)) is not None


ORIGINAL = "def f(a, b=1, *args, c, **kw):\n    return a\n"


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("def f(a, b=1, *args, c, **kw):\n    x = a\n    return x", True),
        ("@cache\ndef f(a, b=1, *args, c, **kw):\n    return a", True),
        ("def f(a,\n  b = 1, *args, c, **kw): return a  # on one line", True),
        ("def g(a, b=1, *args, c, **kw):\n    return a", False),
        ("def f(a, b=2, *args, c, **kw):\n    return a", False),
        ("def f(a, b, *args, c, **kw):\n    return a", False),
        ("def f(b, a=1, *args, c, **kw):\n    return a", False),
        ("def f(a, b=1, *, c, **kw):\n    return a", False),
        ("def f(a, b=1, *args, c=None, **kw):\n    return a", False),
        ("async def f(a, b=1, *args, c, **kw):\n    return a", False),
        ("def f(a, b=1, *args, c, **kw):\n    yield a", False),
        ("def f(a, b=1, *args, c, **kw):\n    x = [(yield a)]\n    return x", False),
        ("def f(a, b=1, *args, c, **kw):\n    g = lambda: (yield)\n    return a", True),
        ("def f(a, b=1, *args, c, **kw):\n    def g():\n        yield 1\n    return a", True),
        ("def f(a, b=1, *args, c, **kw):\n    return (", False),
        ("x = 1\ndef f(a, b=1, *args, c, **kw):\n    return a", False),
        ("f = lambda a, b=1, *args, c, **kw: a", False),
        ("\0", False),
    ],
)
def test_only_what_keeps_name_signature_and_kind_is_measured(source: str, kept: bool) -> None:  # noqa: FBT001
    assert accepted(ORIGINAL, source) is kept


def test_a_generator_stays_a_generator() -> None:
    assert accepted("def f():\n    yield 1\n", "def f():\n    yield from (1,)")
    assert not accepted("def f():\n    yield 1\n", "def f():\n    return iter([1])")


@pytest.mark.parametrize(
    ("imports", "helpers"),
    [(("import",), ()), (("x = 1",), ()), ((), ("def g(:",)), (("import a; x = 1",), ())],
)
def test_imports_must_be_imports_and_helpers_must_parse(
    imports: tuple[str, ...], helpers: tuple[str, ...]
) -> None:
    made = candidate("def f():\n    return 1", imports=imports, helpers=helpers)
    assert analyst("def f():\n    return 1\n").static(made) is None


COUNTED = '''\
def f(x):
    """Doc
    string."""

    # a comment
    if x and not x or x:  # three
        return """two
lines"""
    elif x:
        pass
    for y in x:
        while y:
            y = [a for a in y if a if not a]
    try:
        assert x
    except (A, B):
        "".join(x)
    match x:
        case 1:
            return (
                1

            )
        case _:
            return 2 if x else 3
    return lambda: 0
'''


def test_code_lines_and_cyclomatic_complexity() -> None:
    # Lines: all but the docstring, the comment and the blank ones. Branches: 2 if + 2 operands, for, while,
    # comprehension with 2 ifs, except, 2 cases, 1 conditional expression, and the way straight through.
    assert analyst(COUNTED).static(candidate(COUNTED)) == Static(
        lines=21, cyclomatic=1 + 4 + 1 + 1 + 3 + 1 + 2 + 1, cognitive=16, nodes=67
    )


def test_helpers_count_as_part_of_the_candidate() -> None:
    helper = "def g(x):\n    return 1 if x else 2"
    made = candidate("def f():\n    return g(1)", helpers=(helper,))
    assert analyst("def f():\n    return 1\n").static(made) == Static(
        lines=4, cyclomatic=2, cognitive=1, nodes=15
    )


F = "def f(x):\n    '''Doc.'''\n    y = (x, 1000)\n    return y"


@pytest.mark.parametrize(
    "same",
    [
        F,
        F + "\n\n\n",
        F.replace("'''Doc.'''", '"""Other."""'),
        F.replace("    '''Doc.'''\n", ""),
        F.replace("y = (x, 1000)", "# why\n    y = x, 1_000  # what"),
        F.replace("    ", "\t"),
    ],
)
def test_comments_docstrings_and_layout_do_not_make_another_candidate(same: str) -> None:
    one, two = candidate(F, helpers=("A = 'b'",)), candidate(same, helpers=('A  = "b" # c',))
    assert analyst(F).fingerprint(one) == analyst(F).fingerprint(two)


@pytest.mark.parametrize(
    "other",
    [
        candidate(F.replace("1000", "1001")),
        candidate("@cache\n" + F),
        candidate(F, imports=("import math",)),
        candidate(F, helpers=("A = 1",)),
        candidate("def f(x): return '''Doc.'''"),
        candidate("not python ("),
    ],
)
def test_everything_else_does(other: Candidate) -> None:
    assert analyst(F).fingerprint(candidate(F)) != analyst(F).fingerprint(other)


def test_the_order_of_imports_does_not_matter_but_that_of_helpers_does() -> None:
    of, imports, helpers = analyst(F).fingerprint, ("import a", "import b"), ("A = 1", "A = 2")
    assert of(candidate(F, imports=imports)) == of(candidate(F, imports=imports[::-1]))
    assert of(candidate(F, helpers=helpers)) != of(candidate(F, helpers=helpers[::-1]))


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_at_all_makes_it_fail(source: str) -> None:
    made = candidate(source)
    assert analyst(F).static(made) is None
    assert analyst(F).fingerprint(made) != analyst(F).fingerprint(candidate(F))
