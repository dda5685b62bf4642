"""Every way into a function is seen, and the function does what it did before."""

import asyncio
import builtins
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from orps_core.execute.harness.reach import Reach

PATH = "/nowhere/kinds.py"
SOURCE = '''
import contextlib, dataclasses, functools, time
def plain(x):
    """Doc."""
    return x
def only_doc():
    """Nothing else."""
@functools.lru_cache(maxsize=None)
def cached(x):
    return x
def wrapping(f):
    @functools.wraps(f)
    def inner(*args):
        return f(*args)
    return inner
@wrapping
def wrapped(x):
    return x
def outer(x):
    def nested():
        return x
    return nested
def items(n):
    for i in range(n):
        got = yield i
    return got
def through(n):
    return (yield from items(n))
async def waiting(x):
    return x
async def stream(n):
    for i in range(n):
        yield i
@contextlib.contextmanager
def managed():
    yield 1
def fails():
    raise ValueError
def recursive(n):
    return n and recursive(n - 1)
def slow():
    time.sleep(0.02)
@dataclasses.dataclass
class Box:
    value: int
    @property
    def twice(self): return self.value * 2
    @classmethod
    def made(cls, n): return cls(n)
    @staticmethod
    def alone(x): return x
    def __lt__(self, other): return self.value < other.value
'''


async def everything(items: AsyncIterator[int]) -> list[int]:
    return [item async for item in items]


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def drained(generator: Iterator[int]) -> tuple[list[int], object]:
    found: list[int] = []
    while True:
        try:
            found.append(next(generator))
        except StopIteration as end:
            return found, end.value


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("enter", "leave", "pause", "resume"):
        monkeypatch.setattr(builtins, f"__orps_{name}__", None, raising=False)


def watched(name: str) -> tuple[Reach, dict[str, Any]]:
    line = next(number for number, text in enumerate(SOURCE.split("\n"), 1) if f"def {name}(" in text)
    while SOURCE.split("\n")[line - 2].strip().startswith("@"):
        line -= 1
    reach = Reach(PATH, name, line)
    reach.install()
    space: dict[str, Any] = {"__name__": "kinds", "asyncio": asyncio}
    space.update(everything=everything, in_thread=in_thread, drained=drained)
    exec(reach.build(SOURCE, PATH), space)  # noqa: S102  (text of this file)
    return reach, space


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("name", "use", "result", "entries"),
    [
        ("plain", "plain(3)", 3, 1),
        ("plain", "plain.__doc__", "Doc.", 0),
        ("only_doc", "(only_doc(), only_doc.__doc__)", (None, "Nothing else."), 1),
        ("plain", "sorted([2, 1], key=plain)", [1, 2], 2),
        ("plain", "in_thread(lambda: plain(1))", None, 1),
        ("cached", "[cached(1), cached(1)]", [1, 1], 1),
        ("wrapped", "wrapped(1)", 1, 1),
        ("inner", "wrapped(1)", 1, 1),
        ("nested", "outer(5)()", 5, 1),
        ("items", "items(2) and None", None, 0),
        ("items", "drained(items(2))", ([0, 1], None), 1),
        ("through", "drained(through(2))", ([0, 1], None), 1),
        ("waiting", "asyncio.run(waiting(4))", 4, 1),
        ("stream", "asyncio.run(everything(stream(3)))", [0, 1, 2], 1),
        ("recursive", "recursive(3)", 0, 4),
        ("twice", "Box(4).twice", 8, 1),
        ("made", "Box.made(4).value", 4, 1),
        ("alone", "Box.alone(4)", 4, 1),
        ("__lt__", "min(Box(2), Box(1)).value", 1, 1),
    ],
)
def test_every_way_in_is_counted(name: str, use: str, result: object, entries: int) -> None:
    reach, module = watched(name)
    found = eval(use, module)  # noqa: S307  (text of this file)
    assert found == result
    assert reach.count == entries


@pytest.mark.usefixtures("names")
def test_a_context_manager_and_a_function_that_raises_do_what_they_did() -> None:
    reach, module = watched("managed")
    with module["managed"]() as value:
        assert value == 1
    assert reach.count == 1
    reach, module = watched("fails")
    with pytest.raises(ValueError, match=r"^$"):
        module["fails"]()
    assert reach.count == 1


@pytest.mark.usefixtures("names")
def test_time_is_taken_between_the_ends_and_not_while_a_consumer_works() -> None:
    reach, module = watched("slow")
    module["slow"]()
    assert reach.seconds >= 0.02
    reach, module = watched("items")
    for _ in module["items"](2):
        watched("slow")[1]["slow"]()
    assert reach.seconds < 0.02


@pytest.mark.usefixtures("names")
def test_other_files_are_built_as_they_are() -> None:
    reach = Reach(PATH, "plain", 3)
    space: dict[str, Any] = {}
    exec(reach.build(SOURCE, "/nowhere/other.py"), space)  # noqa: S102  (text of this file)
    space["plain"](1)
    assert reach.count == 0
    with pytest.raises(SyntaxError):
        reach.build("def f(:", PATH)
