"""Every kind of function is timed where its work is done: awaited, drained, entered and left, bound."""

import asyncio
from pathlib import Path

import pytest

from orps_core.domain.comparison import Comparison
from orps_core.domain.timing import Pace
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

MODULE = '''
    import asyncio
    import contextlib

    async def waited(n):
        """
        >>> asyncio.run(waited(2000))
        1999000
        """
        total = 0
        for i in range(n):
            total += i
        return total

    def drained(n):
        """
        >>> len(list(drained(2000)))
        2000
        """
        total = 0
        for i in range(n):
            total += i
            yield i

    async def streamed(n):
        """
        >>> async def read():
        ...     return [each async for each in streamed(2000)]
        >>> len(asyncio.run(read()))
        2000
        """
        total = 0
        for i in range(n):
            total += i
            yield i

    @contextlib.contextmanager
    def entered(n):
        """
        >>> with entered(2000) as total:
        ...     print(total)
        1999000
        """
        total = 0
        for i in range(n):
            total += i
        yield total

    class Adder:
        """
        >>> Adder(2000).bound()
        1999000
        >>> Adder.of_class(2000)
        1999000
        """

        def __init__(self, n):
            self.n = n

        def bound(self):
            total = 0
            for i in range(self.n):
                total += i
            return total

        @classmethod
        def of_class(cls, n):
            total = 0
            for i in range(n):
                total += i
            return total
'''
SUM = "total = 0\n{0}for i in range({1}):\n{0}    total += i"
FASTER = {
    "waited": (SUM.format("    ", "n"), "total = n * (n - 1) // 2 if n > 0 else 0"),
    "drained": (SUM.format("    ", "n") + "\n        yield i", "yield from range(n)"),
    "streamed": ("        total += i\n", ""),
    "entered": (SUM.format("    ", "n"), "total = n * (n - 1) // 2 if n > 0 else 0"),
    "Adder.bound": (
        SUM.format("        ", "self.n"),
        "total = self.n * (self.n - 1) // 2 if self.n > 0 else 0",
    ),
    "Adder.of_class": (SUM.format("        ", "n"), "total = n * (n - 1) // 2 if n > 0 else 0"),
}


async def compared(path: Path, name: str) -> tuple[Comparison, Comparison]:
    target = target_in(path, name)
    old, new = FASTER[name]
    old, new = (each.replace("\n        ", "\n    ") if "." in name else each for each in (old, new))
    source = target.source.replace(old, new)
    assert source != target.source
    async with executor_for(target) as executor:
        await executor.baseline()
        same = await executor.compare(candidate(target.source + "    # the same\n"))
        return same, await executor.compare(candidate(source))


@pytest.mark.parametrize("name", FASTER)
def test_a_gain_is_found_in(name: str, tmp_path: Path) -> None:
    project(tmp_path, hot=MODULE)
    same, faster = asyncio.run(compared(tmp_path / "hot.py", name))
    for found in (same, faster):
        assert found.behaviour, found.note
        assert found.behaviour.agrees
        assert found.timing, found.note
    assert same.timing
    assert same.timing.pace is not Pace.FASTER
    assert faster.timing
    assert faster.timing.pace is Pace.FASTER
