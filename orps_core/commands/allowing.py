"""The options by which a person opens something to candidates; an editor's settings are the other way."""

import argparse
import os

from ..domain.confinement import LEVELS, STRICT, Allowance


def describe(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what candidates may do")
    group.add_argument(
        "--confinement",
        choices=LEVELS,
        default=STRICT,
        help="the least that must hold them for anything to run (strict); see orps doctor",
    )
    group.add_argument(
        "--allow-read", nargs="+", default=[], metavar="PATH", help="files and folders they may read besides"
    )
    group.add_argument(
        "--allow-loopback",
        action="store_true",
        help="let them listen and connect in a network of their own that leads nowhere else",
    )


def allowance(options: argparse.Namespace) -> Allowance:
    return Allowance(
        level=options.confinement,
        read=tuple(map(os.path.abspath, options.allow_read)),
        loopback=options.allow_loopback,
    )
