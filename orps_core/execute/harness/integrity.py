"""What decides about a candidate, noted before it exists: whether it is still the same when all has run.

The candidate shares a process with this look, so that a good enough fake escapes it. It tells of the usual
fakes what they are; what is about to be shown is judged in a process that the candidate cannot reach.
"""

from __future__ import annotations

import builtins
import sys
import types
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
# What tests put another in the place of as a matter of course.
_FAIR = frozenset({"open", "input", "print", "exit", "quit", "help", "breakpoint", "__import__", "_"})


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
