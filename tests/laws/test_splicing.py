"""Laws of cutting a function out and putting it back: nothing else in the document moves."""

import ast
import dataclasses

import hypothesis.strategies as st
from hypothesis import given, settings

from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target
from orps_core.source.splicing import apply, splice, splice_runnable
from orps_core.source.targets import cut

HEADS = (
    "",
    "#!/usr/bin/env python\n# -*- coding: utf-8 -*-\n",
    '"""Módulo 🎉."""\n',
    '"""Two\n\nlines."""\n\nfrom __future__ import annotations\n\nimport sys; import re\n',
    "import os\nimport sys\n\nimport numpy as np\nfrom pkg import (\n    a,\n    b,\n)\n",
    "x = '🎉 é'  # a note\n",
    "\f\n",
)
# § stands for the indentation of the body; lines without it hang further left than the function.
BODIES = (
    "§return x",
    '§"""Doc é."""',
    '§"""Doc\nless indented\n  than this\n§é\n\n§"""',
    "§text = '''\nless\n§more\n\n'''",
    "§total = (x,\n 1)",
    "# at the margin",
    "\n",
    "§if x:\n§§y = 1  # 🎉\n§else:\n§§y = 2",
    "§def inner():\n§§return '''\nz'''",
    "§s = 'a' \\\n'b'",
    "   ",
    "§f = f'{x!r:>{x}}'",
    "§async def later():\n§§await x",
)
TAILS = (
    "",
    "\n",
    "\n# after\n\nx = 1\n",
    "\n\n\n    # a comment further right\nclass B: pass",
    "\n\f\ny = 2\n",
)
DECORATORS = ("", "§@deco\n", "§@a.b(1,\n  2)\n§@c\n")
# What stands around the function, what the function is called there, and what must follow.
WRAPPERS = (
    ("", "f", ""),
    ("class A:\n", "A.f", ""),
    ("class A:\n§class B:\n", "A.B.f", ""),
    ("def outer():\n", "outer.f", ""),
    ("if True:\n", "f", ""),
    ("try:\n", "f", "\nfinally:\n§pass"),
)


@st.composite
def documents(draw: st.DrawFn) -> Target:
    unit = draw(st.sampled_from(("    ", "\t", "  ")))
    around, name, after = draw(st.sampled_from(WRAPPERS))
    indent = unit * around.count(":")
    decorators, kind = draw(st.sampled_from(DECORATORS)), draw(st.sampled_from(("", "async ")))
    body = "\n".join([*draw(st.lists(st.sampled_from(BODIES), max_size=4)), "§return 1"])
    function = f"{decorators}§{kind}def f(x):\n".replace("§", indent) + body.replace("§", indent + unit)
    document = "".join(
        [
            draw(st.sampled_from(HEADS)),
            around.replace("§", unit),
            function,
            after.replace("§", unit),
            draw(st.sampled_from(TAILS)),
        ]
    )
    ast.parse(document)
    return cut("/a.py", document.replace("\n", draw(st.sampled_from(("\n", "\r\n")))), name)


def as_written(target: Target) -> Candidate:
    return Candidate(source=target.source, rationale="", author="law")


IMPORTS = (
    "import math",
    "import abc",
    "import zlib",
    "import re",
    "from itertools import chain",
    "import numpy",
)


@st.composite
def candidates(draw: st.DrawFn, target: Target) -> Candidate:
    rewritten = ast.unparse(ast.parse(target.source))
    return Candidate(
        source=draw(st.sampled_from((target.source, rewritten))),
        imports=tuple(draw(st.lists(st.sampled_from(IMPORTS), unique=True))),
        helpers=tuple(draw(st.sampled_from(((), ("_TABLE = {1: 2}",), ("def _help(x):\n    return x",))))),
        rationale="",
        author="law",
    )


@given(documents())
@settings(deadline=None)
def test_the_untouched_source_gives_the_document_back_byte_for_byte(target: Target) -> None:
    assert splice(target, as_written(target)).text == target.module
    assert splice_runnable(target, as_written(target)) == target.runnable


@given(documents())
@settings(deadline=None)
def test_the_source_of_a_target_is_one_function_at_column_zero(target: Target) -> None:
    (function,) = ast.parse(target.source).body
    assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
    assert function.name == "f"


@given(st.data())
@settings(deadline=None)
def test_nothing_changes_outside_the_edits_and_the_result_parses(data: st.DataObject) -> None:
    target = data.draw(documents())
    candidate = data.draw(candidates(target))
    result = splice(target, candidate)
    at, outside = 0, list[bytes]()
    for edit in result.edits:
        outside.append(target.module.encode()[at : edit.span.start])
        at = edit.span.end
    outside.append(target.module.encode()[at:])
    text = result.text.encode()
    for edit, piece in zip(result.edits, outside, strict=False):
        assert text.startswith(piece)
        text = text[len(piece) :]
        assert text.startswith(edit.text.encode())
        text = text[len(edit.text.encode()) :]
    assert text == outside[-1]
    ast.parse(result.text)


@given(st.data())
@settings(deadline=None)
def test_what_was_put_in_can_be_cut_out_again(data: st.DataObject) -> None:
    target = data.draw(documents())
    candidate = data.draw(candidates(target))
    again = cut(target.path, splice(target, candidate).text, target.qualname)
    assert ast.dump(ast.parse(again.source)) == ast.dump(ast.parse(candidate.source))
    twice = splice(again, dataclasses.replace(candidate, source=again.source, helpers=()))
    assert twice.text == again.module  # imports are not put in a second time


@given(st.data())
@settings(deadline=None)
def test_the_document_keeps_its_line_ends(data: st.DataObject) -> None:
    target = data.draw(documents())
    text = splice(target, data.draw(candidates(target))).text
    crlf = "\r\n" in target.module
    assert text.count("\n") == (text.count("\r\n") if crlf else text.count("\n") - text.count("\r"))


@given(documents())
@settings(deadline=None)
def test_applying_no_edit_changes_nothing(target: Target) -> None:
    assert apply(target.module, ()) == target.module
