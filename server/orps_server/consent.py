"""What a person has allowed to run by itself, by project: kept outside of every project.

A comment in a repository that somebody clones must not make its code run: comments and patterns select,
this alone enables.
"""

import dataclasses
import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import plain

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """``enabled``: what the project selects may run; None: nobody was asked yet.

    ``chosen`` and ``left_out`` are functions that the person named, ``path::qualname``.
    """

    enabled: bool | None = None
    chosen: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    def allows(self, function: str, *, wished: bool) -> bool:
        if function in self.chosen:
            return True
        return wished and self.enabled is True and function not in self.left_out

    def choosing(self, function: str, *, selected: bool) -> "Consent":
        chosen = tuple(each for each in self.chosen if each != function)
        left_out = tuple(each for each in self.left_out if each != function)
        if selected:
            return dataclasses.replace(self, chosen=(*chosen, function), left_out=left_out)
        return dataclasses.replace(self, chosen=chosen, left_out=(*left_out, function))


class Consents:
    """Read anew whenever they are needed: another window may have changed them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def of(self, root: Path) -> Consent:
        """Nothing is allowed where the file cannot be read."""
        return _consent(self._read().get(str(root)))

    def change(self, root: Path, change: Callable[[Consent], Consent]) -> Consent:
        """Raise OSError when it cannot be kept."""
        known = dict(self._read())
        made = change(_consent(known.get(str(root))))
        known[str(root)] = dataclasses.asdict(made)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        new = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        new.write_text(json.dumps(known, indent=2), encoding="utf-8")
        new.replace(self._file)
        return made

    def _read(self) -> Mapping[str, object]:
        try:
            return plain.members(json.loads(self._file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as problem:
            logger.warning("%s cannot be read: %s", self._file, type(problem).__name__)
            return {}


def _consent(kept: object) -> Consent:
    given = plain.members(kept)
    enabled = given.get("enabled")
    return Consent(
        enabled=enabled if isinstance(enabled, bool) else None,
        chosen=plain.strings(given.get("chosen")) or (),
        left_out=plain.strings(given.get("left_out")) or (),
    )


def state_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where a person's state belongs (XDG Base Directory Specification 0.8)."""
    named = environment.get("XDG_STATE_HOME", "")
    return (Path(named) if Path(named).is_absolute() else home / ".local" / "state") / "orps"
