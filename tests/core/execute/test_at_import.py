"""What a module starts at its import is no fault of a candidate where the original starts it as well."""

import asyncio
from pathlib import Path

import pytest

from orps_core.domain.comparison import Comparison
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

TICKING = '''
    import threading

    threading.Thread(target=threading.Event().wait, daemon=True).start()


    def total(items):
        """A sum.

        >>> total([1, 2])
        3
        """
        found = 0
        for item in items:
            found += item
        return found
'''


def test_a_thread_that_the_original_starts_as_well_is_not_held_against_a_candidate(tmp_path: Path) -> None:
    async def work() -> Comparison:
        project(tmp_path, mod=TICKING)
        async with executor_for(target_in(tmp_path / "mod.py", "total")) as executor:
            await executor.baseline()
            return await executor.compare(candidate("def total(items):\n    return sum(items)\n"))

    found = asyncio.run(work())
    assert found.behaviour is not None
    assert found.behaviour.imported is not None
    assert found.behaviour.imported.changes == ()
