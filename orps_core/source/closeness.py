"""How far a test file is from a target, counted in functions between them, by names alone.

Every function that mentions a wanted name is wanted in its turn. Names say too much rather than too little:
what they say is confirmed by running, nearest first.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from . import parse
from .testfile import TestFile

_FARTHEST = 12
_ORDERED = 3
"""Levels on which single tests are told apart; beyond, every name leads everywhere."""
_CALLED_BY_PYTHON = "__"
_CALLED_BY_PYTEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """``level`` is 0 for a file that mentions the target itself; ``through`` is the name that it mentions."""

    level: int
    through: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Distances:
    """``files`` are the test files that any chain of names leads to the target.

    ``names`` has those of the chains, level by level; the first are the target's own.
    """

    files: Mapping[str, Closeness]
    names: tuple[frozenset[str], ...]


def distances(known: Mapping[str, parse.Facts], tests: Collection[str], wanted: frozenset[str]) -> Distances:
    found: dict[str, Closeness] = {}
    waiting = known.keys() & tests
    reached, frontier, names = set(wanted), wanted, [wanted]
    for level in range(_FARTHEST):
        near = [path for path, facts in known.items() if not facts.names.isdisjoint(frontier)]
        for path in waiting.intersection(near):
            found[path] = Closeness(level=level, through=min(known[path].names & frontier))
            waiting.discard(path)
        following = {
            name for path in near for name in _leading_to(known[path], frontier, is_test=path in tests)
        }
        frontier = frozenset(following - reached)
        if not frontier or (not waiting and level >= _ORDERED):
            break
        reached |= frontier
        names.append(frontier)
    return Distances(files=found, names=tuple(names))


def nearest(file: TestFile, names: Sequence[frozenset[str]]) -> Iterator[tuple[str, int]]:
    """Tests of a file that lead to the target by a short chain of names, and how many names it has."""
    wanted, seen = frozenset[str](), set[str]()
    for level, new in enumerate(names[: _ORDERED + 1]):
        wanted |= new
        if not file.facts.names.isdisjoint(new):
            found = [each.qualname for each in file.using(wanted) if each.qualname not in seen]
            seen.update(found)
            yield from ((name, level) for name in found)


def _leading_to(facts: parse.Facts, wanted: frozenset[str], *, is_test: bool) -> Iterable[str]:
    """Names by which others may get to what mentions a wanted one. Nobody calls what pytest calls."""
    yield from facts.aliases(wanted)
    for each in facts.definitions:
        if is_test and each.qualname.startswith(_CALLED_BY_PYTEST):
            continue
        if not each.names.isdisjoint(wanted):
            yield from handles(each.qualname)


def handles(qualname: str) -> tuple[str, ...]:
    """The names by which a definition can be meant: a special method is reached through its class."""
    parts = qualname.split(".")
    special = parts[-1].startswith(_CALLED_BY_PYTHON) and len(parts) > 1
    return (parts[-2],) if special else (parts[-1],)
