"""What the files of a project say, kept as long as they do not change."""

import os
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from . import parse

_LARGEST = 1_000_000
_KEPT = 8192


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
        try:
            found = os.stat(path)  # noqa: PTH116  (a Path for each of thousands of files is felt)
        except OSError:
            return None
        if found.st_size > _LARGEST:
            return None
        return _of_file(path, (found.st_mtime_ns, found.st_size, found.st_ino))


@lru_cache(maxsize=64)
def _of_text(text: str) -> parse.Facts:
    return parse.facts(text)


@lru_cache(maxsize=_KEPT)
def _of_file(path: str, stamp: tuple[int, int, int]) -> parse.Facts | None:
    del stamp  # part of the key alone
    try:
        with tokenize.open(path) as lines:
            return parse.facts(lines.read())
    except (OSError, UnicodeDecodeError, SyntaxError):
        return None
