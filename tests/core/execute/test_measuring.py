"""Times and memory through real forks: of candidates that save, and of those that only seem to."""

import asyncio
import textwrap
from pathlib import Path

import pytest

from orps_core.domain.comparison import Comparison
from orps_core.domain.memory import FLOOR
from orps_core.domain.target import Target
from orps_core.domain.timing import Pace
from orps_core.execute.turn import taking_turn
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

SQUARES = '''
    def squares(items):
        """Sum of squares.

        >>> squares([1, 2, 3])
        14
        """
        total = 0
        for item in items:
            total += item * item
        return total
'''
DISTINCT = '''
    def distinct(items):
        """How many there are.

        >>> distinct([3, 1, 2, 9])
        4
        """
        seen = []
        for item in items:
            if item not in seen:
                seen.append(item)
        return len(seen)
'''
WAITS = """
    import time

    SECONDS = 1.3

    def waits(value):
        '''
        >>> waits(3)
        6
        '''
        time.sleep(SECONDS)
        return value + value
"""
KEEPS = """
def squares(items, kept={}):
    key = tuple(items)
    if key not in kept:
        total = 0
        for item in items:
            total += item * item
        kept[key] = total
    return kept[key]
"""


def compared(target: Target, *sources: str) -> list[Comparison]:
    async def work() -> list[Comparison]:
        async with executor_for(target) as executor:
            await executor.baseline()
            return [await executor.compare(candidate(source)) for source in sources]

    return asyncio.run(work())


def weighed(target: Target, source: str) -> Comparison:
    async def work() -> Comparison:
        async with executor_for(target) as executor:
            await executor.baseline()
            found = await executor.compare(candidate(source))
            assert found.memory is None
            return await executor.weigh(candidate(source), found)

    return asyncio.run(work())


@pytest.fixture
def squares(tmp_path: Path) -> Target:
    project(tmp_path, hot=SQUARES)
    return target_in(tmp_path / "hot.py", "squares")


def paces(found: Comparison) -> set[Pace]:
    assert found.behaviour, found.note
    assert found.behaviour.agrees
    return {timing.pace for timing in (found.grown, found.recorded) if timing}


def test_a_real_gain_is_found_and_so_is_its_growth(tmp_path: Path) -> None:
    project(tmp_path, hot=DISTINCT)
    target = target_in(tmp_path / "hot.py", "distinct")
    head = target.source.split("seen")[0]
    (found,) = compared(target, f"{head}return len(set(items))")
    assert Pace.FASTER in paces(found)
    assert found.growth
    assert found.growth.before.factor > 1.3 * found.growth.after.factor


def test_what_is_kept_between_calls_is_no_gain(squares: Target) -> None:
    (found,) = compared(squares, KEEPS)
    assert Pace.FASTER not in paces(found)


def test_what_needs_more_memory_is_seen(squares: Target) -> None:
    listed = squares.source.replace("in items", "in [[x] for x in items]").replace(
        "item * item", "item[0] * item[0]"
    )
    found = weighed(squares, listed)
    assert found.memory
    assert found.memory.ratio < 0.5
    assert found.memory.candidate > found.memory.baseline


LISTS = """
    def listed(n):
        \"\"\"
        >>> listed(9000)
        9000
        \"\"\"
        return len([i + n for i in range(n)])
"""
HIDES = """
    kept = math.__dict__.setdefault("kept", {})
    if n not in kept:
        kept[n] = len([i + n for i in range(n)])
    return kept[n]"""


def test_memory_that_is_needed_once_and_out_of_sight_counts(tmp_path: Path) -> None:
    project(tmp_path, hot="import math\n" + textwrap.dedent(LISTS))
    target = target_in(tmp_path / "hot.py", "listed")
    found = weighed(target, target.source.split("\n    return")[0] + HIDES)
    assert found.memory
    assert found.memory.baseline > 2 * FLOOR
    assert found.memory.ratio < 1.1


def test_what_only_documents_needs_the_same_memory(squares: Target) -> None:
    found = weighed(squares, squares.source.replace("Sum of squares.", "Sum of squares, at length. " * 500))
    assert found.memory
    assert found.memory.low == pytest.approx(1, abs=0.01)
    assert found.memory.high == pytest.approx(1, abs=0.01)


def test_a_call_of_more_than_a_second_is_compared_and_timed_and_not_weighed(tmp_path: Path) -> None:
    project(tmp_path, hot=WAITS)
    target = target_in(tmp_path / "hot.py", "waits")
    found = weighed(target, target.source.replace("SECONDS", "SECONDS / 4"))
    assert paces(found) == {Pace.FASTER}
    assert found.recorded
    assert found.recorded.clock == "wall"
    assert found.note
    assert "its memory was not weighed, for a call takes 1.3 s" in found.note


def test_the_turn_is_taken_by_one_at_a_time() -> None:
    async def work() -> list[str]:
        told: list[str] = []

        async def second() -> None:
            async with taking_turn():
                told.append("second")

        async with taking_turn():
            waiting = asyncio.create_task(second())
            await asyncio.sleep(0.05)
            told.append("first")
        await waiting
        return told

    assert asyncio.run(work()) == ["first", "second"]


def test_threads_that_are_left_running_are_not_timed(squares: Target) -> None:
    lines = "import threading, time", "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    source = squares.source.replace("total = 0", "\n    ".join((*lines, "total = 0")))
    (found,) = compared(squares, source)
    assert found.timing is None
    assert found.behaviour
    assert "leaves the number of threads" in found.behaviour.differ[0].candidate


def test_calls_of_most_of_a_second_are_timed_in_few_pairs(tmp_path: Path) -> None:
    text = '''
        def busy(n):
            """Count.

            >>> busy(8000000)
            8000000
            """
            x = 0
            for _ in range(n):
                x += 1
            return x
    '''
    project(tmp_path, hot=text)
    target = target_in(tmp_path / "hot.py", "busy")
    (found,) = compared(target, target.source.replace("for _ in range(n):\n        x += 1", "x = n"))
    assert found.recorded or found.grown
    timing = found.timing
    assert timing
    assert timing.pace is Pace.FASTER
    assert timing.pairs < 30
