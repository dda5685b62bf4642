"""The command line: a run as text or JSON lines, and what to do with its result."""

import argparse
import asyncio
import contextlib
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points, version
from pathlib import Path

from .compose import diagnosed
from .domain import journal
from .domain.budget import Budget
from .domain.settings import Settings
from .domain.target import Target
from .domain.tree import Node
from .domain.verdict import Objective
from .ports import Unavailable
from .refine import refine
from .report import doctor
from .report.card import text as card
from .report.diff import unified
from .report.terminal import Terminal
from .source.files import Document, read_document, write_document
from .source.parse import outline
from .source.splicing import splice
from .source.targets import cut

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")

FOUND, NOTHING, UNABLE, CANCELLED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    document: Document
    target: Target
    terminal: Terminal

    @property
    def best(self) -> Node | None:
        return self.terminal.finished.best if self.terminal.finished else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 improved (or healthy), 1 nothing found, 2 could not run, 130 cancelled."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    others = {entry.name: entry for entry in entry_points(group="orps.commands")}
    if given and given[0] in others:
        started: int | None = others[given[0]].load()(given[1:])
        return started or 0
    options = _parser(sorted(others)).parse_args(given)
    try:
        return asyncio.run(_diagnose(options) if options.command == "doctor" else _refine(options))
    except Unavailable as error:
        _say(f"orps: {error.reason}\n      {error.advice}")
        return UNABLE
    except KeyboardInterrupt:
        _say("\norps: cancelled; nothing was changed")
        return CANCELLED
    except BrokenPipeError:
        return NOTHING  # the reader of our output went away


def _parser(others: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="orps", description="Refines a Python function and proves what it suggests."
    )
    parser.add_argument("--version", action="version", version=f"orps {version('orps')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    refining = commands.add_parser("refine", help="search for a better version of one function")
    refining.add_argument(
        "target", metavar="FILE::QUALNAME", help="for example hot.py::mean or hot.py::Stats.mean"
    )
    refining.add_argument("--objective", choices=["auto", "fix", "time"], default="auto")
    refining.add_argument(
        "--seconds", type=_positive, default=60.0, metavar="S", help="wall time of the search (60)"
    )
    refining.add_argument("--python", metavar="EXE", help="the project's interpreter")
    refining.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="where to look for tests")
    refining.add_argument("--format", choices=["text", "jsonl"], default="text")
    result = refining.add_mutually_exclusive_group()
    result.add_argument("--diff", action="store_true", help="print nothing but the diff to standard output")
    result.add_argument("--apply", action="store_true", help="write the best version into the file")
    result.add_argument("--output", type=Path, metavar="FILE", help="write the whole new file here instead")
    _add_doctor(commands.add_parser("doctor", help="try what ORPS needs here, and say what is missing"))
    for name in others:
        commands.add_parser(name, help=f"see: orps {name} --help", add_help=False)
    return parser


def _add_doctor(examining: argparse.ArgumentParser) -> None:
    examining.description = (
        "Looks at the project of the current folder and tries the confinement for real."
        " Exit status: 0 all is well, 1 something is open or missing, 2 it cannot run."
    )
    examining.add_argument("--python", metavar="EXE", help="the project's interpreter")
    examining.add_argument("--format", choices=["text", "json"], default="text")


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be above zero")
    return value


async def _diagnose(options: argparse.Namespace) -> int:
    diagnosis = await diagnosed(Path.cwd(), options.python)
    print(doctor.as_json(diagnosis) if options.format == "json" else doctor.text(diagnosis))
    return diagnosis.status


async def _refine(options: argparse.Namespace) -> int:
    path, _, qualname = str(options.target).partition("::")
    document = read_document(Path(path))
    if not qualname:
        names = ", ".join(each.qualname for each in outline(document.text)[:8]) or "none"
        raise Unavailable("Which function?", f"Write {path}::NAME; the file has: {names}.")
    target = cut(str(document.path), document.text, qualname)
    settings = Settings(
        python=options.python,
        tests=tuple(map(os.path.abspath, options.tests)),
        objective=None if options.objective == "auto" else Objective(options.objective),
        budget=Budget(seconds=options.seconds),
    )
    as_json = options.format == "jsonl"
    terminal = Terminal(_quiet, _quiet) if as_json else Terminal(_say, _status)
    async with refine(target, settings) as events:
        async for event in events:
            terminal.tell(event)
            if as_json:
                print(journal.write(event), flush=True)
    return _deliver(Result(document=document, target=target, terminal=terminal), options)


def _deliver(result: Result, options: argparse.Namespace) -> int:
    """Show the best candidate, or put it where it was asked for."""
    best, baseline = result.best, result.terminal.baseline
    if best is None or baseline is None:
        return NOTHING
    after = splice(result.target, best.candidate).text
    difference = unified(result.document.text, after, _shown(result.document.path))
    if options.apply:
        write_document(result.document, after)
        _say(f"applied to {result.document.path}")
    elif options.output is not None:
        options.output.write_text(after, encoding=result.document.encoding, newline="")
        _say(f"written to {options.output}")
    if options.format == "jsonl":
        return FOUND
    if options.diff:
        print(difference, end="")
    else:
        shown = f"\n{difference}\n{card(best, baseline)}"
        print(_harmless(shown) if sys.stdout.isatty() else shown)
    return FOUND


def _shown(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.relative_to(Path.cwd()))
    return str(path)


def _say(line: str) -> None:
    print(_harmless(line), file=sys.stderr, flush=True)


def _status(line: str) -> None:
    """A line that the next one overwrites; nothing where that is impossible."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{_harmless(line)}", end="", file=sys.stderr, flush=True)


def _harmless(text: str) -> str:
    """What a candidate says may hold what moves a terminal's cursor or worse: show it instead."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def _quiet(line: str) -> None:
    del line  # JSON lines carry all of it


if __name__ == "__main__":
    sys.exit(main())
