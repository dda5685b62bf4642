"""The command that would make a missing module importable, in the words a person can paste."""

import re
import shlex
from pathlib import Path

_MISSING = re.compile(r"No module named '([\w.]+)'")
_PACKAGED = ("pyproject.toml", "setup.py", "setup.cfg")


def missing_module(said: str) -> str | None:
    """The module that an error message says cannot be found."""
    found = _MISSING.search(said)
    return found[1] if found else None


def install(executable: str, root: Path, module: str) -> str:
    """By the project's own list of what it needs, which knows the package that a module comes from."""
    top = module.partition(".")[0]
    pip = f"{shlex.quote(executable)} -m pip install"
    if _is_package(root):
        return f"{pip} -e {shlex.quote(str(root))}"
    needs = root / "requirements.txt"
    if needs.is_file() and not _is_own(root, top):
        return f"{pip} -r {shlex.quote(str(needs))}"
    return f"{pip} {top}"


def _is_package(root: Path) -> bool:
    """Whether pip can install the folder: a configuration of tools alone does not make it a package."""
    for name in _PACKAGED:
        path = root / name
        if path.is_file() and (name == "setup.py" or re.search(r"(?m)^\[(project|metadata)\]", _read(path))):
            return True
    return False


def _is_own(root: Path, top: str) -> bool:
    return any((folder / top).exists() or (folder / f"{top}.py").exists() for folder in (root, root / "src"))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
