"""Which tests of a document use what is wanted: by its name, or through helpers and fixtures."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import parse
from .index import Index
from .project import Project

_SETUPS = ("setup", "set_up", "asyncsetup")


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFile:
    """What pytest would collect from one document, as far as its text tells."""

    __test__ = False

    facts: parse.Facts
    project: Project

    def using(self, wanted: frozenset[str]) -> Iterator[parse.Definition]:
        """Tests that use a wanted name, directly or through what stands in the same document."""
        mentions = mentioning(self.facts.definitions, wanted | self.facts.aliases(wanted))
        return (each for each in self.facts.definitions if each.qualname in mentions and self.is_test(each))

    def is_test(self, each: parse.Definition) -> bool:
        owner, _, name = each.qualname.rpartition(".")
        if each.is_class or _is_fixture(each):
            return False
        if owner and self.in_unittest(owner):
            return name.startswith("test")
        return matches(name, self.project.function_patterns) and (not owner or self._is_collected(owner))

    def _is_collected(self, owner: str) -> bool:
        """Pytest collects no class that has a constructor or declares itself no test."""
        parts = owner.split(".")
        owners = {".".join(parts[:length]) for length in range(1, len(parts) + 1)}
        makers = {f"{name}.{maker}" for name in owners for maker in ("__init__", "__new__")}
        return all(matches(part, self.project.class_patterns) for part in parts) and not any(
            each.qualname in makers or (each.qualname in owners and "__test__" in each.names)
            for each in self.facts.definitions
        )

    def in_unittest(self, owner: str) -> bool:
        """By its class, or one of the same document that its class comes from."""
        bases = {d.qualname: d.bases for d in self.facts.definitions if d.is_class}
        waiting, seen = [owner], set[str]()
        while waiting:
            name = waiting.pop()
            if name.endswith("TestCase"):
                return True
            if name not in seen:
                seen.add(name)
                waiting += bases.get(name, ())
        return False


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """As pytest does it: a pattern is the beginning of a name, or a glob."""
    return any(name.startswith(each) or fnmatch.fnmatch(name, each) for each in patterns)


def _is_fixture(each: parse.Definition) -> bool:
    return any("fixture" in decorator for decorator in each.decorators)


def mentioning(definitions: tuple[parse.Definition, ...], wanted: frozenset[str]) -> frozenset[str]:
    """Definitions that use a wanted name, directly or through helpers and fixtures of the same document."""
    reached = set(wanted)
    found: set[str] = set()
    while True:
        new = {
            each.qualname
            for each in definitions
            if each.qualname not in found
            and (not each.is_class or _is_fixture(each))
            and each.names & reached
        }
        if not new:
            return frozenset(found)
        found |= new
        reached |= {_last(name) for name in new if not _last(name).startswith("test")}
        setups = {name.partition(".")[0] for name in new if _last(name).lower().startswith(_SETUPS)}
        found |= {each.qualname for each in definitions if each.qualname.partition(".")[0] in setups}


def _last(qualname: str) -> str:
    return qualname.rpartition(".")[2]


def fixtures(index: Index, folder: Path, root: Path, wanted: frozenset[str]) -> frozenset[str]:
    """Names that tests in the folder get from a ``conftest.py`` and that stand for a wanted one."""
    found = frozenset[str]()
    for each in (folder, *folder.parents) if folder.is_relative_to(root) else (folder,):
        facts = index.facts(str(each / "conftest.py"))
        if facts is not None and wanted & facts.names:
            using = mentioning(facts.definitions, wanted | facts.aliases(wanted))
            found |= {_last(name) for name in using}
        if each == root:
            break
    return found
