"""Apply a change that a model wrote as a diff, or say why it does not fit."""

import re
from collections.abc import Sequence

from .pieces import swaps

_HEADER = re.compile(r"^(?:@@|--- |\+\+\+ |diff |index |\*\*\* )")
_FIRST = re.compile(r"^(?:@@|--- \S|diff )", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- \n[\d.]+.*\Z", re.MULTILINE | re.DOTALL)
_NORMAL = re.compile(r"^\d+(?:,\d+)?[acd]\d+(?:,\d+)?$", re.MULTILINE)
_ADDED = re.compile(r"^\+[^+]", re.MULTILINE)
_SIDES = {"<": "-", ">": "+"}


class MisfitError(ValueError):
    """Raised with one clause: why the change cannot be applied."""


def patched(source: str, patch: str) -> str:
    """The source after the change. Every hunk must fit in one place; line numbers are not believed.

    What does not fit is tried without the lines that only lead there: models leave out what lies between.
    """
    lines = source.split("\n")
    changes = _changes(patch)
    if not changes:
        raise MisfitError("the diff changes nothing")
    for old, new in changes:
        try:
            lines = _applied(lines, old, new)
        except MisfitError as error:
            core = _core(old, new)
            if core == (old, new) or not any(line.strip() for line in core[0]):
                raise
            try:
                lines = _applied(lines, *core)
            except MisfitError:
                raise error from None
    return "\n".join(lines)


def after(patch: str) -> str:
    """What the change leaves behind where it stands, as if nothing else were there."""
    return "\n".join(line for _, new in _changes(patch) for line in new)


def _changes(patch: str) -> list[tuple[list[str], list[str]]]:
    return [(old.split("\n")[:-1], new.split("\n")[:-1]) for old, new in swaps(patch)] or _hunks(patch)


def _core(old: list[str], new: list[str]) -> tuple[list[str], list[str]]:
    """Without what both sides begin and end with."""
    first = next(
        (at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    old, new = old[first:], new[first:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new


def _hunks(patch: str) -> list[tuple[list[str], list[str]]]:
    found: list[tuple[list[str], list[str]]] = []
    old, new, changed = list[str](), list[str](), False
    patch = _SIGNATURE.sub("", patch)
    if _NORMAL.search(patch):
        sided = [line for line in patch.split("\n") if line[:2] in {"< ", "> "} or _NORMAL.match(line)]
        patch = "\n".join("@@" if _NORMAL.match(line) else _SIDES[line[0]] + line[2:] for line in sided)
    start = _FIRST.search(patch)
    if start is not None and not _ADDED.search(patch[: start.start()]):
        patch = patch[start.start() :]
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
