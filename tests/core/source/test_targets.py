"""Cutting a function out of a document: by which name, in what state, and what is said if it cannot be."""

import ast

import pytest

from orps_core.ports import Unavailable
from orps_core.source.parse import outline
from orps_core.source.targets import cut

PLAIN = """\
import typing


class Stats:
    @property
    def mean(self):
        return 1

    @mean.setter
    def mean(self, value):
        pass

    class Inner:
        def deep(self):
            return 2


def outer(x):
    def inner(y):
        return y

    return inner(x)


@typing.overload
def f(x: int) -> int: ...
@typing.overload
def f(x: str) -> str: ...
def f(x):
    return x


def twice():
    return 1


def twice():
    return 2
"""


def refusal(text: str, name: str) -> str:
    with pytest.raises(Unavailable) as caught:
        cut("a.py", text, name)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "found", "text"),
    [
        ("Stats.mean", "Stats.mean", "@property\n    def mean(self):\n        return 1"),
        ("Stats.Inner.deep", "Stats.Inner.deep", "def deep(self):\n            return 2"),
        ("outer.<locals>.inner", "outer.<locals>.inner", "def inner(y):\n        return y"),
        ("outer.inner", "outer.<locals>.inner", "def inner(y):\n        return y"),
        ("f", "f", "def f(x):\n    return x"),
        ("twice", "twice", "def twice():\n    return 2"),
    ],
)
def test_a_name_finds_the_function_that_python_keeps(name: str, found: str, text: str) -> None:
    target = cut("a.py", PLAIN, name)
    assert (target.qualname, target.text) == (found, text)
    assert target.runnable == target.module == PLAIN


@pytest.mark.parametrize(
    ("branches", "kept"),
    [
        ("if sys.version_info >= (3, 8):|else:", 1),
        ("if sys.version_info < (3, 8):|else:", 2),
        ("if sys.version_info[0] == 2:|elif sys.version_info[:2] > (3, 2):|else:", 2),
        ("if sys.platform.startswith('amiga'):|elif os.name == 'riscos':|else:", 3),
        ("if not TYPE_CHECKING:|else:", 1),
        ("if fast:|else:", 2),
        ("try:|except ImportError:", 2),
        ("if sys.hexversion > 0x3000000:|elif fast:|else:", 1),
    ],
)
def test_of_branches_the_one_that_python_takes_is_meant(branches: str, kept: int) -> None:
    body = [f"{head}\n    def f():\n        return {at}\n" for at, head in enumerate(branches.split("|"), 1)]
    assert f"return {kept}" in cut("m.py", "".join(body), "f").source
    inside = "class C:\n" + "".join("    " + line + "\n" for text in body for line in text.splitlines())
    assert f"return {kept}" in cut("m.py", inside, "C.f").source


def test_a_function_in_a_branch_that_is_not_taken_here_is_found_if_there_is_no_other() -> None:
    """The Python of the project may be older than ours."""
    text = "if sys.version_info < (3, 8):\n    def f():\n        return 1\n"
    assert "return 1" in cut("m.py", text, "f").source


def test_the_outline_names_each_function_once() -> None:
    assert [each.qualname for each in outline(PLAIN)] == [
        "Stats.mean",
        "Stats.Inner.deep",
        "outer",
        "outer.<locals>.inner",
        "f",
        "twice",
    ]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("mean", "Did you mean 'Stats.mean'?"),
        ("Stat.mean", "Did you mean 'Stats.mean'?"),
        ("twise", "Did you mean 'twice'?"),
        (
            "zzz",
            "Did you mean 'Stats.mean' or 'Stats.Inner.deep' or 'outer' or 'outer.<locals>.inner' or 'f'?",
        ),
    ],
)
def test_a_name_that_is_not_there_is_answered_with_near_ones(name: str, advice: str) -> None:
    assert refusal(PLAIN, name) == f"There is no function {name!r} in a.py. {advice}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("A", "is a class, and functions are refined one by one. Name one of its methods: A.f."),
        ("A.B", "is a class, and functions are refined one by one. It has no method to name."),
        ("A.g", "is a lambda. Write it as a function, with def, and refine that."),
        (
            "h",
            "is a name that something is assigned to, and no function. Name the function that",
        ),
    ],
)
def test_what_is_no_function_is_called_what_it_is(name: str, said: str) -> None:
    text = "class A:\n    class B:\n        x: int\n    def f(self): ...\n    g = lambda self: 1\nh = A.f\n"
    assert said in refusal(text, name)


def test_a_file_without_functions_says_so() -> None:
    message = "There is no function 'f' in a.py. The file defines no function: name another file."
    assert refusal("x = 1\n", "f") == message


GOOD = "def good(x):\n    return x + 1\n"
METHOD = "class A:\n    y = 1\n\n    def good(self, x):\n        return x\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x = foo(1,\n\n" + GOOD, "good"),
        (GOOD + "\n\ndef half(", "good"),
        (GOOD + "\n\ndef half(x):\n", "good"),
        (GOOD + "\n\ndef half(x):\n    # to do\n\n\nx = 1\n", "good"),
        (GOOD + "\n\nif x:\n\n\ny = 1\n", "good"),
        (GOOD + "\n\ndef half(x):\n    if x:\n\n\ny = 1\n", "good"),
        ("s = 'abc\n" + GOOD, "good"),
        ('s = """abc\n' + GOOD, "good"),
        (GOOD + 's = """abc\n', "good"),
        ("import\n" + GOOD + "x = \n", "good"),
        ("print 'x'\n" + GOOD, "good"),
        ("@\n" + GOOD, "good"),
        ("x = {'é': '🎉'\n" + GOOD, "good"),
        (METHOD + "\n    def half(self,\n", "A.good"),
        (METHOD + "\n    def half(self):\n\n\nx = 1\n", "A.good"),
        (METHOD.replace("y = 1", "y = "), "A.good"),
        ("import dataclasses\n\n\n@dataclasses.dataclass\n" + METHOD + "\n    z: = 1\n", "A.good"),
        (
            "class Outer:\n" + "".join(f"    {line}\n" for line in METHOD.split("\n")) + "    x = (\n",
            "Outer.A.good",
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_syntax_error_elsewhere_does_not_matter(text: str, name: str, end: str) -> None:
    text = text.replace("\n", end)
    target = cut("a.py", text, name)
    assert target.module == text
    assert len(target.runnable.encode()) == len(text.encode())
    assert target.runnable.encode()[target.span.start : target.span.end].decode() == target.text
    ast.parse(target.runnable)
    assert ast.unparse(ast.parse(target.source)).startswith("def good(")


def test_the_class_around_a_method_keeps_its_decorators_and_its_other_members() -> None:
    text = "@deco\n@more(\n    1\n)\n" + METHOD + "\n    def half(self,\n"
    assert (
        cut("a.py", text, "A.good").runnable.rstrip() == text.removesuffix("\n    def half(self,\n").rstrip()
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x):\n    return (x\n", "The text of 'f' (line 1) does not parse: '(' was never closed."),
        (
            "x = 1\n\n\ndef f(x):\n    return x +\n",
            "The text of 'f' (line 4) does not parse: invalid syntax.",
        ),
        (
            "def f(a=1, b):\n    return a\n",
            "The text of 'f' (line 1) does not parse: non-default argument follows default argument.",
        ),
        (
            "def o():\n    def f():\n        return 1\n    x = = 1\n",
            "The code around 'o.<locals>.f' (line 2) does not parse.",
        ),
    ],
)
def test_a_syntax_error_inside_is_one_clear_sentence(text: str, message: str) -> None:
    name = "o.f" if "o()" in text else "f"
    assert refusal(text, name) == f"{message} Correct its syntax and refine it again."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def f(x:\n    return x\n", "f"),
        ("x = 1\n\n\nasync def f(\n    return 1\n", "f"),
        ("def o():\n    def f():\n        return 1\n    x = (\n", "o.f"),
    ],
)
def test_a_function_that_its_error_hides_is_not_called_missing(text: str, name: str) -> None:
    line = 1 + text[: text.index("def f")].count("\n")
    found = f"The text of {name!r} (line {line}) does not parse. Correct its syntax and refine it again."
    assert refusal(text, name) == found
    assert refusal(text, "g").startswith("There is no function 'g' in a.py.")


def test_a_layout_that_cannot_be_read_is_not_called_a_syntax_error() -> None:
    message = "The layout of 'f' (line 1) cannot be read. Format the file and refine it again."
    assert refusal("def f(x):\n    return (x +\n 1)\n", "f") == message


def test_an_unfinished_function_is_marked_broken_in_the_outline() -> None:
    found = {
        each.qualname: each.broken
        for each in outline("def f():\n\ndef g(): return 1\n\ndef h():\n    x = = 1\n")
    }
    assert found == {"f": True, "g": False, "h": True}


@pytest.mark.parametrize(
    ("head", "signature"),
    [
        ("def f(x):", "def f(x)"),
        (
            "async def f(x: dict[str, int] = {1: 2}) -> 'a: b':",
            "async def f(x: dict[str, int] = {1: 2}) -> 'a: b'",
        ),
        ("def f(\n    x,\n    y=lambda: 1,\n):", "def f( x, y=lambda: 1, )"),
        ("def f(x):  # see: below", "def f(x)"),
    ],
)
def test_the_signature_ends_at_the_colon(head: str, signature: str) -> None:
    assert cut("a.py", f"{head}\n    return x\n", "f").signature == signature


def test_a_form_feed_before_a_method_is_no_indentation() -> None:
    target = cut("a.py", "class A:\n    x = 1\n\f    def f(self):\n        return 1\n", "A.f")
    assert (target.indent, target.source) == ("    ", "def f(self):\n    return 1")


def test_a_crlf_document_is_cut_with_lf_and_without_a_last_line_end() -> None:
    target = cut("a.py", "class A:\r\n    def f(self):\r\n        return 1  # one\r\n    # two\r\n", "A.f")
    assert target.source == "def f(self):\n    return 1  # one"
    assert target.text.count("\r\n") == 1


def test_code_for_a_newer_python_is_not_taken_for_an_error() -> None:
    text = (
        "type Pair = tuple[int, int]\n\n\ndef g[T](x: T) -> T:\n    return x\n\n\n" + GOOD + "\n\ndef half(\n"
    )
    runnable = cut("a.py", text, "good").runnable
    assert "type Pair" in runnable
    assert "def g[T]" in runnable
    assert "half" not in runnable


def test_reading_a_document_with_a_doubtful_escape_warns_nobody() -> None:
    # The suite turns warnings into errors, so that one here would fail.
    assert cut("a.py", "x = '\\d'\n" + GOOD, "good").name == "good"
