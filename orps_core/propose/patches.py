"""Apply a change that a model wrote as a diff, or say why it does not fit."""

import re
from collections.abc import Sequence

from .pieces import swaps

_HEADER = re.compile(r"^(?:@@|--- |\+\+\+ |diff |index |\*\*\* )")


class MisfitError(ValueError):
    """Raised with one clause: why the change cannot be applied."""


def patched(source: str, patch: str) -> str:
    """The source after the change. Every hunk must fit in one place; line numbers are not believed."""
    lines = source.split("\n")
    changes = [(old.split("\n")[:-1], new.split("\n")[:-1]) for old, new in swaps(patch)] or _hunks(patch)
    if not changes:
        raise MisfitError("the diff changes nothing")
    for old, new in changes:
        lines = _applied(lines, old, new)
    return "\n".join(lines)


def _hunks(patch: str) -> list[tuple[list[str], list[str]]]:
    found: list[tuple[list[str], list[str]]] = []
    old, new, changed = list[str](), list[str](), False
    for line in [*patch.strip("\n").split("\n"), "@@"]:
        if _HEADER.match(line):
            if changed:
                found.append((old, new))
            old, new, changed = [], [], False
        elif line.startswith("+"):
            new.append(line[1:])
            changed = True
        elif line.startswith("-"):
            old.append(line[1:])
            changed = True
        elif not line.startswith("\\"):
            text = line.removeprefix(" ")
            old.append(text)
            new.append(text)
    return found


def _applied(lines: list[str], old: Sequence[str], new: Sequence[str]) -> list[str]:
    if not any(line.strip() for line in old):
        raise MisfitError("the diff does not say where it belongs")
    for like in (str.rstrip, str.strip):
        wanted = [like(line) for line in old]
        given = [like(line) for line in lines]
        places = [at for at in range(len(lines)) if given[at : at + len(old)] == wanted]
        if len(places) > 1:
            raise MisfitError("the diff fits in more than one place")
        if places:
            at = places[0]
            margin = _margin(lines[at]) - _margin(old[0])
            return [*lines[:at], *(_moved(line, margin) for line in new), *lines[at + len(old) :]]
    first = next(line.strip() for line in old if line.strip())
    raise MisfitError(f"the diff does not fit: the function has nothing like `{first}` there")


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _moved(line: str, margin: int) -> str:
    if not line.strip() or margin == 0:
        return line
    return " " * margin + line if margin > 0 else line[min(-margin, _margin(line)) :]
