#!/usr/bin/env python3
"""The developers' door: it sets itself up, then demonstrates, tests or checks."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  (whoever starts this by hand may have another Python first)
    sys.exit(f"ORPS needs Python 3.11 or newer with pip and venv; this is {sys.version.split()[0]}.")

import tomllib

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
PLAIN = ROOT / ".venv-plain"
"""What the tests' made-up projects run in, as those of others do: without the plugins of this one."""
DEMO = "tests/fixtures/thealgorithms/maths__prime_numbers.py::slow_primes"
PURE = ["orps_core", "server", "tests", "dev.py"]
USAGE = """usage: python3 dev.py COMMAND

  demo     set up, then refine a real function with the built-in rules
  test     set up, then run every test, those in a real VS Code included
  lint     set up, then look at format, lint and types
  check    lint, then test
  format   rewrite the sources as lint wants them
  bench    measure: python3 dev.py bench NAME [ARGUMENTS]"""


def main(arguments: list[str]) -> int:
    commands = {"demo": demo, "test": test, "lint": lint, "check": check, "format": reformat, "bench": bench}
    command, *rest = arguments or ["help"]
    if command not in commands:
        print(USAGE)
        return 0 if command in {"help", "-h", "--help"} else 2
    set_up(develop=command != "demo")
    return commands[command](rest)


def set_up(*, develop: bool) -> None:
    """Make .venv with the product in it, once for each state of the project's requirements."""
    project, pins = ROOT / "pyproject.toml", ROOT / "constraints.txt"
    wanted = hashlib.sha256(project.read_bytes() + pins.read_bytes()).hexdigest()
    stamps = [HOME / "stamp-develop"] if develop else [HOME / "stamp-develop", HOME / "stamp-product"]
    if any(stamp.is_file() and stamp.read_text() == wanted for stamp in stamps):
        return
    print("setting up .venv (once) …", flush=True)
    try:
        venv.create(HOME, with_pip=True, clear=False)
    except subprocess.CalledProcessError:
        sys.exit(
            "Python's venv module is incomplete. On Debian: apt-get install python3-venv, then try again."
        )
    packages: list[str] = tomllib.loads(project.read_text())["dependency-groups"]["dev"] if develop else []
    quiet = ["--quiet", "--disable-pip-version-check"]
    done = subprocess.run(
        [PYTHON, "-m", "pip", "install", *quiet, "-c", str(pins), "-e", ".", *packages], cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(
            "pip could not install what ORPS needs; its message is above. Try again when the index answers."
        )
    stamps[-1].write_text(wanted)


def run(module: str, *arguments: str) -> int:
    return subprocess.run([PYTHON, "-m", module, *arguments], cwd=ROOT, check=False).returncode


def demo(arguments: list[str]) -> int:
    target = arguments or [DEMO]
    print("$ orps refine", *target, flush=True)
    return run("orps_core", "refine", *target)


def plain() -> None:
    """Make the other environment, and the project's Python in every test that names none."""
    os.environ["VIRTUAL_ENV"] = str(PLAIN)
    pins = ROOT / "constraints.txt"
    wanted, stamp = hashlib.sha256(pins.read_bytes()).hexdigest(), PLAIN / "stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    venv.create(PLAIN, with_pip=False, clear=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--python", str(PLAIN / "bin" / "python")]
    if run("pip", *quiet, "install", "-c", str(pins), "pytest"):
        sys.exit("pip could not install what the tests need; its message is above.")
    stamp.write_text(wanted)


def compiled() -> None:
    """Compile what is started a thousand times, also where nothing is written while importing.

    What pytest rewrites before it compiles it (itself and its plugins) only pytest can make.
    """
    run("compileall", "-q", "orps_core", "server/orps_server")
    writing = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for python in (PYTHON, PLAIN / "bin" / "python"):
        command = [str(python), "-m", "pytest", "-c", os.devnull, "--collect-only", "dev.py"]
        subprocess.run(command, cwd=ROOT, env=writing, check=False, capture_output=True)


def test(arguments: list[str]) -> int:
    """Run pytest and, beside it, VS Code; with arguments, pytest alone with these."""
    plain()
    if arguments:
        return run("pytest", *arguments)
    compiled()
    client = [str(PYTHON), "tests/client/run.py"]
    # VS Code waits most of the time, and is told at the end. It goes first: its time limits are not ours.
    gently = ["nice", "-n", "5"] if shutil.which("nice") else []
    # A file's tests stay together, for they share what is dear to set up.
    spread = ["--numprocesses", "logical", "--dist", "loadfile", "--durations", "40"]
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen(client, cwd=ROOT, stdout=told, stderr=subprocess.STDOUT) as editor,
    ):
        tests = subprocess.run([*gently, str(PYTHON), "-m", "pytest", *spread], cwd=ROOT, check=False)
        ended = editor.wait()
        told.seek(0)
        print(told.read().decode(errors="replace"), flush=True)
    return ended or tests.returncode


def lint(_: list[str]) -> int:
    for step in (["ruff", "format", "--check", *PURE], ["ruff", "check", *PURE]):
        print("==", *step, flush=True)
        if status := run(*step):
            return status
    # Each of the checkers of types keeps one core busy.
    with ThreadPoolExecutor() as side_by_side:
        found = list(side_by_side.map(_heard, ("mypy", "pyright")))
    for name, done in zip(("mypy", "pyright"), found, strict=True):
        print("==", name, done.stdout, sep="\n", flush=True)
    return max(done.returncode for done in found)


def _heard(module: str) -> subprocess.CompletedProcess[str]:
    command = [str(PYTHON), "-m", module]
    return subprocess.run(
        command, cwd=ROOT, check=False, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def check(_: list[str]) -> int:
    return lint([]) or test([])


def reformat(_: list[str]) -> int:
    return run("ruff", "format", *PURE) or run("ruff", "check", "--fix", *PURE)


def bench(arguments: list[str]) -> int:
    names = sorted(path.stem for path in (ROOT / "tests" / "bench").glob("*.py"))
    if not arguments or arguments[0] not in names:
        print("Which one?", ", ".join(names))
        return 2
    program = f"tests/bench/{arguments[0]}.py"
    return subprocess.run([PYTHON, program, *arguments[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
