"""What candidates may read of interpreters and other projects, with real files."""

import asyncio
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from orps_core import Settings
from orps_core.domain.execution import Execution
from tests.projects import SEEN, candidate, executor_for, project, target_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux"),
]


@pytest.fixture(params=["walled", "bare"])
def machine(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "bare":
        monkeypatch.setenv("PATH", str(tmp_path))
    elif shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    return str(request.param)


def execute(folder: Path, code: str, python: Path | None = None) -> Execution:
    target = target_in(folder / "slow.py", "seen_twice")

    async def work() -> Execution:
        async with executor_for(target, Settings(python=str(python) if python else None)) as executor:
            await executor.baseline()
            body = "\n".join(f"    {each}" for each in code.strip().splitlines())
            return await executor.execute(
                candidate(target.source.replace("    seen = []", f"{body}\n    seen = []"))
            )

    return asyncio.run(work())


def closed(*paths: Path) -> str:
    """Code that fails when one of them can be read."""
    return f"""
for path in {[str(path) for path in paths]!r}:
    try:
        open(path).read()
    except OSError:
        continue
    raise AssertionError(path)
"""


def test_another_project_that_is_installed_to_be_edited_keeps_its_secrets(
    tmp_path: Path, machine: str
) -> None:
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    for name in (".env", ".git/config", "server.key", "other.py"):
        (other / name).write_text("ANSWER = 42")
    (tmp_path / "mine").mkdir()
    folder = project(tmp_path / "mine", slow=SEEN)
    venv.create(folder / ".venv", symlinks=True)
    python = folder / ".venv" / "bin" / "python"
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (Path(site) / "other.pth").write_text(str(other))
    secrets = closed(other / ".env", other / ".git/config", other / "server.key")
    found = execute(folder, f"import other\nassert other.ANSWER == 42\n{secrets}")
    assert found.correct, found


def test_a_project_that_is_an_environment_itself_keeps_its_secrets(tmp_path: Path, machine: str) -> None:
    venv.create(tmp_path, symlinks=True)
    folder = project(tmp_path, slow=SEEN)
    (folder / ".env").write_text("KEY=1")
    (folder / "data.txt").write_text("ok")
    code = f"assert open({str(folder / 'data.txt')!r}).read() == 'ok'\n{closed(folder / '.env')}"
    found = execute(folder, code, folder / "bin" / "python")
    assert found.correct, found


def test_of_a_project_with_many_files_nested_secrets_are_closed_and_their_neighbours_open(
    tmp_path: Path, machine: str
) -> None:
    folder = project(tmp_path, slow=SEEN, pkg__mod="ANSWER = 42\n")
    for number in range(100):
        (folder / f"data{number}").write_text("ok")
    (folder / "pkg" / ".env").write_text("KEY=1")
    (folder / "pkg" / "deep").mkdir()
    (folder / "pkg" / "deep" / "tls.key").write_text("KEY")
    (folder / "pkg" / "deep" / "words").write_text("ok")
    (folder / "way").symlink_to("pkg/.env")
    code = f"""
from pkg import mod
assert mod.ANSWER == 42
assert open({str(folder / "pkg/deep/words")!r}).read() == 'ok'
assert open({str(folder / "data99")!r}).read() == 'ok'
{closed(folder / "pkg/.env", folder / "pkg/deep/tls.key", folder / "way")}
"""
    found = execute(folder, code)
    assert found.correct, found
