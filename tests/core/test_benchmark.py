"""`orps bench` from a file of problems to a table, with the built-in rules alone."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from orps_core.cli import main

BROKEN = {
    "task_id": "tiny/largest",
    "entry_point": "largest",
    "seed": "def largest(a, b):\n    return a if a < b else b\n",
    "visible_tests": ["assert largest(1, 2) == 2", "assert largest(5, 3) == 5"],
    "hidden_tests": ["assert largest(-1, -7) == -1", "assert largest(4, 4) == 4"],
}
FALSE = {
    "task_id": "tiny/double",
    "entry_point": "double",
    "seed": "def double(a):\n    return a + 2\n",
    "visible_tests": ["assert double(2) == 4"],
    "hidden_tests": ["assert double(5) == 10"],
}


def write(place: Path, *problems: Mapping[str, object]) -> str:
    path = place / "problems.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in problems), encoding="utf-8")
    return str(path)


def test_what_passes_the_visible_tests_is_told_apart_from_what_is_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept"
    assert main(["bench", write(tmp_path, BROKEN, FALSE), "--seconds", "300", "--output", str(kept)]) == 0
    scores = [json.loads(line) for line in (kept / "scores.jsonl").read_text().splitlines()]
    assert [(each["problem"], each["solved"], each["right"]) for each in scores] == [
        ("tiny/largest", True, True),
        ("tiny/double", True, False),
    ]
    assert all((kept / f"orps-0-tiny_{name}.jsonl").exists() for name in ("largest", "double"))
    assert "orps" in capsys.readouterr().out


def test_a_line_that_is_no_problem_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, BROKEN, {"task_id": "tiny/none"})
    assert main(["bench", path]) != 0
    assert "Line 2 of" in capsys.readouterr().err
