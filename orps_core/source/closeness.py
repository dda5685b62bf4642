"""How far a test file is from a target, counted in functions between them, by names alone.

Every function that mentions a wanted name is wanted in its turn. Names say too much rather than too little:
what they say is confirmed by running, nearest first.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from . import parse

_FARTHEST = 12
_CALLED_BY_PYTHON = "__"
_CALLED_BY_PYTEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """``level`` is 0 for a file that mentions the target itself; ``through`` is the name that it mentions."""

    level: int
    through: str


def closeness(
    known: Mapping[str, parse.Facts], tests: Collection[str], wanted: frozenset[str]
) -> Mapping[str, Closeness]:
    """Of the test files that are led to the target by any chain of names."""
    found: dict[str, Closeness] = {}
    waiting = known.keys() & tests
    reached, frontier = set(wanted), wanted
    for level in range(_FARTHEST):
        near = [path for path, facts in known.items() if not facts.names.isdisjoint(frontier)]
        for path in waiting.intersection(near):
            found[path] = Closeness(level=level, through=min(known[path].names & frontier))
            waiting.discard(path)
        following = {
            name for path in near for name in _leading_to(known[path], frontier, is_test=path in tests)
        }
        frontier = frozenset(following - reached)
        if not frontier or not waiting:
            break
        reached |= frontier
    return found


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
