"""What a candidate's text reaches for that the original's did not: told, never judged."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .syntax import parsed


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What these do is to compute. Any other module is worth a word, also one that nobody has thought of.
_HARMLESS = _words("""
    __future__ abc array ast base64 binascii bisect calendar cmath collections copy csv dataclasses datetime
    decimal difflib enum fractions functools hashlib heapq html itertools json keyword math numbers numpy
    operator pandas pprint queue random re reprlib scipy sortedcontainers statistics string struct textwrap
    token types typing typing_extensions unicodedata uuid zlib zoneinfo
""")
_CALLS = _words("""
    eval exec compile open __import__ input breakpoint globals locals vars setattr delattr exit quit
    memoryview __builtins__ __loader__ __spec__
""")
_LEAVES = _words("SystemExit KeyboardInterrupt GeneratorExit BaseException BaseExceptionGroup")
_PLAIN_VALUES = _words("bool bytearray bytes complex dict float frozenset int list set str tuple")
_PECULIAR = _words("""
    __eq__ __ne__ __hash__ __bool__ __lt__ __le__ __gt__ __ge__ __getattr__ __getattribute__ __setattr__
    __del__ __class__ __instancecheck__ __subclasscheck__ __init_subclass__ __set_name__ __prepare__ __repr__
    __reduce__ __reduce_ex__ __format__ __contains__
""")
_FAMILIAR = _words("""
    __init__ __name__ __doc__ __qualname__ __len__ __version__ __post_init__ __iter__ __next__
""")
_INSIDE = re.compile(r"(f|tb|gi|cr|ag|co|func)_[a-z]+")
_SPELLED = re.compile(r"__[a-z]+__|\b(f_back|f_locals|f_globals|co_consts|gi_frame)\b")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """``modules`` maps names to the modules they stand for; ``own`` are bound inside the text."""

    modules: dict[str, str]
    own: frozenset[str]


def reaches(before: str, after: str, imported: Mapping[str, str] = _NOTHING) -> tuple[str, ...]:
    """What ``after`` reaches for that ``before`` does not, in a few words each, sorted.

    ``imported`` is what the module both stand in imports (`imported_by`), which they can use. What does not
    parse reaches for nothing: it does not run either.
    """
    first, second = (_everything(text, imported) for text in (before, after))
    return tuple(sorted(second - first))


def imported_by(text: str) -> dict[str, str]:
    """Names of a module, and the modules that they stand for or come from; none of what does not parse."""
    module = parsed(text)
    return {} if module is None else _imported(module)


def _everything(text: str, imported: Mapping[str, str]) -> frozenset[str]:
    tree = parsed(text)
    if tree is None:
        return frozenset()
    names = _Names(modules={**imported, **_imported(tree)}, own=frozenset(_bound(tree)))
    return frozenset(
        (*_runs_at_import(tree), *(each for node in ast.walk(tree) for each in _of(node, names)))
    )


def _imported(tree: ast.Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found[alias.asname or alias.name.partition(".")[0]] = alias.name
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {alias.asname or alias.name: node.module or "" for alias in node.names}
    return found


def _bound(tree: ast.Module) -> Iterator[str]:
    """Names that the text itself gives a meaning, by assignment, as a parameter or by definition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def _runs_at_import(tree: ast.Module) -> Iterator[str]:
    for statement in tree.body:
        text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not isinstance(statement, (*_DEFINITIONS, ast.Assign, ast.AnnAssign)) and not text:
            yield "code that runs when it is imported"


def _of(node: ast.AST, names: _Names) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            return _of_name(name, names)
        case ast.Attribute(attr=name):
            return _of_attribute(node, name, names)
        case ast.Subscript(value=value, ctx=ast.Store() | ast.Del()):
            return _changed(value, names)
        case ast.Call(func=ast.Name(id="getattr" | "hasattr"), args=[_, name, *_]) if not _is_text(name):
            return ["an attribute whose name is computed"]
        case ast.Constant(value=str(text)) if _SPELLED.search(text):
            return ["an internal name inside a text"]
        case _:
            return _of_statement(node)


def _of_statement(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=imports):
            return _modules(alias.name for alias in imports)
        case ast.ImportFrom(module=module, level=0):
            return _modules([module or ""])
        case ast.Global(names=changed):
            return [f"the global {name}" for name in changed]
        case ast.ClassDef():
            return _of_class(node)
        case _:
            return []


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _modules(names: Iterable[str]) -> list[str]:
    return [f"the module {name}" for name in names if name.partition(".")[0] not in _HARMLESS]


def _of_name(name: str, names: _Names) -> list[str]:
    if name in names.own:
        return []
    if name in names.modules:
        return _modules([names.modules[name]])
    return [name] if name in _CALLS | _LEAVES else []


def _of_attribute(node: ast.Attribute, name: str, names: _Names) -> list[str]:
    found = _changed(node.value, names) if isinstance(node.ctx, ast.Store | ast.Del) else []
    internal = name.startswith("__") and name.endswith("__") and name not in _FAMILIAR
    return [*found, f"the attribute {name}"] if internal or _INSIDE.fullmatch(name) else list(found)


def _changed(target: ast.expr, names: _Names) -> list[str]:
    """A change to something that is not the text's own: a module, a class, a table of others."""
    root = target
    while isinstance(root, ast.Attribute | ast.Subscript | ast.Call):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or root.id in names.own:
        return []
    return [f"a change to {root.id}"]


def _of_class(node: ast.ClassDef) -> list[str]:
    defined = {each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    defined |= {
        target.id
        for each in node.body
        if isinstance(each, ast.Assign)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    found = [f"a class with {name}" for name in sorted(defined & _PECULIAR)]
    found += [
        f"a kind of {base.id}"
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in _PLAIN_VALUES
    ]
    return [*found, "a metaclass"] if any(each.arg == "metaclass" for each in node.keywords) else found
