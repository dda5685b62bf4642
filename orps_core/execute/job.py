"""What the executor has to work on, gathered before any process starts."""

from dataclasses import dataclass

from ..domain.confinement import LIMITS_ONLY, NOTHING_OPEN, STRICT, Allowance
from ..domain.suite import Docstring, Origin, TestCase
from ..domain.target import Target
from .interpreter import Interpreter
from .process import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of a process: wall and CPU seconds; bytes of memory on top, per file, printed, in scratch; threads."""

    wall: float = 10.0
    cpu: int = 60
    memory: int = 512 << 20
    file_size: int = 16 << 20
    output: int = 1 << 20
    scratch: int = 64 << 20
    threads: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """``cases`` is what was found by name; ``overlays`` are open documents, path and text.

    ``module`` is the name under which the target's file is imported, ``import_paths`` what must be on the
    path for it; ``pytest`` are pytest's arguments, empty when there is nothing for it to run; ``warm`` names
    modules outside the project that are imported once; ``read`` and ``listed`` are open to candidates.
    """

    target: Target
    interpreter: Interpreter
    root: str
    module: str
    import_paths: tuple[str, ...]
    cases: tuple[TestCase, ...]
    docstrings: tuple[Docstring, ...]
    pytest: tuple[str, ...]
    warm: tuple[str, ...]
    read: tuple[str, ...]
    listed: tuple[str, ...]
    overlays: tuple[tuple[str, str], ...]
    allow: Allowance = NOTHING_OPEN
    limits: Limits = Limits()

    @property
    def line(self) -> int:
        """Of the target's first decorator or ``def``, from 1."""
        return self.target.module.encode()[: self.target.span.start].count(b"\n") + 1

    def config(self, mode: str, *, walled: bool) -> Message:
        """What ``harness/config.py`` reads in a harness process. ``walled``: the outer wall is around it."""
        return {
            "mode": mode,
            "root": self.root,
            "path": self.target.path,
            "module": self.module,
            "import_paths": list(self.import_paths),
            "qualname": self.target.qualname,
            "measured": self.target.measured,
            "line": self.line,
            "overlay": {**dict(self.overlays), self.target.path: self.target.runnable},
            "doctests": [
                {"name": each.name, "text": each.text, "line": each.line} for each in self.docstrings
            ],
            "pytest": list(self.pytest),
            "unittests": [each.name for each in self.cases if each.origin is Origin.UNITTEST],
            "warm": list(self.warm),
            "read": [*self.interpreter.read, *self.read, *self.allow.read],
            "listed": list(self.listed),
            "loopback": self.allow.loopback,
            "walled": walled,
            "least": self._least(walled=walled),
            "limits": self.limit_message(),
        }

    def _least(self, *, walled: bool) -> int:
        """How many of the two layers of the kernel must hold. The outer wall alone is more than limits."""
        return {STRICT: 2, LIMITS_ONLY: 0}.get(self.allow.level, 0 if walled else 1)

    def limit_message(self) -> Message:
        limits = self.limits
        return {
            "wall": limits.wall,
            "cpu": limits.cpu,
            "memory": limits.memory,
            "file_size": limits.file_size,
            "output": limits.output,
            "scratch": limits.scratch,
            "threads": limits.threads,
        }
