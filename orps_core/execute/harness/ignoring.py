"""Leaves out test files that the project tells pytest to ignore, of which, given by name, it never asks."""

from __future__ import annotations

import importlib
from typing import Any

Node = Any
"""An object of pytest, which is the project's own and may be of any version."""


def _nothing(_: object) -> list[object]:
    """The tests of a file that is ignored."""
    return []


class Ignoring:
    """A plugin for the project's pytest, from its version 7 on. ``collect_ignore`` holds, and the like."""

    def pytest_pycollect_makemodule(self, module_path: Node, parent: Node) -> object:
        """A module without tests, that is never imported, in the place of one that is ignored."""
        hook = parent.session.gethookproxy(module_path.parent)
        if not hook.pytest_ignore_collect(collection_path=module_path, config=parent.config):
            return None
        pytest: Any = importlib.import_module("pytest")
        made: Any = type("Ignored", (pytest.File,), {"collect": _nothing})
        return made.from_parent(parent, path=module_path)
