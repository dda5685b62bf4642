"""The suite without pytest: the examples of docstrings, then what the standard library can run."""

from __future__ import annotations

from .config import Config
from .doctests import run_doctests
from .unittests import run_unittests
from .watch import Watch


def run_plain(config: Config, watch: Watch) -> None:
    """For projects without pytest, and for those whose pytest does not get as far as collecting."""
    run_doctests(config, watch.load(), watch)
    run_unittests(config, watch)
    watch.finish()
