"""The open buffers as the features see them: one version of a document with its functions, cached."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Protocol

from pygls.uris import to_fs_path

from orps_core import Block, FunctionOutline, Outline
from orps_core.domain.target import Target

from .lines import Lines
from .syntax import parsed

LONG = 50_000
"""Characters of a document that takes longer to be parsed than somebody who types may wait."""

_LONGEST_NAME = 255
"""Bytes, in all file systems there are to speak of."""


class Reader(Protocol):
    """The core's `Outliner`."""

    def __call__(self, text: str) -> Outline: ...
    def near(self, text: str) -> Outline | None: ...
    def take(self, text: str, blocks: Sequence[Block]) -> Outline: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One version of one document.

    ``path`` is None for a document that has never been saved, and for the cell of a ``notebook``, a URI.
    """

    uri: str
    path: str | None
    version: int | None
    lines: Lines
    functions: Outline
    notebook: str | None = None

    @property
    def home(self) -> str | None:
        """From where tests are found: the path of the document, or of the notebook whose cell it is."""
        return path_of(self.notebook) if self.notebook else self.path

    @property
    def text(self) -> str:
        return self.lines.text

    def named(self, qualname: str) -> FunctionOutline | None:
        return self.functions.named(qualname)

    def around(self, first: int, last: int) -> FunctionOutline | None:
        """The innermost function whose lines hold the lines ``first`` to ``last``."""
        return self.functions.around(self.lines.start(last), self.lines.start(first + 1))

    def holds(self, target: Target) -> bool:
        """True while the target's text is still here, to the byte.

        Code that does not parse can hide a function from the outline: then its text is looked for.
        """
        function = self.named(target.qualname)
        if function is not None and not function.broken:
            return self.lines.between(function.span.start, function.span.end) == target.text
        return target.text in self.text and not self.parses

    @property
    def parses(self) -> bool:
        """Python's own parser is asked, but for a long text, where it keeps everybody waiting."""
        return not self.functions.broken if len(self.text) > LONG else parsed(self.text) is not None

    def line_of(self, target: Target) -> int | None:
        """The line to show the target's state on; None while it cannot be found."""
        function = self.named(target.qualname)
        if function is not None:
            return self.lines.line_at(function.name_span.start)
        # Hidden by code that does not parse: its first line then, which may be a decorator's.
        at = self.text.find(target.text)
        return None if at < 0 else self.lines.line_at(len(self.text[:at].encode()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a page is made of: a buffer as the transport holds it."""

    uri: str
    path: str | None
    version: int | None
    lines: Lines
    notebook: str | None = None

    @property
    def text(self) -> str:
        return self.lines.text


class Pages:
    """The newest page of each open document. Parsed once per text, however often it is asked for.

    Of a long document the statements alone are read that were edited. Where that does not suffice somebody
    reads the whole of it, beside the loop, and gives it to `take`.
    """

    def __init__(self, reader: Callable[[], Reader]) -> None:
        self._reader = reader
        self._pages: dict[str, tuple[Page, Reader]] = {}

    def page(self, source: Source) -> Page:
        """The document as far as it can be known at once; see ``takes_long``."""
        known, read = self._known(source)
        if known is not None and known.version == source.version and known.text == source.text:
            return known
        outline = read.near(source.text) if len(source.text) > LONG else None
        return self._keep(source, read, outline or read(source.text))

    def knows(self, uri: str) -> bool:
        return uri in self._pages

    def takes_long(self, source: Source) -> bool:
        """True if the whole of the document must be read to be certain of what is in it."""
        if len(source.text) <= LONG:
            return False
        known, read = self._known(source)
        if known is None or known.text is not source.text:
            outline = read.near(source.text)
            known = None if outline is None else self._keep(source, read, outline)
        return known is None or not known.functions.certain

    def take(self, source: Source, blocks: Sequence[Block]) -> None:
        """What the whole of a document has said."""
        _, read = self._known(source)
        self._keep(source, read, read.take(source.text, blocks))

    def _known(self, source: Source) -> tuple[Page | None, Reader]:
        return self._pages.get(source.uri) or (None, self._reader())

    def _keep(self, source: Source, read: Reader, outline: Outline) -> Page:
        made = Page(
            uri=source.uri,
            path=source.path,
            version=source.version,
            lines=source.lines,
            functions=outline,
            notebook=source.notebook,
        )
        self._pages[source.uri] = made, read
        return made

    def forget(self, uri: str) -> None:
        self._pages.pop(uri, None)


@lru_cache(maxsize=1024)  # Asked of every open document each time candidates are compared with them.
def path_of(uri: str) -> str | None:
    """The absolute path of a file's URI; None for any other, and for what cannot be the path of a file."""
    path = to_fs_path(uri)
    if not path or "\0" in path or not PurePath(path).is_absolute() or not PurePath(path).name:
        return None
    names = (each.encode("utf-8", "surrogatepass") for each in PurePath(path).parts)
    return path if all(len(each) <= _LONGEST_NAME for each in names) else None


def unsaved(sources: Sequence[Source]) -> tuple[tuple[str, str], ...]:
    """Path and text of the documents whose text is not what lies on the disk."""
    return tuple(
        (source.path, source.text)
        for source in sources
        if source.path and not _saved(source.path, source.text)
    )


def _saved(path: str, text: str) -> bool:
    """False in doubt, as for other encodings than UTF-8: an overlay that equals the file does no harm.

    Devices have no size, and are not read: some never end.
    """
    data, file = text.encode(), Path(path)
    try:
        return file.stat().st_size == len(data) and file.is_file() and file.read_bytes() == data
    except OSError:
        return False
