"""What a harness process is told when it starts, read once from the control channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from .confine import Rules
from .wire import Message


@dataclass(frozen=True)
class Limits:
    """Of one leaf: wall and CPU seconds; bytes of memory on top, per file, printed, in scratch; threads."""

    wall: float
    cpu: int
    memory: int
    file_size: int
    output: int
    scratch: int
    threads: int


@dataclass(frozen=True)
class Docstring:
    """Text with examples, and the line of the file (from 1) on which it begins.

    ``path`` is that of a text file, or of another ``module``; None: the target's module. Of what is
    ``fixtured`` the examples may use what pytest's fixtures give.
    """

    name: str
    text: str
    line: int
    path: str | None
    module: str | None
    fixtured: bool = False


@dataclass(frozen=True)
class Config:
    """``overlay`` maps file to text; the target's own file is in it. ``line`` is the target's first line.

    ``least`` is how many of the kernel's layers must hold for anything to run. ``nice`` is added to the
    niceness of all that runs. With ``hypothesis`` inputs are drawn by it, too.
    """

    mode: str
    root: str
    path: str
    module: str
    import_paths: tuple[str, ...]
    qualname: str
    measured: str
    line: int
    overlay: dict[str, str]
    doctests: tuple[Docstring, ...]
    flags: tuple[str, ...]
    pytest: tuple[str, ...]
    unittests: tuple[str, ...]
    warm: tuple[str, ...]
    rules: Rules
    least: int
    limits: Limits
    nice: int = 0
    hypothesis: bool = False

    @property
    def name(self) -> str:
        return self.qualname.rpartition(".")[2]


def read_config(message: Message) -> Config:
    """The message comes from ORPS itself, so its shape is taken on trust."""
    given = cast("dict[str, Any]", message)
    return Config(
        mode=given["mode"],
        root=given["root"],
        path=given["path"],
        module=given["module"],
        import_paths=tuple(given["import_paths"]),
        qualname=given["qualname"],
        measured=given["measured"],
        line=given["line"],
        overlay=dict(given["overlay"]),
        doctests=tuple(Docstring(**each) for each in given["doctests"]),
        flags=tuple(given["flags"]),
        pytest=tuple(given["pytest"]),
        unittests=tuple(given["unittests"]),
        warm=tuple(given["warm"]),
        rules=Rules(
            read=tuple(given["read"]),
            listed=tuple(given["listed"]),
            loopback=given["loopback"],
            walled=given["walled"],
        ),
        least=given["least"],
        limits=Limits(**given["limits"]),
        nice=given["nice"],
        hypothesis=given["hypothesis"],
    )
