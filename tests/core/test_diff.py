"""Diffs that the real patch and the real git take."""

import shutil
import subprocess
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from orps_core.report.diff import unified

PAIRS = {
    "plain": ("a\nb\nc\n", "a\nB\nc\nd\n"),
    "no newline at either end": ("a\nb", "a\nB"),
    "newline added": ("a\nb", "a\nb\n"),
    "newline taken": ("a\nb\n", "a\nb"),
    "last line follows": ("a\nb", "a\nb\nc"),
    "crlf": ("a\r\nb\r\nc\r\n", "a\r\nB\r\nc\r\n"),
    "crlf without an end": ("a\r\nb", "a\r\nB\r\nc"),
    "mixed": ("a\r\nb\nc\r\n", "a\r\nb\r\nc\r\n"),
    "other separators": ("a\fb\vc\u2028d\x85e\n", "a\fb\vC\u2028d\x85e\n"),
    "from nothing": ("", "a\n"),
    "to nothing": ("a\n", ""),
    "far apart": (
        "".join(f"{n}\n" for n in range(60)),
        "".join(f"{n}\n" for n in range(60) if n not in {3, 50}),
    ),
}
TOOLS = {
    "git": ["git", "apply", "--whitespace=nowarn", "change.diff"],
    "patch": ["patch", "-p1", "--binary", "-i", "change.diff"],
}


def applied(folder: Path, tool: str, before: str, after: str) -> str:
    file = folder / "pkg" / "é a.py" if tool == "git" else folder / "pkg" / "a.py"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(before.encode())
    name = str(file.relative_to(folder))
    (folder / "change.diff").write_bytes(unified(before, after, name).encode())
    subprocess.run(TOOLS[tool], cwd=folder, check=True, capture_output=True)
    return file.read_bytes().decode() if file.exists() else ""


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("pair", PAIRS)
def test_git_and_patch_take_it(tmp_path: Path, tool: str, pair: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    before, after = PAIRS[pair]
    assert applied(tmp_path, tool, before, after) == after


TEXTS = st.lists(st.sampled_from(["a", "b", "c", "a\r", "é", "\f", ""]), max_size=8).flatmap(
    lambda lines: st.sampled_from(["\n".join(lines), "\n".join(lines) + "\n"])
)


@pytest.mark.slow
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS)
def test_git_takes_any(tmp_path: Path, before: str, after: str) -> None:
    if before != after:
        assert applied(tmp_path, "git", before, after) == after


def test_equal_texts_have_no_diff() -> None:
    assert unified("a\nb", "a\nb", "a.py") == ""


@pytest.mark.parametrize("path", ["pkg/a.py", "/pkg/a.py", "pkg\\a.py"])
def test_paths_are_written_as_git_writes_them(path: str) -> None:
    assert unified("a\n", "b\n", path).startswith("--- a/pkg/a.py\n+++ b/pkg/a.py\n@@ -1 +1 @@\n-a\n+b\n")
