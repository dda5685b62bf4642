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
@pytest.mark.parametrize(("gentle", "more"), [(False, 0), (True, 10)])
def test_a_gentle_run_gives_way(tmp_path: Path, *, gentle: bool, more: int) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    project(tmp_path, a=PRIORITY.format(more, own))

    async def scene() -> bool:
        target = target_in(tmp_path / "a.py", "priority")
        async with executor_for(target, Settings(gentle=gentle)) as executor:
            return (await executor.baseline()).execution.correct

    assert asyncio.run(scene())
