"""What a rule is, and how the change it asks for becomes a whole new function."""

import enum
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import libcst as cst

from orps_core.propose.effects import PURE_BUILTINS
from orps_core.propose.function import Edit, Function

_CALLEE = re.compile(r"\b(\w+)\(")


class Gain(enum.IntEnum):
    """What a rewrite is after; smaller is tried first."""

    COMPLEXITY = 0
    CONSTANT = 1
    READABILITY = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Edits a rule asks for. ``rationale`` is one sentence for a person."""

    edits: tuple[Edit, ...]
    rationale: str
    imports: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    speculative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """A whole new function at column zero with what it needs, and why."""

    source: str
    imports: tuple[str, ...]
    helpers: tuple[str, ...]
    rule: str
    rationale: str
    speculative: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A named way to improve a function. ``find`` may be wrong: what it finds is executed and compared."""

    name: str
    find: Callable[[Function], Iterator[Change]]
    gain: Gain

    def rewrites(self, function: Function) -> Iterator[Rewrite]:
        """Every change the rule finds that makes a different function that parses."""
        if _shadows(function):
            return
        seen = {function.source}
        for change in self.find(function):
            source = function.apply(change.edits)
            modules = {statement.split()[1].partition(".")[0] for statement in change.imports}
            if source is None or source in seen or function.binds(*modules, *_calls(change)):
                continue
            seen.add(source)
            if not Function.parses(source):
                continue
            yield Rewrite(
                source=source,
                imports=change.imports,
                helpers=change.helpers,
                rule=self.name,
                rationale=change.rationale,
                speculative=change.speculative,
            )


def _shadows(function: Function) -> bool:
    """Whether the function calls something of its own by the name of a built-in function."""
    called = {node.func.value for node in function.find(cst.Call) if isinstance(node.func, cst.Name)}
    return function.binds(*(called & PURE_BUILTINS))


def _calls(change: Change) -> frozenset[str]:
    """The built-in functions that the new text relies on."""
    return PURE_BUILTINS.intersection(*[_CALLEE.findall("".join(edit.text for edit in change.edits))])
