"""Count how often the target is entered, and for how long, by a line at its beginning and one at its end.

Both are put into the syntax tree of the module as it is imported, so that nothing else runs slower and every
way in is seen: from C, from other threads, through wrappers that somebody put around it.
"""

from __future__ import annotations

import ast
import builtins
import functools
import os
import sys
import types
from collections.abc import Sequence
from contextlib import nullcontext
from threading import get_ident
from time import perf_counter  # bound before a test can put another in its place
from typing import Union, cast

from .config import Config
from .generating import characterise
from .leaf import Leaf
from .overlay import plainly
from .tracing import Tracer
from .watch import Watch, selection_of
from .wire import Message

_ENTER, _LEAVE = "__orps_enter__", "__orps_leave__"
_PAUSE, _RESUME = "__orps_pause__", "__orps_resume__"

_Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


class Reach:
    """``count`` grows with every entry into the target, ``seconds`` with the time between its ends.

    What a generator's consumer does between two items is not counted, what a coroutine waits for is.
    """

    def __init__(self, path: str, name: str, line: int) -> None:
        self._path = os.path.realpath(path)
        self._name = name
        self._line = line  # of the first decorator or ``def``
        self.count = 0
        self.seconds = 0.0
        self._since: dict[int, tuple[int, float]] = {}  # by thread: how deep, and since when

    def build(self, text: str, path: str) -> types.CodeType:
        """The module's code; raises what compiling the text as it is would raise."""
        if os.path.realpath(path) != self._path:
            return compile(text, path, "exec", dont_inherit=True)
        tree = compile(text, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        for node in ast.walk(tree):
            if _is_target(node, self._name, self._line):
                _mark(cast("_Function", node))
        ast.fix_missing_locations(tree)
        return compile(cast("ast.Module", tree), path, "exec", dont_inherit=True)

    def install(self) -> None:
        """Make what ``build`` puts in known to every module."""
        names = {_ENTER: self.enter, _LEAVE: self.stop, _PAUSE: self.pause, _RESUME: self.resume}
        builtins.__dict__.update(names)

    def enter(self) -> None:
        self.count += 1
        self.start()

    def start(self) -> None:
        thread = get_ident()
        depth, since = self._since.get(thread, (0, 0.0))
        self._since[thread] = (depth + 1, since if depth else perf_counter())

    def stop(self) -> None:
        thread = get_ident()
        depth, since = self._since.get(thread, (0, 0.0))
        if depth == 1:
            self.seconds += perf_counter() - since
        self._since[thread] = (max(0, depth - 1), since)

    def pause(self, value: object = None) -> object:
        self.stop()
        return value

    def resume(self, value: object) -> object:
        self.start()
        return value


def _is_target(node: ast.AST, name: str, line: int) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.name != name:
        return False
    return min([node.lineno, *(each.lineno for each in node.decorator_list)]) == line


def _mark(function: _Function) -> None:
    body = function.body
    start = 1 if ast.get_docstring(function, clean=False) is not None else 0
    rest = [cast("ast.stmt", _Pauses().visit(each)) for each in body[start:]]
    first = rest[0] if rest else body[0]
    enter, leave = (ast.copy_location(ast.Expr(_call(name)), first) for name in (_ENTER, _LEAVE))
    around = ast.Try(body=rest or [ast.Pass()], handlers=[], orelse=[], finalbody=[leave])
    function.body = [*body[:start], enter, ast.copy_location(around, first)]


class _Pauses(ast.NodeTransformer):
    """Stops the clock at every ``yield`` of the function itself."""

    def visit_Yield(self, node: ast.Yield) -> ast.AST:
        self.generic_visit(node)
        node.value = _call(_PAUSE, [node.value] if node.value else [])
        return ast.copy_location(_call(_RESUME, [node]), node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> ast.AST:
        self.generic_visit(node)
        node.value = _call(_PAUSE, [node.value])
        return ast.copy_location(_call(_RESUME, [node]), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node


def _call(name: str, arguments: Sequence[ast.expr] = ()) -> ast.Call:
    return ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=list(arguments), keywords=[])


def watch_leaf(config: Config, leaf: Leaf) -> Watch:
    """Count or follow only where the request asks for it: what is timed runs as it was written."""
    if leaf.request.get("op") == "characterise":
        characterise(config, leaf)
    reach = Reach(config.path, config.name, config.line)
    counts = bool(leaf.request.get("reach"))
    told = 0.0

    @functools.lru_cache(maxsize=1)
    def load() -> types.ModuleType:
        if counts:
            reach.install()
        leaf.load(config, reach.build if counts else plainly)
        return sys.modules[config.module]

    def send(message: Message) -> None:
        nonlocal told
        if counts and message.get("k") == "case":
            message = {**message, "inside": reach.seconds - told}
            told = reach.seconds
        leaf.send(message)

    return Watch(
        load=load,
        around=Tracer(config, leaf.send).tracing if leaf.request.get("trace") else nullcontext,
        count=lambda: reach.count,
        send=send,
        finish=leaf.finish,
        selection=selection_of(leaf.request),
    )
