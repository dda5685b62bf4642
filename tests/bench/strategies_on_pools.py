"""Strategies at equal budgets where running is replaced by what is known: all else is as in a run.

usage: python tests/bench/strategies_on_pools.py FOLDER POOLS.json [--calls 8,30] [--strategies A,B]

FOLDER holds humaneval_dev.jsonl.gz and replay_model.py; POOLS.json is what agreement.py kept: for each
recorded answer whether it passes the visible tests, and what it does beyond them. Model, critic and thinker
are asked over HTTP, answers are read, strategies decide, and what is handed over is compared with the hidden
tests. Nothing is run, so that it takes minutes on a machine that has other things to do. The built-in rules
take no part, for nothing is known about what they write.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orps_core.chat.account import Account
from orps_core.chat.caller import Caller
from orps_core.chat.endpoint import Address, Endpoint
from orps_core.critique.plain import PlainCritic
from orps_core.critique.reviewer import Reviewer
from orps_core.domain.benchmark import Score
from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Candidate
from orps_core.domain.events import Event, Finished, Judged
from orps_core.domain.execution import Baseline, Execution
from orps_core.domain.settings import Tactics
from orps_core.domain.suite import TestSuite
from orps_core.domain.target import Target
from orps_core.engine import Engine
from orps_core.propose.author import Author
from orps_core.propose.reply import read
from orps_core.propose.surroundings import Wanted
from orps_core.propose.thinker import ModelThinker
from orps_core.report.benchmark import table
from orps_core.search.catalogue import strategy
from orps_core.source.analysis import TextAnalyst
from orps_core.source.targets import cut
from tests.bench.agreement import read as problems_of
from tests.bench.strategies import replaying, reset
from tests.fakes import Scripted, baseline, execution

Row = dict[str, Any]
_CASES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    passed: int
    right: bool
    answers: tuple[str, ...]


class Pool(Scripted):
    """An executor that looks up what is known about a recorded answer; what is not known fails."""

    def __init__(self, known: Mapping[str, Known], analyst: TextAnalyst) -> None:
        super().__init__()
        self.known = known
        self.analyst = analyst

    def of(self, candidate: Candidate) -> Known:
        nothing = Known(passed=0, right=False, answers=())
        return self.known.get(self.analyst.fingerprint(candidate), nothing)

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

    def now(self) -> float:
        return time.monotonic()


def known_of(problem: Row, entries: Sequence[Row], target: Target, analyst: TextAnalyst) -> dict[str, Known]:
    wanted = Wanted(
        target=target, parent=Candidate(source=target.source, rationale="", author="you"), author="pool"
    )
    known: dict[str, Known] = {}
    for recorded, entry in zip(problem["pool"], entries, strict=True):
        made = read(recorded["code"], wanted)
        if isinstance(made, Candidate):
            share = float(recorded["visible_frac"] or 0)
            passed = _CASES if entry["visible"] else min(int(share * _CASES), _CASES - 1)
            known[analyst.fingerprint(made)] = Known(
                passed=passed, right=entry["right"], answers=tuple(entry["answers"])
            )
    return known


async def one(problem: Row, entries: Sequence[Row], name: str, calls: int, url: str) -> Score:
    seed = next(each["code"] for each in problem["seeds"] if not each["visible_ok"])
    target = cut(f"/p/{problem['entry_point']}.py", seed, problem["entry_point"])
    analyst = TextAnalyst(target=target, imported={})
    pool = Pool(known_of(problem, entries, target, analyst), analyst)
    budget, tactics = Budget(seconds=600, calls=calls, executions=1000), Tactics(strategy=name, rules=False)
    endpoint, account = Endpoint(Address(url=f"{url}/v1", model="replay")), Account(budget)
    chat, cases = Caller(endpoint, account), "\n".join(problem["visible_tests"])

    def told(suite: TestSuite) -> str:
        del suite
        return cases

    engine = Engine(
        programmer=Author(chat=chat, cases=told),
        critic=PlainCritic(),
        reviewer=Reviewer(chat=chat, plain=PlainCritic()),
        thinker=ModelThinker(chat=chat, cases=told),
        ledger=account,
        executor=pool,
        analyst=analyst,
        clock=pool,
        strategy=lambda objective: strategy(tactics, objective),
        budget=budget,
        running=2,
    )
    events: list[Event] = []

    async def emit(event: Event) -> None:
        events.append(event)

    began = time.monotonic()
    best = await engine.run(target, emit)
    await endpoint.aclose()
    end = events[-1]
    assert isinstance(end, Finished)
    return Score(
        problem=problem["task_id"],
        strategy=name,
        seed=0,
        solved=best is not None,
        right=best is not None and pool.of(best.candidate).right,
        stop=end.stop.value,
        confidence=end.agreement.confidence if end.agreement else None,
        executions=sum(isinstance(event, Judged) for event in events),
        models=account.outlay,
        seconds=time.monotonic() - began,
    )


async def compared(given: argparse.Namespace, url: str) -> None:
    kept: dict[str, list[Row]] = json.loads(given.pools.read_text(encoding="utf-8"))
    heard = {name: pool for name, pool in kept.items() if any(each["answers"] for each in pool)}
    problems = [each for each in problems_of(given.folder) if each["task_id"] in heard]
    for calls in map(int, given.calls.split(",")):
        scores: list[Score] = []
        for name in given.strategies.split(","):
            for number, problem in enumerate(problems):
                for seed in range(given.seeds):
                    reset(url, 1000 * seed + number)
                    scores.append(await one(problem, heard[problem["task_id"]], name, calls, url))
        print(f"\n{calls} calls, {len(problems)} problems, {given.seeds} seeds")
        solvable = {p["task_id"]: any(each["hidden_ok"] for each in p["pool"]) for p in problems}
        print(table(scores, solvable), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("pools", type=Path)
    parser.add_argument("--calls", default="8,30")
    parser.add_argument("--strategies", default="orps,best-of-n,reflexion")
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, replaying(given.folder, Path(folder)) as url:
        asyncio.run(compared(given, url))


if __name__ == "__main__":
    main()
