"""Which texts with examples need what fixtures of the project's pytest give them."""

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from .index import Index
from .project import Project

_BY_NAME = "getfixture"
_NAMESPACE = frozenset({"doctest_namespace"})
_UNASKED = frozenset({"autouse"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stands around texts: the ``conftest.py`` of each folder above, and what pytest is told to run."""

    index: Index
    project: Project

    def gives(self, text: str, path: str) -> bool:
        """Whether pytest gives the examples a name, or sets something up for them.

        A fixture that is used unasked is meant for a text only where the project's pytest runs that text.
        """
        if _BY_NAME in text:
            return True
        words = _NAMESPACE | _UNASKED if self._runs(path) else _NAMESPACE
        return any(self.index.mentions(each, words) for each in self._conftests(Path(path).parent))

    def _runs(self, path: str) -> bool:
        if path.endswith(".py"):
            return self.project.doctest_modules
        name = path.rpartition("/")[2]
        return any(fnmatch.fnmatch(name, glob.rpartition("/")[2]) for glob in self.project.doctest_globs)

    def _conftests(self, folder: Path) -> list[str]:
        root = self.project.root
        if not folder.is_relative_to(root):
            return []
        above = [folder, *folder.parents]
        return [str(each / "conftest.py") for each in above[: above.index(root) + 1]]
