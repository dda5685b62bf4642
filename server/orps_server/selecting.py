"""Which functions of a document ask to be refined whenever it is saved.

A comment above the function, a pattern of the project or of the person. Asking is all that a file can do:
whether anything runs is for the person to say (consent.py).
"""

import io
import re
import tokenize
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from orps_core import FunctionOutline

from . import plain
from .lines import UTF32, Lines

_DIRECTIVE = re.compile(r"#\s*orps:\s*(?P<word>refine-on-save|ignore)\b(?P<rest>.*)", re.DOTALL)
_OPTION = re.compile(r"(budget)=(\d+(?:\.\d+)?)s?|(objective)=(auto|fix|time|memory|simplicity)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a function asks: ``seconds`` and ``objective`` are None where it leaves them open.

    ``ignored`` functions are never refined by themselves; ``problem`` says what could not be read.
    """

    seconds: float | None = None
    objective: str | None = None
    ignored: bool = False
    problem: str = ""


def wishes(
    text: str, functions: Iterable[FunctionOutline], path: PurePath, patterns: Sequence[str]
) -> dict[str, Wish]:
    """By qualified name. ``path`` is relative to the project; a comment goes before a pattern."""
    said = directives(text, functions)
    return said | {
        function.qualname: Wish()
        for function in functions
        if function.qualname not in said and matches(patterns, path, function.qualname)
    }


def matches(patterns: Sequence[str], path: PurePath, qualname: str) -> bool:
    """``src/hot.py::*`` or ``package.module:Class.method``, with the wildcards of a shell."""
    parts = path.with_suffix("").parts
    modules = [".".join(parts[start:]) for start in range(len(parts))]
    for pattern in patterns:
        where, found, name = pattern.partition("::")
        if found:
            if fnmatchcase(path.as_posix(), where) and fnmatchcase(qualname, name):
                return True
            continue
        module, found, name = pattern.partition(":")
        if found and fnmatchcase(qualname, name) and any(fnmatchcase(each, module) for each in modules):
            return True
    return False


def directives(text: str, functions: Iterable[FunctionOutline]) -> dict[str, Wish]:
    """What comments directly above functions and their decorators say."""
    if "orps:" not in text:
        return {}
    comments, lines, found = _comments(text), Lines(text, UTF32), dict[str, Wish]()
    for function in functions:
        line = lines.line_at(function.span.start) - 1
        while (comment := comments.get(line)) is not None:
            if (said := _DIRECTIVE.fullmatch(comment)) is not None:
                found[function.qualname] = _wish(said["word"], said["rest"])
                break
            line -= 1
    return found


def _wish(word: str, rest: str) -> Wish:
    if word == "ignore":
        return Wish(ignored=True)
    seconds, objective = None, None
    for option in rest.split():
        known = _OPTION.fullmatch(option)
        if known is None:
            known_are = "it takes budget=20s and objective=time"
            problem = f"the comment “orps: refine-on-save” has an option {option!r}; {known_are}"
            return Wish(ignored=True, problem=problem)
        seconds = float(known[2]) if known[1] else seconds
        objective = known[4] if known[3] else objective
    return Wish(seconds=seconds, objective=objective)


def _comments(text: str) -> dict[int, str]:
    """Lines that are nothing but a comment, counted from zero; up to where the text stops being Python."""
    # Alone, \r ends a line for editors and Python, but not for a StringIO.
    reader = io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")).readline
    found: dict[int, str] = {}
    try:
        for token in tokenize.generate_tokens(reader):
            if token.type == tokenize.COMMENT and not token.line[: token.start[1]].strip():
                found[token.start[0] - 1] = token.string
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def project_patterns(root: Path) -> tuple[str, ...]:
    """``[tool.orps] on-save`` of the project; none where that cannot be read."""
    try:
        with (root / "pyproject.toml").open("rb") as file:
            read = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return ()
    ours = plain.members(plain.members(read.get("tool")).get("orps"))
    return plain.strings(ours.get("on-save")) or ()


def roots(path: Path, workspace: Path | None) -> Iterator[Path]:
    """What may be a file's project: its workspace, else a folder above that looks like one, else its own."""
    if workspace is not None:
        yield workspace
    for folder in path.parents:
        if any((folder / mark).exists() for mark in ("pyproject.toml", "setup.cfg", "setup.py", ".git")):
            yield folder
    yield path.parent
