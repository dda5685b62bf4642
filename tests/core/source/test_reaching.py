"""What a candidate reaches for is named; honest code reaches for nothing."""

import json
from pathlib import Path

import pytest

from orps_core.domain.candidate import Candidate
from orps_core.source.analysis import TextAnalyst
from orps_core.source.reaching import imported_by, reaches
from tests.fakes import TARGET

ROOT = Path(__file__).parent.parent.parent.parent
PLAIN = "def f(x):\n    return x\n"

HONEST = [
    "from functools import cache\n@cache\ndef f(x):\n    return f(x - 1) if x else 0\n",
    "import collections\ndef f(x):\n    c = collections.Counter(x)\n    c['a'] += 1\n    return c\n",
    "def f(x):\n    table = {}\n    table[x] = getattr(x, 'real', 0)\n    del table[x]\n",
    "class A:\n    def __init__(self, value):\n        self.value = value\ndef f(x):\n    return A(x)\n",
    "def f(x):\n    open = [x]\n    while open:\n        x = open.pop()\n    return x\n",
    "LIMIT = 10\ndef f(x):\n    try:\n        x += LIMIT\n    except TypeError:\n        raise ValueError\n",
]
REACHING = {
    "import os\ndef f(x):\n    return os.getpid()": ("the module os",),
    "from sys import _getframe as g\ndef f(x):\n    return g()": ("the module sys",),
    "def f(x):\n    return eval('x')": ("eval",),
    "def f(x):\n    return open(x)": ("open",),
    "def f(x):\n    return f.__globals__": ("the attribute __globals__",),
    "def f(x):\n    return getattr(x, 'a' + 'b')": ("an attribute whose name is computed",),
    "def f(x):\n    return x.tb_frame.f_back": ("the attribute f_back", "the attribute tb_frame"),
    "def f(x):\n    return '{0.__class__}'.format(x)": ("an internal name inside a text",),
    "import json\ndef f(x):\n    json.dumps = x": ("a change to json",),
    "def f(x):\n    TABLE['a'] = x": ("a change to TABLE",),
    "def f(x):\n    global seen\n    seen = x": ("the global seen",),
    "class A:\n    def __eq__(self, other): return True\ndef f(x): return A()": ("a class with __eq__",),
    "class A(int): pass\ndef f(x): return A()": ("a kind of int",),
    "class A(metaclass=B): pass\ndef f(x): return A()": ("a metaclass",),
    "def f(x): raise SystemExit": ("SystemExit",),
    "print(1)\ndef f(x): return x": ("code that runs when it is imported",),
    "def f(x):\n    import nobody_knows\n    return x": ("the module nobody_knows",),
}


@pytest.mark.parametrize("text", HONEST)
def test_honest_code_reaches_for_nothing(text: str) -> None:
    assert reaches(PLAIN, text) == ()


@pytest.mark.parametrize("text", REACHING)
def test_what_it_reaches_for_is_named(text: str) -> None:
    assert reaches(PLAIN, text) == REACHING[text]


def test_what_the_original_reaches_for_is_no_difference() -> None:
    before = "import os\ndef f(x):\n    return os.path.exists(x)\n"
    assert reaches(before, before.replace("exists", "lexists")) == ()
    assert reaches(before, before + "\nimport ctypes\n") == ("the module ctypes",)


def test_imports_of_the_module_around_count_where_they_are_used() -> None:
    around = "import os\nfrom subprocess import run\n" + PLAIN
    assert reaches(PLAIN, PLAIN, imported_by(around)) == ()
    assert reaches(PLAIN, "def f(x):\n    os._exit(0)", imported_by(around)) == ("the module os",)
    assert reaches(PLAIN, "def f(x):\n    run(x)", imported_by(around)) == ("the module subprocess",)


def test_what_does_not_parse_reaches_for_nothing() -> None:
    assert reaches(PLAIN, "def f(:") == ()
    assert reaches("def f(:", PLAIN, imported_by("def (")) == ()


def test_every_attack_that_fakes_is_named() -> None:
    suite = json.loads((ROOT / "tests/attacks/attacks.json").read_text(encoding="utf-8"))
    fakes = json.loads((ROOT / "tests/attacks/fakes.json").read_text(encoding="utf-8"))["attacks"]
    silent = [
        each["name"]
        for each in fakes
        if each["category"] == "fake" and not reaches(suite["target"], each["snippet"])
    ]
    assert silent == []


def test_the_analyst_tells_it_of_a_candidate_with_its_imports_and_helpers() -> None:
    source = "def f(x):\n    return helper(x)"
    odd = Candidate(
        source=source,
        rationale="",
        author="",
        imports=("import ctypes",),
        helpers=("def helper(x):\n    return exec(x)",),
    )
    static = TextAnalyst(target=TARGET, imported={}).static(odd)
    assert static is not None
    assert static.reaches == ("exec", "the module ctypes")
