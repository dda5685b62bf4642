"""Real Neovim, Emacs and Vim run the loop, set up as docs/editors.md says, where they are installed."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server.test_clients import BUFFER, TESTS
from tests.server.wire import ROOT, environment

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "clients"
PAGE = (ROOT / "docs" / "editors.md").read_text()
TYPED = f"# typed meanwhile\n{BUFFER}"
REFINED = "\n\n\n@functools.cache\ndef ways(steps):"


def _installed(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here: apt-get install neovim emacs-nox elpa-eglot")
    return found


def _set_up(language: str, heading: str) -> str:
    """The block of the page under a heading."""
    found = re.search(rf"^#+ {heading}$.*?^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/editors.md has no {language} under {heading}"
    return found[1]


def _sit_down(folder: Path, command: list[str], set_up: str, server: str, **more: str) -> dict[str, Any]:
    """Let an editor do what is to be done in a project of its own; what it has seen."""
    project, tools = folder / "project", folder / "bin"
    project.mkdir()
    tools.mkdir()
    (project / "pyproject.toml").touch()
    (project / "things.py").write_text(BUFFER)
    (project / "test_things.py").write_text(TESTS)
    program = tools / "orps-language-server"
    program.write_text(f"#!/bin/sh\nexec {sys.executable} -P -m {server}\n")
    program.chmod(0o755)
    (folder / "set-up").write_text(set_up)
    given = {
        **environment(),
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "SETUP": str(folder / "set-up"),
        "SAMPLE": str(project / "things.py"),
        "REPORT": str(folder / "report.json"),
        **more,
    }
    done = subprocess.run(
        command,
        cwd=project,
        env=given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=280,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(errors="replace")
    assert (folder / "report.json").exists(), said
    report: dict[str, Any] = json.loads((folder / "report.json").read_text())
    assert not report.get("problem"), (report, said)
    return report


def _neovim(folder: Path, server: str, **more: str) -> dict[str, Any]:
    program = _installed("nvim")
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"v(\d+)\.(\d+)", version)
    assert number is not None
    new = (int(number[1]), int(number[2])) >= (0, 11)
    heading = "Neovim 0.11 and newer" if new else "Neovim 0.7 to 0.10"
    script = f"luafile {HERE / 'neovim.lua'}"
    command = [program, "--headless", "--clean", "-n", "-c", script]
    # A run that finds all there is ends by itself; where the machine is busy that may take longer.
    set_up = _set_up("lua", heading).replace("budgetSeconds = 60", "budgetSeconds = 200")
    return _sit_down(folder, command, set_up, server, **more)


def test_neovim_goes_from_the_code_action_to_the_change_and_back(tmp_path: Path) -> None:
    seen = _neovim(tmp_path, "orps_server")
    assert "ORPS: refine ways" in seen["menus"][0]
    steps = [each["kind"] for each in seen["progress"]]
    assert [steps[0], steps[-1]] == ["begin", "end"]
    assert [each.split(". ")[-1] for each in seen["asked"][0]["titles"]] == ["Apply", "Show diff", "Dismiss"]
    assert "+@functools.cache\n def ways(steps):" in seen["diff"]
    assert seen["before"] == seen["undone"] == TYPED
    assert REFINED in seen["after"]
    assert not [each for each in seen["messages"] if "expected" in each]


def test_what_is_typed_while_neovim_is_asked_is_never_overwritten(tmp_path: Path) -> None:
    """Neovim applies an edit for version 0 whatever was typed since: that of a document just opened."""
    seen = _neovim(tmp_path, "tests.server.probe", RACE="1")
    assert seen["before"] == f"# typed\n# at the last moment\n{BUFFER}"
    head = seen["before"].partition("def ways")[0]
    assert seen["after"] == head + 'def ways(x):\n    """A 😋."""\n    return [x,]\n'


def test_emacs_goes_from_the_code_action_to_the_change_and_back(tmp_path: Path) -> None:
    command = [_installed("emacs"), "--batch", "--load", str(HERE / "eglot.el")]
    finds = [command[0], "--batch", "--eval", "(require 'eglot)"]
    if subprocess.run(finds, capture_output=True, check=False).returncode:
        pytest.skip("this Emacs has no eglot: apt-get install elpa-eglot")
    seen = _sit_down(tmp_path, command, _set_up("elisp", "Emacs"), "tests.server.probe")
    assert "ORPS: refine ways" in seen["menus"][0]
    assert "+    return [x,]" in seen["diff"]
    assert [each for each in seen["hints"] if "review and apply it" in each]
    assert seen["before"] == seen["undone"] == TYPED
    assert seen["after"].endswith("    return [x,]\n")
    assert not [each for each in seen["messages"] if "expected" in each]


def test_vim_goes_from_the_code_action_to_the_change_and_back(tmp_path: Path) -> None:
    command = [_installed("vim"), "-u", "NONE", "-i", "NONE", "-n", "-N", "--not-a-term", "-es"]
    plugin = next(Path.home().glob(".vim/pack/*/start/lsp/plugin/lsp.vim"), None)
    if plugin is None:
        pytest.skip(
            "Vim has no plugin lsp: git clone https://github.com/yegappan/lsp ~/.vim/pack/lsp/start/lsp"
        )
    seen = _sit_down(
        tmp_path,
        [*command, "-S", str(HERE / "vim.vim")],
        _set_up("vim", "Vim"),
        "tests.server.probe",
        PLUGIN=str(plugin.parents[1]),
    )
    assert set(seen["progress"]) == {"ORPS: refining ways"}
    assert "+    return [x,]" in seen["diff"]
    assert seen["before"] == seen["undone"] == TYPED
    assert seen["after"].endswith("    return [x,]\n")
    assert not [each for each in seen["messages"] if "expected" in each]
