"""What a verification stands on besides the function itself: what it uses, what it imports, its tests.

A fingerprint of all that, in which comments and layout do not count, nor what the function cannot reach.
"""

import ast
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from orps_core.domain.target import Target

from .syntax import parsed

Read = Callable[[str], str | None]
"""The text of a file by its path, as it is open or on the disk; None if there is none."""

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


Texts = Mapping[str, str]
"""The documents that are open, by their paths."""


def stands_on(
    module: str, target: Target, sources: Sequence[str], tests: Sequence[str], texts: Texts
) -> str | None:
    """``footing`` where files are read as they are open; what is not open, as it lies on the disk."""

    def read(path: str) -> str | None:
        if path in texts:
            return texts[path]
        try:
            return Path(path).read_bytes().decode("utf-8", "replace")
        except OSError:
            return None

    return footing(module, target, sources, tests, read)


def footing(
    module: str, target: Target, sources: Sequence[str], tests: Sequence[str], read: Read
) -> str | None:
    """That of a target in its document as it is now. None while the document does not parse.

    ``sources`` are those of candidates, which use things too.
    """
    tree = parsed(module)
    if tree is None:
        return None
    way = target.qualname.split(".")
    words = {word for each in (target.source, *sources) for word in _words(parsed(each))}
    digest = hashlib.sha256()
    # The classes and functions around it belong to it, whatever it says.
    for statement in _reached(tree, way, words | set(way)):
        digest.update(ast.dump(statement).encode())
    files = {*tests, *_imported(tree, Path(target.path))} - {target.path}
    for path in sorted(files):
        digest.update(f"{path}\n{_content(read(path))}".encode())
    return digest.hexdigest()


def _content(text: str | None) -> str:
    tree = parsed(text) if text is not None else None
    return ast.dump(tree) if tree is not None else str(text)


def _reached(tree: ast.Module, way: list[str], words: set[str]) -> Iterator[ast.stmt]:
    """The statements that what uses ``words`` can reach; the function at ``way`` is left out."""
    left = [*_units(tree, way)]
    while True:
        found = [each for each in left if (names := _bound(each)) is None or names & words]
        if not found:
            return
        for each in found:
            left.remove(each)
            words |= set(_words(each))
            yield each


def _units(tree: ast.Module | _Definition, way: list[str]) -> Iterator[ast.stmt]:
    """Statements one by one; those around the function are opened up, and it is emptied."""
    for statement in tree.body:
        if isinstance(statement, _Definition) and way and statement.name == way[0]:
            rest = [part for part in way[1:] if part != "<locals>"]
            if rest:
                yield from _units(statement, rest)
            statement.body = [ast.Pass()]
            if rest:
                yield statement
        elif not _is_idle(statement):
            yield statement


def _is_idle(statement: ast.stmt) -> bool:
    """A docstring, or what is done only when the file is run as a program."""
    if isinstance(statement, ast.If):
        return ast.unparse(statement.test).startswith("__name__ ==")
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _bound(statement: ast.stmt) -> set[str] | None:
    """The names a statement gives; None for one that may do anything."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {statement.name}
        case ast.Import() | ast.ImportFrom():
            return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            return {word for each in targets for word in _words(each)}
        case _:
            return None


def _words(tree: ast.AST | None) -> Iterator[str]:
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]


def _imported(tree: ast.Module, path: Path) -> Iterator[str]:
    """Files of the project that the document imports, where they can be found by their names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [".".join(filter(None, (node.module, alias.name))) for alias in node.names]
            names += [node.module] if node.module else []
        else:
            continue
        for name in names:
            yield from _files(name.split("."), path)


def _files(parts: list[str], path: Path) -> Iterator[str]:
    for folder in list(path.parents)[:4]:
        place = folder.joinpath(*parts)
        for file in (place.with_suffix(".py"), place / "__init__.py"):
            if file.is_file():
                yield str(file)
