"""Small projects on disk, and the executor that the product would use for them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from orps_core import Settings, cut
from orps_core.compose import assembled
from orps_core.domain.candidate import Candidate
from orps_core.domain.target import Target
from orps_core.execute.measuring import Bench
from orps_core.ports import Executor

SEEN = '''
    def seen_twice(items):
        """Return what occurs more than once.

        >>> seen_twice([1, 2, 1])
        [1]
        """
        seen = []
        out = []
        for item in items:
            if item in seen:
                out.append(item)
            seen.append(item)
        return out
'''

MANY = SEEN.replace("seen_twice([1, 2, 1])\n        [1]", "seen_twice([*range(400), 7])\n        [7]")
"""With many different items in its example: that a set finds them faster is beyond doubt."""


def project(folder: Path, **files: str) -> Path:
    """Write files (``a__b`` means a/b.py) and mark the folder as a project. Return it."""
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return folder


def target_in(path: Path, qualname: str) -> Target:
    return cut(str(path), path.read_text(encoding="utf-8"), qualname)


def candidate(source: str) -> Candidate:
    return Candidate(source=source, rationale="a test", author="test")


def _in_no_hurry(_: Bench) -> None:
    pass


@asynccontextmanager
async def executor_for(target: Target, settings: Settings | None = None) -> AsyncGenerator[Executor]:
    """What measures does not hurry: it is half of the work, and most of those who execute measure nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Bench, "hurry", _in_no_hurry)
        async with assembled(target, settings or Settings()) as engine:
            yield engine.executor
