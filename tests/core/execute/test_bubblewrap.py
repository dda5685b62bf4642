"""The outer wall: what is seen inside of it, and that everything works where it cannot be built."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from orps_core import Settings
from orps_core.domain.execution import Execution, Raised
from orps_core.execute import bubblewrap
from orps_core.execute.bubblewrap import Wall
from orps_core.execute.interpreter import clean_environment, inspect
from orps_core.execute.job import Job
from tests.projects import SEEN, candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow


def execute(folder: Path, *lines: str, settings: Settings | None = None) -> Execution:
    """Run a candidate for ``seen_twice`` in slow.py that begins with these lines."""
    target = target_in(folder / "slow.py", "seen_twice")
    source = target.source.replace("seen = []", "\n    ".join((*lines, "seen = []")), 1)

    async def work() -> Execution:
        async with executor_for(target, settings) as executor:
            await executor.baseline()
            return await executor.execute(candidate(source))

    return asyncio.run(work())


def build(folder: Path, read: tuple[Path, ...], python: str = sys.executable) -> Wall:
    async def work() -> Wall:
        job = Job(
            target=target_in(folder / "slow.py", "seen_twice"),
            interpreter=await inspect(python, os.environ),
            root=str(folder),
            module="slow",
            import_paths=(str(folder),),
            cases=(),
            docstrings=(),
            pytest=(),
            warm=(),
            read=tuple(map(str, read)),
            listed=(str(folder),),
            overlays=(),
        )
        return await bubblewrap.build(job, clean_environment(os.environ))

    return asyncio.run(work())


def inside(wall: Wall, code: str) -> str:
    """What the code prints behind the wall, without the walls that a candidate has besides."""
    command = [*wall.command, sys.executable, "-I", "-S", "-c", f"import os\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "outside").write_text("secret")
    return project(tmp_path / "project", slow=SEEN)


@pytest.fixture
def wall(folder: Path) -> Wall:
    built = build(folder, (folder / "slow.py",))
    if built.missing is not None:
        pytest.skip(f"no outer wall here: {built.missing}")
    return built


def test_candidates_run_behind_it_where_it_can_be_built(folder: Path, wall: Wall) -> None:
    confinement = execute(folder).confinement
    assert confinement.level == "strict"
    assert "bubblewrap" in confinement.mechanisms


def test_without_it_candidates_are_held_all_the_same_and_it_is_not_claimed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    refused = execute(folder, f"open({str(folder.parent / 'outside')!r})")
    assert refused.confinement.level == "strict"
    assert "bubblewrap" not in refused.confinement.mechanisms
    assert isinstance(refused.results[0].outcome, Raised)
    assert refused.results[0].outcome.type == "PermissionError"
    assert build(folder, ()).missing == "bwrap is not installed"


def test_one_that_fails_is_not_used_and_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = folder.parent / "bin" / "bwrap"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    assert build(folder, ()) == Wall(missing="No permissions to create new namespace")
    assert execute(folder).correct


def test_one_that_does_not_run_what_it_is_given_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder.parent / "bin"))
    (folder.parent / "bin").mkdir()
    Path(folder.parent / "bin" / "bwrap").symlink_to(shutil.which("false") or "/bin/false")
    assert build(folder, ()) == Wall(missing="a trial ended with status 1")


def test_what_may_not_be_read_is_not_even_there(folder: Path, wall: Wall) -> None:
    (folder / ".env").write_text("KEY=1")
    for hidden in (folder.parent / "outside", folder / ".env", Path("/etc/passwd")):
        outcome = execute(folder, f"import os; os.stat({str(hidden)!r})").results[0].outcome
        assert isinstance(outcome, Raised)
        assert outcome.type == "FileNotFoundError"
    assert inside(wall, f"print(os.listdir({str(folder)!r}))") == "['slow.py']"


def test_what_may_be_read_cannot_be_written(folder: Path, wall: Wall) -> None:
    write = "try: open({!r}, 'a')\nexcept OSError as error: print(error.strerror)"
    assert inside(wall, write.format(str(folder / "slow.py"))) == "Read-only file system"
    assert inside(wall, write.format("/anything")) == "Read-only file system"


def test_the_room_for_files_has_an_end(wall: Wall) -> None:
    fill = """
        from errno import ENOSPC
        written = 0
        try:
            with open(os.environ["TMPDIR"] + "/big", "wb", buffering=0) as file:
                while written < 1 << 30:
                    written += file.write(bytes(1 << 20))
        except OSError as error:
            print(error.errno == ENOSPC, written)
    """
    assert inside(wall, "if True:" + fill) == f"True {bubblewrap.ROOM}"


def test_no_process_of_the_machine_is_seen_and_no_variable_but_the_allowed(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "DECOY")
    assert int(inside(wall, "print(sum(name.isdigit() for name in os.listdir('/proc')))")) <= 3
    assert "DECOY" not in inside(wall, "print(os.environ)")


def test_after_leaving_no_process_waits_to_be_buried_by_the_machine(folder: Path, wall: Wall) -> None:
    target = target_in(folder / "slow.py", "seen_twice")

    async def work() -> list[int]:
        async with executor_for(target) as executor:
            await executor.baseline()
            return [process.pid for process in psutil.Process().children(recursive=True)]

    below = asyncio.run(work())
    assert below
    assert [pid for pid in below if psutil.pid_exists(pid)] == []


def test_interpreters_behind_links_work(folder: Path, wall: Wall, tmp_path: Path) -> None:
    """An environment of the project, from a versionless name, through a folder that is a link."""
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "current").symlink_to(Path(sys.executable).resolve().parent)
    (tmp_path / "python").symlink_to(tmp_path / "versions" / "current" / Path(sys.executable).resolve().name)
    command = [str(tmp_path / "python"), "-m", "venv", "--without-pip", str(folder / ".venv")]
    subprocess.run(command, check=True, capture_output=True)
    execution = execute(folder, f"import sys; assert sys.prefix == {str(folder / '.venv')!r}, sys.prefix")
    assert execution.correct, execution
    assert "bubblewrap" in execution.confinement.mechanisms


def test_a_project_behind_a_link_works_with_links_of_its_own(
    folder: Path, wall: Wall, tmp_path: Path
) -> None:
    (folder / "real.txt").write_text("ok")
    (folder / "data").symlink_to("real.txt")
    (tmp_path / "link").symlink_to(folder)
    execution = execute(tmp_path / "link", f"assert open({str(tmp_path / 'link' / 'data')!r}).read() == 'ok'")
    assert execution.correct, execution
    assert "bubblewrap" in execution.confinement.mechanisms


def test_of_a_project_with_many_files_secrets_are_covered(folder: Path, wall: Wall, tmp_path: Path) -> None:
    files = [folder / f"data{number}" for number in range(500)]
    for path in files:
        path.write_text("ok")
    (folder / ".env").write_text("KEY=1")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("token")
    (tmp_path / "link").symlink_to(folder)
    for root in (folder, tmp_path / "link"):
        many = build(root, (root / "slow.py", *(root / path.name for path in files)))
        assert many.missing is None
        assert len(many.command) < 200
        assert inside(many, f"print(open({str(root / 'data7')!r}).read())") == "ok"
        assert inside(many, f"print(os.listdir({str(root / '.git')!r}))") == "[]"
        read = f"try: print(open({str(root / '.env')!r}).read())\nexcept OSError: print('no')"
        assert "KEY" not in inside(many, read)


def test_the_view_keeps_links_and_drops_what_a_folder_shows(tmp_path: Path) -> None:
    real = tmp_path / "real"
    (real / "below").mkdir(parents=True)
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to(real)
    (real / "inner").symlink_to("below")
    view = bubblewrap.look([str(tmp_path / "one" / "inner"), str(real)], [str(tmp_path / "bare")])
    assert view.real == (str(real),)
    assert view.links == ((str(tmp_path / "one"), "two"), (str(tmp_path / "two"), str(real)))
    assert view.bare == (str(tmp_path / "bare"),)


def test_a_link_to_itself_has_an_end_and_the_root_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "root").symlink_to("/")
    assert bubblewrap.look([str(tmp_path / "loop"), str(tmp_path / "root"), "python"]).real == (
        str(tmp_path / "loop"),
    )
