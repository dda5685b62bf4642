"""Strategies at equal budgets where running and models are replaced by what is recorded, for many draws.

usage: python -m tests.bench.strategies_on_pools FOLDER POOLS.json [--calls 8,30] [--strategies A,B]

FOLDER holds humaneval_dev.jsonl.gz; POOLS.json is what agreement.py kept: of each recorded answer whether it
passes the visible tests, and what it does beyond them. The programmer draws recorded answers, each once
before any comes again. The critic knows what is right, from 0 to 1, with normal noise on it: with a deviation
of 0.15 it is nearly an oracle, of 1 it knows next to nothing. All else is as in a run.
The built-in rules take no part, for nothing is known about what they write. Shares are told with two standard
errors over the problems, for one half of them, for the other, and for all: choose on one half only.
"""

import argparse
import asyncio
import json
import math
import random
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Attempt, Candidate
from orps_core.domain.chat import Outlay
from orps_core.domain.comparison import Comparison, Static
from orps_core.domain.critique import FULL, WORST, Critique
from orps_core.domain.events import Event, Finished
from orps_core.domain.execution import Baseline, Execution
from orps_core.domain.settings import Tactics
from orps_core.domain.target import Target
from orps_core.domain.tree import Node
from orps_core.engine import Engine
from orps_core.ports import Brief, Expansion, OutOfBudget, Pondering, Thought
from orps_core.propose.reply import read
from orps_core.propose.surroundings import Wanted
from orps_core.search.catalogue import strategy
from orps_core.source.analysis import TextAnalyst
from orps_core.source.targets import cut
from tests.bench.agreement import read as problems_of
from tests.fakes import Scripted, baseline, execution

Row = dict[str, Any]
_CASES = 4
_FAILING = 2.9
"""No critic of ours praises what fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    candidate: Candidate
    static: Static
    fingerprint: str
    passed: int
    truth: float
    right: bool
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    name: str
    target: Target
    known: tuple[Known, ...]
    root: Known


class World(Scripted):
    """Everybody whom a run asks, for one problem, with the dice of one run."""

    def __init__(self, problem: Problem, calls: int, noise: float, seed: int) -> None:
        super().__init__()
        self.problem, self.limit, self.noise = problem, calls, noise
        self.dice = random.Random(f"{seed}:{problem.name}")
        self.deck = self.dice.sample(problem.known, len(problem.known))
        self.by_source = {id(each.candidate): each for each in (*problem.known, problem.root)}
        self.drawn = 0
        self.calls = 0

    def of(self, candidate: Candidate) -> Known:
        return self.by_source[id(candidate)]

    async def pay(self) -> None:
        if self.calls >= self.limit:
            raise OutOfBudget("nothing is left")
        self.calls += 1
        for _ in range(self.dice.randrange(8, 24)):
            await asyncio.sleep(0)  # who was asked first need not answer first

    @property
    def outlay(self) -> Outlay:
        return Outlay(calls=self.calls)

    def drain(self) -> Sequence[Any]:
        return ()

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Candidate]:
        del brief, lineage, tried, expansion
        await self.pay()
        self.drawn += 1
        return [self.deck[(self.drawn - 1) % len(self.deck)].candidate]

    async def think(self, brief: Brief, lineage: Sequence[Node], pondering: Pondering) -> Sequence[Thought]:
        del brief, lineage, pondering
        await self.pay()
        return [Thought(text="look at the edges")]

    async def judge(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
    ) -> Critique:
        del brief, lineage, comparison
        await self.pay()
        truth = min(max(self.of(candidate).truth + self.dice.gauss(0, self.noise), 0.0), 1.0)
        score = round(WORST + (FULL - WORST) * truth)
        said = score if execution.correct else min(score, _FAILING)
        return Critique(advice="so it seems", score=said, author="model/critic")

    async def baseline(self) -> Baseline:
        return baseline("f" * _CASES)

    async def execute(self, candidate: Candidate) -> Execution:
        passed = self.of(candidate).passed
        return execution("p" * passed + "f" * (_CASES - passed))

    async def confirm(self, candidate: Candidate) -> Execution:
        return await self.execute(candidate)

    async def answers(self, candidate: Candidate) -> tuple[str, ...]:
        return self.of(candidate).answers

    async def trace(self, candidate: Candidate, case: str) -> str:
        del candidate, case
        return ""

    def static(self, candidate: Candidate) -> Static | None:
        known = self.by_source.get(id(candidate))
        return known.static if known else self.problem.root.static

    def fingerprint(self, candidate: Candidate) -> str:
        known = self.by_source.get(id(candidate))
        return known.fingerprint if known else ""


class Plain(Scripted):
    """The critic of a run that has only facts to go by."""


def problem_of(row: Row, entries: Sequence[Row]) -> Problem:
    seed = next(each["code"] for each in row["seeds"] if not each["visible_ok"])
    target = cut(f"/p/{row['entry_point']}.py", seed, row["entry_point"])
    analyst = TextAnalyst(target=target, imported={})
    parent = Candidate(source=target.source, rationale="", author="you")
    wanted = Wanted(target=target, parent=parent, author="pool")
    found: list[Known] = []
    for recorded, entry in zip(row["pool"], entries, strict=True):
        made = read(recorded["code"], wanted)
        static = analyst.static(made) if isinstance(made, Candidate) else None
        if isinstance(made, Candidate) and static is not None:
            share = float(recorded["visible_frac"] or 0)
            found.append(
                Known(
                    candidate=made,
                    static=static,
                    fingerprint=analyst.fingerprint(made),
                    passed=_CASES if entry["visible"] else min(int(share * _CASES), _CASES - 1),
                    truth=float(recorded["truth"]),
                    right=entry["right"],
                    answers=tuple(entry["answers"]),
                )
            )
    static = analyst.static(parent)
    assert static is not None
    root = Known(
        candidate=parent,
        static=static,
        fingerprint=analyst.fingerprint(parent),
        passed=0,
        truth=0.0,
        right=False,
        answers=(),
    )
    return Problem(name=row["task_id"], target=target, known=tuple(found), root=root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    problem: str
    solved: bool
    right: bool
    able: bool
    calls: int
    drafts: int
    stop: str
    confidence: str | None


async def one(problem: Problem, name: str, calls: int, noise: float, seed: int) -> Run:
    world = World(problem, calls, noise, seed)
    tactics = Tactics(strategy=name, rules=False)
    engine = Engine(
        programmer=world,
        critic=Plain(),
        reviewer=world,
        thinker=world,
        ledger=world,
        executor=world,
        analyst=world,
        clock=world,
        strategy=lambda objective: strategy(tactics, objective, calls),
        budget=Budget(seconds=600, calls=calls, executions=1000),
        running=2,
    )
    events: list[Event] = []

    async def emit(event: Event) -> None:
        events.append(event)

    best = await engine.run(problem.target, emit)
    end = events[-1]
    assert isinstance(end, Finished)
    return Run(
        problem=problem.name,
        solved=best is not None,
        right=best is not None and world.of(best.candidate).right,
        able=any(each.right and each.passed == _CASES for each in world.deck[: world.drawn]),
        calls=world.calls,
        drafts=world.drawn,
        stop=end.stop.value,
        confidence=end.agreement.confidence if end.agreement else None,
    )


def told(runs: Sequence[Run]) -> str:
    """Shares over the problems, so that those of one problem count as one."""
    by = [[run for run in runs if run.problem == name] for name in sorted({run.problem for run in runs})]

    def share(found: Iterable[Iterable[bool]]) -> tuple[float, float]:
        means = [100 * statistics.fmean(each) for each in found]
        error = statistics.stdev(means) / math.sqrt(len(means)) if len(means) > 1 else 0.0
        return statistics.fmean(means), 2 * error

    right, error = share([run.right for run in each] for each in by)
    solved, _ = share([run.solved for run in each] for each in by)
    able, _ = share([run.able for run in each] for each in by)
    fair = [run.right for run in runs if run.confidence == "fair"]
    low = [run.right for run in runs if run.confidence == "low"]
    trust = " ".join(
        f"{100 * statistics.fmean(each):.0f}/{len(each)}" if each else "-" for each in (fair, low)
    )
    return (
        f"right {right:5.1f} ± {error:4.1f}  passes {solved:5.1f}  drawn {able:5.1f}"
        f"  calls {statistics.fmean(run.calls for run in runs):5.1f}"
        f"  drafts {statistics.fmean(run.drafts for run in runs):5.1f}  fair, low {trust}"
    )


def compared(problems: Sequence[Problem], given: argparse.Namespace) -> None:
    for calls in map(int, given.calls.split(",")):
        for noise in map(float, given.noise.split(",")):
            for name in given.strategies.split(","):
                runs: Mapping[str, list[Run]] = {
                    problem.name: [
                        asyncio.run(one(problem, name, calls, noise, seed)) for seed in range(given.seeds)
                    ]
                    for problem in problems
                }
                names = list(runs)
                for half, part in (("chosen on", names[::2]), ("held out", names[1::2]), ("all", names)):
                    if half in given.halves.split(","):
                        found = [run for each in part for run in runs[each]]
                        print(
                            f"{calls:3} calls, noise {noise:4}  {name:10} {half:9} {told(found)}", flush=True
                        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pools", type=Path)
    parser.add_argument("--calls", default="8,30")
    parser.add_argument("--strategies", default="orps,best-of-n,reflexion")
    parser.add_argument("--noise", default="0.15,0.5,1.0")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--halves", default="chosen on,held out,all")
    given = parser.parse_args()
    kept: dict[str, list[Row]] = json.loads(given.pools.read_text(encoding="utf-8"))
    heard = {name: pool for name, pool in kept.items() if any(each["answers"] for each in pool)}
    began = time.monotonic()
    rows = [each for each in problems_of(given.folder) if each["task_id"] in heard]
    compared([problem_of(row, heard[row["task_id"]]) for row in rows], given)
    print(f"{time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
