"""What a candidate must satisfy."""

import enum
from dataclasses import dataclass


class Origin(enum.Enum):
    DOCTEST = "doctest"
    PYTEST = "pytest"
    UNITTEST = "unittest"
    CHARACTERISED = "characterised"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One check with a stable name, and where a person finds it.

    ``name`` is the pytest node id for pytest cases and ``doctest:<where>:<line>`` for doctest examples, where
    ``where`` is the qualified name of what has the docstring, with its module if that is not the target's, or
    the path of a text file.
    ``found`` says in a few words why the case belongs to the suite. A ``direct`` case is about the target;
    others only happen to get there, and what they say when they fail may be about something else.
    """

    __test__ = False  # pytest: this is not a test class

    name: str
    origin: Origin
    path: str
    line: int
    found: str
    direct: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """Text with examples; ``line`` of the file (from 1) is where it begins.

    ``path`` is None for the target's module, whose names the examples know. Those of another ``module`` know
    the names of that one; those of a text file, which is no module, start with no names at all.
    What is ``fixtured`` may need fixtures of the project's pytest.
    """

    name: str
    text: str
    line: int
    path: str | None = None
    module: str | None = None
    fixtured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearby:
    """A whole file of tests that may reach the target in ways that cannot be seen in its text.

    ``selector`` is its path as pytest names it, ``unittests`` its classes that are made for unittest.
    ``near`` are those of its tests that a short chain of names leads to the target, and how long it is.
    """

    selector: str
    path: str
    reason: str
    unittests: frozenset[str] = frozenset()
    near: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSuite:
    """An ordered, non-empty set of cases with unique names."""

    __test__ = False

    cases: tuple[TestCase, ...]

    def __post_init__(self) -> None:
        if not self.cases:
            raise ValueError("a suite needs at least one case")
        if len({case.name for case in self.cases}) != len(self.cases):
            raise ValueError("case names must be unique")

    @property
    def generated(self) -> bool:
        """Whether no person wrote any of it: the cases are what the original answers to made-up inputs."""
        return all(case.origin is Origin.CHARACTERISED for case in self.cases)

    def of(self, origin: Origin) -> tuple[TestCase, ...]:
        return tuple(case for case in self.cases if case.origin is origin)
