"""Which files of a project may import a file, directly or through others: no other can get to it."""

import os
from collections.abc import Mapping
from pathlib import Path

from . import parse


def leading(known: Mapping[str, parse.Facts], to: str) -> frozenset[str]:
    """``to`` itself and all that may import it; by the last words of what they import, so rather too many."""
    importing: dict[str, list[str]] = {}
    for path, facts in known.items():
        for word in {word for name in facts.imported for word in _words(name, path)}:
            importing.setdefault(word, []).append(path)
    found, waiting = {to}, [to]
    while waiting:
        for path in importing.get(imported_as(waiting.pop()), ()):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return frozenset(found)


def _words(imported: str, path: str) -> list[str]:
    """A relative import names the packages around it by dots alone."""
    words = imported.split(".")
    dots = len(imported) - len(imported.lstrip("."))
    return [*words, *Path(path).parts[-1 - dots : -1]] if dots else words


def imported_as(path: str) -> str:
    """The last word of a module's name."""
    folder, base = os.path.split(path)
    return os.path.basename(folder) if base == "__init__.py" else base.removesuffix(".py")  # noqa: PTH119
