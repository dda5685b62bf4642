"""Notes which lines and branches of the target the suite reaches, and tells which it does not."""

from __future__ import annotations

import ast
import dis
import sys
import types
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Callable, Dict, List, Optional, Set, Tuple, Union, cast

from .config import Config
from .wire import Message

_MOST_LINES = 300_000
_LEFT = -1  # where an arc leads that leaves the function
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)
_Trace = Callable[[types.FrameType, str, object], object]
_Test = Union[ast.If, ast.While, ast.For, ast.AsyncFor]


class Covering:
    """Traces the target's own code and what is nested in it, for a bounded number of lines."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._codes: Set[types.CodeType] = set()
        self._lines: Set[int] = set()
        self._arcs: Set[Tuple[int, int]] = set()
        self._last: Dict[int, int] = {}
        self._left = _MOST_LINES

    @contextmanager
    def tracing(self) -> Generator[None]:
        before = sys.gettrace()
        if self._left > 0:
            sys.settrace(cast("Any", self._enter))
        try:
            yield
        finally:
            sys.settrace(before)

    def report(self) -> Message | None:
        """None where the target was never entered, or its text cannot be read."""
        function = _function_at(self._config.overlay[self._config.path], self._config.line, self._config.name)
        if function is None or not self._codes:
            return None
        first = function.body[0]
        documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        begin = cast("int", first.end_lineno) if documented and len(function.body) > 1 else first.lineno - 1
        possible = {line for code in self._codes for line in _lines_of(code) if line > begin}
        return {
            "k": "covered",
            "lines": sorted(possible),
            "missed": sorted(possible - self._lines),
            "branches": sorted([line, way] for line, way in self._untaken(function) if line in self._lines),
            "whole": self._left > 0,
        }

    def _enter(self, frame: types.FrameType, event: str, argument: object) -> Optional[_Trace]:
        code = frame.f_code
        if code not in self._codes:
            if not self._is_target(code):
                return None
            self._codes.update(nested(code))
        self._last.pop(id(frame), None)
        return self._step

    def _is_target(self, code: types.CodeType) -> bool:
        config = self._config
        return (
            code.co_firstlineno == config.line
            and code.co_name == config.name
            and code.co_filename == config.path
        )

    def _step(self, frame: types.FrameType, event: str, argument: object) -> Optional[_Trace]:
        if event == "line":
            line = frame.f_lineno
            last = self._last.get(id(frame))
            if last is not None:
                self._arcs.add((last, line))
            self._last[id(frame)] = line
            self._lines.add(line)
            self._left -= 1
            if not self._left:
                sys.settrace(None)
                return None
        elif event == "exception":
            self._last.pop(id(frame), None)  # where it goes from here, no branch decided
        elif event == "return":
            last = self._last.pop(id(frame), None)
            if last is not None:
                self._arcs.add((last, _LEFT))
        return self._step

    def _untaken(self, function: ast.AST) -> Iterable[Tuple[int, str]]:
        """The ways of each test that no case went, where lines can tell them apart."""
        for node in ast.walk(function):
            if not isinstance(node, (ast.If, ast.While, ast.For, ast.AsyncFor)):
                continue
            own, inside = _own_lines(node), node.body[0].lineno
            if inside in own:
                continue
            out = {to for start, to in self._arcs if start in own and to not in own}
            words = (
                ("never true", "never false") if isinstance(node, ast.If) else ("never entered", "never left")
            )
            if inside not in out:
                yield node.lineno, words[0]
            elif not out - {inside} and not _is_endless(node):
                yield node.lineno, words[1]


def _own_lines(node: _Test) -> range:
    last = node.test if isinstance(node, (ast.If, ast.While)) else node.iter
    return range(node.lineno, cast("int", last.end_lineno) + 1)


def _is_endless(node: _Test) -> bool:
    return isinstance(node, ast.While) and isinstance(node.test, ast.Constant)


def _function_at(text: str, line: int, name: str) -> Optional[Union[ast.FunctionDef, ast.AsyncFunctionDef]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, _Function) and node.name == name:
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first == line:
                return node
    return None


def nested(code: types.CodeType) -> List[types.CodeType]:
    """A function's code, and all that is compiled within it."""
    found = [code]
    for each in found:
        found.extend(part for part in each.co_consts if isinstance(part, types.CodeType))
    return found


def _lines_of(code: types.CodeType) -> Set[int]:
    starts = cast("Iterable[Tuple[int, Optional[int]]]", dis.findlinestarts(code))
    return {line for _, line in starts if line}
