"""Scripted collaborators and short makers of facts. The suite talks about runs, not about classes."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Attempt, Candidate
from orps_core.domain.comparison import Behaviour, Comparison, Static
from orps_core.domain.critique import Critique
from orps_core.domain.events import (
    BaselineReady,
    Event,
    Finished,
    Improved,
    Judged,
    Missed,
    Noted,
    Profiled,
    Proposed,
    Repeated,
    Replied,
    Spent,
    Started,
    Warned,
)
from orps_core.domain.execution import (
    Baseline,
    CaseResult,
    Confinement,
    Crashed,
    Execution,
    Exhausted,
    Exited,
    Failed,
    Missing,
    Outcome,
    Passed,
    Raised,
    Skipped,
    Tampered,
)
from orps_core.domain.profile import Profile
from orps_core.domain.suite import Origin, TestCase, TestSuite
from orps_core.domain.target import Span, Target
from orps_core.domain.timing import Timing
from orps_core.domain.tree import Node, NodeId
from orps_core.domain.verdict import Objective, Standing, Verdict
from orps_core.engine import Engine
from orps_core.ports import Brief, Expansion, Unusable
from orps_core.search.beam import Beam

MODULE = "def f(x):\n    return x"
TARGET = Target(
    path="/a.py",
    module=MODULE,
    runnable=MODULE,
    qualname="f",
    span=Span(start=0, end=len(MODULE)),
    indent="",
    signature="def f(x)",
)

_OUTCOMES: dict[str, Outcome] = {
    "p": Passed(),
    "f": Failed(expected="1", actual="2"),
    "r": Raised(type="ValueError", message="no", traceback="…"),
    "e": Exhausted(resource="seconds", limit=1.0),
    "c": Crashed(signal=11, stderr=""),
    "k": Crashed(signal=None, stderr="gone"),
    "x": Exited(code=3, stderr=""),
    "t": Tampered(what="the tests"),
    "m": Missing(),
    "s": Skipped(reason="not here"),
}


def execution(outcomes: str) -> Execution:
    """One case for each letter: passed, failed, raised, exhausted, crashed, missing, skipped."""
    results = (CaseResult(case=f"case{n}", outcome=_OUTCOMES[each]) for n, each in enumerate(outcomes))
    return Execution(
        results=tuple(results), confinement=Confinement(level="strict", mechanisms=("landlock",))
    )


def baseline(outcomes: str, notes: tuple[str, ...] = (), unreached: tuple[str, ...] = ()) -> Baseline:
    cases = (
        TestCase(name=f"case{n}", origin=Origin.DOCTEST, path="/a.py", line=n + 1, found="an example")
        for n in range(len(outcomes))
    )
    suite = TestSuite(cases=tuple(cases))
    return Baseline(suite=suite, execution=execution(outcomes), unreached=unreached, notes=notes)


def static(lines: int = 5, cyclomatic: int = 1) -> Static:
    return Static(lines=lines, cyclomatic=cyclomatic)


def timing(ratio: float, inputs: str = "grown") -> Timing:
    """Three forks that agree about the ratio to within a tenth of a percent."""
    fork = tuple(math.log(ratio) + wobble / 16000 for wobble in range(-8, 9))
    return Timing(inputs=inputs, forks=(fork, fork, fork), baseline=ratio, candidate=1.0)


def behaviour(inputs: int) -> Behaviour:
    return Behaviour(recorded=inputs, grown=0, agree=inputs)


def comparison(ratio: float, done: Behaviour | None = None) -> Comparison:
    return Comparison(behaviour=done or behaviour(5), grown=timing(ratio))


def candidate(source: str, author: str = "script") -> Candidate:
    return Candidate(source=source, rationale="why not", author=author)


def node(
    id: int,  # noqa: A002  (the word of the domain)
    parent: int | None = 0,
    outcomes: str = "p",
    ratio: float | None = None,
    *,
    better: bool = False,
    score: float = 3.0,
    shape: Static | None = None,
    compared: Comparison | None = None,
) -> Node:
    standing = Standing.BETTER if better else Standing.EQUAL
    return Node(
        id=NodeId(id),
        parent=None if parent is None else NodeId(parent),
        round=0 if parent is None else 1,
        candidate=candidate(f"# {id}"),
        execution=execution(outcomes),
        comparison=compared or (None if ratio is None else comparison(ratio)),
        static=shape or static(),
        verdict=Verdict(standing=standing, reason="so it is"),
        critique=Critique(advice="", score=score, author="script"),
    )


@dataclass(slots=True)
class Scripted:
    """Every collaborator at once.

    ``rounds`` holds what successive calls of the programmer give; a candidate is a word: the letters up to a
    colon are its outcomes, up to the next its speed, up to a third what it answers. An exception is raised.
    """

    rounds: list[list[str] | Exception] = field(default_factory=list[list[str] | Exception])
    start: Baseline | Exception = field(default_factory=lambda: baseline("pp"))
    delay: float = 0.0
    bug: Exception | None = None
    ticking: float = 0.0
    executed: list[str] = field(default_factory=list[str])
    sifted: list[int] = field(default_factory=list[int])
    compared: list[str] = field(default_factory=list[str])
    weighed: list[str] = field(default_factory=list[str])
    confirmed: list[str] = field(default_factory=list[str])
    confronted: list[str] = field(default_factory=list[str])
    answered: list[str] = field(default_factory=list[str])
    profiled: list[str] = field(default_factory=list[str])
    profiling: Profile | None = None
    fakes: list[str] = field(default_factory=list[str])
    asked: list[str] = field(default_factory=list[str])
    cancelled: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)
    time: float = 0.0

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Candidate]:
        way = ">".join(str(each.id) for each in lineage)
        self.asked.append(f"{way} knowing {len(tried)}")
        given = self.rounds.pop(0) if self.rounds else Unusable("out of ideas")
        if isinstance(given, Exception):
            raise given
        return [candidate(word) for word in given[: expansion.samples]]

    async def baseline(self) -> Baseline:
        if isinstance(self.start, Exception):
            raise self.start
        return self.start

    async def execute(self, candidate: Candidate) -> Execution:
        self.executed.append(candidate.source)
        self.began.set()
        self.time += self.ticking
        try:
            await asyncio.sleep(self.delay)
        except BaseException:
            # Not only CancelledError: under coverage, Python 3.11 closes what it should cancel.
            self.cancelled += 1
            raise
        if self.bug is not None:
            raise self.bug
        return execution(candidate.source.partition(":")[0])

    async def sift(self, candidates: Sequence[Candidate]) -> Sequence[Execution]:
        return [await self.execute(each) for each in candidates]

    async def confirm(self, candidate: Candidate) -> Execution:
        self.confirmed.append(candidate.source)
        return execution("f" if candidate.source in self.fakes else candidate.source.partition(":")[0])

    async def compare(self, candidate: Candidate) -> Comparison:
        self.compared.append(candidate.source)
        return comparison(float(_part(candidate.source, 1) or "1"))

    async def weigh(self, candidate: Candidate, found: Comparison) -> Comparison:
        self.weighed.append(candidate.source)
        return found

    async def confront(self, candidate: Candidate, found: Comparison) -> Comparison:
        self.confronted.append(candidate.source)
        return found

    async def trace(self, candidate: Candidate, case: str) -> str:
        return f"{case} of {candidate.source}"

    async def profile(self, candidate: Candidate) -> Profile | None:
        self.profiled.append(candidate.source)
        return self.profiling

    async def answers(self, candidate: Candidate) -> tuple[str, ...]:
        """What follows a second colon, letter by letter. Of ``?``, that nobody could be asked."""
        self.answered.append(candidate.source)
        if _part(candidate.source, 2) == "?":
            raise Unusable("nobody was there")
        return tuple(_part(candidate.source, 2))

    async def judge(
        self,
        brief: Brief,
        lineage: Sequence[Node],
        candidate: Candidate,
        execution: Execution,
        comparison: Comparison | None,
    ) -> Critique:
        return Critique(advice="", score=3, author="script")

    def static(self, candidate: Candidate) -> Static | None:
        return None if "signature" in candidate.source else static()

    def fingerprint(self, candidate: Candidate) -> str:
        return candidate.source.strip()

    def now(self) -> float:
        return self.time


def _part(source: str, position: int) -> str:
    return f"{source}::".split(":")[position].strip()


def engine(
    script: Scripted,
    *,
    objective: Objective | None = None,
    budget: Budget | None = None,
    beam: Beam | None = None,
) -> Engine:
    return Engine(
        programmer=script,
        critic=script,
        executor=script,
        analyst=script,
        clock=script,
        strategy=lambda _: beam or Beam(width=1, samples=9, rounds=2),
        budget=budget or Budget(),
        objective=objective,
    )


def line(event: Event) -> str:  # noqa: C901, PLR0911, PLR0912  (one for each kind of event)
    """One event as one line: the vocabulary in which expectations are written."""
    match event:
        case Started(target=target):
            return f"start {target.qualname}"
        case BaselineReady(baseline=base, objective=objective):
            return f"baseline {base.execution.passed}/{base.execution.counted} {objective.value}"
        case Proposed(parent=parent, candidate=candidate):
            return f"try {candidate.source} under {parent}"
        case Judged(node=n):
            standing = n.verdict.standing.value if n.verdict else "-"
            return f"node {n.id} <- {n.parent} round {n.round} {n.candidate.source} {standing}"
        case Improved(node=n, best=best):
            return f"better {n.id}{' best' if best else ''}"
        case Missed(parent=parent, reason=reason):
            return f"missed under {parent}: {reason}"
        case Replied(purpose=purpose, replies=replies, failure=failure):
            return f"asked the {purpose.value}: {failure or len(replies)}"
        case Spent(round=round_, rounds=rounds, spending=spending):
            return f"spent {spending.executions} in {spending.seconds:g} s, round {round_}/{rounds}"
        case Repeated(node=known):
            return f"again {known}"
        case Profiled(node=about, profile=profile):
            return f"profile of {about}: {profile.sentence}"
        case Noted(note=note):
            return f"note {note.id} about {note.about}: {note.text}"
        case Warned(message=message):
            return f"warned: {message}"
        case Finished(best=best, stop=stop):
            return f"finish {best.id if best else '-'}: {stop.value}"
