"""What models really answer, and what is made of it."""

import ast
import json

import pytest
from inline_snapshot import snapshot

from orps_core.domain.candidate import Candidate, Refusal
from orps_core.propose.reply import read
from orps_core.propose.surroundings import Wanted
from orps_core.source.splicing import splice
from orps_core.source.targets import cut
from tests.core.propose.functions import METHODS

MODULE = '''\
import os

LIMIT = 3


def helper(x):
    return x + 1


@staticmethod
def total(xs: list[int], start: int = 0) -> int:
    """Sum of xs.

    >>> total([1, 2])
    3
    """
    # The start comes first.
    result = start
    for x in xs:
        result += x  # one by one
    return result
'''
GOOD = "def total(xs, start=0):\n    return sum(xs, start)"
TARGET = cut("/p/mod.py", MODULE, "total")
ORIGINAL = Candidate(source=TARGET.source, rationale="as written", author="you")


def answer(text: str, *, complete: bool = True, parent: Candidate = ORIGINAL) -> Candidate | Refusal:
    return read(text, Wanted(target=TARGET, parent=parent, author="model/m"), complete=complete)


def body(found: Candidate | Refusal) -> str:
    """The candidate's statements below the docstring, or the reason why there is none."""
    if isinstance(found, Refusal):
        return found.reason
    function = ast.parse(found.source).body[0]
    assert isinstance(function, ast.FunctionDef)
    return "; ".join(ast.unparse(each) for each in function.body[1:])


DECOY = "def total(xs, start=0):\n    return None"
FENCE = f"```python\n{GOOD}\n```"


@pytest.mark.parametrize(
    "text",
    [
        FENCE,
        GOOD,
        f"~~~\n{GOOD}\n~~~",
        f"````py\n{GOOD}\n````",
        f"IDEA: sum it\n{FENCE}",
        f"Certainly! Here it is:\n\n{FENCE}\n\nIt uses `sum`. Call `total(...)`.",
        f"Here you go:\n\n{GOOD}\n\nThis is faster because sum is written in C.",
        FENCE.replace("\n", "\r\n"),
        f"```python\n{GOOD}",
        f"1. Use it:\n\n   ```python\n   {GOOD.replace(chr(10), chr(10) + '   ')}\n   ```",
        FENCE.replace("    return", "\treturn"),
        f"<think>\nFirst:\n```python\n{DECOY}\n```\nno.\n</think>\n{FENCE}",
        f"thinking without an opening\n```python\n{DECOY}\n```\n</think>\n\n{FENCE}",
        f"Usage:\n```python\nresult = total([1])\n```\nOriginal:\n```python\n{DECOY}\n```\nFinal:\n{FENCE}",
        f"{FENCE}\n\nTest it:\n\n```python\nassert total([1, 2]) == 3\nprint(total([1]))\n```",
        f"```python\n{GOOD}\n\nassert total([1]) == 1\nif __name__ == '__main__':\n    print(total)\n```",
        f"```python\n{GOOD}\n\n# and now a test\nprint(total([1,\n```",
        f"# === BEGIN SOLUTION ===\n{FENCE}\n# === END SOLUTION ===",
        f"```python\n# === BEGIN SOLUTION ===\n{GOOD}\n# === END SOLUTION ===\n```",
        f"<solution>\n{GOOD}\n</solution>",
        json.dumps({"reasoning": "sum", "code": GOOD}),
        f"```json\n{json.dumps({'code': FENCE})}\n```",
        '{"idea": "sum", "code": "' + GOOD + '"}',
        json.dumps({"idea": "sum", "result": [{"function": GOOD}]}) + "\nHope that helps!",
        '{"reasoning": "sum", "code": ' + json.dumps(GOOD) + ', "tests": ["tot',
        f"```python\nfrom mod import helper\n{GOOD}\n```",
        "    # only the inside\n    return sum(xs, start)",
        "```\nreturn sum(xs, start)\n```",
        f"```python\nclass Solution:\n    pass\n\n{GOOD}\n```",
        f"```python\n{GOOD.replace('(xs, start=0)', '(xs: list, start: int = 0) -> float')}\n```",
        (
            "```diff\n--- a/mod.py\n+++ b/mod.py\n@@ -1,9 +1,4 @@\n     # The start comes first.\n"
            "-    result = start\n-    for x in xs:\n-        result += x  # one by one\n-    return result\n"
            "+    return sum(xs, start)\n```"
        ),
        (
            "<<<<<<< SEARCH\n    result = start\n    for x in xs:\n        result += x  # one by one\n"
            "    return result\n=======\n    return sum(xs, start)\n>>>>>>> REPLACE"
        ),
    ],
)
def test_every_usual_way_to_answer_is_understood(text: str) -> None:
    assert body(answer(text)) == "return sum(xs, start)"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I am sorry, I cannot help with that.", "the answer holds no code"),
        ("", "the answer holds no code"),
        (
            f"<think>\nlet me see\n```python\n{DECOY}",
            "the answer was cut off while the model was still thinking",
        ),
        ("```python\ndef add_all(xs, start=0):\n    return 1\n```", "it defines add_all instead of total"),
        (
            "```python\ndef total(xs, start=0):\n    raise NotImplementedError\n```",
            "it leaves the body of the function out",
        ),
        (
            "```python\ndef total(xs, start=0):\n    result = start\n    # ... rest unchanged ...\n```",
            "it leaves a part of the function out: a comment stands in its place",
        ),
        (
            "```python\ndef total(xs):\n    return sum(xs)\n```",
            "it changes the signature to `def total(xs)`; it must stay `def total(xs, start=0)`",
        ),
        (
            "```python\nasync def total(xs, start=0):\n    return sum(xs)\n```",
            (
                "it changes the signature to `async def total(xs, start=0)`;"
                " it must stay `def total(xs, start=0)`"
            ),
        ),
        (
            "```python\ndef total(xs, start=0):\n    yield 1\n```",
            "it becomes a generator, which the original is not",
        ),
        (f"```python\n{TARGET.source}\n```", "the answer is the function as it was given, unchanged"),
        ("```js\nfunction total(xs, start = 0) {\n}\n```", "the answer is in js, not in Python"),
        (
            "```python\ndef total(xs, start=0):\n    # … as before …\n    ...\n```",
            "it leaves the body of the function out",
        ),
        (
            "```python\ndef total(xs, start=0):\n    return (\n```",
            "the code does not parse: '(' was never closed (line 2)",
        ),
        (
            "```python\ndef helper(x):\n    return 2\n\ndef total(xs, start=0):\n    return helper(xs)\n```",
            "it changes helper, which is not the function to rewrite",
        ),
        (
            "```diff\n@@ -1 +1 @@\n-    nothing = like_it\n+    return 1\n```",
            "the diff does not fit: the function has nothing like `nothing = like_it` there",
        ),
    ],
)
def test_what_cannot_be_run_is_refused_with_a_reason(text: str, reason: str) -> None:
    assert body(answer(text)) == reason


def test_a_function_that_was_cut_off_is_not_run() -> None:
    half = "```python\ndef total(xs, start=0):\n    result = start\n    for x in xs:\n        pass\n"
    assert body(answer(half, complete=False)) == "the answer was cut off inside the function"


def test_a_function_before_the_cut_is_run() -> None:
    assert body(answer(f"{FENCE}\n\nThis is because", complete=False)) == "return sum(xs, start)"
    assert body(answer(f"```python\n{GOOD}\n\nprint(tot", complete=False)) == "return sum(xs, start)"


def test_what_the_change_does_not_need_stays_as_it_was() -> None:
    text = """```python
def total(xs, start=0):
    result = start
    for x in reversed(xs):
        result += x
    return result
```"""
    found = answer(text)
    assert isinstance(found, Candidate)
    assert found.source == snapshot(
        '''\
@staticmethod
def total(xs: list[int], start: int = 0) -> int:
    """Sum of xs.

    >>> total([1, 2])
    3
    """
    # The start comes first.
    result = start
    for x in reversed(xs):
        result += x  # one by one
    return result\
'''
    )


def test_a_changed_docstring_is_given_back_for_it_may_hold_tests() -> None:
    found = answer('def total(xs, start=0):\n    """Nothing to test."""\n    return sum(xs, start)')
    assert isinstance(found, Candidate)
    assert ">>> total([1, 2])\n    3" in found.source
    assert "Nothing to test" not in found.source


def test_imports_and_helpers_come_along_as_far_as_they_are_needed() -> None:
    text = """```python
import os
import re, itertools
from functools import cache, reduce
from typing import *
FACTOR = 2
UNUSED = 3

@cache
def double(x):
    return FACTOR * x

def unused():
    return re

def total(xs, start=0):
    return reduce(lambda a, b: a + double(b), itertools.chain(xs), start)

print(total([1]))
```"""
    found = answer(text)
    assert isinstance(found, Candidate)
    assert found.imports == snapshot(
        ("import itertools", "from functools import cache", "from functools import reduce")
    )
    assert found.helpers == snapshot(("FACTOR = 2", "@cache\ndef double(x):\n    return FACTOR * x"))
    ast.parse(splice(TARGET, found).text)


@pytest.mark.parametrize(
    ("expression", "imports"),
    [
        ("math.fsum(xs)", ("import math",)),
        ("sum(Counter(xs).values())", ("from collections import Counter",)),
        ("os.fspath(start)", ()),
        ("[math for math in xs][0].real", ()),
        ("unknown.thing(xs)", ()),
    ],
)
def test_an_import_that_everybody_means_is_added(expression: str, imports: tuple[str, ...]) -> None:
    found = answer(f"def total(xs, start=0):\n    return {expression}")
    assert isinstance(found, Candidate)
    assert found.imports == imports


def test_helpers_of_the_parent_come_along_when_they_are_used() -> None:
    parent = Candidate(
        source=TARGET.source, helpers=("def twice(x):\n    return x + x",), rationale="", author="rules/x"
    )
    found = answer("def total(xs, start=0):\n    return twice(start)", parent=parent)
    assert isinstance(found, Candidate)
    assert found.helpers == parent.helpers


def test_a_helper_of_the_module_that_is_only_repeated_is_left_where_it_is() -> None:
    again = 'def helper(x: int):\n    """Add one."""\n    return x + 1'
    text = f"{again}\n\ndef total(xs, start=0):\n    return helper(1)"
    found = answer(text)
    assert isinstance(found, Candidate)
    assert found.helpers == ()


def test_the_idea_is_what_the_model_says_it_is() -> None:
    found = answer(f"Let me think.\n**IDEA:** leave the loop to `sum`\n{FENCE}")
    assert isinstance(found, Candidate)
    assert found.rationale == "leave the loop to `sum`"


@pytest.mark.parametrize(
    "text",
    [
        "def mean(self):\n    return sum(self.xs) / len(self.xs)",
        "```python\n    def mean(self):\n        return sum(self.xs) / len(self.xs)\n```",
        (
            "```python\nclass Stats:\n    def __init__(self, xs):\n        self.xs = xs\n\n"
            "    def mean(self):\n"
            "        return sum(self.xs) / len(self.xs)\n\nprint(Stats([1]).mean())\n```"
        ),
    ],
)
def test_methods_come_with_their_class_or_without(text: str) -> None:
    target = cut("/p/stats.py", METHODS, "Stats.mean")
    parent = Candidate(source=target.source, rationale="", author="you")
    found = read(text, Wanted(target=target, parent=parent, author="model/m"))
    assert isinstance(found, Candidate), found
    assert found.source == "def mean(self):\n    return sum(self.xs) / len(self.xs)"
    assert "        return sum(self.xs)" in splice(target, found).text


def test_a_new_method_beside_it_cannot_be_placed() -> None:
    beside = "    def total(self):\n        return 1"
    text = f"class Stats:\n{beside}\n    def mean(self):\n        return self.total()"
    target = cut("/p/stats.py", METHODS, "Stats.mean")
    parent = Candidate(source=target.source, rationale="", author="you")
    found = read(text, Wanted(target=target, parent=parent, author="model/m"))
    assert isinstance(found, Refusal)
    assert "new method total" in found.reason
