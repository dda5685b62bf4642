"""Modules made from text, as a project's would be imported."""

import contextlib
import sys
import textwrap
import types
from collections.abc import Generator


def module_of(source: str, name: str = "project") -> types.ModuleType:
    module = types.ModuleType(name)
    module.__file__ = name + ".py"
    exec(compile(textwrap.dedent(source), module.__file__, "exec"), module.__dict__)  # noqa: S102
    return module


@contextlib.contextmanager
def imported(module: types.ModuleType) -> Generator[None]:
    """Dataclasses and pickling look their module up by name."""
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        del sys.modules[module.__name__]
