"""What the executor has to work on, gathered before any process starts."""

from dataclasses import dataclass

from ..domain.confinement import LIMITS_ONLY, NOTHING_OPEN, STRICT, Allowance
from ..domain.suite import Docstring, Nearby, Origin, TestCase
from ..domain.target import Target
from .interpreter import Interpreter
from .process import HARNESS, Message

_MADE = "::load_tests::"


def made_by_file(name: str) -> bool:
    """Whether the case is one that the ``load_tests`` of its file makes, so that pytest does not know it."""
    return _MADE in name


def place_of(name: str) -> str:
    """What is to be collected for a case: all of its file, or its function in all parametrised forms."""
    return name.partition(_MADE)[0] if made_by_file(name) else name.partition("[")[0]


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
    path for it; ``pytest`` are pytest's options, and ``nearby`` whole files of tests that may reach the
    target; ``warm`` names modules outside the project that are imported once; ``read`` and ``listed`` are
    open to candidates. ``patience`` is how many seconds may be spent on ``nearby``, ``affordable`` how many a
    suite of cases that name the target may take. ``samples`` are calls of
    the target that somebody wrote, for a target without a case; None: such a target is refused. ``nice``
    is added to the niceness of all that runs it. With ``hypothesis`` inputs are drawn by it, too.
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
    nearby: tuple[Nearby, ...] = ()
    doctest_flags: tuple[str, ...] = ()
    allow: Allowance = NOTHING_OPEN
    limits: Limits = Limits()
    patience: float = 6.0
    affordable: float = 10.0
    samples: tuple[str, ...] | None = None
    nice: int = 0
    hypothesis: bool = False

    @property
    def selectors(self) -> tuple[str, ...]:
        """Of the cases that are not examples: what pytest collects them by, parametrised ones together."""
        tests = (
            case.name for case in self.cases if case.origin not in {Origin.DOCTEST, Origin.CHARACTERISED}
        )
        return tuple(dict.fromkeys(map(place_of, tests)))

    def _pytest(self) -> list[str]:
        """All arguments of pytest, or none when there is nothing for it to run."""
        texts = (each.path or self.target.path for each in self.docstrings if each.fixtured)
        places = (
            self.selectors or tuple(each.selector for each in self.nearby[:1]) or tuple(dict.fromkeys(texts))
        )
        return [*self.pytest, *places] if places else []

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
                {
                    "name": each.name,
                    "text": each.text,
                    "line": each.line,
                    "path": each.path,
                    "module": each.module,
                    "fixtured": each.fixtured,
                }
                for each in self.docstrings
            ],
            "flags": list(self.doctest_flags),
            "pytest": self._pytest(),
            "unittests": [each.name for each in self.cases if each.origin is Origin.UNITTEST],
            "warm": list(self.warm),
            # Some of the harness is loaded only when it is needed, which is when it is confined.
            "read": [*self.interpreter.read, str(HARNESS), *self.read, *self.allow.read],
            "listed": list(self.listed),
            "loopback": self.allow.loopback,
            "walled": walled,
            "least": self._least(walled=walled),
            "limits": self.limit_message(),
            "nice": self.nice,
            "hypothesis": self.hypothesis,
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
