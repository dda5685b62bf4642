"""Put a candidate into the live module: whoever holds a reference to the function then runs the candidate.

Reloading a module leaves every ``from module import f`` with the function as it was. So the function stays,
and what it is made of is exchanged. Where that cannot be told to be the same as importing the candidate
anew, ``Inexact`` is raised, and the candidate is imported anew.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import os
import sys
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Union, cast

from .config import Config

_FUTURE = 0x1FF0000  # the flags of __future__ features among those of a code object
_DEEPEST = 8
_CACHE = type(functools.lru_cache(maxsize=1)(lambda: None))
_NEW = "__orps_new__"
# A closure of the same shape as the function's own, as Python exchanges code for code of that shape only.
_TRAMPOLINE = """
def make({cells}{given}):
    def trampoline(*args, **kwargs):
        {cells}None
        return {new}(*args, **kwargs)
    return trampoline
"""

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


class Inexact(Exception):
    """Raised where exchanging the function might not do what importing the candidate does."""


@dataclass(frozen=True)
class Statement:
    """A statement of a module with the text of the lines that it takes."""

    node: ast.stmt
    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Home:
    """One of the modules made from the target's file, and the functions in it that are the target."""

    module: types.ModuleType
    functions: tuple[types.FunctionType, ...]


class Graft:
    """Made in the zygote, once the tests are collected; ``apply`` runs in a leaf."""

    def __init__(self, config: Config, entered: frozenset[int]) -> None:
        """``entered`` holds the first lines of what was called so far. Raise ``Inexact``."""
        self._config = config
        self._lines = _lines(config.overlay[config.path])
        tree = ast.parse("\n".join(self._lines))
        self._statements = _statements(tree, self._lines)
        self._flags = _future_flags(tree)
        self._place = next(
            (n for n, each in enumerate(self._statements) if each.first <= config.line <= each.last), -1
        )
        if self._place < 0:
            raise Inexact("the function is not where it was")
        self._node = _function_at(self._statements[self._place].node, config.line, config.measured)
        first, last = _first(self._node), self._node.end_lineno or 0
        if any(first <= line <= last for line in entered):
            raise Inexact("it is called while the tests are being collected")
        self._homes = _homes(config, self._node)
        for home in self._homes:
            self._check_decorated(home)
        self._written = [
            (each, each.__code__, each.__doc__) for home in self._homes for each in home.functions
        ]

    @property
    def functions(self) -> list[types.FunctionType]:
        """The target, in each module that was made from its file."""
        return [function for home in self._homes for function in home.functions]

    def _check_decorated(self, home: Home) -> None:
        """A decorator may have compiled the function or copied it: only what passes calls on is safe."""
        if self._node.decorator_list:
            found = _attribute(home.module, self._config.measured)
            if not any(_reaches(found, each) for each in home.functions):
                raise Inexact("a decorator hides the function")

    def apply(self, text: str, *, only_code: bool = False) -> None:
        """Raise ``Inexact``, or what importing the text would raise.

        ``only_code`` refuses what could not be exchanged for another candidate afterwards.
        """
        lines = _lines(text)
        if lines == self._lines and not only_code:
            return
        new, added = self._changes(lines)
        if only_code and (added or not self._exchanges_code(new)):
            raise Inexact("it changes more than code")
        for home in self._homes:
            space = home.module.__dict__
            for before, each in added:
                if before:
                    self._execute(each, space)
            if new is not None:
                self._exchange(home, new)
            for before, each in added:
                if not before:
                    self._execute(each, space)

    def rehearse(self) -> None:
        """Read and compile what stands there anyway, and forget it."""
        ast.parse("def f(x):\n    return x\n")
        self._compiled(self._statements[self._place].node)

    def take_back(self) -> None:
        """After exchanges of nothing but code: the target is again as it was written."""
        for function, code, doc in self._written:
            function.__code__, function.__doc__ = code, doc
        for home in self._homes:
            self._forget(home)

    def _forget(self, home: Home) -> None:
        with contextlib.suppress(LookupError, AttributeError):
            _clear(_attribute(home.module, self._config.measured))

    def _changes(self, lines: list[str]) -> tuple[ast.stmt | None, list[tuple[bool, ast.stmt]]]:
        """The changed statement, and those added before it (True) and after it."""
        waiting = list(enumerate(self._statements))
        new: ast.stmt | None = None
        added: list[tuple[bool, ast.stmt]] = []
        passed = False
        tree, first, old_end = self._parsed(lines)
        waiting = [(n, each) for n, each in waiting if each.last > first and each.first <= old_end]
        for each in _statements(tree, lines):
            if waiting and waiting[0][1].text == each.text:
                passed = passed or waiting[0][0] == self._place
                waiting.pop(0)
            elif waiting and waiting[0][0] == self._place and _named(each.node) == _named(waiting[0][1].node):
                new, passed = each.node, True
                waiting.pop(0)
            else:
                self._require_new(each.node)
                added.append((not passed and self._is_before(each, waiting), each.node))
        if waiting:
            raise Inexact("another statement of the module is changed")
        return new, added

    def _is_before(self, each: Statement, waiting: Sequence[tuple[int, Statement]]) -> bool:
        if waiting:
            return waiting[0][0] <= self._place
        return each.first <= self._statements[self._place].first

    def _parsed(self, lines: list[str]) -> tuple[ast.Module, int, int]:
        """What may have changed, and the lines of the old text that it stands for."""
        first, old_end, new_end = self._region(lines)
        try:
            return ast.parse("\n" * first + "\n".join(lines[first:new_end]) + "\n"), first, old_end
        except SyntaxError:
            # What changed may belong to what did not: a decorator to the function below it.
            return ast.parse("\n".join(lines) + "\n"), 0, len(self._lines)

    def _region(self, lines: list[str]) -> tuple[int, int, int]:
        """Lines before the first that matters; the last one that does, of the old text and of the new."""
        old, most = self._lines, min(len(self._lines), len(lines))
        first = 0
        while first < most and old[first] == lines[first]:
            first += 1
        tail = 0
        while tail < most - first and old[-1 - tail] == lines[-1 - tail]:
            tail += 1
        end = len(old) - tail
        for each in self._statements:
            if each.first <= first + 1 <= each.last:
                first = each.first - 1
                break
        for each in self._statements:
            if each.first <= end <= each.last:
                end = each.last
        return first, end, end + len(lines) - len(old)

    def _require_new(self, node: ast.stmt) -> None:
        """What is added must not take the place of anything."""
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [(each.asname or each.name).partition(".")[0] for each in node.names]
            if isinstance(node, ast.ImportFrom) and (node.module == "__future__" or "*" in names):
                raise Inexact("an import changes the whole module")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names = [node.name]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if not all(isinstance(each, ast.Name) for each in targets):
                raise Inexact("a statement changes what was there")
            names = [each.id for each in targets if isinstance(each, ast.Name)]
        else:
            raise Inexact("a statement is added that may do anything")
        space = self._homes[0].module.__dict__
        if any(name in space for name in names):
            raise Inexact("a name gets another meaning")

    def _execute(self, node: ast.stmt, space: dict[str, Any]) -> None:
        exec(self._compiled(node), space)  # noqa: S102  (running the candidate is what this process is for)

    def _compiled(self, node: ast.stmt) -> types.CodeType:
        path = self._homes[0].module.__file__ or self._config.path
        module = ast.Module(body=[node], type_ignores=[])
        made: types.CodeType = compile(module, path, "exec", flags=self._flags, dont_inherit=True)
        return made

    def _exchange(self, home: Home, statement: ast.stmt) -> None:
        old, new = self._node, _counterpart(self._statements[self._place].node, statement, self._node)
        if _dumps(old.decorator_list) != _dumps(new.decorator_list):
            self._redefine(home, statement, new)
            return
        code = _code_of(self._compiled(statement), new)
        flags = home.functions[0].__code__.co_flags ^ code.co_flags
        if old.decorator_list and flags & (0x20 | 0x80 | 0x100 | 0x200):
            raise Inexact("a decorator may have asked whether it is a generator or a coroutine")
        defaults = self._defaults(home, new)
        for function in home.functions:
            if function.__code__.co_freevars == code.co_freevars:
                function.__code__ = code
                function.__doc__ = ast.get_docstring(new, clean=False)
                if defaults is not None:
                    function.__defaults__, function.__kwdefaults__ = defaults
            else:
                self._rebuild(home, function, code)
        self._forget(home)

    def _exchanges_code(self, statement: ast.stmt | None) -> bool:
        if statement is None:
            return False
        old, new = self._node, _counterpart(self._statements[self._place].node, statement, self._node)
        if _dumps([old.args, *old.decorator_list]) != _dumps([new.args, *new.decorator_list]):
            return False
        free = _code_of(self._compiled(statement), new).co_freevars
        return all(each.__code__.co_freevars == free for home in self._homes for each in home.functions)

    def _defaults(self, home: Home, new: Function) -> tuple[Any, Any] | None:
        """What the parameters default to, if that has changed."""
        if _dumps([self._node.args]) == _dumps([new.args]):
            return None
        if "." in self._config.measured:
            raise Inexact("the parameters of a method are changed")
        bare = ast.parse("def f(): pass").body[0]
        bare = cast("Function", ast.copy_location(bare, new))
        bare.name, bare.args = _NEW, new.args
        space = home.module.__dict__
        self._execute(ast.fix_missing_locations(bare), space)
        made = space.pop(_NEW)
        return made.__defaults__, made.__kwdefaults__

    def _redefine(self, home: Home, statement: ast.stmt, new: Function) -> None:
        """Other decorators: the definition is executed, and the old function passes calls on to the new."""
        if self._node.decorator_list or statement is not new:
            raise Inexact("the decorators of a method, or of a decorated function, are changed")
        space, (old,) = home.module.__dict__, home.functions
        self._execute(statement, space)
        made = space[new.name]
        for module in list(sys.modules.values()):
            names = cast("dict[str, object]", getattr(module, "__dict__", {}))
            for name in [name for name, value in list(names.items()) if value is old]:
                names[name] = made
        _pass_on(old, made)

    def _rebuild(self, home: Home, old: types.FunctionType, code: types.CodeType) -> None:
        """A method that has begun or ceased to use ``super()`` is another closure: make it anew."""
        owner_name, _, name = self._config.measured.rpartition(".")
        if set(code.co_freevars) - {"__class__"} or not owner_name or self._node.decorator_list:
            raise Inexact("free variables differ")
        owner = _attribute(home.module, owner_name)
        if not isinstance(owner, type) or owner.__dict__.get(name) is not old:
            raise Inexact("the method is not where it was")
        closure = (types.CellType(owner),) if code.co_freevars else None
        made = types.FunctionType(code, old.__globals__, old.__name__, old.__defaults__, closure)
        made.__kwdefaults__, made.__qualname__ = old.__kwdefaults__, old.__qualname__
        made.__annotations__, made.__doc__ = old.__annotations__, old.__doc__
        made.__dict__.update(old.__dict__)
        setattr(owner, name, made)
        _pass_on(old, made)


def _pass_on(old: types.FunctionType, made: object) -> None:
    cells = "".join(f"{name}, " for name in old.__code__.co_freevars)
    new = f"{_NEW}{id(old)}"
    space: dict[str, Any] = {}
    text = _TRAMPOLINE.format(cells=cells, given="_=None", new=new)
    exec(compile(text, "<orps>", "exec"), space)  # noqa: S102  (a constant of ours)
    old.__globals__[new] = made
    old.__code__ = space["make"](*old.__code__.co_freevars).__code__
    old.__defaults__ = old.__kwdefaults__ = None


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def _statements(tree: ast.Module, lines: list[str]) -> list[Statement]:
    """``lines`` are those of the whole module."""
    spans = [(node, _first(node), node.end_lineno or 0) for node in tree.body]
    return [Statement(node, first, last, "\n".join(lines[first - 1 : last])) for node, first, last in spans]


def _future_flags(tree: ast.Module) -> int:
    head = [each for each in tree.body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
    code = compile(ast.Module(body=cast("list[ast.stmt]", head), type_ignores=[]), "<orps>", "exec")
    return code.co_flags & _FUTURE


def _named(node: ast.stmt) -> tuple[str, object]:
    kind = "def" if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else type(node).__name__
    return kind, getattr(node, "name", None)


def _function_at(node: ast.stmt, line: int, measured: str) -> Function:
    """The definition that is measured: the outermost function around the line."""
    name = measured.rpartition(".")[2]
    for each in _outermost(node):
        if _first(each) <= line <= (each.end_lineno or 0) and each.name == name:
            return each
    raise Inexact("the function is not where it was")


def _outermost(node: ast.AST) -> Iterator[Function]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield from _outermost(child)


def _counterpart(old: ast.stmt, new: ast.stmt, wanted: Function) -> Function:
    """The function in the new statement that stands where ``wanted`` does. Nothing else may have changed."""
    places = [n for n, each in enumerate(_outermost(old)) if each is wanted]
    there = list(_outermost(new))
    if len(places) != 1 or len(there) != len(list(_outermost(old))):
        raise Inexact("the class has other methods")
    found = there[places[0]]
    if found.name != wanted.name or (old is not wanted and _without(old, wanted) != _without(new, found)):
        raise Inexact("more of the class than the method is changed")
    return found


def _without(statement: ast.stmt, function: Function) -> str:
    """The statement as text, but for what is inside the function."""
    body, args, decorators = function.body, function.args, function.decorator_list
    function.body, function.args = [], ast.parse("lambda: 0", mode="eval").body.args  # type: ignore[attr-defined]
    function.decorator_list = []
    try:
        return ast.dump(statement)
    finally:
        function.body, function.args, function.decorator_list = body, args, decorators


def _dumps(nodes: Sequence[ast.AST]) -> list[str]:
    return [ast.dump(each) for each in nodes]


def _code_of(code: types.CodeType, node: Function) -> types.CodeType:
    found = _code_at(code, node.name, {_first(node), node.lineno})
    if found is None:
        raise Inexact("the function has no code of its own")
    return found


def _code_at(code: types.CodeType, name: str, lines: set[int]) -> types.CodeType | None:
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            if each.co_name == name and each.co_firstlineno in lines:
                return each
            found = _code_at(each, name, lines)
            if found is not None:
                return found
    return None


def _homes(config: Config, node: Function) -> tuple[Home, ...]:
    path, lines = os.path.realpath(config.path), {_first(node), node.lineno}
    files = [(each, getattr(each, "__file__", None)) for each in list(sys.modules.values())]
    modules = {id(each.__dict__): each for each, file in files if file and os.path.realpath(file) == path}
    found: dict[int, list[types.FunctionType]] = {each: [] for each in modules}
    names = {each.__file__ for each in modules.values()}
    for each in gc.get_objects():
        if type(each) is types.FunctionType and each.__code__.co_filename in names:
            if each.__code__.co_name != node.name or each.__code__.co_firstlineno not in lines:
                continue
            if id(each.__globals__) not in found:
                raise Inexact("a module made from the file is gone, and its function is not")
            found[id(each.__globals__)].append(each)
    if not found or not all(found.values()):
        raise Inexact("the function does not exist once the module is imported")
    return tuple(Home(modules[each], tuple(functions)) for each, functions in found.items())


def _attribute(module: types.ModuleType, qualname: str) -> Any:  # noqa: ANN401
    """What a module holds at a dotted name, without calling any descriptor."""
    names: Any = module.__dict__
    *owners, last = qualname.split(".")
    for part in owners:
        names = names[part].__dict__
    return names[last]


def _reaches(found: Any, wanted: types.FunctionType, depth: int = 0) -> bool:  # noqa: ANN401
    """Whether calls go through to the function itself, by way of things that are known to pass them on."""
    if found is wanted:
        return True
    if depth > _DEEPEST:
        return False
    inner: list[object]
    if isinstance(found, (staticmethod, classmethod)):
        inner = [cast("Any", found).__func__]
    elif isinstance(found, property):
        inner = [found.fget, found.fset, found.fdel]
    elif isinstance(found, (functools.partial, functools.partialmethod, functools.cached_property)):
        inner = [found.func]
    elif type(found) is _CACHE:
        inner = [found.__wrapped__]
    elif isinstance(found, types.FunctionType):
        inner = [getattr(found, "__wrapped__", None), *_contents(found)]
    else:
        return False
    return any(_reaches(each, wanted, depth + 1) for each in inner)


def _contents(function: types.FunctionType) -> list[object]:
    found: list[object] = []
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # it is empty
            found.append(cell.cell_contents)
    return found


def _clear(found: Any) -> None:  # noqa: ANN401
    """What was computed by the function as it was is forgotten."""
    for _ in range(_DEEPEST):
        if type(found) is _CACHE:
            found.cache_clear()
        found = getattr(found, "__wrapped__", None) or getattr(found, "__func__", None)
        if found is None:
            return
