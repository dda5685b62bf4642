"""``orps check`` and ``orps refine`` for something else than speed, and for no gain at all."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.projects import MANY, SEEN, project

pytestmark = pytest.mark.slow

SUMS = '''
    def squares(items):
        """Sum of squares.

        >>> squares([1, 2, 3])
        14
        """
        return sum([item * item for item in items])

    def doubled(items):
        """
        >>> doubled([3, 1, 2])
        [6, 2, 4]
        """
        out = []
        for item in items:
            if True:
                out.append(item * 2)
        return out

    def listed(items):
        """
        >>> listed([3, 1, 3])
        2
        """
        return len(set([item % 9 for item in items]))
'''


def orps(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "orps_core", *arguments]
    return subprocess.run(
        command, cwd=folder, input=dedent(given), capture_output=True, text=True, check=False, timeout=110
    )


def verdict(folder: Path, target: str, candidate: str, objective: str) -> dict[str, Any]:
    options = "--candidate", "-", "--objective", objective, "--format", "json"
    done = orps(folder, "check", target, *options, given=candidate)
    assert done.returncode in {0, 1}, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["verdict"]
    assert found["accepted"] is (done.returncode == 0)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("objectives"), hot=SUMS, slow=SEEN, many=MANY)


def test_what_needs_less_memory_is_accepted_for_that(folder: Path) -> None:
    candidate = "def squares(items):\n    return sum(item * item for item in items)\n"
    found = verdict(folder, "hot.py::squares", candidate, "memory")
    assert found["memory"] == "better"
    assert found["accepted"]
    assert "less memory" in found["reason"]


def test_what_is_simpler_is_accepted_for_that(folder: Path) -> None:
    candidate = "def doubled(items):\n    return [item * 2 for item in items]\n"
    found = verdict(folder, "hot.py::doubled", candidate, "simplicity")
    assert found["simplicity"] == "better"
    assert found["accepted"]
    assert found["reason"].startswith("simpler: ")


def test_other_names_for_the_same_are_better_in_nothing(folder: Path) -> None:
    renamed = dedent(SEEN).replace("seen)", "known)").replace("seen.", "known.")
    renamed = renamed.replace("seen:", "known:").replace("seen =", "known =").replace("out", "found")
    found = verdict(folder, "slow.py::seen_twice", renamed, "time")
    assert not found["accepted"]
    assert "better" not in {found["time"], found["memory"]}, found
    assert found["simplicity"] == "equal"


def test_a_pick_that_nothing_stands_for_is_told(folder: Path) -> None:
    done = orps(folder, "refine", "many.py::seen_twice", "--pick", "simplest", "--seconds", "60", "--diff")
    assert done.returncode == 1, done.stderr
    assert "no other accepted version is the simplest: leave out --pick" in done.stderr


def test_the_smallest_can_be_picked_of_a_run_for_memory(folder: Path) -> None:
    choice = "--objective", "memory", "--pick", "smallest", "--seconds", "60", "--diff"
    done = orps(folder, "refine", "hot.py::listed", *choice)
    assert done.returncode == 0, done.stderr
    assert "+++ b/hot.py" in done.stdout
