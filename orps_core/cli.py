"""The command line: which commands there are, and what every one of them does about trouble."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.metadata import entry_points, version

from .commands import benching, checking, diagnosing, endpoints, listing, refining
from .commands.saying import CANCELLED, NOTHING, UNABLE, say
from .ports import Unavailable

_COMMANDS = (refining, checking, listing, benching, diagnosing, endpoints)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 improved (or healthy), 1 nothing found, 2 could not run, 130 cancelled."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    others = {entry.name: entry for entry in entry_points(group="orps.commands")}
    if given and given[0] in others:
        started: int | None = others[given[0]].load()(given[1:])
        return started or 0
    options = _parser(sorted(others)).parse_args(given)
    try:
        return asyncio.run(_run(options))
    except Unavailable as error:
        end = "" if error.advice.endswith("?") else "."
        option = f" ({error.option})." if error.option else end
        say(f"orps: {error.reason}\n      {error.advice.removesuffix('.')}{option}")
        return UNABLE
    except KeyboardInterrupt:
        say("\norps: cancelled; nothing was changed")
        return CANCELLED
    except BrokenPipeError:
        return NOTHING  # the reader of our output went away


async def _run(options: argparse.Namespace) -> int:
    run: Callable[[argparse.Namespace], Awaitable[int]] = options.run
    return await run(options)


def _parser(others: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="orps", description="Refines a Python function and proves what it suggests."
    )
    parser.add_argument("--version", action="version", version=f"orps {version('orps')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in _COMMANDS:
        described = commands.add_parser(command.NAME, help=command.HELP)
        command.describe(described)
        described.set_defaults(run=command.run)
    for name in others:
        commands.add_parser(name, help=f"see: orps {name} --help", add_help=False)
    return parser


if __name__ == "__main__":
    sys.exit(main())
