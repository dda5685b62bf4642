"""A private folder for diffs that an editor is asked to show; it goes when the session goes."""

import os
import tempfile
from pathlib import Path


class Diffs:
    """The folder is made for the first diff only: most sessions never need one."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def write(self, name: str, text: str) -> Path:
        if self._folder is None:
            # Named like the core's scratch folders: if we are killed, the next run sweeps it away.
            self._folder = tempfile.TemporaryDirectory(prefix=f"orps-{os.getpid()}-review-")
        path = Path(self._folder.name, name)
        path.write_bytes(text.encode())
        return path

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
