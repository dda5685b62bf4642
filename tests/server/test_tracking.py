from pathlib import Path

import pytest

from orps_core import Outliner, cut
from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target
from orps_server.carrying import carried
from orps_server.documents import Page
from orps_server.footing import footing
from orps_server.lines import UTF16, Lines
from orps_server.tracking import Found, Hold, find, moved

FUNCTION = '''\
    def f(self, xs):
        """Sum."""
        total = 0
        for x in xs:
            total += helper(x)
        return total
'''
MODULE = f"""\
import math
from others import far

LIMIT = 5


def helper(x):
    return min(x, LIMIT)


class C:
{FUNCTION}
    def g(self):
        return 1
"""
BETTER = Candidate(
    source='def f(self, xs):\n    """Sum."""\n    return sum(map(helper, xs))',
    rationale="sum",
    author="rules/sum",
)


def page(text: str) -> Page:
    return Page(uri="u", path="/a.py", version=1, lines=Lines(text, UTF16), functions=Outliner()(text))


def target(text: str = MODULE, name: str = "C.f") -> Target:
    return cut("/a.py", text, name)


def found(text: str) -> Found:
    return find(page(text), target())


@pytest.mark.parametrize(
    ("text", "hold"),
    [
        (MODULE, Hold.FRESH),
        ("# above\n\n" + MODULE, Hold.FRESH),
        (MODULE.replace("return 1", "return (1"), Hold.FRESH),
        (MODULE.replace("LIMIT = 5", "LIMIT = '''"), Hold.FRESH),
        (MODULE.replace("total = 0", "total = 0  # nothing yet"), Hold.COSMETIC),
        (MODULE.replace("        total = 0\n", "\n        total  =  0\n"), Hold.COSMETIC),
        (MODULE.replace("Sum.", "The sum.\n\n        >>> C().f([1])\n        1\n        "), Hold.COSMETIC),
        (MODULE.replace("\n", "\r\n"), Hold.COSMETIC),
        (MODULE.replace("def f(", "def added("), Hold.COSMETIC),
        (MODULE.replace("class C:", "class Renamed:"), Hold.COSMETIC),
        (MODULE.replace("total = 0", "total = 1"), Hold.EDITED),
        (MODULE.replace("def f(self, xs)", "def f(self, ys)"), Hold.EDITED),
        (MODULE.replace("total = 0", "total = (0"), Hold.UNCLEAR),
        (MODULE.replace("total += ", "total +="), Hold.COSMETIC),
        (MODULE.replace(FUNCTION, ""), Hold.GONE),
        (MODULE.replace(FUNCTION, "    x = (\n"), Hold.UNCLEAR),
        ("", Hold.GONE),
    ],
)  # fmt: skip
def test_what_an_edit_has_done_to_a_function(text: str, hold: Hold) -> None:
    assert found(text).hold is hold


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (MODULE.replace("def f(", "def added("), "C.added"),
        (MODULE.replace("class C:", "class Renamed:"), "Renamed.f"),
    ],
)
def test_a_renamed_function_is_followed(text: str, name: str) -> None:
    assert found(text).qualname == name


def test_a_function_that_was_there_already_is_not_taken_for_a_renamed_one() -> None:
    twins = MODULE + FUNCTION.replace("def f", "def h")
    gone = twins.replace(FUNCTION, "", 1)
    assert find(page(gone), target(twins)).hold is Hold.GONE


def test_a_line_moves_with_the_text_around_it() -> None:
    before, inserted = Lines("a\nb\nc\nd\n", UTF16), Lines("a\nx\ny\nb\nc\nd\n", UTF16)
    assert [moved(line, before, inserted) for line in (0, 1, 3, None)] == [0, 3, 5, None]
    assert [moved(line, inserted, before) for line in (0, 1, 3, 5)] == [0, 1, 1, 3]


def test_a_comment_of_the_person_is_carried_into_the_candidate() -> None:
    text = MODULE.replace('"""Sum."""', '"""Sum."""\n        # Mine.')
    made = carried(BETTER, target(), target(text))
    assert made is not None
    assert made.source == 'def f(self, xs):\n    """Sum."""\n    # Mine.\n    return sum(map(helper, xs))'


def test_a_comment_on_what_the_candidate_replaces_goes_with_it() -> None:
    made = carried(BETTER, target(), target(MODULE.replace("total = 0", "total = 0  # mine")))
    assert made == BETTER


def test_a_new_docstring_is_the_candidate_s_too() -> None:
    made = carried(BETTER, target(), target(MODULE.replace("Sum.", "The sum of all.")))
    assert made is not None
    assert '"""The sum of all."""' in made.source


def test_a_docstring_that_only_the_candidate_has_stays() -> None:
    plain = MODULE.replace('        """Sum."""\n', "")
    made = carried(BETTER, target(plain), target(plain.replace("total = 0", "total  = 0")))
    assert made == BETTER


def test_a_new_name_is_the_candidate_s_too() -> None:
    made = carried(BETTER, target(), target(MODULE.replace("def f(", "def added("), "C.added"))
    assert made is not None
    assert made.source.startswith("def added(self, xs):")


class TestFooting:
    @pytest.mark.parametrize(
        "text",
        [
            MODULE.replace("return 1", "return 2"),
            MODULE.replace("LIMIT = 5", "LIMIT = 5  # for now"),
            MODULE.replace("class C:", "UNUSED = 3\n\n\nclass C:"),
            MODULE + '\nif __name__ == "__main__":\n    print(C().f([1]))\n',
            '"""A docstring."""\n' + MODULE,
            MODULE.replace("total = 0", "total = 1"),
        ],
        ids=[
            "another method",
            "a comment",
            "a new name",
            "the program",
            "the docstring",
            "the function itself",
        ],
    )
    def test_what_the_function_does_not_use_does_not_count(self, text: str) -> None:
        assert of(text) == of(MODULE)

    @pytest.mark.parametrize(
        "text",
        [
            MODULE.replace("min(x, LIMIT)", "max(x, LIMIT)"),
            MODULE.replace("LIMIT = 5", "LIMIT = 6"),
            MODULE.replace("class C:", "class C(dict):"),
            MODULE.replace("LIMIT = 5", "LIMIT = 5\nLIMIT.cache = 3"),
            MODULE.replace("LIMIT = 5", "LIMIT = 5\nsetup()"),
        ],
        ids=["a helper", "what a helper uses", "its class", "an attribute", "a call"],
    )
    def test_what_it_uses_does(self, text: str) -> None:
        assert of(text) != of(MODULE)

    def test_so_do_its_tests_and_what_it_imports(self, tmp_path: Path) -> None:
        path = tmp_path / "a.py"
        (tmp_path / "others.py").write_text("far = 1\n")
        known = of(MODULE, path=path)
        assert of(MODULE, path=path, tests={"/test_a.py": "assert C().f([1]) == 1  # here\n"}) == known
        assert of(MODULE, path=path, tests={"/test_a.py": "assert C().f([1]) == 2\n"}) != known
        assert of(MODULE, path=path, others={str(tmp_path / "others.py"): "far = 2\n"}) != known

    def test_nothing_is_said_while_the_document_does_not_parse(self) -> None:
        assert of(MODULE + "x = (\n") is None


TESTS = {"/test_a.py": "assert C().f([1]) == 1\n"}


def of(
    text: str,
    *,
    path: Path = Path("/a.py"),
    tests: dict[str, str] = TESTS,
    others: dict[str, str] | None = None,
) -> str | None:
    made = cut(str(path), MODULE, "C.f")
    return footing(text, made, [BETTER.source], list(tests), {**tests, **(others or {})}.get)
