"""What a candidate must satisfy."""

import enum
from dataclasses import dataclass


class Origin(enum.Enum):
    DOCTEST = "doctest"
    PYTEST = "pytest"
    UNITTEST = "unittest"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One check with a stable name, and where a person finds it.

    ``name`` is the pytest node id for pytest cases and ``doctest:<qualname>:<line>`` for doctest examples.
    ``found`` says in a few words why the case belongs to the suite.
    """

    __test__ = False  # pytest: this is not a test class

    name: str
    origin: Origin
    path: str
    line: int
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """Text with examples; ``line`` of the file (from 1) is where it begins."""

    name: str
    text: str
    line: int


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

    def of(self, origin: Origin) -> tuple[TestCase, ...]:
        return tuple(case for case in self.cases if case.origin is origin)
