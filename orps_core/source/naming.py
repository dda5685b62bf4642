"""Under which name a file is imported, and from which folder."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from . import parse
from .project import Project, module_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """``folder`` must be on the path for ``module`` to be imported."""

    module: str
    folder: Path


def find_naming(
    file: Path,
    own: parse.Facts | None,
    project: Project,
    others: Callable[[], Iterable[parse.Facts | None]],
) -> Naming:
    """By the packages around it; in folders without ``__init__.py``, by how the project's files import it.

    ``others`` looks through the project's files, which most modules do not need.
    """
    short, folder = module_name(file)
    # What imports its neighbours cannot be a module by itself.
    needs_package = "." not in short and own is not None and any(name[0] == "." for name in own.imported)
    for root in import_roots(project):
        if folder == root or not folder.is_relative_to(root):
            continue
        parts = folder.relative_to(root).parts
        if not all(part.isidentifier() for part in parts):
            continue
        full = ".".join((*parts, short))
        if needs_package or any(facts is not None and _imports(facts, full) for facts in others()):
            return Naming(module=full, folder=root)
    return Naming(module=short, folder=folder)


def import_roots(project: Project) -> list[Path]:
    """Folders from which a project's code is commonly imported, the most particular first."""
    named = [(project.root / path).resolve() for path in project.python_path]
    return list(dict.fromkeys([*named, project.root / "src", project.root]))


def _imports(facts: parse.Facts, module: str) -> bool:
    return any(name == module or name.startswith(f"{module}.") for name in facts.imported)
