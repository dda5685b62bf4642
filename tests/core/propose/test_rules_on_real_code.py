"""On code nobody wrote for us, every proposal parses and leaves alone what a rule must not touch."""

import ast
import pathlib
import sysconfig
import tokenize
from collections.abc import Iterator

import pytest

from orps_core.propose.function import Function
from orps_core.propose.mutations import mutations
from orps_core.propose.rules import CATALOGUE, Rewrite
from tests.core.propose.functions import comments, functions

ALGORITHMS = pathlib.Path(__file__).parents[2] / "fixtures" / "thealgorithms"
STDLIB = pathlib.Path(sysconfig.get_paths()["stdlib"])
MODULES = (
    "bisect",
    "calendar",
    "configparser",
    "csv",
    "fractions",
    "heapq",
    "json/decoder",
    "shlex",
    "statistics",
    "string",
    "textwrap",
)
REAL = {
    f"{path.stem}.{name}": source
    for path in sorted(ALGORITHMS.glob("*.py"))
    for name, source in functions(path.read_text(encoding="utf-8"))
}


def proposed(source: str) -> Iterator[Rewrite]:
    function = Function.parse(source)
    assert function is not None
    for rule in CATALOGUE:
        yield from rule.rewrites(function)


def only(source: str) -> ast.FunctionDef | ast.AsyncFunctionDef:
    (tree,) = ast.parse(source).body
    assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
    return tree


def kept(before: str, rewrite: Rewrite) -> None:
    old, new = only(before), only(rewrite.source)
    assert new.name == old.name
    assert ast.dump(new.args) == ast.dump(old.args)
    assert ast.dump(new.returns or ast.Pass()) == ast.dump(old.returns or ast.Pass())
    assert ast.get_docstring(new, clean=False) == ast.get_docstring(old, clean=False)
    decorators = [ast.dump(one) for one in new.decorator_list]
    assert decorators[len(decorators) - len(old.decorator_list) :] == [
        ast.dump(one) for one in old.decorator_list
    ]
    assert comments(before) <= comments(rewrite.source)
    for statement in (*rewrite.imports, *rewrite.helpers):
        ast.parse(statement)
    assert rewrite.rationale.endswith(".")
    assert "\n" not in rewrite.rationale


@pytest.mark.parametrize("source", REAL.values(), ids=REAL)
def test_signature_docstring_decorators_and_comments_stay(source: str) -> None:
    for rewrite in proposed(source):
        kept(source, rewrite)


def test_there_is_something_to_propose_on_real_code() -> None:
    found = {rewrite.rule for source in REAL.values() for rewrite in proposed(source)}
    assert found >= {"str_join", "loop_invariant", "range_len", "numeric_ops", "bind_local", "tail_recursion"}


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_nothing_raises_on_the_standard_library(module: str) -> None:
    with tokenize.open(STDLIB / f"{module}.py") as file:
        text = file.read()
    found = dict(functions(text))
    assert found
    for source in found.values():
        for rewrite in proposed(source):
            kept(source, rewrite)


@pytest.mark.parametrize("source", REAL.values(), ids=REAL)
def test_mutations_differ_in_one_place_and_parse(source: str) -> None:
    function = Function.parse(source)
    assert function is not None
    signature = ast.dump(only(source).args)
    for mutation, _ in zip(mutations(function), range(40), strict=False):
        assert mutation.source != source
        assert ast.dump(only(mutation.source).args) == signature
        assert "\n" not in mutation.rationale
        assert "of the function" in mutation.rationale


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        "def f(:",
        "def f(): pass\n\ndef g(): pass",
        "class A:\n    def f(self): pass",
        "def f():\n\tif 1:\n        pass",
        "\x00",
        "def f():\n    return '",
        "# only a comment",
        pytest.param("def f():\n    return '\ud800'", id="half a character"),
        pytest.param("(" * 5000, id="thousands of brackets"),
        pytest.param(f"def f(a):\n    return {'-' * 9999}a", id="thousands of signs"),
        pytest.param(f"def f(a):\n    return {' + '.join('a' * 500)}", id="hundreds of operators"),
        pytest.param("def f(a):\n    if a: pass\n" + "    elif a: pass\n" * 500, id="hundreds of conditions"),
    ],
)
def test_a_text_that_is_not_one_function_is_nobody(source: str) -> None:
    assert Function.parse(source) is None


@pytest.mark.parametrize(
    "source",
    [
        "def f(): ...",
        "async def f(a):\n    async for x in a:\n        yield [y async for y in x]",
        "def f[T: int](a: list[T]) -> T:\n    type X = T\n    return a[0]",
        'def f(a):\n    return f"{a["k"]!r:>{len(a)}}"',
        "@a.b(c)\n@d\ndef f(*, k=1, **rest):\n    return lambda *x: (yield x)",
        "def f(a):\n    match a:\n        case {'k': [x, *_], **y} if x:\n            del a[0], x\n",
        "def f(a):\n    global b\n    import os.path, re as r\n    b: int\n    with a as (c, [d]): b = c\n",
        "def f(a):\n    try:\n        a()\n    except* E as e:\n        raise\n    finally:\n        pass",
        "def f(a):\n    def g():\n        nonlocal a\n    class C(a):\n        'text'\n        x = a",
        "def f(a): # c\n\n    # d\n    return (  # e\n        a\n    )\n    # g",
        "def f(a):\n    return (x := a), [*a], {**a}, a[1:2, ::3], -a ** -1, not a, a if a else a, (yield)",
    ],
)
def test_any_syntax_is_read(source: str) -> None:
    list(proposed(source))
    function = Function.parse(source)
    assert function is not None
    list(mutations(function))
