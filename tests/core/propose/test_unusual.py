"""Answers that hardly any model gives, each in a form of its own: all of them hold the same function."""

import ast
import json
import textwrap

import pytest

from orps_core.domain.candidate import Candidate, Refusal
from orps_core.propose.reply import read
from orps_core.propose.surroundings import Wanted
from orps_core.source.targets import cut

MODULE = '''\
def total(xs: list[int], start: int = 0) -> int:
    """Sum of xs.

    >>> total([1, 2])
    3
    """
    result = start
    for x in xs:
        result += x
    return result
'''
TARGET = cut("/p/mod.py", MODULE, "total")
ORIGINAL = Candidate(source=TARGET.source, rationale="as written", author="you")
GOOD = "def total(xs, start=0):\n    return sum(xs, start)"
LINES = GOOD.split("\n")
DECOY = "def total(xs, start=0):\n    return None"
WAY = " def total(xs: list[int], start: int = 0) -> int:\n"
DIFF = (
    "-    result = start\n-    for x in xs:\n-        result += x\n-    return result\n"
    "+    return sum(xs, start)\n"
)
BODY = "    result = start\n    for x in xs:\n        result += x\n    return result"
ESCAPED = GOOD.replace("\n", "\\n")

UNUSUAL = {
    "thoughts that never end": f"<think>\nI sum them up.\n\n```python\n{GOOD}\n```\n",
    "numbers with a letter": "```\n"
    + "\n".join(f"L{at}: {line}" for at, line in enumerate(LINES, 1))
    + "\n```",
    "entities everywhere": f"```python\n{GOOD} if 1 &lt; 2 else 0\n```",
    "quotes of a typesetter": (
        f"```python\n{LINES[0]}\n    \u201c\u201d\u201dSum.\u201d\u201d\u201d\n{LINES[1]}\n```"
    ),
    "tokens of a model": f"<fim_prefix>{GOOD}<fim_suffix><fim_middle></s>",
    "a fence in a line": f"Here: ```{GOOD}```",
    "prompts of a notebook": f"In [1]: {LINES[0]}\n   ...: {LINES[1]}\n   ...: \n\nIn [2]: total([1])",
    "JSON in JSON": json.dumps(json.dumps({"code": GOOD})),
    "a class of a contest": (
        "```python\nclass Solution:\n    def total(self, xs, start=0):\n        return sum(xs, start)\n```"
    ),
    "a static method": (
        "```python\nclass Solution:\n    @staticmethod\n    def total(xs, start=0):\n"
        "        return sum(xs, start)\n```"
    ),
    "a numbered listing": "```python\n1 | def total(xs, start=0):\n2 |     return sum(xs, start)\n```",
    "a numbered listing without a bar": (
        "```\n 1  def total(xs, start=0):\n 2      return sum(xs, start)\n```"
    ),
    "numbers with colons": "1: def total(xs, start=0):\n2:     return sum(xs, start)",
    "a session at the prompt": (
        "```\n>>> def total(xs, start=0):\n...     return sum(xs, start)\n...\n>>> total([1])\n1\n```"
    ),
    "a quoted block": "\n".join(f"> {line}" for line in ["```python", *LINES, "```"]),
    "a quoted block without a fence": "\n".join(f"> {line}" for line in LINES),
    "HTML": f'<p>Here:</p>\n<pre><code class="language-python">{GOOD}\n</code></pre>',
    "HTML with entities": (
        "<pre><code>def total(xs, start=0):\n    return sum(xs, start) if 1 &lt; 2 else 0</code></pre>"
    ),
    "a table of one cell": f"<table><tr><td><pre>{GOOD}</pre></td></tr></table>",
    "reStructuredText": "Here it is::\n\n" + "\n".join(f"    {line}" for line in LINES) + "\n\nThat is all.",
    "a directive": ".. code-block:: python\n\n" + "\n".join(f"   {line}" for line in LINES),
    "org mode": f"#+BEGIN_SRC python\n{GOOD}\n#+END_SRC",
    "LaTeX": f"\\begin{{verbatim}}\n{GOOD}\n\\end{{verbatim}}",
    "AsciiDoc": f"[source,python]\n----\n{GOOD}\n----",
    "wiki tags": f'<syntaxhighlight lang="python">\n{GOOD}\n</syntaxhighlight>',
    "BBCode": f"[code=python]\n{GOOD}\n[/code]",
    "a notebook": json.dumps({"cells": [{"cell_type": "code", "source": [f"{LINES[0]}\n", LINES[1]]}]}),
    "YAML with a block": "idea: sum\ncode: |\n" + "\n".join(f"  {line}" for line in LINES),
    "YAML in a fence": "```yaml\ncode: |-\n" + "\n".join(f"  {line}" for line in LINES) + "\n```",
    "TOML": f"code = '''\n{GOOD}\n'''",
    "XML with character data": f"<answer><code><![CDATA[\n{GOOD}\n]]></code></answer>",
    "a call of a tool": json.dumps({"name": "write", "arguments": json.dumps({"code": GOOD})}),
    "a tool in tags": (
        '<tool_call>{"name": "edit", "arguments": {"path": "mod.py", "new_code": '
        + json.dumps(GOOD)
        + "}}</tool_call>"
    ),
    "JSON with a list of lines": json.dumps({"code": LINES}),
    "JSON under a name of its own": json.dumps({"refined_function": GOOD}),
    "JSON with the file as a key": json.dumps({"mod.py": GOOD}),
    "JSON with a text alone": json.dumps(GOOD),
    "JSON as Python writes it": str({"idea": "sum", "code": GOOD}),
    "JSON with a comma at the end": '{"idea": "sum", "code": "' + ESCAPED + '",}',
    "JSON with comments": '{\n  // sum\n  "code": "' + ESCAPED + '"\n}',
    "JSON after a word": "Answer: " + json.dumps({"code": GOOD}),
    "line ends spelt out": f"```python\n{ESCAPED}\n```",
    "a text in triple quotes": f'```python\ncode = """\n{GOOD}\n"""\n```',
    "a text that is executed": f"```python\nexec('''\n{GOOD}\n''')\n```",
    "a heredoc": f"```bash\ncat > mod.py <<'EOF'\n{GOOD}\nEOF\npython mod.py\n```",
    "a magic of a notebook": f"```python\n%%writefile mod.py\n{GOOD}\n```",
    "a file's name above": f"```python:mod.py\n{GOOD}\n```",
    "the name in the line of the fence": f'```python title="mod.py" {{1,2}}\n{GOOD}\n```',
    "the code in the line of the fence": f"```{LINES[0]}\n{LINES[1]}\n```",
    "a fence that begins in a sentence": f"Here it is: ```python\n{GOOD}\n```",
    "a fence that ends in its last line": f"```python\n{GOOD}```",
    "quotes for a fence": f"'''python\n{GOOD}\n'''",
    "one fence for each line": f"```python\n{LINES[0]}\n```\nand then\n```python\n{LINES[1]}\n```",
    "a lambda": "```python\ntotal = lambda xs, start=0: sum(xs, start)\n```",
    "another name that is bound to it": (
        "```python\ndef faster(xs, start=0):\n    return sum(xs, start)\n\ntotal = faster\n```"
    ),
    "a choice by version": f"```python\nif True:\n    {LINES[0]}\n    {LINES[1]}\n```",
    "a main that holds it": (
        f"```python\ndef main():\n    {LINES[0]}\n    {LINES[1]}\n    print(total([1]))\n```"
    ),
    "spaces that are none": GOOD.replace("    ", "\u00a0" * 4),
    "typographic quotes around it": f"\u201c{GOOD}\u201d",
    "invisible marks": GOOD.replace("def", "\u200bdef"),
    "two indentations": GOOD.replace("    ", "  \t"),
    "colours of a terminal": f"\x1b[32m{GOOD}\x1b[0m",
    "special tokens": f"<|im_start|>assistant\n```python\n{GOOD}\n```<|im_end|>",
    "thoughts in other tags": f"<reflection>\n```python\n{DECOY}\n```\n</reflection>\n```python\n{GOOD}\n```",
    "thoughts in a channel": (
        f"<|channel|>analysis<|message|>```python\n{DECOY}\n```<|end|>"
        f"<|channel|>final<|message|>```python\n{GOOD}\n```"
    ),
    "thoughts in brackets": f"[THINK]\n{DECOY}\n[/THINK]\n{GOOD}",
    "before and after": f"Before:\n```python\n{MODULE}```\nAfter:\n```python\n{GOOD}\n```",
    "after and before": (
        f"### After\n```python\n{GOOD}\n```\n### Before (for reference)\n```python\n{MODULE}```"
    ),
    "a diff of the whole file": (
        "--- mod.py\n+++ mod.py\n@@ -6,4 +6,1 @@\n"
        "-    result = start\n-    for x in xs:\n-        result += x\n"
        "-    return result\n+    return sum(xs, start)\n"
    ),
    "a diff for apply_patch": (
        "*** Begin Patch\n*** Update File: mod.py\n@@ def total\n-    result = start\n-    for x in xs:\n"
        "-        result += x\n-    return result\n+    return sum(xs, start)\n*** End Patch"
    ),
    "a diff without the docstring": f"```diff\n{WAY}{DIFF}```",
    "a diff with dots for the docstring": f"```diff\n{WAY}     ...\n{DIFF}```",
    "a diff of the function's beginning and end": (
        f"```diff\n-def total(xs, start=0):\n{DIFF}".replace("+    ", "+def total(xs, start=0):\n+    ")
        + "```"
    ),
    "a mail with a patch": (
        "From 1 Mon Sep 17\nSubject: sum\n---\n mod.py | 5 +----\n\n"
        "diff --git a/mod.py b/mod.py\n--- a/mod.py\n"
        f'+++ b/mod.py\n@@ -5,6 +5,3 @@\n     3\n     """\n{DIFF}-- \n2.30\n'
    ),
    "a diff of the oldest kind": (
        "```diff\n7,10c7\n<     result = start\n<     for x in xs:\n<         result += x\n"
        "<     return result\n---\n>     return sum(xs, start)\n```"
    ),
    "a merge that was not made": (
        f"```python\n{LINES[0]}\n<<<<<<< old\n    return start\n=======\n{LINES[1]}\n>>>>>>> new\n```"
    ),
    "a branch for old versions": (
        "```python\nimport sys\nif sys.version_info >= (3, 8):\n"
        "    def total(xs, start=0):\n        return sum(xs, start)\n"
        "else:\n    def total(xs, start=0):\n        return None\n```"
    ),
    "elements and entities": f"<response><function>{GOOD} if 1 &lt; 2 else 0</function></response>",
    "the parameter of a tool": f'<invoke name="edit"><parameter name="code">{GOOD}</parameter></invoke>',
    "line ends of HTML": LINES[0] + "<br>&nbsp;&nbsp;&nbsp;&nbsp;return sum(xs, start)",
    "ticks around every line": "\n".join(f"`{line}`" for line in LINES),
    "a table": "| line | code |\n|---|---|\n"
    + "\n".join(f"| {at} | `{line}` |" for at, line in enumerate(LINES)),
    "JSON as JavaScript would have it": f"{{code: `{GOOD}`}}",
    "numbers and a space": "```\n" + "\n".join(f"{at} {line}" for at, line in enumerate(LINES, 1)) + "\n```",
    "wide signs": f"```python\n{GOOD}\n```".replace("(", "\uff08")
    .replace(")", "\uff09")
    .replace(":", "\uff1a"),
    "the name of a version": f"```python\n{GOOD.replace('total', 'fast_total_2')}\n```",
    "YAML without a fence": f"answer:\n  language: python\n  code: |-\n{textwrap.indent(GOOD, '    ')}\n",
    "an edit for a tool": json.dumps(
        {"edits": [{"old_string": BODY, "new_string": "    return sum(xs, start)"}]}
    ),
    "a label": f"Answer: {GOOD}",
    "line ends of an old kind": GOOD.replace("\n", "\u2028"),
    "turns of a chat": f"<start_of_turn>model\n{GOOD}<end_of_turn>",
    "a program that prints it": f'```python\nprint("""{GOOD}\n""")\n```',
    "a lambda with a type": "```python\ntotal: Callable = lambda xs, start=0: sum(xs, start)\n```",
    "thoughts of one family": f"<seed:think>```python\n{DECOY}\n```</seed:think>\n{GOOD}",
    "thoughts of another": f"\u25c1think\u25b7```python\n{DECOY}\n```\u25c1/think\u25b7\n{GOOD}",
    "thoughts of a third": f"<|START_THINKING|>{DECOY}<|END_THINKING|>\n{GOOD}",
    "a change in words for each side": (
        "REPLACE\n```python\n"
        "    result = start\n    for x in xs:\n        result += x\n    return result\n```\n"
        "WITH\n```python\n    return sum(xs, start)\n```"
    ),
}


@pytest.mark.parametrize(
    "line", [" \n", "`\n", "<think>", "1c1\n< total\n", "<<<<<<< total\n", "1 total\n", "<old>\n"]
)
def test_what_a_model_repeats_without_end_is_read_all_the_same(line: str) -> None:
    """Where each line were looked at from each other, this would take minutes or hours."""
    found = read(line * 5000, Wanted(target=TARGET, parent=ORIGINAL, author="model/m"))
    assert isinstance(found, Refusal)


@pytest.mark.parametrize("text", UNUSUAL.values(), ids=UNUSUAL)
def test_every_unusual_way_to_answer_is_understood(text: str) -> None:
    found = read(text, Wanted(target=TARGET, parent=ORIGINAL, author="model/m"))
    assert not isinstance(found, Refusal), found.reason
    function = ast.parse(found.source).body[0]
    assert isinstance(function, ast.FunctionDef)
    said = "; ".join(ast.unparse(each) for each in function.body[1:])
    assert said.removesuffix(" if 1 < 2 else 0") == "return sum(xs, start)"


def test_a_method_that_needs_its_class_is_refused_where_a_function_is_wanted() -> None:
    text = "```python\nclass Solution:\n    def total(self, xs, start=0):\n        return self.add(xs)\n```"
    found = read(text, Wanted(target=TARGET, parent=ORIGINAL, author="model/m"))
    assert isinstance(found, Refusal)
    assert found.reason == "it is a method now, which the original is not"
