"""Each decision of docs/behaviour.md, with code on which it decides."""

from pathlib import Path

import pytest

from orps_core.execute.harness.differing import Agreement, first_difference
from orps_core.execute.harness.lasting import settings
from orps_core.execute.harness.recording import Call, resolve
from tests.core.harness.made import module_of

PAGE = Path(__file__).parents[3] / "docs" / "behaviour.md"
IMPORTS = (
    "import collections, contextlib, copy, decimal, functools, gc, itertools, sys, warnings\n"
    "from dataclasses import dataclass\n"
)

KEPT = "return lambda: k"
ERROR = "e = ValueError(); e"
# What the page calls it, the original, the candidate, and whether they are the same. ``x`` is [3, 1, 2].
DECISIONS = [
    ("an exception's message", "raise ValueError('a')", "raise ValueError('b')", True),
    ("the key of a KeyError", "raise KeyError('x')", "raise KeyError('y')", False),
    ("an exception's class", "raise KeyError(1)", "raise IndexError(1)", False),
    ("an exception's errno", "raise OSError(2, 'a')", "raise OSError(13, 'a')", False),
    ("an exit code", "raise SystemExit(1)", "raise SystemExit(2)", False),
    ("an exception's own attributes", f"{ERROR}.at = 1; raise e", f"{ERROR}.at = 2; raise e", False),
    (
        "an exception's explicit cause",
        "raise ValueError('a') from KeyError(1)",
        "raise ValueError('a') from None",
        False,
    ),
    ("the sign of zero", "return 0.0", "return -0.0", False),
    ("the order of a dict", "return {1: 2, 3: 4}", "return {3: 4, 1: 2}", False),
    ("the order of a dict's keys", "return {1: 2, 3: 4}.keys()", "return {3: 4, 1: 2}.keys()", False),
    (
        "a default factory",
        "return collections.defaultdict(list)",
        "return collections.defaultdict(set)",
        False,
    ),
    ("a bound of a deque", "return collections.deque(x, 3)", "return collections.deque(x)", False),
    ("functions that answer differently", "return lambda n: n + 1", "return lambda n: n + 2", False),
    ("functions that answer alike", "return lambda n: n + n", "return lambda n: 2 * n", True),
    ("functions that hold something else", f"k = 1\n    {KEPT}", f"k = 2\n    {KEPT}", False),
    ("one object in two places", "a = []\n    return [a, a]", "return [[], []]", False),
    ("an argument inside the result", "return [x]", "return [x[:]]", False),
    ("the argument itself as the result", "return x", "return x[:]", False),
    ("the same object at the next call", "return list(x)", "return SHARED", False),
    ("`{1}` and `{True}`", "return {1}", "return {True}", False),
    ("digits of a Decimal", "return decimal.Decimal('1.0')", "return decimal.Decimal('1.00')", False),
    ("two generators", "return (n for n in x)", "return (n for n in list(x))", True),
    ("a generator and `iter`", "return (n for n in x)", "return iter(list(x))", True),
    ("a generator and `map`", "return (n + 1 for n in x)", "return map(lambda n: n + 1, x)", True),
    ("a generator and `zip`", "return ((n, n) for n in x)", "return zip(x, x)", True),
    ("a generator and a list", "return (n for n in x)", "return list(x)", False),
    ("what a generator in a list gives", "return [(n for n in x)]", "return [(n + 1 for n in x)]", False),
    ("what an iterator raises in the end", "yield 1\n    raise ValueError", "yield 1", False),
    ("an endless iterator", "return itertools.count()", "return itertools.count(0)", True),
    ("NaN", "return float('nan')", "return 0 * float('inf')", True),
    ("NaN in a complex", "return complex('nan')", "return complex(float('nan'), 0)", True),
    ("NaN in a Decimal", "return decimal.Decimal('NaN')", "return decimal.Decimal('nan')", True),
    ("`1e-12` and `2e-12`", "return x[1] * 1e-21", "return x[1] * 2e-21", True),
    ("small numbers from no large ones", "return 1e-12", "return 2e-12", False),
    ("rounding", "return 0.1 + 0.2", "return 0.3", True),
    ("nearly equal floats in a set", "return {1.0}", "return {1.0 + 1e-12}", True),
    ("a list that contains itself", "a = []; a.append(a); return a", "b = []; b.append(b); return b", True),
    ("`1` and `True`", "return 1", "return True", False),
    ("`1` and `1.0`", "return 1", "return 1.0", False),
    ("a tuple and a list", "return (1, 2)", "return [1, 2]", False),
    ("a changed argument", "x.sort()", "pass", False),
    ("printed output", "print('a')", "print('b')", False),
    ("output to stderr", "print('a', file=sys.stderr)", "pass", False),
    ("a warning", "warnings.warn('a')", "pass", False),
    ("a warning's words and number", "warnings.warn('a')", "warnings.warn('b'); warnings.warn('c')", True),
    ("a warning's category", "warnings.warn('a')", "warnings.warn('a', DeprecationWarning)", False),
    ("the interpreter's settings", "pass", "gc.disable()", False),
    ("fields of a dataclass", "return P(1)", "return P(2)", False),
    ("equal dataclasses", "return P(1)", "return P(len(x) - 2)", True),
    ("state that an equality hides", "return Q(1)", "return Q(2)", False),
    ("a class and a subclass", "return Q(1)", "return R(1)", False),
    ("a coroutine and a plain result", "return 1", "@async return 1", False),
]  # fmt: skip
# Each is put back afterwards, so that the next call starts alike.
SETTINGS = {
    "the garbage collector": "gc.set_threshold(1)",
    "the recursion limit": "sys.setrecursionlimit(sys.getrecursionlimit() + 1)",
    "the switch interval": "sys.setswitchinterval(0.1)",
    "the working folder": "__import__('os').chdir('/')",
    "timers": "s = __import__('signal'); s.setitimer(s.ITIMER_VIRTUAL, 100)",
    "tracing": "sys.settrace(lambda *_: None)",
    "profiling": "sys.setprofile(lambda *_: None)",
    "a builtin": "__import__('builtins').copyright = max",
    "one more builtin": "__import__('builtins').kept = {}",
}
# The answers are the same, and the candidate alone helps itself to what it was given.
DOUBTS = [
    ("an argument that it alone changes", "return len(x)", "x.sort(); return len(x)"),
    ("its argument instead of a new list", "return list(x)", "return x"),
]
HEAD = (
    IMPORTS
    + "SHARED = [3, 1, 2]\n@dataclass\nclass P:\n    n: int\n"
    + "class Q:\n    def __init__(self, n): self.n = n\n    def __eq__(self, other): return True\n"
    + "class R(Q): pass\n"
)


def function(body: str) -> str:
    marked, rest = body.startswith("@async "), body.removeprefix("@async ")
    return f"{HEAD}{'async ' if marked else ''}def f(x):\n    {rest}\n"


def compared(original: str, candidate: str) -> Agreement:
    ours, theirs = module_of(function(original)), module_of(function(candidate))
    return first_difference(
        resolve(ours, "f"), resolve(theirs, "f"), [Call(([3, 1, 2],), {})], lambda value: value
    )


@pytest.mark.parametrize(
    ("name", "original", "candidate", "same"), DECISIONS, ids=[each[0] for each in DECISIONS]
)
def test_every_decision_of_the_page(name: str, original: str, candidate: str, *, same: bool) -> None:
    found = compared(original, candidate)
    assert found.unstable is None
    assert (found.agree, len(found.differ), found.doubtful) == ((1, 0, 0) if same else (0, 1, 0)), found
    assert not found.differ or found.differ[0][1] != found.differ[0][2]


@pytest.mark.parametrize("change", SETTINGS.values(), ids=SETTINGS)
def test_what_changes_the_interpreter_for_all_differs(change: str) -> None:
    before = settings()
    found = compared("pass", change)
    assert len(found.differ) == 1
    assert " instead of " in found.differ[0][2]
    assert settings() == before
    assert compared(change, change).agree == 1


@pytest.mark.parametrize(("name", "original", "candidate"), DOUBTS, ids=[each[0] for each in DOUBTS])
def test_what_only_helps_itself_to_an_argument_is_not_refuted(
    name: str, original: str, candidate: str
) -> None:
    found = compared(original, candidate)
    assert (found.agree, found.differ, found.doubtful) == (0, (), 1)
    assert compared(original, f"{candidate} and None").differ


@pytest.mark.parametrize(
    ("name", "said"),
    [(name, "same" if same else "differs") for name, _, _, same in DECISIONS]
    + [(name, "unproven") for name, _, _ in DOUBTS],
)
def test_the_page_says_what_is_decided(name: str, said: str) -> None:
    (row,) = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {name} |")
    ]
    assert row.split("|")[2].strip() == said
