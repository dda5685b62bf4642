"""Why something cannot be loaded, and the command that would make a missing module importable."""

import re
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

_MISSING = re.compile(r"No module named '([\w.]+)'|No package metadata was found for ([\w.-]*\w)")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_LONGEST = 200
_OTHERWISE_NAMED = {
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "git": "gitpython",
    "jwt": "pyjwt",
    "pkg_resources": "setuptools",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}
"""Modules that are often needed, and the packages they come from."""
_SHARED = {"azure", "backports", "jaraco", "ruamel", "sphinxcontrib", "zope"}
"""Packages that many distributions have a part of, each named for its part."""
_NO_FIXTURE = re.compile(r"fixture '(\w+)' not found")
_FIXTURES = {
    "aiohttp_client": "pytest_aiohttp",
    "benchmark": "pytest_benchmark",
    "event_loop": "pytest_asyncio",
    "faker": "faker",
    "freezer": "pytest_freezer",
    "httpbin": "pytest_httpbin",
    "httpserver": "pytest_httpserver",
    "httpx_mock": "pytest_httpx",
    "mocker": "pytest_mock",
    "requests_mock": "requests_mock",
    "snapshot": "syrupy",
    "subtests": "pytest_subtests",
}
"""Fixtures that come with plugins of their own, and the modules of those."""
_PACKAGED = ("pyproject.toml", "setup.py", "setup.cfg")


def missing_module(said: str) -> str | None:
    """The module, or the package that asks for its own version, that an error says cannot be found."""
    found = _MISSING.search(said)
    return (found[1] or found[2]) if found else None


def missing_plugin(said: str) -> str | None:
    """The module of the pytest plugin that a fixture comes from which an error message says is not there."""
    found = _NO_FIXTURE.search(said)
    return _FIXTURES.get(found[1]) if found else None


def last_words(text: str) -> str:
    """Of a traceback, or of what pytest reports of an error, the line that says what went wrong."""
    lines = [line.removeprefix("E ").strip() for line in text.replace("INTERNALERROR>", "").split("\n")]
    return next(filter(None, reversed(lines)), "it did not say why")[:_LONGEST]


def install(executable: str, root: Path, module: str) -> str:
    """By the project's own lists of what it needs where they name it, else by the name of the package."""
    top = module.partition(".")[0]
    package = _OTHERWISE_NAMED.get(top, top)
    if top in _SHARED:
        package = ".".join(module.split(".")[:2])
    pip = f"{shlex.quote(executable)} -m pip install"
    if _is_package(root):
        extra = _extra_with(root, package)
        if extra is not None:
            return f"{pip} -e {shlex.quote(f'{root}[{extra}]')}"
        if _is_own(root, top) or _is_named(root, module) or _needs(root, package):
            return f"{pip} -e {shlex.quote(str(root))}"
        return f"{pip} {package}"
    needs = root / "requirements.txt"
    if needs.is_file() and not _is_own(root, top):
        return f"{pip} -r {shlex.quote(str(needs))}"
    return f"{pip} {package}"


def _needs(root: Path, package: str) -> bool:
    """Whether installing the project installs the package. So it is assumed where no plain list says."""
    project = _project(root)
    listed = project.get("dependencies")
    if listed is None and project and "dependencies" not in str(project.get("dynamic")):
        return False
    return not isinstance(listed, list) or _is_in(package, cast("list[object]", listed))


def _is_named(root: Path, package: str) -> bool:
    """Whether the project is the package: its name need not be that of its module."""
    return _plain(str(_project(root).get("name", ""))) == _plain(package)


def _extra_with(root: Path, package: str) -> str | None:
    """The first extra of the project that names the package."""
    extras = _project(root).get("optional-dependencies")
    for name, listed in cast("dict[str, object]", extras).items() if isinstance(extras, dict) else ():
        if isinstance(listed, list) and _is_in(package, cast("list[object]", listed)):
            return name
    return None


def _is_in(package: str, listed: Iterable[object]) -> bool:
    """Whether one of the requirements asks for the package. Names are compared as an index compares them."""
    found = (_NAME.match(str(each)) for each in listed)
    return _plain(package) in {_plain(each[0]) for each in found if each is not None}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _project(root: Path) -> Mapping[str, object]:
    """The ``[project]`` table; empty where there is none, or none that can be read."""
    try:
        found = tomllib.loads(_read(root / "pyproject.toml")).get("project")
    except tomllib.TOMLDecodeError:
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


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
