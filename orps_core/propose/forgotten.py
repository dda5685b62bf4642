"""Imports that everybody means and models forget: of the standard library, by the names they are known by."""

import ast
import builtins
import sys
from collections.abc import Iterable, Iterator

_HOMES = {
    "collections": ("Counter", "OrderedDict", "defaultdict", "deque", "namedtuple"),
    "functools": ("cache", "cmp_to_key", "lru_cache", "partial", "reduce"),
    "itertools": ("accumulate", "chain", "combinations", "groupby", "permutations", "product", "zip_longest"),
    "math": ("ceil", "comb", "factorial", "floor", "gcd", "isqrt", "prod", "sqrt"),
    "bisect": ("bisect_left", "bisect_right", "insort"),
    "heapq": ("heapify", "heappop", "heappush"),
    "operator": ("itemgetter",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def forgotten(tree: ast.AST, module: ast.AST, offered: Iterable[str]) -> Iterator[str]:
    """Import statements for names that nothing binds: ``math.sqrt`` asks for math, ``Counter`` for itself.

    A wrong guess does no harm: without it the candidate would raise NameError.
    """
    bound = {*offered, *_bound(module), *_bound(tree), *dir(builtins)}
    bases = {
        each.value.id: None
        for each in ast.walk(tree)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name)
    }
    for name in bases:
        if name not in bound and name in sys.stdlib_module_names:
            yield f"import {name}"
    for name in dict.fromkeys(each.id for each in ast.walk(tree) if isinstance(each, ast.Name)):
        if name not in bound and name in _HOME_OF:
            yield f"from {_HOME_OF[name]} import {name}"


def _bound(tree: ast.AST) -> Iterator[str]:
    for each in ast.walk(tree):
        match each:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=asname):
                yield (asname or name).partition(".")[0]
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                yield name
            case _:
                pass
