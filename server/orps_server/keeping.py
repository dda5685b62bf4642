"""Suggestions that outlive the server: one file for each document, in the person's state folder.

What is kept belongs to one text of one function, to the byte, and to the fingerprint of what it was verified
with. Nothing else can be made of it: another text finds nothing here.
"""

import hashlib
import json
import logging
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from orps_core.domain import journal
from orps_core.domain.events import Event, Finished, Improved, Stop

from . import plain
from .jobs import Job, Search

logger = logging.getLogger(__name__)

_SCHEMA = "orps.suggestions/1"
_DOCUMENTS, _FUNCTIONS, _LONGEST = 200, 20, 4 * 1024 * 1024
"""What is kept at most: documents, functions of each, and bytes of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """``events`` are the lines of the journal that lead to what was found."""

    qualname: str
    text: str
    footing: str
    events: tuple[str, ...]

    def search(self) -> Search | None:
        """None for what another version has written and this one cannot read."""
        found = Search()
        try:
            for line in self.events:
                found = found.after(journal.read(line))
        except journal.UnreadableError:
            return None
        return found


def kept(job: Job) -> Kept | None:
    """What can be kept of a job: nothing before it is known what its candidates stand on."""
    root = job.search.root
    if root is None or job.footing is None or not job.candidates or not job.fresh:
        return None
    best = job.candidates[0]
    found = [Improved(node=node, best=node is best) for node in reversed(job.candidates)]
    end = Finished(best=best, stop=Stop.NOTHING_LEFT, summary=job.search.summary)
    told: tuple[Event, ...] = (root, *found, end)
    events = tuple(map(journal.write, told))
    return Kept(qualname=job.target.qualname, text=job.target.text, footing=job.footing, events=events)


class Keeping:
    """Reads and writes the files. Blocks: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> tuple[Kept, ...]:
        """Nothing where nothing can be read: what is kept here is a comfort, never needed."""
        try:
            found: object = json.loads(self._file(path).read_bytes())
        except (OSError, ValueError, RecursionError):
            return ()
        given = plain.members(found)
        if (given.get("schema"), given.get("path")) != (_SCHEMA, path):
            return ()
        made = map(_read, plain.items(given.get("functions")))
        return tuple(each for each in made if each is not None)

    def write(self, path: str, functions: Sequence[Kept]) -> None:
        file = self._file(path)
        if not functions:
            with suppress(OSError):
                file.unlink()
            return
        entries = [
            {"qualname": each.qualname, "text": each.text, "footing": each.footing, "events": each.events}
            for each in functions[:_FUNCTIONS]
        ]
        data = json.dumps({"schema": _SCHEMA, "path": path, "functions": entries}).encode()
        if len(data) > _LONGEST:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = file.with_name(f"{file.name}.{os.getpid()}")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
                stream.write(data)
            new.replace(file)
            self._prune()
        except OSError as problem:
            logger.warning("suggestions are not kept: %s", problem.strerror)

    def _prune(self) -> None:
        """The documents that were not written for longest go first."""
        found = sorted(self._folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in found[_DOCUMENTS:]:
            with suppress(OSError):  # Another window was faster.
                file.unlink()

    def _file(self, path: str) -> Path:
        return self._folder / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.json"


def _read(entry: object) -> Kept | None:
    given = plain.members(entry)
    words = [given.get(name) for name in ("qualname", "text", "footing")]
    events = plain.strings(given.get("events"))
    qualname, text, footing = (each if isinstance(each, str) else None for each in words)
    if qualname is None or text is None or footing is None or events is None:
        return None
    return Kept(qualname=qualname, text=text, footing=footing, events=events)
