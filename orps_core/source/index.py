"""What the files of a project say, kept as long as they do not change."""

import os
import stat
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from . import parse
from .documented import Documented, documented

_LARGEST = 1_000_000
_KEPT = 8192

_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """``open`` are documents as they are in the editor, absolute path and text; the rest is read from disk.

    A file is read again when its size, its time or the file itself is another than before. What was read is
    kept for the whole process, so that a server answers its second question without reading anything.
    """

    open: Mapping[str, str]

    def facts(self, path: str) -> parse.Facts | None:
        """None for what is not there, too large, or no Python text."""
        if path in self.open:
            return _of_text(self.open[path])
        stamp = _stamp(path)
        return None if stamp is None else _of_file(path, stamp)

    def size(self, path: str) -> int:
        """In bytes; 0 for what is not there, or too large to be read."""
        stamp = _stamp(path)
        return 0 if stamp is None else stamp[1]

    def mentions(self, path: str, words: frozenset[str]) -> bool:
        stamp = _stamp(path)
        return path in self.open or (stamp is not None and _has(path, stamp, words))

    def mentioning(self, path: str, words: frozenset[str]) -> parse.Facts | None:
        """None as well for a text without any of the words: reading it is cheap, understanding it is not."""
        if path in self.open:
            return self.facts(path)
        stamp = _stamp(path)
        return _of_file(path, stamp) if stamp is not None and _has(path, stamp, words) else None

    def documented(self, path: str) -> tuple[Documented, ...]:
        """Texts of a Python file that have examples."""
        if path in self.open:
            return _documented_in_text(self.open[path])
        stamp = _stamp(path)
        return () if stamp is None else _documented_in_file(path, stamp)


def _stamp(path: str) -> _Stamp | None:
    try:
        found = os.stat(path)  # noqa: PTH116  (a Path for each of thousands of files is felt)
    except OSError:
        return None
    if found.st_size > _LARGEST or not stat.S_ISREG(
        found.st_mode
    ):  # Who opens a pipe waits for its other end.
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@lru_cache(maxsize=64)
def _of_text(text: str) -> parse.Facts:
    return parse.facts(text)


@lru_cache(maxsize=_KEPT)
def _of_file(path: str, stamp: _Stamp) -> parse.Facts | None:
    del stamp  # part of the key alone
    text = _decoded(path)
    return None if text is None else parse.facts(text)


@lru_cache(maxsize=64)
def _documented_in_text(text: str) -> tuple[Documented, ...]:
    return documented(text)


@lru_cache(maxsize=_KEPT)
def _documented_in_file(path: str, stamp: _Stamp) -> tuple[Documented, ...]:
    del stamp
    return documented(_decoded(path) or "")


def _decoded(path: str) -> str | None:
    try:
        with tokenize.open(path) as lines:
            return lines.read()
    except (OSError, UnicodeDecodeError, SyntaxError):
        return None


@lru_cache(maxsize=_KEPT)
def _has(path: str, stamp: _Stamp, words: frozenset[str]) -> bool:
    del stamp
    try:
        text = Path(path).read_bytes()
    except OSError:
        return False
    return any(word.encode() in text for word in words)
