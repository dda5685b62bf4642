"""Tests and candidate in different processes: what a candidate cannot fake, and what cannot be judged so."""

import asyncio
from pathlib import Path

import pytest

from orps_core.domain.execution import Execution
from orps_core.domain.target import Target
from tests.projects import SEEN, candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

TESTS = """
    import pytest
    from slow import seen_twice

    def test_by_reference():
        assert seen_twice([2, 2]) == [2]

    def test_the_argument_is_left_alone():
        x = [1, 1]
        assert seen_twice(x) == [1]
        assert x == [1, 1]

    def test_error():
        with pytest.raises(TypeError):
            seen_twice(None)
"""


@pytest.fixture
def seen(tmp_path: Path) -> Target:
    project(tmp_path, slow=SEEN, test_slow=TESTS)
    return target_in(tmp_path / "slow.py", "seen_twice")


def judged(target: Target, *sources: str) -> list[tuple[Execution, Execution]]:
    """Each candidate's execution together with the tests, and apart from them."""

    async def work() -> list[tuple[Execution, Execution]]:
        async with executor_for(target) as executor:
            await executor.baseline()
            made = [candidate(source) for source in sources]
            return [(await executor.execute(each), await executor.confirm(each)) for each in made]

    return asyncio.run(work())


def apart(execution: Execution) -> int:
    return len(execution.judgement.apart) if execution.judgement else 0


def test_an_honest_candidate_passes_apart_in_every_case(seen: Target) -> None:
    ((_, confirmed),) = judged(seen, seen.source)
    assert confirmed.correct
    assert apart(confirmed) == len(confirmed.results) == 4
    assert confirmed.judgement is not None
    assert confirmed.judgement.note is None


FAKES = {
    "an object that equals everything": (
        "class E(list):",
        "    __eq__ = lambda s, o: True",
        "    __repr__ = lambda s: '[1]'",
        "if items is None: raise TypeError",
        "return E()",
    ),
    "the expected value, from a frame of the test": (
        "import sys",
        "if items is None: raise TypeError",
        "f = sys._getframe()",
        "while f:",
        "    if 'example' in f.f_locals: return eval(f.f_locals['example'].want)",
        "    f = f.f_back",
        "return [0]",
    ),
    "a test framework that no longer compares": (
        "import doctest, builtins",
        "doctest.OutputChecker.check_output = lambda *a: True",
        "import gc",
        "for o in gc.get_objects():",
        "    if type(o).__name__ == 'Function' and hasattr(o, 'runtest'): o.runtest = lambda: None",
        "if items is None: raise TypeError",
        "return [0]",
    ),
}


@pytest.mark.parametrize("lines", FAKES.values(), ids=FAKES)
def test_a_fake_does_not_pass_apart(seen: Target, lines: tuple[str, ...]) -> None:
    source = seen.source.replace("seen = []", "\n    ".join((*lines, "seen = []")), 1)
    ((_, confirmed),) = judged(seen, source)
    assert not confirmed.correct


def test_an_object_that_equals_everything_is_believed_only_together(seen: Target) -> None:
    source = seen.source.replace(
        "seen = []", "\n    ".join((*FAKES["an object that equals everything"], "seen = []")), 1
    )
    ((together, confirmed),) = judged(seen, source)
    assert (together.correct, confirmed.correct) == (True, False)


@pytest.mark.parametrize(
    "statement", ["import os; os._exit(0)", "import os; os.write(3, b'x' * 99)", "import os; os.close(3)"]
)
def test_a_candidate_that_breaks_off_does_not_pass(seen: Target, statement: str) -> None:
    source = seen.source.replace("seen = []", f"{statement}\n    return 1\n    seen = []", 1)
    ((_, confirmed),) = judged(seen, source)
    assert not confirmed.correct


def test_what_needs_more_than_plain_data_is_judged_together_and_says_so(tmp_path: Path) -> None:
    text = '''
        class Box:
            def __init__(self, items):
                self.items = items

        def total(box):
            """
            >>> total(Box([1, 2]))
            3
            """
            return sum(box.items)
    '''
    project(tmp_path, m=text)
    target = target_in(tmp_path / "m.py", "total")
    right, wrong = judged(target, target.source, target.source.replace("sum", "len"))
    assert right[1].correct
    assert apart(right[1]) == 0
    assert right[1].judgement is not None
    assert right[1].judgement.note == "an argument is m.Box"
    assert not wrong[1].correct


def test_changed_arguments_printed_text_and_errors_of_the_module_cross_over(tmp_path: Path) -> None:
    text = '''
        class Odd(ValueError):
            pass

        def halve(xs):
            """
            >>> a = [2, 4]
            >>> halve(a) is a
            half
            True
            >>> a
            [1, 2]
            >>> halve([1])
            Traceback (most recent call last):
            m.Odd: (1,)
            """
            if any(x % 2 for x in xs):
                raise Odd((1,))
            print("half")
            xs[:] = [x // 2 for x in xs]
            return xs
    '''
    project(tmp_path, m=text)
    target = target_in(tmp_path / "m.py", "halve")
    right, copying = judged(target, target.source, target.source.replace("return xs", "return list(xs)"))
    assert right[1].correct
    assert apart(right[1]) == 2
    assert not copying[1].correct


def test_a_repair_is_judged_apart_too(tmp_path: Path) -> None:
    text = '''
        def double(x):
            """
            >>> double(3)
            6
            >>> double(0)
            0
            """
            return x * x
    '''
    project(tmp_path, m=text)
    target = target_in(tmp_path / "m.py", "double")
    ((_, confirmed),) = judged(target, target.source.replace("x * x", "x + x"))
    assert confirmed.correct
    assert apart(confirmed) == 2


SKIPPING = """
    import unittest

    class Box:
        def __init__(self, value):
            self.value = value

    def double(box):
        return Box(box.value * 2)

    def plain(number):
        return number * 2

    class TestBoth(unittest.TestCase):
        def test_box(self):
            self.assertEqual(double(Box(2)).value, 4)

        def test_another_box(self):
            self.assertEqual(double(Box(3)).value, 6)

        def test_plain(self):
            self.assertEqual(plain(2), 4)

        def test_another_plain(self):
            self.assertEqual(plain(3), 6)
"""


@pytest.mark.parametrize("name", ["double", "plain"])
def test_a_candidate_cannot_skip_what_it_fails(tmp_path: Path, name: str) -> None:
    project(tmp_path, test_both=SKIPPING)
    target = target_in(tmp_path / "test_both.py", name)
    head = target.source.splitlines()[0]
    right, known = (target.source.splitlines()[1].strip(), {"double": "box.value", "plain": "number"}[name])
    skips = f"{head}\n    if {known} == 2:\n        {right}\n    raise unittest.SkipTest('no')"
    lie = "{'__module__': __name__, '__qualname__': 'unittest.SkipTest'}"
    named = skips.replace("unittest.SkipTest", f"type('SkipTest', (Exception,), {lie})", 1)
    for together, confirmed in judged(target, skips, named):
        assert not together.correct, together
        assert not confirmed.correct, confirmed
    ((_, honest),) = judged(target, target.source)
    assert honest.correct


WIDER = {
    "evens": ("x % 2 == 0", "x % 2 == 1"),
    "later": ("x + 1", "x + 2"),
    "Box.grow": ("self.size += by", "self.size = by"),
    "moved": ("Point(p.y, p.x)", "Point(p.x, p.y)"),
    "turned": ("Turn.LEFT", "Turn.RIGHT"),
    "counted": ("Counter(words)", "Counter(set(words))"),
    "due": ("timedelta(days=days)", "timedelta(hours=days)"),
    "third": ("Fraction(n, 3)", "Decimal(n) / 3"),
    "parsed": ("json.loads(text)", "json.loads(text + '0')"),
    "checked": ("raise Wrong(code=n)", "raise Wrong(code=n + 1)"),
    "filled": ("into.append(n)", "into.insert(0, n)"),
}


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("wider"), m=WIDER_TEXT)
    return folder / "m.py"


WIDER_TEXT = '''
    import asyncio, datetime, enum, itertools, json
    from collections import Counter, deque
    from dataclasses import dataclass
    from decimal import Decimal
    from fractions import Fraction
    from typing import NamedTuple

    def evens(start):
        """
        >>> list(itertools.islice(evens(0), 3))
        closed
        [0, 2, 4]
        >>> g = evens(3); next(g), next(g)
        (4, 6)
        >>> g.close(); list(g)
        closed
        []
        """
        try:
            for x in itertools.count(start):
                if x % 2 == 0:
                    yield x
        finally:
            print("closed")

    async def later(x):
        """
        >>> asyncio.run(later(2))
        3
        """
        await asyncio.sleep(0)
        return x + 1

    @dataclass
    class Box:
        items: list
        size: int = 0

        def grow(self, by=1):
            """
            >>> box = Box([1], 2); box.grow(by=5) is box, box
            (True, Box(items=[1, 5], size=7))
            """
            self.items.append(by)
            self.size += by
            return self

    class Point(NamedTuple):
        x: int
        y: int

    def moved(p):
        """
        >>> moved(Point(1, 2))
        Point(x=2, y=1)
        """
        return Point(p.y, p.x)

    class Turn(enum.Enum):
        LEFT = 1
        RIGHT = 2

    def turned(n):
        """
        >>> turned(1) is Turn.LEFT
        True
        """
        return Turn.LEFT if n else None

    def counted(words):
        """
        >>> counted(["a", "b", "a"]).most_common(1)
        [('a', 2)]
        """
        return Counter(words)

    def due(day, days):
        """
        >>> due(datetime.datetime(2024, 2, 28, 12), 2)
        datetime.datetime(2024, 3, 1, 12, 0)
        """
        return day + datetime.timedelta(days=days)

    def third(n):
        """
        >>> third(2)
        Fraction(2, 3)
        """
        return Fraction(n, 3)

    def parsed(text):
        """
        >>> parsed("1")
        1
        >>> try: parsed("[1,")
        ... except json.JSONDecodeError as error: print(error.pos, error.doc)
        3 [1,
        """
        return json.loads(text)

    class Wrong(ValueError):
        def __init__(self, code):
            super().__init__(f"wrong {code}")
            self.code = code

    def checked(n):
        """
        >>> try: checked(3)
        ... except Wrong as error: print(error, error.code)
        wrong 3 3
        """
        raise Wrong(code=n)

    def filled(n, *, into):
        """
        >>> queue = deque([1], maxlen=2)
        >>> filled(2, into=queue) is queue, queue
        (True, deque([1, 2], maxlen=2))
        """
        into.append(n)
        return into
'''


@pytest.mark.parametrize("name", WIDER)
def test_more_than_built_in_values_is_judged_apart(wider: Path, name: str) -> None:
    target = target_in(wider, name)
    right, wrong = judged(target, target.source, target.source.replace(*WIDER[name]))
    assert right[1].correct
    assert apart(right[1]) == len(right[1].results)
    assert not wrong[1].correct


LOOK_ALIKES = {
    "a generator that yields what equals everything": (
        "evens",
        "def evens(start):\n    class E(int): __eq__ = lambda s, o: True\n    while 1: yield E(1)",
    ),
    "an enum that only bears the name": (
        "turned",
        "def turned(n):\n    return enum.Enum('Turn', 'LEFT RIGHT', module=__name__).LEFT",
    ),
    "a named tuple that equals everything": (
        "moved",
        (
            "def moved(p):\n    E = type('Point', (Point,), {'__repr__': lambda s: 'Point(x=2, y=1)'})\n"
            "    E.__module__, E.__qualname__ = __name__, 'Point'\n    return E(0, 0)"
        ),
    ),
    "a coroutine that answers with what it is not": (
        "later",
        "async def later(x):\n    return type('int', (int,), {'__repr__': lambda s: '3'})(0)",
    ),
    "an exception that only bears the name": (
        "checked",
        (
            "def checked(n):\n    kind = type('Wrong', (Wrong,), {'__str__': lambda s: 'wrong 3'})\n"
            "    kind.__module__ = __name__\n    error = kind(code=1)\n    error.code = 3\n    raise error"
        ),
    ),
}


@pytest.mark.parametrize(("name", "source"), LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_a_look_alike_is_not_confirmed(wider: Path, name: str, source: str) -> None:
    ((_, confirmed),) = judged(target_in(wider, name), source)
    assert not confirmed.correct
