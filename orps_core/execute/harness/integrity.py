"""What decides about a candidate, noted before it exists: whether it is still the same when all has run.

The candidate shares a process with this look, so that a good enough fake escapes it. It tells of the usual
fakes what they are; what is about to be shown is judged in a process that the candidate cannot reach.
"""

from __future__ import annotations

import builtins
import functools
import sys
import time
import types
from collections.abc import Iterator
from typing import Any, cast

_DECIDING = (
    (
        "_pytest.runner",
        ("runtestprotocol", "call_and_report", "pytest_runtest_call", "pytest_runtest_makereport"),
    ),
    ("_pytest.runner", ("pytest_runtest_setup", "CallInfo", "SetupState")),
    ("_pytest.python", ("Function", "pytest_pyfunc_call")),
    ("_pytest.unittest", ("TestCaseFunction",)),
    ("_pytest.reports", ("TestReport", "BaseReport")),
    ("_pytest.raises", ("RaisesExc", "AbstractRaises", "raises")),
    ("_pytest.python_api", ("ApproxBase", "ApproxScalar", "RaisesContext")),
    ("pluggy._hooks", ("HookCaller",)),
    ("pluggy._callers", ("_multicall",)),
    ("doctest", ("OutputChecker", "DocTestRunner")),
    ("unittest.case", ("TestCase", "_AssertRaisesContext")),
    ("unittest.result", ("TestResult",)),
    ("json.encoder", ("JSONEncoder",)),
    ("os", ("write", "_exit")),
)
_CLOCKS = ("perf_counter", "perf_counter_ns", "thread_time", "thread_time_ns", "process_time", "monotonic")
# What tests put another in the place of as a matter of course.
_FAIR = frozenset({"open", "input", "print", "exit", "quit", "help", "breakpoint", "__import__", "_"})


_DEEPEST = 9
_AROUND: dict[type[Any], str] = {
    staticmethod: "__func__",
    classmethod: "__func__",
    property: "fget",
    type(functools.lru_cache(maxsize=None)(len)): "__wrapped__",
}


def _layers(value: Any) -> Iterator[types.FunctionType]:  # noqa: ANN401
    """The function and what is put around it; by exact type, for other objects have any attribute."""
    for _ in range(_DEEPEST):
        if type(value) is types.FunctionType:
            yield value
            value = value.__dict__.get("__wrapped__")
        elif type(value) in _AROUND:
            value = getattr(value, _AROUND[type(value)])
        else:
            return


class Integrity:
    """Taken in the zygote. Every object that is looked at costs a leaf a page, so there are few."""

    def __init__(self) -> None:
        self._names: list[tuple[str, dict[str, Any], str, object]] = []
        self._codes: list[tuple[str, types.FunctionType, types.CodeType]] = []
        for name, value in list(builtins.__dict__.items()):
            if callable(value) and name not in _FAIR:
                self._names.append((name, builtins.__dict__, name, value))
        for module, names in _DECIDING:
            space = getattr(sys.modules.get(module), "__dict__", {})
            for name in names:
                if name in space:
                    self._note(f"{module}.{name}", space, name)

    def note_measures(self) -> None:
        """Note also what compares and times: the clocks, and the harness itself."""
        clocks = time.__dict__
        self._names += [(f"time.{name}", clocks, name, clocks[name]) for name in _CLOCKS]
        package = __name__.rpartition(".")[0] + "."
        for called, module in list(sys.modules.items()):
            if called.startswith(package):
                space = module.__dict__
                for name, value in list(space.items()):
                    if isinstance(value, (types.FunctionType, type)):
                        self._note(f"the harness ({name})", space, name)

    def note_functions(self, module: types.ModuleType) -> None:
        """Note what the functions of a version do, which the one beside it may not exchange."""
        for home in (module, *(each for each in vars(module).values() if isinstance(each, type))):
            for name, value in list(vars(home).items()):
                for found in _layers(value):
                    if found.__module__ == module.__name__:
                        self._codes.append((f"the original ({name})", found, found.__code__))

    def _note(self, called: str, space: dict[str, Any], name: str) -> None:
        value = space[name]
        self._names.append((called, space, name, value))
        if isinstance(value, types.FunctionType):
            self._codes.append((called, value, value.__code__))
        elif isinstance(value, type):
            own = cast("Any", value.__dict__)
            for part, inner in list(own.items()):
                if isinstance(inner, types.FunctionType):
                    self._names.append((f"{called}.{part}", own, part, inner))
                    self._codes.append((f"{called}.{part}", inner, inner.__code__))

    def broken(self) -> list[str]:
        """The names of what is not as it was."""
        changed = [called for called, space, name, value in self._names if space.get(name) is not value]
        return changed + [called for called, function, code in self._codes if function.__code__ is not code]
