"""``orps check``: one rewrite, a person's or a model's, through everything that ORPS would ask of its own."""

import argparse
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from ..compose import assembled
from ..domain.budget import Budget, Spending
from ..domain.candidate import Candidate
from ..domain.events import BaselineReady, Event, Judged, Spent
from ..domain.evidence import Evidence
from ..domain.execution import CaseResult, Missing
from ..domain.settings import Settings
from ..domain.target import Target
from ..domain.tree import Node
from ..domain.verdict import Finding, Objective, Standing, Verdict
from ..engine import Engine
from ..ports import Unavailable
from ..propose.given import GivenProgrammer
from ..refine import search
from ..report import card
from ..report.checked import as_json
from ..search.beam import Beam
from ..source.analysis import measure
from ..source.files import read_document
from ..source.reading import read_candidate
from . import allowing, drawing
from .saying import FOUND, NOTHING, TARGET, find_target, put, say, status

NAME, HELP = "check", "run a rewrite of one function through everything, and show the evidence"
_FORMATS = ("text", "json", "markdown", "html")
_PATIENCE = 3600.0  # a single candidate is seen through; each of its processes has limits of its own


def describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar=TARGET, help="the function as it is, for example hot.py::mean")
    parser.add_argument(
        "--candidate",
        required=True,
        metavar="FILE",
        help="the rewrite: the function alone, with imports and helpers, or the whole new file; - is stdin",
    )
    parser.add_argument(
        "--objective",
        choices=["auto", *(each.value for each in Objective)],
        default="auto",
        help="what the sentence of the verdict is about (auto: fix if the original fails, else time)",
    )
    parser.add_argument("--python", metavar="EXE", help="the project's interpreter")
    parser.add_argument("--tests", nargs="+", default=[], metavar="PATH", help="where to look for tests")
    parser.add_argument("--format", choices=_FORMATS, default="text")
    drawing.describe(parser)
    allowing.describe(parser)


async def run(options: argparse.Namespace) -> int:
    _, target = find_target(options.target)
    candidate = read_candidate(target, *_given(options.candidate))
    settings = Settings(
        python=options.python,
        tests=tuple(map(os.path.abspath, options.tests)),
        objective=None if options.objective == "auto" else Objective(options.objective),
        budget=Budget(seconds=_PATIENCE),
        allow=allowing.allowance(options),
        hypothesis=drawing.drawn(options),
    )
    status("  running its tests, comparing, measuring …")
    try:
        found = await examine(target, candidate, settings)
    finally:
        status("")
    _show(target, found, options.format)
    return FOUND if found.node.verdict is not None and found.node.verdict.accepted else NOTHING


def _given(place: str) -> tuple[str, str]:
    """The text of the candidate, and what to call it."""
    if place == "-":
        data = sys.stdin.buffer.read()
        try:
            return data.decode("utf-8-sig"), "standard input"
        except UnicodeDecodeError as error:
            raise Unavailable(
                "Standard input is not UTF-8 text.", "Write it to a file and name that."
            ) from error
    return read_document(Path(place)).text, place


async def examine(target: Target, candidate: Candidate, settings: Settings) -> Evidence:
    """A search that has one candidate. Raise ``Unavailable`` where nothing can be run."""
    async with assembled(target, settings) as engine:
        single = replace(
            engine,
            programmer=GivenProgrammer((candidate,)),
            strategy=_once,
            thorough=True,
        )
        async with search(single, target) as events:
            return await _evidence(single, candidate, events)


def _once(objective: Objective) -> Beam:
    del objective
    return Beam(width=1, samples=1, rounds=1)


async def _evidence(engine: Engine, candidate: Candidate, events: AsyncIterator[Event]) -> Evidence:
    root: BaselineReady | None = None
    node: Node | None = None
    spending: Spending | None = None
    async for event in events:
        match event:
            case BaselineReady():
                root = event
            case Judged(node=judged):
                node = judged
            case Spent(spending=spent):
                spending = spent
            case _:
                pass
    if root is None:
        raise RuntimeError("a run without a baseline ends with an error")
    return Evidence(node=node or _untried(engine, candidate, root), baseline=root.baseline, spending=spending)


def _untried(engine: Engine, candidate: Candidate, root: BaselineReady) -> Node:
    """What is said about a candidate that was not run: it is the same code, or another function."""
    same = engine.analyst.fingerprint(candidate) == engine.analyst.fingerprint(root.node.candidate)
    if same:
        standing, reason = Standing.EQUAL, "it is the same code, written differently"
        execution = root.node.execution
    else:
        standing, reason = Standing.WORSE, "it changes the function's signature, so its callers would break"
        cases = (CaseResult(case=each.case, outcome=Missing()) for each in root.node.execution.results)
        execution = replace(root.node.execution, results=tuple(cases))
    findings = tuple(Finding(objective=each, standing=standing, reason=reason) for each in Objective)
    return replace(
        root.node,
        candidate=candidate,
        execution=execution,
        static=measure(candidate) or root.node.static,
        before=root.node.static,
        verdict=Verdict(standing=standing, reason=reason, findings=findings),
    )


def _show(target: Target, found: Evidence, form: str) -> None:
    verdict = found.node.verdict
    if verdict is None:
        raise RuntimeError("a candidate that was judged has a verdict")
    match form:
        case "json":
            put(as_json(target, found, verdict))
        case "markdown":
            put(card.markdown(found), end="")
        case "html":
            put(card.html(found), end="")
        case _:
            say(f"{'accepted' if verdict.accepted else 'rejected'}: {_sentence(verdict)}")
            put(card.text(found))


def _sentence(verdict: Verdict) -> str:
    """Of the own objective, unless another one is why it is accepted."""
    if verdict.accepted and not verdict.better:
        won = next(each for each in verdict.findings if each.standing is Standing.BETTER)
        return "; but ".join([won.reason, *verdict.flags])
    return verdict.reason
