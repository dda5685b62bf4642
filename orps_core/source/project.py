"""The project around a file: its root, how it is imported, how its pytest is configured."""

import configparser
import itertools
import os
import re
import shlex
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

PROJECTS = ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini")
MARKERS = (".git", ".hg", "requirements.txt")
_SECRET = re.compile(
    r"\.(git|hg|svn|bzr|jj|ssh|aws|azure|gnupg|kube|docker|password-store|mozilla|config|local|terraform.*)"
    r"|[._](netrc|pypirc|npmrc|pgpass|my\.cnf|boto|s3cfg|dockercfg|htpasswd|vault.*|.*_history|gitconfig)"
    r"|\.env.*|.*\.env|id_(rsa|dsa|ecdsa|ed25519|xmss).*"
    r"|.*\.(pem|key|p8|p12|pfx|ppk|kdbx|jks|keystore|keytab|gpg|tfstate|tfvars|ovpn)"
    r"|.*(secret|credential|passwd|password).*|service[-_]?account.*\.json|kubeconfig",
    re.IGNORECASE,
)
_FOREIGN = {"node_modules", "site-packages", "__pycache__"}
_ENVIRONMENT = ("pyvenv.cfg", "conda-meta", "bin/python3", "python.exe")
# Options of the project that change what is collected or need a whole session; the rest is kept.
_DROPPED = re.compile(
    r"-[nr].*|-[vqslx]+(r\w+)?|--(numprocesses|maxprocesses|dist|cov|no-cov|exitfirst|maxfail|lf|ff|nf|last-failed"
    r"|failed-first|new-first|sw|stepwise|doctest-|benchmark|verbose|quiet|durations|junit|html|self-contained-html"
    r"|pdb|trace|tb|capture|color|cache-|picked|testmon|random-order|report|show|co$|collect-only|no-header"
    r"|no-summary|log-file).*"
)
_SETTINGS = (
    "addopts",
    "testpaths",
    "python_files",
    "python_functions",
    "python_classes",
    "pythonpath",
    "doctest_optionflags",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """``root`` is absolute; ``marked`` tells a real project from a folder with a script in it.

    ``options`` and the rest are the settings of its pytest. ``doctest_globs`` are the text files that pytest
    runs as doctests, ``doctest_modules`` tells whether it runs those of every module. ``python_path`` and
    ``ignored`` are relative to the root.
    """

    root: Path
    marked: bool
    options: tuple[str, ...] = ()
    test_paths: tuple[str, ...] = ()
    file_patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    function_patterns: tuple[str, ...] = ("test",)
    class_patterns: tuple[str, ...] = ("Test",)
    python_path: tuple[str, ...] = ()
    doctest_globs: tuple[str, ...] = ("test*.txt",)
    doctest_flags: tuple[str, ...] = ()
    doctest_modules: bool = False
    ignored: tuple[str, ...] = ()
    ignored_globs: tuple[str, ...] = ()

    def readable(self) -> tuple[str, ...]:
        """What a candidate may read: all of the project that does not look like a secret or lead out of it.

        A folder that is no project, or one that a home lies in, may hold anything: there, only Python files
        and packages.
        """
        return open_parts(self.root, whole=self.marked and not _holds_home(self.root))


def open_parts(root: Path, *, whole: bool = True) -> tuple[str, ...]:
    """Paths below a folder that together are all of it but its secrets; if not ``whole``, its Python alone.

    A link is followed by the kernel, so it must not lead to what the folder does not show otherwise.
    """
    top = root.resolve()
    chosen = [entry for entry in sorted(_entries(root)) if whole or _python(entry)]
    shown = {real for real in map(_real, chosen) if real.is_relative_to(top) and not real.is_symlink()} - {
        top
    }
    closed = frozenset[Path]().union(*map(_with_secrets, shown))
    waiting, parts, entered = chosen, list[str](), set[Path]()
    while waiting:
        path = waiting.pop()
        real = _real(path)
        if is_secret(path) or not shown & {real, *real.parents} or _is_below_secret(real, top):
            continue
        if real not in closed:
            parts.append(str(path))
        elif real not in entered:
            entered.add(real)
            waiting += _entries(path)
    return tuple(sorted(parts))


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # as pathlib has it, but for a link to itself, which stays what it is


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []  # what cannot be listed is not opened either


def _is_below_secret(path: Path, top: Path) -> bool:
    return any(is_secret(each) for each in (path, *path.parents) if each != top and each.is_relative_to(top))


def _holds_home(root: Path) -> bool:
    return Path.home().resolve().is_relative_to(root.resolve())


def _with_secrets(top: Path) -> frozenset[Path]:
    """The folders that have a secret in them or below, environments and packages of others left out."""
    found: set[Path] = set()
    if is_environment(top):
        return frozenset()
    for folder, folders, files in os.walk(top):
        here = Path(folder)
        if any(is_secret(here / name) for name in (*folders, *files)):
            found |= {here, *(parent for parent in here.parents if parent.is_relative_to(top))}
        folders[:] = [name for name in folders if _is_own(here / name)]
    return frozenset(found)


def _is_own(folder: Path) -> bool:
    return not (folder.name in _FOREIGN or is_environment(folder) or is_secret(folder))


def _nearest(folders: Iterable[Path], names: tuple[str, ...]) -> Path | None:
    return next((folder for folder in folders if any((folder / name).exists() for name in names)), None)


def is_secret(path: Path) -> bool:
    """By its name; a module or a package about secrets is code like any other."""
    return (
        _SECRET.fullmatch(path.name) is not None
        and path.suffix not in {".py", ".pyi"}
        and not (path / "__init__.py").is_file()
    )


def _python(path: Path) -> bool:
    return path.suffix == ".py" or (path / "__init__.py").is_file()


def find_project(file: Path, root: str | None = None) -> Project:
    """The nearest folder above the file that says it is a project, else the file's own folder.

    What is installed belongs to no project around the environment that it is installed in.

    ``root`` is the outermost folder to look at, and the project if none inside it says to be one.
    """
    outermost = Path(root).absolute() if root else None
    above = [
        folder for folder in file.parents if outermost is None or folder.is_relative_to(outermost)
    ] or list(file.parents)
    installed = next((at for at, folder in enumerate(above) if is_environment(folder)), len(above))
    above = above[: installed + 1]
    found = (_nearest(above, names) for names in (PROJECTS, MARKERS))
    folder = next(filter(None, found), outermost)
    # A home folder under version control is still no project.
    marked = folder is not None and (folder != Path.home() or (folder / "pyproject.toml").exists())
    chosen = folder if folder is not None and marked else file.parent
    return _configured(chosen, _pytest_settings(chosen), marked=marked)


def _configured(root: Path, values: dict[str, list[str]], *, marked: bool) -> Project:
    options = values.get("addopts", [])
    return Project(
        root=root,
        marked=marked,
        options=_kept(options),
        test_paths=tuple(values.get("testpaths", [])),
        file_patterns=tuple(values.get("python_files", [])) or ("test_*.py", "*_test.py"),
        function_patterns=tuple(values.get("python_functions", [])) or ("test",),
        class_patterns=tuple(values.get("python_classes", [])) or ("Test",),
        python_path=tuple(values.get("pythonpath", [])),
        doctest_globs=_values_of("--doctest-glob", options) or ("test*.txt",),
        doctest_flags=tuple(values.get("doctest_optionflags", [])),
        doctest_modules="--doctest-modules" in options,
        ignored=_values_of("--ignore", options),
        ignored_globs=_values_of("--ignore-glob", options),
    )


def _values_of(option: str, options: list[str]) -> tuple[str, ...]:
    """Of ``--option=value`` and ``--option value``."""
    joined = [each.partition("=")[2] for each in options if each.startswith(f"{option}=")]
    apart = [value for before, value in itertools.pairwise(options) if before == option]
    return (*joined, *apart)


def module_name(file: Path) -> tuple[str, Path]:
    """The name under which the file is imported, and the folder that must be on the path for it."""
    folder, parts = file.parent, [] if file.name == "__init__.py" else [file.stem]
    while (folder / "__init__.py").is_file() and folder.name.isidentifier() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts) or file.stem, folder


def is_environment(folder: Path) -> bool:
    return any(os.path.exists(folder / name) for name in _ENVIRONMENT)  # noqa: PTH110  (never raises)


def _pytest_settings(root: Path) -> dict[str, list[str]]:
    """In pytest's own order; the first file with a section counts, and pytest's own file even without."""
    for name, sections in (
        ("pytest.toml", ("pytest",)),
        (".pytest.toml", ("pytest",)),
        ("pytest.ini", ("pytest",)),
        (".pytest.ini", ("pytest",)),
        ("pyproject.toml", ("tool", "pytest")),
        ("tox.ini", ("pytest",)),
        ("setup.cfg", ("tool:pytest",)),
    ):
        path = root / name
        if path.is_file():
            found = _from_toml(path, sections) if path.suffix == ".toml" else _from_ini(path, sections[0])
            if found is not None or "pytest" in path.stem:
                return found or {}
    return {}


def _from_toml(path: Path, sections: tuple[str, ...]) -> dict[str, list[str]] | None:
    try:
        table: object = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
        return None  # pytest itself will say what is wrong with it
    for section in sections:
        table = _table(table).get(section)
    values = _table(table)
    values = _table(values.get("ini_options")) or values
    return {key: _words(values.get(key)) for key in _SETTINGS} if values else None


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _from_ini(path: Path, section: str) -> dict[str, list[str]] | None:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return None
    if not parser.has_section(section):
        return None
    return {key: _words(parser.get(section, key, fallback="")) for key in _SETTINGS}


def _words(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in cast("list[object]", value)]
    try:
        return shlex.split(str(value or ""))
    except ValueError:
        return []


def _kept(options: list[str]) -> tuple[str, ...]:
    """A word that is no option is the value of the one before it, and shares its fate."""
    kept: list[str] = []
    keeps = False
    for option in options:
        if option.startswith("-"):
            keeps = _DROPPED.fullmatch(option) is None
        if keeps:
            kept.append(option)
    return tuple(kept)
