"""Imports what a text will import, so that whoever runs first does not pay for everyone."""

from __future__ import annotations

import contextlib
import dis
import importlib
import sys
import types
from typing import FrozenSet

# Inside functions only these: what another function would load one day may take long, and do anything.
_STANDARD: FrozenSet[str] = getattr(sys, "stdlib_module_names", frozenset[str]())


def preload(code: types.CodeType, *, inside: bool = False) -> None:
    """Import the modules named at the top of the code, and those of Python's own named in its functions."""
    steps = list(dis.get_instructions(code))
    for index, step in enumerate(steps):
        # Before it stand the number of leading dots and the names that are wanted.
        if step.opname != "IMPORT_NAME" or steps[index - 2].argval != 0 or step.argval in sys.modules:
            continue
        if not inside or str(step.argval).partition(".")[0] in _STANDARD:
            # A module that fails here fails again where it is needed, and there it is told.
            with contextlib.suppress(Exception):
                importlib.import_module(str(step.argval))
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            preload(constant, inside=True)
