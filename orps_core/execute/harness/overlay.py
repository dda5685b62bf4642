"""The project as the editor sees it: texts laid over the files, in memory, for the import system."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec

Build = Callable[[str, str], types.CodeType]
"""Makes code of a module's text and path."""


def plainly(text: str, path: str) -> types.CodeType:
    return compile(text, path, "exec", dont_inherit=True)


class _Text(importlib.machinery.SourceFileLoader):
    """Loads a module from text; path and package are those of the file it lies over."""

    def __init__(self, name: str, path: str, text: str, build: Build = plainly) -> None:
        super().__init__(name, path)
        self._text = text
        self._build = build

    def get_code(self, fullname: str) -> types.CodeType:
        return self._build(self._text, self.path)

    def get_source(self, fullname: str) -> str:
        return self._text


class Overlay:
    """A finder that goes before all others, pytest's included, and answers for the laid-over files only."""

    def __init__(self, texts: Mapping[str, str], module: str, path: str, build: Build = plainly) -> None:
        self._texts = {os.path.realpath(file): text for file, text in texts.items()}
        self._stems = {_stem(file) for file in self._texts}
        self._module = module
        self._path = path
        self._build = build

    def install(self) -> None:
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.rpartition(".")[2] not in self._stems:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        file = spec.origin if spec else None
        if file is None and name == self._module:
            file = self._path  # a buffer that was never saved
        text = self._texts.get(os.path.realpath(file)) if file else None
        if file is None or text is None:
            return None
        package = [os.path.dirname(file)] if os.path.basename(file) == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            name, file, loader=_Text(name, file, text, self._build), submodule_search_locations=package
        )


def make_way(module: str, path: str) -> None:
    """Forget what is loaded from elsewhere under the name of the target's module, or of a package around it.

    We, or pytest, may have imported a module of Python's own, or an installed copy of the project: whoever
    runs the target's file as a script, or with its folder first on the path, would never see that one.
    """
    top = module.partition(".")[0]
    loaded = getattr(sys.modules.get(top), "__file__", None)
    folder = os.path.dirname(path)
    for _ in range(module.count(".") + (os.path.basename(path) == "__init__.py")):
        folder = os.path.dirname(folder)
    own = [os.path.join(folder, top + ".py"), os.path.join(folder, top, "__init__.py")]
    if loaded is None or os.path.realpath(loaded) in map(os.path.realpath, own):
        return
    for name in list(sys.modules):
        if name == top or name.startswith(top + "."):
            del sys.modules[name]


def import_file(path: str, name: str) -> types.ModuleType:
    """Import a module under a name; the folder that it has this name from is put on the path if need be."""
    folder = os.path.dirname(path)
    for _ in range(name.count(".") + (os.path.basename(path) == "__init__.py")):
        folder = os.path.dirname(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


def _stem(file: str) -> str:
    folder, base = os.path.split(file)
    return os.path.basename(folder) if base == "__init__.py" else os.path.splitext(base)[0]


def fresh(name: str, path: str, text: str, code: types.CodeType | None = None) -> types.ModuleType:
    """Execute a module's text beside the one that is loaded, under the same name.

    ``code`` is the text compiled, where that was done before.
    """
    present = sys.modules.get(name)
    spec = importlib.util.spec_from_file_location(name, path, loader=_Text(name, path, text))
    if spec is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    if present is not None and hasattr(present, "__path__"):
        module.__path__ = present.__path__
    sys.modules[name] = module  # dataclasses and pickle look their module up by name
    try:
        code = code or compile(text, path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102  (running the candidate is what this process is for)
    finally:
        if present is not None:
            sys.modules[name] = present
    return module
