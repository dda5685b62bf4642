"""Runs that nobody waits for leave the machine to everybody else."""

import asyncio
import os
from pathlib import Path

import pytest

from orps_core import Settings
from tests.projects import executor_for, project, target_in

PRIORITY = '''
    import os

    def priority():
        """Say how gently this runs.

        >>> priority()
        {}
        """
        return os.getpriority(os.PRIO_PROCESS, 0) - {}
'''


@pytest.mark.slow
@pytest.mark.parametrize("more", [0, 10])
def test_a_run_gives_way_as_far_as_it_is_told(tmp_path: Path, more: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    project(tmp_path, a=PRIORITY.format(more, own))

    async def scene() -> bool:
        target = target_in(tmp_path / "a.py", "priority")
        async with executor_for(target, Settings(nice=more)) as executor:
            return (await executor.baseline()).execution.correct

    assert asyncio.run(scene())
