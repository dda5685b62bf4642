"""One short text for all that a run depends on: the same fingerprint, and a run would say the same again."""

import ast
import dataclasses
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orps_core import Settings
from orps_core.domain.target import Target

MOST_FILES = 500
MOST_ENTRIES = 20_000
LONGEST = 100_000
"""Characters, which are parsed in some 50 ms."""
_CONFIGURATION = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")
_FOREIGN = {"node_modules", "site-packages", "__pycache__", "build", "dist"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """``newest`` is when the youngest of the files was written, in seconds since 1970."""

    digest: str
    newest: float


def fingerprint(target: Target, settings: Settings, tests: Iterable[str], root: Path) -> Fingerprint:
    """``tests`` are the files with the function's cases, as the last run found them.

    Formatting and comments count nowhere, other functions of the module only if the target uses them.
    """
    overlays = dict(settings.overlays)
    chosen = dataclasses.replace(settings, overlays=())
    digest = hashlib.sha256(repr((chosen, target.qualname)).encode())
    digest.update(_own(target).encode())
    newest = 0.0
    own = Path(target.path)
    start = [*_imported(_parsed(target.runnable), own, root), *map(Path, tests), *_settled(tests, root)]
    for path in islice(_closure(start, own, root, overlays), MOST_FILES):
        text = _text(path, overlays)
        digest.update(f"{path}\0{_shape(text)}\0".encode())
        newest = max(newest, _written(path))
    digest.update("\0".join(sorted(_test_files(root))).encode())
    return Fingerprint(digest=digest.hexdigest(), newest=newest)


def _own(target: Target) -> str:
    """The target, and what of its module can be reached from it; statements that may do anything are kept."""
    tree = _parsed(target.runnable)
    if tree is None:
        return target.runnable
    first = target.qualname.partition(".")[0]
    wanted, kept = {first}, dict[int, str]()
    grown = True
    while grown:
        grown = False
        for place, statement in enumerate(tree.body):
            bound = _bound(statement)
            if place not in kept and (bound is None or bound & wanted):
                kept[place] = ast.dump(statement)
                wanted |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
                grown = True
    return "\n".join(kept[place] for place in sorted(kept))


def _bound(statement: ast.stmt) -> set[str] | None:
    """The names that a statement defines and nothing else; None when it may do more."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return None if statement.decorator_list else {statement.name}
    if isinstance(statement, ast.Assign) and all(isinstance(each, ast.Name) for each in statement.targets):
        return {each.id for each in statement.targets if isinstance(each, ast.Name)}
    return None


def _closure(start: Iterable[Path], own: Path, root: Path, overlays: Mapping[str, str]) -> Iterator[Path]:
    """Files of the project that are imported from here, directly or not, the target's own left out."""
    seen, waiting = {own}, list(start)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        yield path
        if path.suffix == ".py":
            waiting += _imported(_parsed(_text(path, overlays)), path, root)


def _imported(tree: ast.Module | None, path: Path, root: Path) -> Iterator[Path]:
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _modules(_places(path, root), alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            places = [path.parents[node.level - 1]] if 0 < node.level <= len(path.parents) else []
            parts = node.module.split(".") if node.module else []
            for alias in node.names:
                yield from _modules(places or _places(path, root), [*parts, alias.name])


def _places(path: Path, root: Path) -> list[Path]:
    """Folders from which an absolute import may be resolved."""
    above = [folder for folder in path.parents if folder.is_relative_to(root)]
    return list(dict.fromkeys([*above, root, root / "src"]))


def _modules(places: Iterable[Path], parts: list[str]) -> Iterator[Path]:
    """The files that importing ``a.b.c`` reads, where they are the project's."""
    for place in places:
        if not (place / parts[0]).is_dir() and not (place / f"{parts[0]}.py").is_file():
            continue
        for length in range(1, len(parts) + 1):
            base = place.joinpath(*parts[:length])
            yield from (each for each in (base.with_suffix(".py"), base / "__init__.py") if each.is_file())
        return


def _settled(tests: Iterable[str], root: Path) -> Iterator[Path]:
    """Files that say how tests are run."""
    yield from (root / name for name in _CONFIGURATION if (root / name).is_file())
    folders = {folder for test in tests for folder in Path(test).parents if folder.is_relative_to(root)}
    yield from (folder / "conftest.py" for folder in sorted(folders) if (folder / "conftest.py").is_file())


def _test_files(root: Path) -> Iterator[str]:
    """Their names alone: a new one may hold cases of the target, an old one that does is looked into."""
    entries = 0
    for folder, inside, names in os.walk(root):
        inside[:] = [each for each in sorted(inside) if not each.startswith(".") and each not in _FOREIGN]
        inside[:] = [each for each in inside if not Path(folder, each, "pyvenv.cfg").exists()]
        entries += len(names)
        if entries > MOST_ENTRIES:
            return
        yield from (f"{folder}/{name}" for name in names if _is_test(name))


def _is_test(name: str) -> bool:
    return name.endswith("_test.py") or (name.startswith("test") and name.endswith(".py"))


def _parsed(text: str) -> ast.Module | None:
    """None as well for what is too long to be parsed while somebody types: nothing else runs meanwhile."""
    if len(text) > LONGEST:
        return None
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _shape(text: str) -> str:
    """Without comments and formatting, where it is Python."""
    tree = _parsed(text)
    return text if tree is None else ast.dump(tree)


def _text(path: Path, overlays: Mapping[str, str]) -> str:
    if (open_text := overlays.get(str(path))) is not None:
        return open_text
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
