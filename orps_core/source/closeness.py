"""How far a test file is from a target, counted in functions between them, by names alone.

Every function that mentions a wanted name is wanted in its turn. Names say too much rather than too little:
what they say is confirmed by running, nearest first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import parse
from .index import Index

_FARTHEST = 12
_CALLED_BY_PYTHON = "__"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closeness:
    """``level`` is 0 for a file that mentions the target itself; ``through`` is the name that it mentions."""

    level: int
    through: str


def closeness(
    index: Index, sources: Sequence[str], tests: Sequence[str], wanted: frozenset[str]
) -> Mapping[str, Closeness]:
    """Of the test files that are led to the target by any chain of names."""
    found: dict[str, Closeness] = {}
    known = [(path, facts) for path in (*sources, *tests) if (facts := index.facts(path)) is not None]
    waiting = dict(item for item in known if item[0] in frozenset(tests))
    reached, frontier = set(wanted), wanted
    for level in range(_FARTHEST):
        near = [path for path, facts in waiting.items() if not facts.names.isdisjoint(frontier)]
        for path in near:
            through = min(waiting.pop(path).names & frontier)
            found[path] = Closeness(level=level, through=through)
        following = {
            name
            for _, facts in known
            if not facts.names.isdisjoint(frontier)
            for name in _leading_to(facts, frontier)
        }
        frontier = frozenset(following - reached)
        if not frontier or not waiting:
            break
        reached |= frontier
    return found


def _leading_to(facts: parse.Facts, wanted: frozenset[str]) -> Iterable[str]:
    """Names by which others may get to what mentions a wanted one."""
    yield from facts.aliases(wanted)
    for each in facts.definitions:
        if not each.names.isdisjoint(wanted):
            yield from handles(each.qualname)


def handles(qualname: str) -> tuple[str, ...]:
    """The names by which a definition can be meant: a special method is reached through its class."""
    parts = qualname.split(".")
    special = parts[-1].startswith(_CALLED_BY_PYTHON) and len(parts) > 1
    return (parts[-2],) if special else (parts[-1],)
