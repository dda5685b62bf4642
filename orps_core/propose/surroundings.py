"""What a model wrote around the function: the imports and helpers that it needs, and nothing else."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..domain.candidate import Candidate
from ..domain.target import Target
from .forgotten import forgotten
from .parsing import FunctionNode, Text, parsed

_Helper = FunctionNode | ast.ClassDef | ast.Assign | ast.AnnAssign
_Import = ast.Import | ast.ImportFrom


class UnfitError(ValueError):
    """Raised for a piece that is no candidate, with one clause why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the answer must define, what it was made from, and who answered."""

    target: Target
    parent: Candidate
    author: str

    @property
    def owner(self) -> str | None:
        """The class of a method."""
        around = self.target.qualname.rpartition(".")[0].rpartition(".")[2]
        return around if around and around != "<locals>" else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    imports: tuple[str, ...]
    helpers: tuple[str, ...]

    @classmethod
    def of(
        cls, text: Text, function: FunctionNode, holder: ast.AST, kept: ast.Module, wanted: Wanted
    ) -> "Surroundings":
        """What ``kept``, the function as it will stand, needs of the text it was found in.

        Calls, prints, asserts and tests are left out. Raise ``UnfitError``.
        """
        target = wanted.target
        _check_neighbours(function, holder, target)
        offered = _offered(text, target, wanted.parent, without=(function, holder))
        module = _bound_by_module(target)
        needed: dict[str, str] = {}
        waiting = [*_mentioned(kept)]
        while waiting:
            name = waiting.pop()
            if name in needed or name not in offered:
                continue
            source, tree = offered[name]
            if isinstance(tree, _Import):
                needed[name] = source
                continue
            if name in module:
                if module[name] == _essence(tree):
                    continue
                raise UnfitError(f"it changes {name}, which is not the function to rewrite")
            needed[name] = source
            waiting += _mentioned(tree)
        order = dict.fromkeys(source for name, (source, _) in offered.items() if name in needed)
        imports = [source for source in order if source.startswith(("import ", "from "))]
        helpers = tuple(source for source in order if source not in imports)
        whole = parsed("\n\n".join((*helpers, ast.unparse(kept)))) or kept
        imports += forgotten(whole, parsed(target.runnable) or kept, offered)
        return cls(imports=tuple(imports), helpers=helpers)


def _offered(
    text: Text, target: Target, parent: Candidate, without: tuple[ast.AST, ...]
) -> dict[str, tuple[str, ast.stmt]]:
    """What each name may come from: the parent's surroundings, unless the answer has its own."""
    offered: dict[str, tuple[str, ast.stmt]] = {}
    for source in (*parent.imports, *parent.helpers):
        tree = parsed(source)
        for node in tree.body if tree is not None else ():
            offered |= dict.fromkeys(_bound(node), (source, node))
    module = target.path.rpartition("/")[2].removesuffix(".py")
    for node in text.tree.body:
        if node in without:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module in (module, "__future__")):
            continue
        if isinstance(node, _Import):
            for alias in node.names:
                if alias.name != "*":
                    one = _one(node, alias)
                    offered.update({name: (ast.unparse(one), one) for name in _bound(one)})
        elif isinstance(node, _Helper):
            offered.update({name: (text.segment(node), node) for name in _bound(node)})
    return offered


def _one(node: _Import, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import(names=[alias])
    return ast.ImportFrom(module=node.module, names=[alias], level=node.level)


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((each.asname or each.name).partition(".")[0] for each in names)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            yield from (
                each.id for place in targets for each in ast.walk(place) if isinstance(each, ast.Name)
            )
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            pass


def _mentioned(node: ast.AST) -> Iterable[str]:
    """Names that it reads, and words in annotations written as text."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id


def _bound_by_module(target: Target) -> dict[str, str]:
    """Names of the module's top level, imports excepted, with what they are bound to."""
    tree = parsed(target.runnable)
    nodes = tree.body if tree is not None else ()
    return {name: _essence(node) for node in nodes if not isinstance(node, _Import) for name in _bound(node)}


def _essence(node: ast.AST) -> str:
    """What it does, without docstrings and annotations, which models like to add."""
    copy = ast.parse(ast.unparse(node))
    for each in ast.walk(copy):
        if isinstance(each, ast.arg):
            each.annotation = None
        if isinstance(each, FunctionNode):
            each.returns = None
        if isinstance(each, FunctionNode | ast.ClassDef) and ast.get_docstring(each) is not None:
            each.body = each.body[1:] or [ast.Pass()]
    return ast.dump(copy)


def _check_neighbours(function: FunctionNode, holder: ast.AST, target: Target) -> None:
    """Other methods cannot be put beside a method: only the function is replaced."""
    if not isinstance(holder, ast.ClassDef):
        return
    beside = {each.name for each in holder.body if isinstance(each, FunctionNode)} - {function.name}
    there = {
        each.name for each in ast.walk(parsed(target.runnable) or holder) if isinstance(each, FunctionNode)
    }
    used = {each.attr for each in ast.walk(function) if isinstance(each, ast.Attribute)}
    missing = sorted((beside - there) & used)
    if missing:
        raise UnfitError(f"it needs a new method {missing[0]} beside it; helpers belong outside of the class")
