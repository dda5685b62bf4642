"""Lays two versions of the target's module side by side, each with calls that fit it."""

from __future__ import annotations

import types
from collections.abc import Sequence

from .behaviour import adapted
from .recording import Call, Resolved, resolve
from .transplanting import transplant


def resolved_in(
    module: types.ModuleType, name: str, old: types.ModuleType, calls: Sequence[Call]
) -> Resolved:
    """The function of one version, found the same way for all: by trying a call on its wrappers."""
    (sample,) = fitting(calls[:1], old, module)
    return resolve(module, name, sample)


def fitting(calls: Sequence[Call], old: types.ModuleType, new: types.ModuleType) -> list[Call]:
    """Copies whose instances are of the classes of ``new``. ``old`` is the module they were recorded with."""
    return [adapted(call, lambda value: transplant(value, old, new)) for call in calls]
