import asyncio
import collections
import copy
import datetime as dt
import decimal
import enum
import fractions
import itertools
import pathlib
import re
import threading
import time
import types
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orps_core.execute.harness.behaviour import Observed, observe
from orps_core.execute.harness.differing import Agreement, first_difference, same
from orps_core.execute.harness.recording import Call, resolve
from orps_core.execute.harness.sameness import TooLarge, alike
from orps_core.execute.harness.showing import show
from orps_core.execute.harness.transplanting import transplant
from tests.core.harness.made import imported, module_of

NAN = float("nan")
CLASS = "class A:\n    def __init__(self, n): self.n = n\n"


def seen(source: str, *args: object) -> Observed:
    return observe(resolve(module_of(source), "f"), Call(args, {}))


def compared(one: str, other: str, *inputs: object) -> Agreement:
    calls = [Call((value,), {}) for value in inputs]
    return first_difference(
        resolve(module_of(one), "f"), resolve(module_of(other), "f"), calls, lambda value: value
    )


def test_doubts_do_not_hide_what_refutes() -> None:
    helps = "def f(xs):\n    xs.sort()\n    return xs[0] if len(xs) < 6 else None"
    found = compared(
        "def f(xs): return min(xs)", helps, *([3, 2, 1, 0, -1][:n] for n in (2, 3, 4, 5)), [2] * 6
    )
    assert (found.agree, len(found.differ), len(found.doubts), found.doubtful) == (0, 1, 3, 4)


@pytest.mark.parametrize(
    ("body", "refuted"),
    [
        ("if n > 9: raise ValueError\n    return n", False),
        ("return n if n < 9 else {}[n]", True),
        ("return min(n, 9)", True),
    ],
)
def test_only_what_refuses_a_grown_input_by_itself_is_not_refuted(body: str, *, refuted: bool) -> None:
    one, other = (resolve(module_of(f"def f(n):\n    {text}"), "f") for text in ("return n", body))
    recorded, grown = (
        first_difference(one, other, [Call((20,), {})], lambda value: value, grown=grown)
        for grown in (False, True)
    )
    assert len(recorded.differ) == 1
    assert (len(grown.differ), grown.doubtful) == ((1, 0) if refuted else (0, 1))


def test_no_call_is_begun_that_would_end_too_late() -> None:
    slow = "import time\ndef f(n):\n    time.sleep(0.05)\n    return n"
    one, other = (resolve(module_of(slow), "f") for _ in range(2))
    calls = [Call((value,), {}) for value in range(9)]
    until = time.monotonic() + 0.25  # both run twice on each: a second call would end after it
    found = first_difference(one, other, calls, lambda value: value, until=until)
    assert (found.agree, found.left) == (1, 8)
    assert found.dearest >= 0.2


class Plain:
    def __init__(self, value: object) -> None:
        self.value = value


class Slotted:
    __slots__ = ("__hidden", "value")

    def __init__(self, value: object) -> None:
        self.value = value
        self.__hidden = value


class Child(Plain):
    pass


class Listy(list[int]):
    pass


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Point:
    x: float


class Pair(NamedTuple):
    a: int
    b: int


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text() | st.binary()
    | st.decimals() | st.fractions() | st.datetimes()
    | st.sampled_from(Colour) | st.builds(range, st.integers(0, 9))
)  # fmt: skip
hashable = st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.integers(), st.text())


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(hashable, inner, max_size=4),
        st.sets(hashable, max_size=4),
        st.frozensets(hashable, max_size=4),
        st.builds(Plain, inner),
        st.builds(Slotted, inner),
        st.lists(inner, max_size=3).map(collections.deque[Any]),
        st.builds(ValueError, inner),
    )


values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    nested,
    max_leaves=12,
)


@given(values)
def test_a_value_is_the_same_as_its_deep_copy(value: object) -> None:
    assert alike(value, copy.deepcopy(value))


@given(values, values)
def test_sameness_is_symmetric(one: object, other: object) -> None:
    assert alike(one, other) == alike(other, one)


@given(values, st.integers(1, 300))
def test_any_value_can_be_shown_in_as_little_space_as_wished(value: object, limit: int) -> None:
    assert 0 < len(show(value, limit)) <= limit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        (1.0, 1.0 + 1e-8),
        ("a", b"a"),
        ([1, 2], [2, 1]),
        ([1], (1,)),
        ({1: 2, 3: 4}, {3: 4, 1: 2}),
        ({1}, {True}),
        ({(1, 2)}, {(1, 3)}),
        ([1], Listy([1])),
        (Plain(1), Child(1)),
        (Plain(1), Plain(2)),
        (Slotted(1), Slotted(2)),
        (Point(1.0), Point(2.0)),
        (Colour.RED, Colour.BLUE),
        (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
        (len, max),
        (re.compile("a"), re.compile("a", re.IGNORECASE)),
        (ValueError("a"), TypeError("a")),
        (iter([1, 2]), iter([1, 3])),
        (range(3), range(4)),
        (collections.Counter("ab"), {"a": 1, "b": 1}),
        (complex(0, 0), complex(0, -0.0)),
        (None, Ellipsis),
    ],
    ids=show,
)
def test_what_a_caller_could_tell_apart_differs(one: object, other: object) -> None:
    assert not alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NAN, float("nan")),
        (0.1 + 0.2, 0.3),
        ([1e300 * 1e10], [float("inf")]),
        ({3, 1}, {1, 3}),
        ({(1, "a"), None}, {None, (1, "a")}),
        (Pair(1, 2), Pair(1, 2)),
        (fractions.Fraction(1, 3), fractions.Fraction(2, 6)),
        (pathlib.PurePath("a/b"), pathlib.PurePath("a", "b")),
        (dt.date(2020, 1, 1), dt.date(2020, 1, 1)),
        (collections.defaultdict(list, a=[1]), collections.defaultdict(list, a=[1])),
        ({1: 2}.keys(), {1: 3}.keys()),
        (re.match("a", "ab"), re.match("a", "ab")),
        (object(), object()),
        (Plain, Plain),
    ],
    # No text of the values: that of a set is not the same in every process.
)
def test_what_a_caller_could_not_tell_apart_is_the_same(one: object, other: object) -> None:
    assert alike(one, other)


def test_classes_of_a_module_that_was_imported_anew_are_the_same() -> None:
    source = CLASS + "    def __eq__(self, other): return False"
    old, new = module_of(source), module_of(source)
    assert alike(old.A(1), new.A(1))
    assert not alike(old.A(1), new.A(2))
    assert not alike(old.A(1), module_of(source, "elsewhere").A(1))


def test_a_cycle_and_a_long_chain_are_compared() -> None:
    def chain(length: int, end: object) -> Plain:
        head = Plain(end)
        for _ in range(length):
            head = Plain(head)
        return head

    loop, same_loop = [1], [1]
    loop.append(loop)  # type: ignore[arg-type]  # on purpose
    same_loop.append(same_loop)  # type: ignore[arg-type]  # on purpose
    assert alike(loop, same_loop)
    assert alike(chain(5000, 1), chain(5000, 1))
    assert not alike(chain(5000, 1), chain(5000, 2))


def test_too_much_is_not_compared() -> None:
    with pytest.raises(TooLarge):
        alike(list(range(600_000)), list(range(600_000)))


def test_what_has_no_visible_parts_is_not_claimed_to_be_the_same() -> None:
    assert not alike(threading.Lock(), threading.Lock())


def test_an_equality_that_lies_is_not_asked() -> None:
    source = CLASS + "    def __eq__(self, other): return True"
    module = module_of(source)
    assert not alike(module.A(1), module.A(2))
    assert not alike(module.A(1), 5)


def test_arrays_agree_by_shape_type_and_nearly_by_value() -> None:
    numpy = pytest.importorskip("numpy")
    third = numpy.array([1 / 3, NAN])
    assert alike(third, third * (1 + 1e-12))
    assert not alike(third, third.reshape(2, 1))
    assert not alike(numpy.array([1]), numpy.array([1.0]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(xs): return xs", "def f(xs): return list(xs)"),
        ("def f(xs): xs.sort(); return list(xs)", "def f(xs): return sorted(xs)"),
        ("def f(xs): return [x for x in xs]", "def f(xs): return (x for x in xs)"),
        ("def f(xs): print(len(xs)); return 1", "def f(xs): return 1"),
        ("def f(xs): raise KeyError(1)", "def f(xs): raise IndexError(1)"),
        ("def f(xs): return 1", "def f(xs): raise IndexError"),
        ("def f(xs): return 1", "async def f(xs): return 1"),
        ("def f(xs): yield 1", "def f(xs):\n    yield 1\n    raise ValueError"),
        ("def f(xs): raise SystemExit(1)", "def f(xs): raise ValueError"),
    ],
)
def test_two_functions_differ_in_result_identity_changes_output_and_exception(one: str, other: str) -> None:
    found = compared(one, other, [3, 1, 2])
    assert (found.agree, len(found.differ), found.unstable) == (0, 1, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(xs): raise ValueError('one text')", "def f(xs): raise ValueError('another')"),
        ("def f(xs): return (x for x in xs)", "def f(xs): return map(int, xs)"),
        ("def f(xs): return len(xs)", "f = lambda xs: len(xs)"),
        (
            "import random\ndef f(xs): return random.random()",
            "import random\ndef f(xs):\n    x = random.random()\n    return x",
        ),
        (
            "async def f(xs): return 1",
            "import asyncio\nasync def f(xs):\n    await asyncio.sleep(0)\n    return 1",
        ),
        ("async def f(xs):\n    for x in xs: yield x", "async def f(xs):\n    for x in list(xs): yield x"),
        ("def f(xs): return 7", "def f(xs): return 3 + 4"),
    ],
)
def test_two_functions_agree_where_no_caller_would_notice(one: str, other: str) -> None:
    other = other.replace("f = lambda xs: len(xs)", "def f(xs): return sum(1 for _ in xs)")
    found = compared(one, other, [3, 1, 2])
    assert (found.agree, found.differ, found.unstable) == (1, (), None)


def test_a_difference_says_what_each_did() -> None:
    found = compared(
        "def f(n): return n", "def f(n):\n    if n == 2: raise ValueError('no')\n    return n", 1, 2
    )
    assert found.differ == (("2", "2", "raises ValueError: no"),)
    found = compared("def f(xs): xs.sort()", "def f(xs): pass", [2, 1])
    assert found.differ == (("[2, 1]", "leaves its arguments as [1, 2]", "leaves its arguments as [2, 1]"),)
    found = compared("def f(xs): return xs", "def f(xs): return xs[:]", [2])
    assert found.differ == (("[2]", "returns its argument 1", "returns a new object"),)


def test_a_difference_far_from_the_beginning_is_still_shown() -> None:
    found = compared("def f(n): return list(range(n))", "def f(n): return [*range(n - 1), -1]", 5000)
    assert found.differ == (("5000", "[4999] is 4999", "[4999] is -1"),)


def test_at_most_three_differences_are_collected() -> None:
    found = compared("def f(n): return n", "def f(n): return n + (n > 4)", *range(20))
    assert (found.agree, len(found.differ)) == (5, 3)


def test_a_baseline_that_differs_from_itself_is_no_measure() -> None:
    unstable = "seen = []\ndef f(n):\n    seen.append(n)\n    return len(seen)"
    found = compared(unstable, "def f(n): return 1", 1, 2)
    assert (found.agree, found.differ) == (0, ())
    assert found.unstable == ("1", "1", "2")


def test_an_endless_iterator_is_read_to_a_bound() -> None:
    observed = seen("import itertools\ndef f(): return itertools.count()")
    assert observed.shape == "iterator"
    assert observed.value == list(itertools.islice(itertools.count(), 20_000))


def test_what_an_iterator_gave_before_it_raised_counts() -> None:
    observed = seen("def f():\n    yield 1\n    raise KeyError(2)")
    assert observed.value == [1]
    assert observed.raised is not None
    assert (observed.raised.kind, observed.raised.message) == ("KeyError", "2")


def test_recorded_arguments_stay_untouched() -> None:
    call = Call(([3, 1],), {})
    observed = observe(resolve(module_of("def f(xs): xs.sort()"), "f"), call)
    assert call.args == ([3, 1],)
    assert observed.after.args == ([1, 3],)


def test_caches_are_cold_for_every_call() -> None:
    source = "import functools\nran = []\n@functools.cache\ndef f(n):\n    ran.append(n)\n    return n"
    module = module_of(source)
    resolved = resolve(module, "f")
    assert same(observe(resolved, Call((1,), {})), observe(resolved, Call((1,), {})))
    assert module.ran == [1, 1]


def test_printing_is_captured_and_goes_nowhere_else(capsys: pytest.CaptureFixture[str]) -> None:
    observed = seen("import sys\ndef f(): print('out'); print('err', file=sys.stderr)")
    assert (observed.printed, observed.complained) == ("out\n", "err\n")
    assert capsys.readouterr() == ("", "")


def test_bytes_and_endless_output_are_captured_too() -> None:
    observed = seen("import sys\ndef f(): sys.stdout.buffer.write(b'raw'); print('x' * 2_000_000)")
    assert observed.raised is None
    assert observed.printed.startswith("rawxxx")
    assert observed.printed.endswith("(2000004 bytes)")


def test_tasks_left_behind_are_ended() -> None:
    leaving = "asyncio.get_running_loop().create_task(asyncio.sleep(60))"
    observed = seen("import asyncio\nasync def f():\n    " + leaving + "\n    return 1")
    assert (observed.shape, observed.value) == ("awaited", 1)
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


OLD = """
import enum
from dataclasses import dataclass
class Node:
    def __init__(self, n, next=None): self.n, self.next = n, next
    def total(self): return self.n + (self.next.total() if self.next else 0)
class Small:
    __slots__ = ("n",)
    def __init__(self, n): self.n = n
@dataclass(frozen=True)
class Key:
    n: int
class Colour(enum.Enum):
    RED = 1
MISSING = object()
def helper(x): return x
class Outer:
    class Inner: pass
"""


@pytest.fixture
def both() -> tuple[types.ModuleType, types.ModuleType]:
    return module_of_dataclasses(OLD), module_of_dataclasses(OLD.replace("self.n + (", "1000 + self.n + ("))


def module_of_dataclasses(source: str) -> types.ModuleType:
    module = types.ModuleType("project")
    with imported(module):
        exec(source, module.__dict__)  # noqa: S102
    return module


def test_recorded_instances_get_the_methods_of_the_new_module(
    both: tuple[types.ModuleType, types.ModuleType],
) -> None:
    old, new = both
    recorded = old.Node(1, old.Node(2))
    moved: Any = transplant(copy.deepcopy(recorded), old, new)
    assert isinstance(moved, new.Node)
    assert moved.total() == 2003
    assert recorded.total() == 3


def test_everything_of_the_old_module_is_exchanged_wherever_it_hides(
    both: tuple[types.ModuleType, types.ModuleType],
) -> None:
    old, new = both
    held = {
        "list": [old.Small(1)],
        "tuple": (old.Small(2), 5),
        "set": {old.Key(3)},
        old.Key(4): old.Colour.RED,
        "class": old.Node,
        "marker": old.MISSING,
        "function": old.helper,
        "nested": old.Outer.Inner(),
    }
    moved: Any = transplant(held, old, new)
    assert type(moved["list"][0]) is new.Small
    assert type(moved["tuple"][0]) is new.Small
    assert moved["set"] == {new.Key(3)}
    assert moved[new.Key(4)] is new.Colour.RED
    assert moved["class"] is new.Node
    assert moved["marker"] is new.MISSING
    assert moved["function"] is new.helper
    assert type(moved["nested"]) is new.Outer.Inner


def test_a_cycle_and_a_missing_class_do_not_stop_a_transplant(
    both: tuple[types.ModuleType, types.ModuleType],
) -> None:
    old, new = both
    loop = old.Node(1)
    loop.next = loop
    assert transplant(loop, old, new) is loop
    assert type(loop) is new.Node
    del vars(new)["Small"]
    small = old.Small(1)
    transplant([small], old, new)
    assert type(small) is old.Small


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1, "a", None], "[1, 'a', None]"),
        (Plain([1]), "Plain(value=[1])"),
        (Point(1.5), "Point(x=1.5)"),
        (Colour.RED, "Colour.RED"),
        ({"a": (1,)}, "{'a': (1)}"),
        (Plain, "<class Plain>"),
        (ValueError("x"), "ValueError('x')"),
        (object(), "<object object>"),
        (decimal.Decimal("1.50"), "Decimal('1.50')"),
        (Listy([1]), "Listy[1]"),
    ],
)
def test_values_are_shown_by_their_parts(value: object, text: str) -> None:
    assert show(value) == text


def test_showing_survives_what_would_break_a_repr() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise AssertionError

    endless: list[object] = []
    endless.append(endless)
    assert show(Broken()) == "Broken()"
    assert show(endless) == "[<cycle>]"
    assert show(10**5000).startswith("<int of 16610 bits")
    assert len(show("x" * 10_000)) == 200
    assert show([0] * 10_000).endswith("…")
