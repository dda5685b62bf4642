"""What a model wrote around the function: the imports and helpers that it needs, and nothing else."""

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..domain.candidate import Candidate
from ..domain.target import Target
from .forgotten import forgotten
from .parsing import FunctionNode, Text, parsed

_Plain = FunctionNode | ast.ClassDef | ast.Assign | ast.AnnAssign
_Compound = ast.Try | ast.If
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
        cls,
        text: Text,
        function: FunctionNode,
        holder: ast.AST,
        kept: ast.Module,
        wanted: Wanted,
        others: Iterable[Text] = (),
    ) -> "Surroundings":
        """What ``kept``, the function as it will stand, needs of the text it was found in.

        What that text does not say may stand in the ``others`` of the answer. Calls, prints, asserts and
        tests are left out. Raise ``UnfitError``.
        """
        target = wanted.target
        _check_neighbours(function, holder, target)
        offered = _inherited(wanted.parent) | _offered(text, target, without=(function, holder))
        module = _bound_by_module(target)
        offered = _beside(others, offered, target) | offered
        needed: dict[str, str] = {}
        waiting = [*_free(kept)]
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
            waiting += _free(tree)
            waiting += [shaping for shaping in offered if shaping.startswith(f"{name} ")]
        order = dict.fromkeys(source for name, (source, _) in offered.items() if name in needed)
        imports = [source for source in order if source.startswith(("import ", "from "))]
        helpers = tuple(source for source in order if source not in imports)
        whole = parsed("\n\n".join((*helpers, ast.unparse(kept)))) or kept
        imports += forgotten(whole, parsed(target.runnable) or kept, offered)
        return cls(imports=tuple(imports), helpers=helpers)


def _inherited(parent: Candidate) -> dict[str, tuple[str, ast.stmt]]:
    """What each name comes from in the surroundings of the parent."""
    offered: dict[str, tuple[str, ast.stmt]] = {}
    for source in (*parent.imports, *parent.helpers):
        tree = parsed(source)
        for node in tree.body if tree is not None else ():
            offered |= dict.fromkeys(_bound(node), (source, node))
    return offered


def _offered(text: Text, target: Target, without: tuple[ast.AST, ...]) -> dict[str, tuple[str, ast.stmt]]:
    """What each name may come from in the answer."""
    offered: dict[str, tuple[str, ast.stmt]] = {}
    module = target.path.rpartition("/")[2].removesuffix(".py")
    inner = [node for holder in without if isinstance(holder, _Compound) for node in holder.body]
    own = {target.name} if target.name == target.qualname else set[str]()
    for node in (*text.tree.body, *inner):
        if node in without or own & {*_bound(node)}:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module in (module, "__future__")):
            continue
        if isinstance(node, _Import):
            for one in (_one(node, alias) for alias in node.names if alias.name != "*"):
                offered.update({name: (ast.unparse(one), one) for name in _bound(one)})
        elif isinstance(node, _Plain) or (isinstance(node, _Compound) and _prepares(node, target)):
            offered.update({name: (text.segment(node), node) for name in _bound(node)})
        for name in _shaped(node, target):
            if name in offered and isinstance(offered[name][1], ast.Assign | ast.AnnAssign):
                offered[f"{name} {len(offered)}"] = (text.segment(node), node)
    return offered


def _beside(others: Iterable[Text], known: Iterable[str], target: Target) -> dict[str, tuple[str, ast.stmt]]:
    """What other blocks of the answer define and nothing else does. Their variables are those of examples."""
    tree = parsed(target.runnable)
    taken = {*known, *dir(builtins), target.name}
    taken |= {name for node in (tree.body if tree is not None else ()) for name in _bound(node)}
    found: dict[str, tuple[str, ast.stmt]] = {}
    for text in others:
        offered = _offered(text, target, without=())
        found |= {
            name: (source, node)
            for name, (source, node) in offered.items()
            if name.partition(" ")[0] not in taken
            and (isinstance(node, FunctionNode | ast.ClassDef | _Import) or name.isupper())
        }
    return found


def _prepares(node: ast.stmt, target: Target) -> bool:
    """Not what is for running the file alone, or for trying the function."""
    return not {"__name__", target.name} & set(_free(node))


def _shaped(node: ast.stmt, target: Target) -> set[str]:
    """Variables that a statement fills: tables are often made empty first."""
    if not isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.For | ast.While | _Compound):
        return set()
    if not _prepares(node, target):
        return set()
    return {place.id for place in _filled(node) if isinstance(place, ast.Name)}


def _filled(node: ast.stmt) -> Iterator[ast.expr]:
    for each in ast.walk(node):
        match each:
            case (
                ast.Subscript(value=place, ctx=ast.Store())
                | ast.Attribute(value=place, ctx=ast.Store())
                | ast.AugAssign(target=place)
                | ast.Expr(value=ast.Call(func=ast.Attribute(value=place)))
            ):
                yield place
            case _:
                pass


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
                each.id
                for place in targets
                for each in ast.walk(place)
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            )
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.If(body=body, orelse=orelse):
            yield from (name for each in (*body, *orelse) for name in _bound(each))
        case ast.Try(body=body, handlers=handlers):
            inside = (*body, *(each for handler in handlers for each in handler.body))
            yield from (name for each in inside for name in _bound(each))
        case _:
            pass


def _free(node: ast.AST) -> list[str]:
    """Names that it takes from the module. Those of its own variables may mean something else out there."""
    names = dict.fromkeys(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
    try:
        tables = [symtable.symtable(ast.unparse(node), "answer", "exec")]
    except (SyntaxError, ValueError):
        return list(names)
    found = set[str]()
    while tables:
        table = tables.pop()
        tables += table.get_children()
        top = table.get_type() == "module"
        found |= {
            each.get_name()
            for each in table.get_symbols()
            if (each.is_referenced() if top else each.is_global())
        }
    return [name for name in names if name in found]


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
    module = parsed(target.runnable) or ast.Module(body=[], type_ignores=[])
    there = {each.name for each in ast.walk(module) if isinstance(each, FunctionNode)}
    used = {each.attr for each in ast.walk(function) if isinstance(each, ast.Attribute)}
    missing = sorted((beside - there) & used)
    if missing:
        raise UnfitError(f"it needs a new method {missing[0]} beside it; helpers belong outside of the class")
    new = (_attributes(holder) - _attributes(function) - _attributes(module)) & used
    if new:
        raise UnfitError(
            f"it needs a new attribute {min(new)}, which another part of the class would have to set"
        )


def _attributes(tree: ast.AST) -> set[str]:
    """Names that are bound in classes, and those that are set with a dot."""
    held = (node for each in ast.walk(tree) if isinstance(each, ast.ClassDef) for node in each.body)
    return {name for node in held for name in _bound(node)} | {
        each.attr
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
    }
