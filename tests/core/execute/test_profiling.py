"""Where the time of a call goes, through real leaves of several interpreters."""

import asyncio
from pathlib import Path

import pytest

from orps_core import Settings
from orps_core.domain.profile import Profile
from tests.interpreters import VERSIONS, python_of
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

SHARED = '''
    LIMIT = 10**9


    def shared(one, other):
        """How many of one occur in the other.

        >>> shared([1, 2, 3], [3, 4])
        1
        """
        count = 0
        for item in one:
            if item < LIMIT and item in list(other):
                count += 1
        return count
'''


def profiled(folder: Path, version: str, *bodies: str) -> list[Profile | None]:
    project(folder, hot=SHARED)
    target = target_in(folder / "hot.py", "shared")
    sources = [f"{target.source.split('count = 0')[0]}{body}" for body in bodies]

    async def work() -> list[Profile | None]:
        async with executor_for(target, Settings(python=python_of(version))) as executor:
            await executor.baseline()
            return [await executor.profile(candidate(source)) for source in sources or [target.source]]

    return asyncio.run(work())


@pytest.mark.parametrize("version", VERSIONS)
def test_the_line_that_costs_most_is_named(version: str, tmp_path: Path) -> None:
    (found,) = profiled(tmp_path, version)
    assert found
    first = found.lines[0]
    assert (first.number, first.within) == (12, 9)
    assert first.text == "if item < LIMIT and item in list(other):"
    assert first.hits > 100
    assert sum(line.share for line in found.lines) == pytest.approx(1)
    assert "items)" in found.input  # a grown one: the examples have a handful
    assert found.growth
    assert found.growth.factor > 2


def test_what_is_nested_in_the_function_is_followed_and_helpers_count_where_they_are_called(
    tmp_path: Path,
) -> None:
    nested = """wanted = [
        item
        for item in one
        if item in other
    ]
    return len(wanted)
"""
    (found,) = profiled(tmp_path, VERSIONS[-1], nested)
    assert found
    assert found.lines[0].text == "if item in other"


def test_a_long_call_is_followed_for_a_while_and_one_that_raises_not_at_all(
    tmp_path: Path,
) -> None:
    long = "x = 0\n    while x < 3 * 10**6:\n        x += 1\n    return x\n"
    ended, raising = profiled(tmp_path, VERSIONS[-1], long, "raise ValueError(one)\n")
    assert raising is None
    assert ended
    assert not ended.whole
    assert ended.lines[0].hits > 1000
