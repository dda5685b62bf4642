"""``orps refine``: search for a better version of one function, and show it or put it into the file."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from ..compose import prompt
from ..domain import journal
from ..domain.budget import Budget
from ..domain.events import Started
from ..domain.evidence import Evidence
from ..domain.front import Pick
from ..domain.settings import Settings
from ..domain.target import Target
from ..domain.tree import Node
from ..domain.verdict import Objective
from ..models import repeated
from ..refine import refine
from ..report.card import text as card
from ..report.diff import unified
from ..report.terminal import Terminal
from ..source.files import Document, write_document
from ..source.splicing import splice
from . import allowing, asking, drawing, tactics
from .numbers import amount
from .saying import FOUND, NOTHING, TARGET, find_target, put, say, shown, status

NAME, HELP = "refine", "search for a better version of one function"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Result:
    document: Document
    target: Target
    terminal: Terminal

    def picked(self, name: str) -> Node | None:
        if name == "best":
            return self.terminal.finished.best if self.terminal.finished else None
        return next((each.node for each in self.terminal.choices if each.pick.value == name), None)


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar=TARGET, help="for example hot.py::mean or hot.py::Stats.mean")
    parser.add_argument("--objective", choices=["auto", *(each.value for each in Objective)], default="auto")
    parser.add_argument(
        "--seconds", type=amount, default=60.0, metavar="S", help="wall time of the search (60)"
    )
    asking.describe(parser)
    tactics.describe(parser)
    parser.add_argument("--python", metavar="EXE", help="the project's interpreter")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="where to look for tests")
    parser.add_argument("--format", choices=["text", "jsonl"], default="text")
    parser.add_argument(
        "--pick",
        choices=["best", *(each.value for each in Pick)],
        default="best",
        help="which of the accepted versions to show or apply: the best for the objective, or the first in …",
    )
    drawing.describe(parser)
    allowing.describe(parser)
    result = parser.add_mutually_exclusive_group()
    result.add_argument("--diff", action="store_true", help="print nothing but the diff to standard output")
    result.add_argument("--apply", action="store_true", help="write the best version into the file")
    result.add_argument("--output", type=Path, metavar="FILE", help="write the whole new file here instead")


async def run(options: argparse.Namespace) -> int:
    document, target = find_target(options.target)
    settings = Settings(
        python=options.python,
        tests=tuple(map(os.path.abspath, options.tests)),
        objective=None if options.objective == "auto" else Objective(options.objective),
        budget=Budget(seconds=options.seconds),
        allow=allowing.allowance(options),
        hypothesis=drawing.drawn(options),
        # What lands in a file is verified now, whatever a recording says.
        afresh=bool(options.apply or options.output),
    )
    settings = tactics.chosen(options, asking.chosen(options, settings), options.strategy)
    if options.show_prompt:
        put(await prompt(target, settings))
        return FOUND
    as_json = options.format == "jsonl"
    terminal = Terminal(_quiet, _quiet) if as_json else Terminal(say, status)
    async with refine(target, settings) as events:
        async for event in events:
            terminal.tell(event)
            if isinstance(event, Started) and not as_json and repeated(settings, os.environ, event.setup):
                say("  repeated from a recording: nothing is asked or run, so nothing is verified now")
            if as_json:
                print(journal.write(event), flush=True)
    return _deliver(_Result(document=document, target=target, terminal=terminal), options)


def _deliver(result: _Result, options: argparse.Namespace) -> int:
    """Show the best candidate, or put it where it was asked for."""
    best, baseline = result.picked(options.pick), result.terminal.baseline
    if best is None or baseline is None:
        if options.pick != "best" and result.picked("best") is not None:
            say(f"no other accepted version is the {options.pick}: leave out --pick for the best one")
        return NOTHING
    after = splice(result.target, best.candidate).text
    difference = unified(result.document.text, after, shown(result.document.path))
    if options.apply:
        write_document(result.document, after)
        say(f"applied to {result.document.path}")
    elif options.output is not None:
        options.output.write_text(after, encoding=result.document.encoding, newline="")
        say(f"written to {options.output}")
    if options.format == "jsonl":
        return FOUND
    if options.diff:
        put(difference, end="")
    else:
        end = result.terminal.finished
        agreement = end.agreement if end is not None and end.best is best else None
        opinion = result.terminal.opinion(best)
        told = Evidence(node=best, baseline=baseline, agreement=agreement, opinion=opinion)
        put(f"\n{difference}\n{card(told)}")
    return FOUND


def _quiet(line: str) -> None:
    del line  # JSON lines carry all of it
