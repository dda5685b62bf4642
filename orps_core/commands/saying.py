"""What commands share: exit statuses, how they speak to a person, and how a target is named."""

import contextlib
import re
import sys
from pathlib import Path

from ..domain.target import Target
from ..ports import Unavailable
from ..source.files import Document, read_document
from ..source.parse import outline
from ..source.targets import cut

FOUND, NOTHING, UNABLE, CANCELLED = 0, 1, 2, 130
TARGET = "FILE::QUALNAME"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def find_target(argument: str) -> tuple[Document, Target]:
    """The document and the function that ``FILE::QUALNAME`` means. Raise ``Unavailable`` for any other."""
    path, _, qualname = argument.partition("::")
    document = read_document(Path(path))
    if not qualname:
        names = ", ".join(each.qualname for each in outline(document.text)[:8]) or "none"
        raise Unavailable("Which function?", f"Write {path}::NAME; the file has: {names}.")
    return document, cut(str(document.path), document.text, qualname)


def shown(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def say(line: str) -> None:
    """To a person, beside the result."""
    print(harmless(line), file=sys.stderr, flush=True)


def status(line: str) -> None:
    """A line that the next one overwrites; nothing where that is impossible."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{harmless(line)}", end="", file=sys.stderr, flush=True)


def put(text: str, *, end: str = "\n") -> None:
    """The result itself: as it is for a program, harmless for a terminal."""
    print(harmless(text) if sys.stdout.isatty() else text, end=end, flush=True)


def harmless(text: str) -> str:
    """What a candidate says may hold what moves a terminal's cursor or worse: show it instead."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
