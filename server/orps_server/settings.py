"""The client's settings, read leniently: what is not usable is reported, and its default used."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from orps_core import Settings
from orps_core.domain.confinement import LEVELS, Allowance
from orps_core.domain.verdict import Objective

from . import plain

MOST_CALLS = 1000
"""Questions to a model in one run; beyond that it is a slip."""
LONGEST = 3600.0
"""Seconds; a run in an editor that takes more than an hour is a slip of the keyboard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What concerns the editor alone. ``diagnostics``: hints ``auto``, where no lens can be shown.

    ``functions`` are patterns (``src/hot.py::*``) of what is refined when it is saved, ``seconds`` the budget
    of such a run; ``auto_saves``: also when the editor saves by itself.
    """

    diagnostics: str = "auto"
    functions: tuple[str, ...] = ()
    seconds: float = 20.0
    auto_saves: bool = False


DEFAULT_PREFERENCES = Preferences()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    settings: Settings
    preferences: Preferences = DEFAULT_PREFERENCES
    complaints: tuple[str, ...] = ()


def read(raw: object) -> Reading:
    """``raw`` is whatever the client answered for the section; None means that it has no such section."""
    if raw is None:
        return Reading(settings=Settings())
    if not isinstance(raw, Mapping):
        return Reading(settings=Settings(), complaints=("The setting orps must be an object.",))
    reading, given = Reading(settings=Settings()), plain.members(cast("object", raw))
    for key, (apply, wanted) in _READERS.items():
        group, _, name = key.rpartition(".")
        value = (plain.members(given.get(group)) if group else given).get(name)
        changed = reading if value is None else apply(reading, value)
        if changed is None:
            told = f"The setting orps.{key} must be {wanted}; its default is used."
            changed = dataclasses.replace(reading, complaints=(*reading.complaints, told))
        reading = changed
    return reading


def with_objective(settings: Settings, objective: str) -> Settings:
    return dataclasses.replace(settings, objective=None if objective == "auto" else Objective(objective))


_Reader = Callable[[Reading, object], Reading | None]
_CoreReader = Callable[[Settings, object], Settings | None]


def _core(read: _CoreReader) -> _Reader:
    def apply(reading: Reading, value: object) -> Reading | None:
        settings = read(reading.settings, value)
        return None if settings is None else dataclasses.replace(reading, settings=settings)

    return apply


def _diagnostics(reading: Reading, value: object) -> Reading | None:
    if value not in {"auto", "always", "never"}:
        return None
    preferences = dataclasses.replace(reading.preferences, diagnostics=str(value))
    return dataclasses.replace(reading, preferences=preferences)


def _interpreter(settings: Settings, value: object) -> Settings | None:
    return dataclasses.replace(settings, python=value or None) if isinstance(value, str) else None


def _model(settings: Settings, value: object) -> Settings | None:
    return dataclasses.replace(settings, model=value or None) if isinstance(value, str) else None


def _tests(settings: Settings, value: object) -> Settings | None:
    tests = plain.strings(value)
    return None if tests is None else dataclasses.replace(settings, tests=tests)


def _objective(settings: Settings, value: object) -> Settings | None:
    known = {"auto", *(objective.value for objective in Objective)}
    return with_objective(settings, value) if isinstance(value, str) and value in known else None


def _budget(settings: Settings, value: object) -> Settings | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        return None
    return dataclasses.replace(settings, budget=dataclasses.replace(settings.budget, seconds=float(value)))


def _calls(settings: Settings, value: object) -> Settings | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST_CALLS:
        return None
    return dataclasses.replace(settings, budget=dataclasses.replace(settings.budget, calls=value))


def _confinement(settings: Settings, value: object) -> Settings | None:
    if not isinstance(value, str) or value not in LEVELS:
        return None
    return _allowing(settings, dataclasses.replace(settings.allow, level=value))


def _allow_read(settings: Settings, value: object) -> Settings | None:
    paths = plain.strings(value)
    if paths is None or not all(Path(path).is_absolute() for path in paths):
        return None
    return _allowing(settings, dataclasses.replace(settings.allow, read=paths))


def _allow_loopback(settings: Settings, value: object) -> Settings | None:
    if not isinstance(value, bool):
        return None
    return _allowing(settings, dataclasses.replace(settings.allow, loopback=value))


def _allowing(settings: Settings, allow: Allowance) -> Settings:
    return dataclasses.replace(settings, allow=allow)


def _on_save(change: Callable[[Preferences, object], Preferences | None]) -> _Reader:
    def apply(reading: Reading, value: object) -> Reading | None:
        preferences = change(reading.preferences, value)
        return None if preferences is None else dataclasses.replace(reading, preferences=preferences)

    return apply


def _functions(preferences: Preferences, value: object) -> Preferences | None:
    names = plain.strings(value)
    return None if names is None else dataclasses.replace(preferences, functions=names)


def _seconds(preferences: Preferences, value: object) -> Preferences | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST:
        return None
    return dataclasses.replace(preferences, seconds=float(value))


def _auto_saves(preferences: Preferences, value: object) -> Preferences | None:
    return dataclasses.replace(preferences, auto_saves=value) if isinstance(value, bool) else None


_READERS: Mapping[str, tuple[_Reader, str]] = {
    "interpreter": (_core(_interpreter), "the path of a Python interpreter"),
    "model": (_core(_model), "the name of a model, such as editor, auto or openai:<base-url>#<model>"),
    "tests": (_core(_tests), "a list of files or folders"),
    "objective": (_core(_objective), "auto, fix, time, memory or simplicity"),
    "budgetSeconds": (_core(_budget), f"a number of seconds from 1 to {LONGEST:.0f}"),
    "modelCalls": (_core(_calls), f"a whole number from 1 to {MOST_CALLS}"),
    "confinement": (_core(_confinement), ", ".join(LEVELS)),
    "allowRead": (_core(_allow_read), "a list of absolute paths"),
    "allowLoopback": (_core(_allow_loopback), "true or false"),
    "diagnostics": (_diagnostics, "auto, always or never"),
    "onSave.functions": (_on_save(_functions), "a list of patterns such as src/hot.py::*"),
    "onSave.budgetSeconds": (_on_save(_seconds), f"a number of seconds from 1 to {LONGEST:.0f}"),
    "onSave.autoSaves": (_on_save(_auto_saves), "true or false"),
}
