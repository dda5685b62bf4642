"""Documents on disk: read with their own encoding and line ends, written back the same way."""

import difflib
import os
import tempfile
import tokenize
from dataclasses import dataclass
from pathlib import Path

from ..ports import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    path: Path
    text: str
    encoding: str


def read_document(path: Path) -> Document:
    """Raise ``Unavailable`` for what is not a readable Python file."""
    if path.exists() and not path.is_file() and not path.is_dir():
        # To open a pipe is to wait for its other end, and a device may have no end.
        raise Unavailable(f"{path} is a pipe or a device, not a file.", "Name a Python file.")
    try:
        with path.open("rb") as file:
            encoding, _ = tokenize.detect_encoding(file.readline)
        with path.open(encoding=encoding, newline="") as file:
            return Document(path=path.resolve(), text=file.read(), encoding=encoding)
    except FileNotFoundError:
        raise Unavailable(f"There is no file {path}.", _near(path)) from None
    except IsADirectoryError:
        raise Unavailable(f"{path} is a folder.", "Name a Python file in it.") from None
    except (UnicodeDecodeError, SyntaxError) as error:
        raise Unavailable(f"{path} is not Python text: {error}.", "Name a Python file.") from error
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}.", "Check its permissions.") from error


def write_document(document: Document, text: str) -> None:
    """Replace the file in one step. Raise ``Unavailable`` if it is no longer what was read."""
    if read_document(document.path).text != document.text:
        raise Unavailable(
            f"{document.path} has changed since it was read, so nothing was written.", "Refine it again."
        )
    try:
        data = text.encode(document.encoding)
    except UnicodeEncodeError as error:
        raise Unavailable(
            f"{error.object[error.start : error.end]!r} cannot be written in {document.encoding},"
            f" the encoding of {document.path}.",
            "Save the file as UTF-8 and refine it again.",
        ) from error
    try:
        _replace(document.path, data)
    except OSError as error:
        raise Unavailable(
            f"{document.path} cannot be written: {error.strerror}.", "Check the permissions of its folder."
        ) from error


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(path.stat().st_mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _near(path: Path) -> str:
    files = {each.stem: each for each in sorted(path.parent.glob("*.py"))} if path.parent.is_dir() else {}
    close = difflib.get_close_matches(path.stem, files, n=2)
    if close:
        return f"Did you mean {' or '.join(str(files[stem]) for stem in close)}?"
    return "Check the path."
