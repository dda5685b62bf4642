"""Answers as people and models type them, with what a careful reader would take from each."""

import ast
import json
from html import escape

import pytest

from orps_core.domain.candidate import Candidate, Refusal
from orps_core.propose.reply import read
from orps_core.propose.surroundings import Wanted
from orps_core.source.targets import cut
from tests.core.propose.functions import METHODS

MODULE = '''\
import os


def total(xs: list[int], start: int = 0) -> int:
    """Sum of xs."""
    result = start
    for x in xs:
        result += x
    return result
'''
TARGET = cut("/p/mod.py", MODULE, "total")
BODY = "    result = start\n    for x in xs:\n        result += x\n    return result\n"
GOOD = "def total(xs, start=0):\n    return sum(xs, start)"
HEAD, INSIDE = GOOD.split("\n")
FENCE = f"```python\n{GOOD}\n```"
DECOY = "```python\ndef total(xs, start=0):\n    return None\n```"
SUM = "return sum(xs, start)"
REDUCED = "def total(xs, start=0):\n    return reduce(lambda a, b: a + b, xs, start)"
ADDED = "def total(xs, start=0):\n    for x in xs:\n        start = add(start, x)\n    return start"
ADD = "def add(a, b):\n    return a + b"


def swap(first: str, last: str) -> str:
    return f"{first}\n{BODY}=======\n    {SUM}\n{last}"


FORMS = {
    "a call whose arguments are a text": json.dumps(
        {"tool_calls": [{"function": {"name": "submit", "arguments": json.dumps({"new_source": GOOD})}}]}
    ),
    "entities of entities": f"```python\n{escape(escape(GOOD))} if 1 &amp;lt; 2 else 0\n```",
    "a cell with breaks": f"| code |\n|---|\n| {HEAD}<br>&nbsp;&nbsp;&nbsp;&nbsp;{INSIDE.strip()} |",
    "ticks in the first column": f"| `{HEAD}` | the head |\n|---|---|\n| `{INSIDE}` | the rest |",
    "a table without ticks": f"| line | code |\n|--|--|\n| 1 | {HEAD} |\n| 2 | {INSIDE} |",
    "a prompt without a number": f"In [ ]: {HEAD}\n    ...: {INSIDE}\n    ...:\nOut[ ]: None",
    "hyphens that nobody sees": FENCE.replace("return", "re\u00adturn"),
    "spaces that do not break": FENCE.replace(" ", "\u00a0"),
    "narrow spaces": FENCE.replace(", ", ",\u202f"),
    "wide spaces": FENCE.replace("    ", "\u2002" * 4),
    "marks of a direction": f"```python\n\u200e{HEAD}\n\u200e{INSIDE}\n```",
    "numbers with arrows": f"     1\u2192{HEAD}\n     2\u2192{INSIDE}",
    "numbers in brackets": f"[1] {HEAD}\n[2] {INSIDE}",
    "dashes for a search": swap("------- SEARCH", "+++++++ REPLACE"),
    "a search in small letters": swap("<<<<<<< search", ">>>>>>> replace"),
    "a search as of a merge": swap("<<<<<<< HEAD", ">>>>>>> UPDATED"),
    "a patch that adds a file": f"*** Begin Patch\n*** Add File: mod.py\n+{HEAD}\n+{INSIDE}\n*** End Patch",
    "added lines alone": f"```\n+{HEAD}\n+{INSIDE}\n```",
    "elements for old and new": f"<edit><old>{BODY}</old><new>    {SUM}\n</new></edit>",
    "elements for search and replace": f"<search>\n{BODY}</search>\n<replace>\n    {SUM}\n</replace>",
    "a head and a body apart": f"The head stays:\n```python\n{HEAD}\n```\nThe body:\n```python\n{SUM}\n```",
    "a body under a key": json.dumps({"function": "total", "body": SUM}),
    "stars around each line": f"**{HEAD}**\n**{INSIDE}**",
    "bytes": repr(GOOD.encode()),
    "a box": f"\\boxed{{\n{GOOD}\n}}",
    "a call in a channel": (
        "<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>commentary to=functions.submit "
        f"<|constrain|>json<|message|>{json.dumps({'code': GOOD})}<|call|>"
    ),
    "the better one first": f"### A (recommended)\n{FENCE}\n### B (simpler but slower)\n{DECOY}",
    "the chosen one first": f"Option A:\n{FENCE}\nOption B:\n{DECOY}\n\nI recommend Option A.",
    "a comparison last": f"{FENCE}\n\nFor comparison, the naive version would be:\n{DECOY}",
    "a warning last": f"{FENCE}\n\nDo NOT write it like this:\n{DECOY}",
    "a correction": f"{DECOY}\nWait, that is wrong. Actually:\n{FENCE}",
    "a turn that nobody took": f"{FENCE}<|im_end|>\n<|im_start|>user\nno\n<|im_start|>assistant\n{DECOY}",
    "a dialogue": f"{FENCE}\n\nHuman: thanks\n\nAssistant: here is another\n{DECOY}",
    "a mark in a comment": f"```python\n{HEAD}\n    # drops </think> marks\n{INSIDE}\n```",
    "an example that uses the same name": (
        "```python\ndef total(xs, start=0):\n    return sum(xs, start)\n\nxs = [1]\nstart = total(xs)\n```"
    ),
    "the old one last": f"New:\n{FENCE}\nOld:\n{DECOY}",
    "the original last, in Chinese": f"\u4f18\u5316\u540e:\n{FENCE}\n\u539f\u6765\u7684:\n{DECOY}",
    "a mistake last": f"{FENCE}\n\nA common mistake is this:\n{DECOY}",
    "a bad one last in the same block": (f"```python\n# Good\n{GOOD}\n\n# Bad\n{HEAD}\n    return None\n```"),
    "the whole and then what changed": f"{FENCE}\n\n```diff\n-    for x in xs:\n+    for x in list(xs):\n```",
    "the same change twice": f"```python\n{swap('<<<<<<< SEARCH', '>>>>>>> REPLACE')}\n```\n" * 2,
    "signs of a change in a docstring": (
        f"```python\n{HEAD}\n    '''<old>a</old><new>b</new>'''\n{INSIDE}\n```"
    ),
    "a comment that says what is the same": (
        f"```python\n{HEAD}\n    # gives the same as before\n{INSIDE}\n```"
    ),
    "a comment of an exercise": f"```python\n{HEAD}\n    # Your code here\n{INSIDE}\n```",
    "bars at the side": f"\u2502 {HEAD}\n\u2502 {INSIDE}",
    "an earlier version in the same block": f"```python\n{REDUCED}\n\n# simpler:\n{GOOD}\n```",
}


def answer(text: str) -> Candidate | Refusal:
    parent = Candidate(source=TARGET.source, rationale="as written", author="you")
    return read(text, Wanted(target=TARGET, parent=parent, author="model/m"))


def body(found: Candidate | Refusal) -> str:
    assert isinstance(found, Candidate), found.reason
    function = ast.parse(found.source).body[0]
    assert isinstance(function, ast.FunctionDef)
    return "\n".join(ast.unparse(each) for each in function.body[1:])


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_what_a_careful_reader_takes_is_taken(text: str) -> None:
    found = answer(text)
    assert body(found).removesuffix(" if 1 < 2 else 0") == SUM
    assert isinstance(found, Candidate)
    assert (found.imports, found.helpers) == ((), ())


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("return sum(xs, start) \u2212 0", "return sum(xs, start) - 0"),
        ("return start if start \u2260 3 else 4", "return start if start != 3 else 4"),
        (
            "tag = '<think>'\n    end = '</think>'\n    return (tag, end)",
            "tag = '<think>'\nend = '</think>'\nreturn (tag, end)",
        ),
        ("tag = '<|im_end|>'\n    return tag", "tag = '<|im_end|>'\nreturn tag"),
        ("if xs:\n\treturn start\n    return 0", "if xs:\n    return start\nreturn 0"),
        ("try:\n        return 1\n    except KeyError: ...", "try:\n    return 1\nexcept KeyError:\n    ..."),
    ],
)
def test_the_code_itself_is_taken_as_it_is_meant(written: str, meant: str) -> None:
    assert body(answer(f"```python\n{HEAD}\n    {written}\n```")) == meant


def test_a_body_whose_first_line_lost_its_margin_is_read() -> None:
    assert body(answer("result = sum(xs, start)\n    return result")) == (
        "result = sum(xs, start)\nreturn result"
    )


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (
            (
                "```python\n<<<<<<< SEARCH\n    result = start\n=======\n"
                "    result = sum(xs, start)\n>>>>>>> REPLACE\n```"
            ),
            "```python\n<<<<<<< SEARCH\n    for x in xs:\n        result += x\n=======\n>>>>>>> REPLACE\n```",
        ),
        (
            "```diff\n-    result = start\n+    result = sum(xs, start)\n```",
            "```diff\n-    for x in xs:\n-        result += x\n     return result\n```",
        ),
    ],
)
def test_a_change_in_several_blocks_is_made_as_a_whole(first: str, then: str) -> None:
    assert body(answer(f"{first}\nand then\n{then}")) == "result = sum(xs, start)\nreturn result"


ELSEWHERE = {
    "a block before": f"```python\n{ADD}\n```\n```python\n{ADDED}\n```",
    "a block behind": f"```python\n{ADDED}\n```\nwith the helper\n```python\n{ADD}\n```\n",
    "a key of JSON": json.dumps({"helpers": ADD, "code": ADDED}),
    "lines added above the function": (
        "```diff\n+def add(a, b):\n+    return a + b\n+\n"
        " def total(xs: list[int], start: int = 0) -> int:\n@@\n"
        "-    result = start\n     for x in xs:\n-        result += x\n-    return result\n"
        "+        start = add(start, x)\n+    return start\n```"
    ),
}


@pytest.mark.parametrize("text", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_helper_is_found_wherever_it_stands(text: str) -> None:
    found = answer(text)
    assert body(found) == "for x in xs:\n    start = add(start, x)\nreturn start"
    assert isinstance(found, Candidate)
    assert found.helpers == (ADD,)


IMPORTED = {
    "a change of the whole file": (
        "```diff\n--- a/mod.py\n+++ b/mod.py\n@@ -1,2 +1,3 @@\n import os\n+from functools import reduce\n \n"
        "@@ -6,4 +7,1 @@\n-    result = start\n-    for x in xs:\n-        result += x\n-    return result\n"
        "+    return reduce(lambda a, b: a + b, xs, start)\n```"
    ),
    "a search for the imports": (
        "<<<<<<< SEARCH\nimport os\n=======\nimport os\nfrom functools import reduce\n>>>>>>> REPLACE\n\n"
        + swap("<<<<<<< SEARCH", ">>>>>>> REPLACE").replace("sum(xs, start)", REDUCED.split("return ")[1])
    ),
    "a sentence": f"Add `from functools import reduce` at the top.\n```python\n{REDUCED}\n```",
    "a block": f"```python\nfrom functools import reduce\n```\n```python\n{REDUCED}\n```",
}


@pytest.mark.parametrize("text", IMPORTED.values(), ids=IMPORTED)
def test_an_import_is_found_wherever_it_stands(text: str) -> None:
    found = answer(text)
    assert body(found) == "return reduce(lambda a, b: a + b, xs, start)"
    assert isinstance(found, Candidate)
    assert found.imports == ("from functools import reduce",)


@pytest.mark.parametrize(
    ("helpers", "expression"),
    [
        (("TABLE = []", "for i in range(3):\n    TABLE.append(i)"), "TABLE[0]"),
        (("TABLE = {}", "TABLE[0] = 1", "TABLE.update({1: 2})"), "TABLE[0]"),
        (("try:\n    from fast import fsum\nexcept ImportError:\n    from math import fsum",), "fsum(xs)"),
    ],
)
def test_what_fills_a_helper_comes_along(helpers: tuple[str, ...], expression: str) -> None:
    found = answer("\n".join((*helpers, HEAD, f"    return {expression}", "print(total([1]))")))
    assert isinstance(found, Candidate)
    assert found.helpers == helpers


def test_of_what_is_tried_the_first_is_taken_with_what_it_needs() -> None:
    found = answer(
        "```python\ntry:\n    import numpy as np\n    def total(xs, start=0):\n"
        "        return np.sum(xs) + start\n"
        "except ImportError:\n    def total(xs, start=0):\n        return sum(xs, start)\n```"
    )
    assert body(found) == "return np.sum(xs) + start"
    assert isinstance(found, Candidate)
    assert found.imports == ("import numpy as np",)


@pytest.mark.parametrize(
    ("gap", "what"),
    [
        ("# existing code", "a comment stands"),
        ("# (loop omitted for brevity)", "a comment stands"),
        ("# same as before", "a comment stands"),
        ("[...]", "dots stand"),
        ("...", "dots stand"),
    ],
)
def test_what_was_left_out_is_not_taken_for_a_function(gap: str, what: str) -> None:
    found = answer(f"```python\n{HEAD}\n    result = start\n    {gap}\n    return result\n```")
    assert isinstance(found, Refusal)
    assert found.reason == f"it leaves a part of the function out: {what} in its place"


def test_what_was_only_thought_of_is_no_answer_where_another_one_came() -> None:
    found = answer(f"<think>\n{DECOY}\n</think>\nI am sorry, I cannot do that.")
    assert isinstance(found, Refusal)
    assert found.reason == "the answer holds no code"


@pytest.mark.parametrize(
    "text",
    [
        "def Stats.mean(self):\n    return sum(self.xs) / len(self.xs)",
        (
            "class Stats:\n    # ... other methods ...\n\n    def mean(self):\n"
            "        return sum(self.xs) / len(self.xs)\n\n    # ... rest unchanged ...\n"
        ),
    ],
)
def test_a_method_is_told_from_what_stands_around_it(text: str) -> None:
    found = read(f"```python\n{text}\n```", _method())
    assert isinstance(found, Candidate), found.reason
    assert found.source == "def mean(self):\n    return sum(self.xs) / len(self.xs)"


def test_a_method_that_needs_more_of_its_class_is_refused() -> None:
    text = (
        "class Stats:\n    def __init__(self, xs):\n        self.xs = xs\n        self._mean = sum(xs)\n\n"
        "    def mean(self):\n        return self._mean"
    )
    found = read(f"```python\n{text}\n```", _method())
    assert isinstance(found, Refusal)
    assert found.reason == (
        "it needs a new attribute _mean, which another part of the class would have to set"
    )


def _method() -> Wanted:
    target = cut("/p/stats.py", METHODS, "Stats.mean")
    parent = Candidate(source=target.source, rationale="", author="you")
    return Wanted(target=target, parent=parent, author="model/m")
