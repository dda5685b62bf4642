"""The suite without pytest: the examples of docstrings, then what the standard library can run."""

from __future__ import annotations

from .config import Config
from .doctests import run_doctests
from .unittests import import_unittests, run_unittests
from .watch import Watch


def run_plain(config: Config, watch: Watch) -> None:
    """For projects without pytest, and for those whose pytest does not get as far as collecting."""
    module = watch.load()
    if watch.pause is not None:
        import_unittests(config)
        watch = watch.pause(lambda: None)
        module = watch.load()
    for _ in watch.turns() if watch.turns is not None else (None,):
        run_doctests(config, module, watch)
        run_unittests(config, watch)
    watch.finish()
