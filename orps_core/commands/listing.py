"""``orps tests``: which cases a function has, how each was found, and which of them count."""

import argparse
import os
import time

from ..compose import surveyed
from ..domain.settings import Settings
from ..report import suite
from . import allowing
from .numbers import amount
from .saying import FOUND, NOTHING, TARGET, find_target, put, status

NAME, HELP = "tests", "show the cases that exercise one function"
_PATIENCE, _MOST_LOAD = 90.0, 3.0
"""Seconds, and how many times as many a machine gets that has as much more to do than it has processors."""


def describe(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Runs what may reach the function and shows what does."
        " Exit status: 0 at least one case counts, 1 none does, 2 it cannot run."
    )
    parser.add_argument("target", metavar=TARGET, help="for example hot.py::mean or hot.py::Stats.mean")
    parser.add_argument("--python", metavar="EXE", help="the project's interpreter")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="where to look for tests")
    parser.add_argument(
        "--seconds",
        type=amount,
        metavar="S",
        help="time for tests that do not name the function (90, up to three times as much on a busy machine)",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    allowing.describe(parser)


async def run(options: argparse.Namespace) -> int:
    _, target = find_target(options.target)
    settings = Settings(
        python=options.python,
        tests=tuple(map(os.path.abspath, options.tests)),
        patience=_PATIENCE * _load() if options.seconds is None else options.seconds,
        allow=allowing.allowance(options),
    )
    began = time.monotonic()
    status(f"  running what may reach it, for {settings.patience:.0f} s or so where that is much …")
    try:
        found = await surveyed(target, settings)
    finally:
        status("")
    seconds = time.monotonic() - began
    as_json = options.format == "json"
    put(suite.as_json(target, found, seconds) if as_json else suite.text(target, found, seconds))
    return FOUND if any(each.aside is None for each in found.sightings) else NOTHING


def _load() -> float:
    """How many times as long everything takes, as far as that is known."""
    try:
        waiting = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    except OSError:
        return 1.0
    return min(_MOST_LOAD, max(1.0, waiting / (os.cpu_count() or 1)))
