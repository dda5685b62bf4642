"""Times and memory through real forks: of candidates that save, and of those that only seem to."""

import asyncio
from pathlib import Path

import pytest

from orps_core.domain.comparison import Comparison
from orps_core.domain.target import Target
from orps_core.domain.timing import Pace
from tests.projects import SEEN, candidate, executor_for, project, target_in

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


@pytest.fixture
def squares(tmp_path: Path) -> Target:
    project(tmp_path, hot=SQUARES)
    return target_in(tmp_path / "hot.py", "squares")


def paces(found: Comparison) -> set[Pace]:
    assert found.behaviour, found.note
    assert found.behaviour.agrees
    return {timing.pace for timing in (found.grown, found.recorded) if timing}


def test_a_real_gain_is_found(tmp_path: Path) -> None:
    project(tmp_path, slow=SEEN)
    target = target_in(tmp_path / "slow.py", "seen_twice")
    (found,) = compared(target, target.source.replace("[]", "set()", 1).replace("seen.append", "seen.add"))
    assert Pace.FASTER in paces(found)
    assert found.growth
    assert found.growth.before.factor > 1.3 * found.growth.after.factor


def test_what_is_kept_between_calls_is_no_gain(squares: Target) -> None:
    (found,) = compared(squares, KEEPS)
    assert Pace.FASTER not in paces(found)


def test_what_needs_less_memory_is_seen_and_what_changes_nothing_is_not(squares: Target) -> None:
    listed = squares.source.replace("for item in items", "for item in [[x] for x in items]").replace(
        "item * item", "item[0] * item[0]"
    )
    more, documented, plain = compared(
        squares,
        listed,
        squares.source.replace("Sum of squares.", "Sum of squares, at length. " * 500),
        squares.source.replace("        Sum of squares.\n\n", ""),
    )
    assert more.memory
    assert more.memory.ratio < 0.5
    assert more.memory.candidate > more.memory.baseline
    assert documented.memory
    assert plain.memory
    assert plain.memory.ratio == pytest.approx(1, abs=0.01)
    assert documented.memory.low == pytest.approx(1, abs=0.01)


def test_threads_that_are_left_running_are_not_timed(squares: Target) -> None:
    lines = "import threading, time", "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()"
    source = squares.source.replace("total = 0", "\n    ".join((*lines, "total = 0")))
    (found,) = compared(squares, source)
    assert found.timing is None
    assert found.note
    assert "threads" in found.note


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
