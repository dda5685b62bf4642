"""Draws inputs by Hypothesis, where the project has it and a person asks for it: types as their source."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import time
import typing
from collections.abc import Sequence
from typing import Any, Callable, Dict, List, Tuple, cast

from .recording import Call, Resolved, duplicate

_MOST = 120
_COPYING = 0.05


def is_there() -> bool:
    """Whether the project's interpreter can import it."""
    return importlib.util.find_spec("hypothesis") is not None


def drawn(original: Resolved, calls: Sequence[Call], seconds: float) -> Tuple[Tuple[Call, ...], str]:
    """Recorded calls whose annotated arguments are drawn anew, or none and why there are none.

    Raise nothing: a type may be one that nothing can be drawn for, and its module may do anything.
    """
    try:
        hints = typing.get_type_hints(inspect.unwrap(original.call))
        names = original.code.co_varnames[: original.code.co_argcount + original.code.co_kwonlyargcount]
        wanted = {name: hints[name] for name in names if name in hints}
        if not wanted:
            return (), "Hypothesis has nothing to draw from: no parameter has a type hint"
        values = enumerate(_values(wanted, seconds))
        return tuple(_replaced(original, calls[at % len(calls)], each) for at, each in values), ""
    # A fence: project code runs here, and Hypothesis raises what it likes for a type that it does not know.
    except Exception as error:  # noqa: BLE001
        return (), f"Hypothesis could not draw inputs: {type(error).__name__}: {error}"[:300]


def _values(wanted: Dict[str, object], seconds: float) -> List[Dict[str, object]]:
    hypothesis: Any = importlib.import_module("hypothesis")
    strategies: Any = importlib.import_module("hypothesis.strategies")
    found: List[Dict[str, object]] = []
    until = time.thread_time() + seconds

    def collect(values: Dict[str, object]) -> None:
        if time.thread_time() < until:
            found.append(values)

    settings = hypothesis.settings(
        max_examples=_MOST,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    each = {name: strategies.from_type(kind) for name, kind in wanted.items()}
    run = settings(hypothesis.given(strategies.fixed_dictionaries(each))(collect))
    cast("Callable[[], None]", run)()
    return found


def _replaced(original: Resolved, call: Call, values: Dict[str, object]) -> Call:
    names = original.code.co_varnames
    args = [values.get(names[at], value) for at, value in enumerate(call.args[: original.code.co_argcount])]
    rest = call.args[original.code.co_argcount :]
    kwargs = {name: values.get(name, value) for name, value in call.kwargs.items()}
    return duplicate(Call((*args, *rest), kwargs), _COPYING)
