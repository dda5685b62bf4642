"""A rewrite in whatever form a person or a program has it."""

import re
from textwrap import dedent

import pytest

from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target
from orps_core.ports import Unavailable
from orps_core.source.reading import read_candidate
from orps_core.source.splicing import splice
from orps_core.source.targets import cut

MODULE = dedent('''\
    """Sums."""
    import math

    LIMIT = 3


    def helper(x):
        return x


    class Stats:
        def __init__(self, xs):
            self.xs = xs

        def total(self):
            out = 0
            for x in self.xs:
                out += x
            return out


    def double(x):
        return helper(x) + x
''')
TOTAL, DOUBLE = "def total(self):\n    return sum(self.xs)", "def double(x):\n    return 2 * helper(x)"


def target(qualname: str, text: str = MODULE) -> Target:
    return cut("/m.py", text, qualname)


def read(qualname: str, text: str, module: str = MODULE) -> Candidate:
    return read_candidate(target(qualname, module), text, "new.py")


@pytest.mark.parametrize(
    "text",
    [
        DOUBLE,
        DOUBLE.replace("\n", "\r\n") + "\r\n",
        "\ufeff" + DOUBLE,
        "\n\n    " + DOUBLE.replace("\n", "\n    "),
        "import math\n\n\n" + DOUBLE,
        MODULE[: MODULE.index("def double")] + DOUBLE,
        f"Here it is:\n\n```python\n{DOUBLE}\n```\nIt is faster.",
        f"```\nx = 1\n```\n~~~py\n{DOUBLE}\n~~~\n",
        DOUBLE + "\n\nprint(double(3))\nassert double(2) == 4\nif __name__ == '__main__':\n    double(1)\n",
        "def helper(x):\n    return x\n\n" + DOUBLE,
    ],
)
def test_a_function_is_found_in_every_form(text: str) -> None:
    found = read("double", text)
    assert (found.source, found.imports, found.helpers) == (DOUBLE, (), ())


@pytest.mark.parametrize(
    "text",
    [
        TOTAL,
        "    " + TOTAL.replace("\n", "\n    "),
        TOTAL.replace("\n", "\n    "),
        "class Stats:\n    " + TOTAL.replace("\n", "\n    "),
        "class Stats:\n\t" + TOTAL.replace("\n    ", "\n\t    "),
        re.sub(
            r"def total.*?out\n(?=\n\ndef)", TOTAL.replace("\n", "\n    ") + "\n", MODULE, flags=re.DOTALL
        ),
    ],
)
def test_a_method_is_found_with_or_without_its_class_and_indentation(text: str) -> None:
    found = read("Stats.total", text)
    assert found.source == TOTAL
    assert "        return sum(self.xs)\n" in splice(target("Stats.total"), found).text


def test_tabs_stay_as_they_are_written() -> None:
    found = read("double", "def double(x):\n\tif x:\n\t\treturn 2\n\treturn 0\n")
    assert found.source == "def double(x):\n\tif x:\n\t\treturn 2\n\treturn 0"


def test_imports_helpers_and_decorators_come_along() -> None:
    head = "import functools\nfrom math import floor\n\nTABLE = [1, 2]\n\n"
    found = read("double", head + "@functools.cache\ndef double(x):\n    return TABLE[x]\n")
    assert found.imports == ("import functools", "from math import floor")
    assert found.helpers == ("TABLE = [1, 2]",)
    assert found.source == "@functools.cache\ndef double(x):\n    return TABLE[x]"


def test_what_only_runs_something_is_left_out_and_that_is_said() -> None:
    assert read("double", DOUBLE + "\nprint(double(1))").rationale == (
        "given in new.py; 1 statements that only run something were left out"
    )


@pytest.mark.parametrize(
    ("text", "reason", "advice"),
    [
        ("--- a/m.py\n+++ b/m.py\n@@ -1,2 +1,2 @@\n-x\n+y\n", "is a diff", "Apply it to a copy"),
        ("diff --git a/m.py b/m.py\n@@ -1 +1 @@\n", "is a diff", "Apply it to a copy"),
        ("", "is empty", "Give it the new text of double"),
        ("def double(x:\n", "does not parse", "as Python"),
        ("def other(x):\n    return x", "defines no function 'double'", "It defines other"),
        (DOUBLE + "\ndef helper(x):\n    return x + 1", "also changes helper", "one function at a time"),
        (DOUBLE + "\nLIMIT = 4", "also changes LIMIT", "one function at a time"),
    ],
)
def test_what_cannot_be_read_gets_a_sentence_and_a_next_step(text: str, reason: str, advice: str) -> None:
    with pytest.raises(Unavailable) as raised:
        read("double", text)
    assert reason in raised.value.reason
    assert advice in raised.value.advice


def test_a_change_elsewhere_in_the_class_is_refused() -> None:
    text = "class Stats:\n    def other(self): return 1\n    def total(self):\n        return sum(self.xs)\n"
    with pytest.raises(Unavailable, match=r"Stats\.other"):
        read("Stats.total", text)


def test_a_nested_function_is_found_in_its_holder() -> None:
    module = "def outer(x):\n    def inner(y):\n        return y\n    return inner(x)\n"
    found = read("outer.<locals>.inner", module.replace("return y", "return y + 0"), module)
    assert found.source == "def inner(y):\n    return y + 0"
