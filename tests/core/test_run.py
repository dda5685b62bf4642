"""What a reader of a run sees, from its start to its end."""

import asyncio
import dataclasses
import time
from collections.abc import Sequence
from typing import Any

import pytest
from inline_snapshot import snapshot

from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Attempt, Candidate
from orps_core.domain.comparison import Comparison
from orps_core.domain.critique import Critique
from orps_core.domain.events import Event, Finished, Profiled, Stop
from orps_core.domain.execution import Execution
from orps_core.domain.growth import Doubling
from orps_core.domain.profile import Line, Profile
from orps_core.domain.tree import ROOT, Node, SearchTree
from orps_core.domain.verdict import Objective
from orps_core.ports import (
    Ask,
    Asked,
    Brief,
    Expansion,
    Move,
    Strategy,
    Unavailable,
    Unusable,
)
from orps_core.refine import search
from orps_core.room import Room
from orps_core.search.anytime import Anytime
from orps_core.search.beam import Beam
from orps_core.search.perf_refine import PerfRefine
from orps_core.search.sampling import BestOfN
from orps_core.source.targets import cut
from tests.fakes import TARGET, Scripted, baseline, engine, execution, line


async def events(
    script: Scripted,
    *,
    objective: Objective | None = None,
    budget: Budget | None = None,
    beam: Beam | None = None,
) -> list[Event]:
    async with search(engine(script, objective=objective, budget=budget, beam=beam), TARGET) as found:
        return [event async for event in found]


def lines(script: Scripted, **options: object) -> list[str]:
    return [line(event) for event in asyncio.run(events(script, **options))]  # type: ignore[arg-type]  # of events


def test_a_run_from_start_to_finish() -> None:
    script = Scripted(
        rounds=[["pp:1", "pf", "pp:2"], ["pp:1.5", "pp:3"]], start=baseline("pp", notes=("slow",))
    )
    assert lines(script) == snapshot(
        [
            "start f",
            "baseline 2/2 time",
            "warned: slow",
            "try pp:1 under 0",
            "node 1 <- 0 round 1 pp:1 equal",
            "spent 1 in 0 s, round 1/2",
            "try pf under 0",
            "node 2 <- 0 round 1 pf worse",
            "spent 2 in 0 s, round 1/2",
            "try pp:2 under 0",
            "node 3 <- 0 round 1 pp:2 better",
            "better 3 best",
            "spent 3 in 0 s, round 1/2",
            "try pp:1.5 under 3",
            "node 4 <- 3 round 2 pp:1.5 better",
            "better 4",
            "spent 4 in 0 s, round 2/2",
            "try pp:3 under 3",
            "node 5 <- 3 round 2 pp:3 better",
            "better 5 best",
            "spent 5 in 0 s, round 2/2",
            "finish 5: all rounds done",
        ]
    )
    assert script.asked == ["0 knowing 0", "0>3 knowing 3"]


def test_the_programmer_is_asked_for_no_more_than_planned() -> None:
    script = Scripted(rounds=[["pp:1", "pp:2", "pp:3"]])
    lines(script, beam=Beam(width=1, samples=2, rounds=1))
    assert script.executed == ["pp:1", "pp:2"]


def test_a_failing_candidate_is_not_compared() -> None:
    script = Scripted(rounds=[["pf", "pp:1"]])
    lines(script)
    assert script.compared == ["pp:1"]


def test_duplicates_are_not_executed_neither_of_each_other_nor_of_the_original() -> None:
    script = Scripted(rounds=[["pp:1", " pp:1 ", TARGET.source, "pp:2"], ["pp:2", "pp:1", "pp:3"]])
    found = lines(script)
    assert script.executed == ["pp:1", "pp:2", "pp:3"]
    assert sum(each.startswith("node") for each in found) == 3


def test_a_proposal_that_breaks_the_signature_is_missed_and_not_executed() -> None:
    script = Scripted(rounds=[["signature", "pp:1"]])
    found = lines(script, beam=Beam(rounds=1))
    assert "missed under 0: script: the proposal does not keep the function's signature" in found
    assert script.executed == ["pp:1"]


def test_an_unusable_answer_is_missed_and_the_run_goes_on() -> None:
    script = Scripted(rounds=[["pp:1", "pp:1.01"], Unusable("no code block"), ["pp:2"]])
    assert lines(script, beam=Beam(width=2, rounds=2)) == snapshot(
        [
            "start f",
            "baseline 2/2 time",
            "try pp:1 under 0",
            "node 1 <- 0 round 1 pp:1 equal",
            "spent 1 in 0 s, round 1/2",
            "try pp:1.01 under 0",
            "node 2 <- 0 round 1 pp:1.01 equal",
            "spent 2 in 0 s, round 1/2",
            "missed under 2: no code block",
            "try pp:2 under 1",
            "node 3 <- 1 round 2 pp:2 better",
            "better 3 best",
            "spent 3 in 0 s, round 2/2",
            "finish 3: all rounds done",
        ]
    )


BETTER = "2.00× faster on grown inputs; 1 of 2 candidates are better than the original"
UNPROVEN = "none of 1 candidates that pass all cases (2 tried) is verified to be better"


@pytest.mark.parametrize(
    ("rounds", "summary"),
    [
        ([], "no rule has anything to propose for this function"),
        ([["pf", "fe"]], "none of 2 candidates passes all cases"),
        ([["pf", "pp:1"]], UNPROVEN),
        ([["pp:1", "pp:2"]], BETTER),
    ],
)
def test_the_end_says_in_a_sentence_what_was_found(rounds: list[list[str] | Exception], summary: str) -> None:
    end = asyncio.run(events(Scripted(rounds=rounds)))[-1]
    assert isinstance(end, Finished)
    assert end.summary == summary


def test_where_nothing_better_was_found_the_end_says_where_the_time_goes() -> None:
    line = Line(number=12, within=4, text="x", hits=9, share=0.83)
    profile = Profile(lines=(line,), input="7", seconds=1.0, growth=Doubling(factor=3.9, low=3.9, high=3.9))
    script = Scripted(rounds=[["pp:1"]], profiling=profile)
    *_, told, last = asyncio.run(events(script))
    assert told == Profiled(node=ROOT, profile=profile)
    assert isinstance(last, Finished)
    assert last.summary.endswith("; the time goes to line 12 (83%); doubling the input makes it ×3.9")


def test_who_improves_what_passes_is_told_its_profile_and_who_repairs_is_not() -> None:
    for start, wanted in (("pp", [TARGET.source, "pp:2"]), ("pf", [])):
        script = Scripted(rounds=[["pp:2"], ["pp:3"]], start=baseline(start))
        made = dataclasses.replace(engine(script), strategy=_chain)
        asyncio.run(made.run(TARGET, _ignored))
        assert script.profiled == wanted


def _chain(_: Objective) -> Strategy:
    return PerfRefine(steps=2)


async def _ignored(event: Event) -> None:
    del event


def test_a_run_that_could_not_try_anything_does_not_blame_the_rules() -> None:
    script = Scripted(rounds=[["pp:1"]], ticking=4.0, delay=60.0)
    end = asyncio.run(events(script, budget=Budget(seconds=0.05)))[-1]
    assert isinstance(end, Finished)
    assert end.summary == "the budget was spent before a candidate was tried to its end"


def test_no_more_candidates_are_executed_than_the_budget_allows() -> None:
    script = Scripted(rounds=[[f"pp:{n}" for n in range(1, 9)]])
    found = lines(script, budget=Budget(executions=3))
    assert script.executed == ["pp:1", "pp:2", "pp:3"]
    assert found[-1].startswith("finish 3: budget spent")


def test_what_was_begun_with_the_last_execution_is_seen_through() -> None:
    script = Scripted(rounds=[["pf:1", "pp:2", "pp:3"]], start=baseline("pf"), delay=0.02)
    found = lines(script, budget=Budget(executions=2))
    assert "better 2 best" in found
    assert found[-1].startswith("finish 2")


def test_it_is_told_once_that_nobody_could_be_asked_what_a_repair_answers() -> None:
    script = Scripted(rounds=[["pp::?", "pp:1:?", "pp:2:ab"]], start=baseline("pf"))
    found = lines(script)
    assert [line for line in found if "told apart" in line] == [
        "warned: Not all candidates that pass could be told apart by what they answer: nobody was there"
    ]
    assert found[-1].startswith("finish 3")


def test_nothing_is_started_after_the_time_is_up() -> None:
    script = Scripted(rounds=[[f"pp:{n}" for n in range(1, 9)]], ticking=4.0)
    found = lines(script, budget=Budget(seconds=10))
    assert script.executed == ["pp:1", "pp:2", "pp:3"]
    assert found[-2:] == snapshot(
        [
            "spent 3 in 12 s, round 1/2",
            "finish 3: budget spent",
        ]
    )


def test_a_spent_budget_ends_the_run_in_the_middle_of_a_round() -> None:
    script = Scripted(rounds=[["pp:1", "pp:2", "pp:3"], ["pp:4"], ["pp:5"]])
    found = lines(script, beam=Beam(width=3, rounds=3), budget=Budget(executions=4))
    assert script.executed == ["pp:1", "pp:2", "pp:3", "pp:4"]
    assert found[-1] == "finish 4: budget spent"


def test_a_failing_baseline_makes_it_a_repair() -> None:
    script = Scripted(rounds=[["pf", "pp"]], start=baseline("pf"))
    assert lines(script, beam=Beam(until_better=True)) == snapshot(
        [
            "start f",
            "baseline 1/2 fix",
            "try pf under 0",
            "try pp under 0",
            "node 1 <- 0 round 1 pf worse",
            "spent 2 in 0 s, round 1/3",
            "node 2 <- 0 round 1 pp better",
            "better 2 best",
            "spent 2 in 0 s, round 1/3",
            "finish 2: objective met",
        ]
    )
    assert script.compared == []


def refusal(script: Scripted, objective: Objective | None = None) -> str:
    with pytest.raises(Unavailable) as caught:
        asyncio.run(events(script, objective=objective))
    assert script.asked == []
    return str(caught.value)


def test_an_objective_that_does_not_fit_the_baseline_is_refused() -> None:
    assert refusal(Scripted(start=baseline("pfs")), Objective.TIME) == snapshot(
        "The function fails 1 of its own cases (first: case1), so there is no original to compare with."
        " Fix it first."
    )
    assert refusal(Scripted(), Objective.FIX) == snapshot(
        "There is nothing to fix: all 2 cases pass. Refine it for time instead."
    )


def test_an_objective_that_fits_is_taken() -> None:
    assert lines(Scripted(), objective=Objective.TIME)[1] == "baseline 2/2 time"
    assert lines(Scripted(start=baseline("pf")), objective=Objective.FIX)[1] == "baseline 1/2 fix"


def test_a_function_that_we_cannot_read_is_refused() -> None:
    target = cut("/a.py", "def f(signature):\n    return 1\n", "f")

    async def run() -> None:
        async with search(engine(Scripted()), target) as found:
            async for _ in found:
                pass

    with pytest.raises(Unavailable, match="f uses syntax that the Python of ORPS does not know"):
        asyncio.run(run())


def test_a_baseline_that_cannot_run_ends_the_run_with_its_reason() -> None:
    assert refusal(Scripted(start=Unavailable("No tests.", "Write one."))) == "No tests. Write one."


def test_a_bug_in_a_collaborator_reaches_the_reader_as_itself() -> None:
    seen: list[str] = []

    async def run() -> None:
        async with search(engine(Scripted(rounds=[["pp:1"]], bug=ZeroDivisionError("bug"))), TARGET) as found:
            async for event in found:
                seen.append(line(event))
                await asyncio.sleep(0)

    with pytest.raises(ZeroDivisionError, match="bug"):
        asyncio.run(run())
    assert seen == ["start f", "baseline 2/2 time", "try pp:1 under 0"]


def test_leaving_early_stops_the_search_and_waits_for_it() -> None:
    script = Scripted(rounds=[["pp:1"]], delay=60)

    async def run() -> int:
        async with search(engine(script), TARGET) as found:
            async for event in found:
                if line(event).startswith("try"):
                    break
            await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    assert asyncio.run(run()) == 1
    assert script.cancelled == 1


def test_an_error_in_the_readers_block_stops_the_search_and_is_not_replaced() -> None:
    script = Scripted(rounds=[["pp:1"]], delay=60)

    async def run() -> None:
        async with search(engine(script), TARGET) as found:
            async for event in found:
                if line(event).startswith("baseline"):
                    raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        asyncio.run(run())


def test_cancelling_the_reader_cancels_the_search_and_is_not_swallowed() -> None:
    script = Scripted(rounds=[["pp:1"]], delay=60)

    async def run() -> tuple[bool, int]:
        reader = asyncio.create_task(events(script))
        await script.began.wait()
        reader.cancel()
        await asyncio.wait({reader})
        return reader.cancelled(), len(asyncio.all_tasks())

    assert asyncio.run(run()) == (True, 1)
    assert script.cancelled == 1


def test_a_slow_reader_holds_the_search_back_and_misses_nothing() -> None:
    script = Scripted(rounds=[[f"pp:{n}" for n in range(1, 201)]])

    async def run() -> tuple[int, list[Event]]:
        async with search(engine(script, beam=Beam(samples=200, rounds=1)), TARGET) as found:
            seen = [await anext(found)]
            for _ in range(1000):
                await asyncio.sleep(0)
            ahead = len(script.executed)
            seen += [event async for event in found]
        return ahead, seen

    ahead, seen = asyncio.run(run())
    assert 1 <= ahead < 40
    assert len(script.executed) == 200
    assert isinstance(seen[-1], Finished)


def test_a_run_about_memory_weighs_all_that_passes() -> None:
    script = Scripted(rounds=[["pp:2", "pp:1", "pf"]])
    lines(script, objective=Objective.MEMORY)
    assert script.weighed == ["pp:2", "pp:1"]


def test_only_what_is_about_to_be_shown_is_confirmed_and_what_fails_then_is_not_shown() -> None:
    script = Scripted(rounds=[["pp:2", "pp:1", "pp:2.5 ", "pf"]])
    script.fakes.append("pp:2.5 ")
    told = lines(script)
    assert script.confirmed == ["pp:2", "pp:2.5 "]
    assert script.weighed == script.confirmed
    assert script.confronted == ["pp:2"]
    assert [line for line in told if line.startswith("better")] == ["better 1 best"]


class Ticking:
    def now(self) -> float:
        return time.monotonic()


class Slow(Scripted):
    """Every answer of the model takes its time; the programmer says when several are waited for at once."""

    waiting = 0
    most = 0

    async def propose(
        self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
    ) -> Sequence[Candidate]:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        try:
            await asyncio.sleep(0.01)
            return await Scripted.propose(self, brief, lineage, tried, expansion)
        finally:
            self.waiting -= 1


def run_with(script: Scripted, strategy: Strategy, **options: Any) -> list[str]:
    def of(objective: Objective) -> Strategy:
        return strategy

    made = dataclasses.replace(engine(script), strategy=of, **options)

    async def read() -> list[str]:
        async with search(made, TARGET) as found:
            return [line(event) async for event in found]

    return asyncio.run(read())


def test_several_answers_are_waited_for_at_once_but_no_more_than_allowed() -> None:
    script = Slow(rounds=[[f"pp:{n}"] for n in range(1, 13)])
    run_with(script, BestOfN(samples=12), asking=5)
    assert script.most == 5
    assert len(script.executed) == 12


def test_a_candidate_runs_while_the_next_answers_are_waited_for() -> None:
    script = Slow(rounds=[["pp:1"], ["pp:2"], ["pp:3"]])
    found = run_with(script, BestOfN(samples=3), asking=1)
    assert found.index("try pp:1 under 0") < found.index("try pp:2 under 0")
    seen: list[int] = []

    class Watching(Slow):
        async def execute(self, candidate: Candidate) -> Execution:
            await asyncio.sleep(0.005)
            seen.append(self.waiting)
            return await Scripted.execute(self, candidate)

    run_with(Watching(rounds=[["pp:1"], ["pp:2"], ["pp:3"]]), BestOfN(samples=3), asking=1)
    assert seen[:2] == [1, 1]


def test_no_more_is_asked_for_than_keeps_the_machine_busy_until_something_is_judged() -> None:
    class Watching(Scripted):
        async def execute(self, candidate: Candidate) -> Execution:
            for _ in range(50):
                await asyncio.sleep(0)
            if not self.executed:
                self.fakes.append(str(len(self.asked)))
            return await Scripted.execute(self, candidate)

    script = Watching(rounds=[[f"pp:{n}"] for n in range(1, 13)])
    run_with(script, BestOfN(samples=12), asking=3, running=2)
    assert script.fakes == ["5"]
    assert len(script.executed) == 12


def test_the_end_of_the_time_ends_what_is_under_way() -> None:
    class Hanging(Scripted):
        async def propose(
            self, brief: Brief, lineage: Sequence[Node], tried: Sequence[Attempt], expansion: Expansion
        ) -> Sequence[Candidate]:
            try:
                await asyncio.sleep(60)
            finally:
                self.cancelled += 1
            return ()

    script = Hanging()
    found = run_with(script, BestOfN(samples=3), budget=Budget(seconds=0.05), clock=Ticking())
    assert found[-1] == "finish -: budget spent"
    assert script.cancelled == 3


def test_a_repeated_proposal_of_a_model_is_a_vote_and_not_run_again() -> None:
    script = Scripted(rounds=[["pp:1"], ["pp:1 "], ["pp:2"]])
    found = run_with(script, BestOfN(samples=3), asking=1)
    assert script.executed == ["pp:1", "pp:2"]
    assert "again 1" in found


def test_what_is_repeated_while_it_is_still_being_tried_is_a_vote_too() -> None:
    script = Scripted(rounds=[["pp:1"], ["pp:1 "], ["pp:2"]], delay=0.01)
    found = run_with(script, BestOfN(samples=3), asking=3)
    assert script.executed == ["pp:1", "pp:2"]
    assert found.count("again 1") == 1


def test_a_critic_that_knows_better_decides_where_repairs_disagree() -> None:
    class Knowing(Scripted):
        async def judge(
            self,
            brief: Brief,
            lineage: Sequence[Node],
            candidate: Candidate,
            execution: Execution,
            comparison: Comparison | None,
        ) -> Critique:
            del brief, lineage, execution, comparison
            score = 5.0 if candidate.source == "pp::b" else 2.0
            return Critique(advice="I know", score=score, author="model/critic")

    script = Knowing(rounds=[["pp::a"], ["pp::b"], ["pf"]], start=baseline("pf"))
    found = run_with(script, Anytime(samples=3), asking=1, reviewer=script)
    assert [each for each in found if each.startswith("note")] == [
        "note 0 about 1: I know",
        "note 1 about 2: I know",
    ]
    assert found[-1].startswith("finish 2:")


def test_a_model_that_is_gone_is_told_of_once_and_what_was_found_is_kept() -> None:
    gone = Unavailable("The key was refused.", "Set OPENAI_API_KEY.")
    script = Scripted(rounds=[["pp:2"], gone, gone, ["pp:3"]])
    found = run_with(script, BestOfN(samples=9), asking=1)
    assert found.count("warned: The key was refused. Set OPENAI_API_KEY.") == 1
    assert found[-1] == "finish 1: budget spent"


@pytest.mark.parametrize("start", ["pp", "pf"])
def test_a_critic_that_is_gone_is_told_of_once_and_the_programmer_goes_on(start: str) -> None:
    class Gone(Scripted):
        async def judge(
            self,
            brief: Brief,
            lineage: Sequence[Node],
            candidate: Candidate,
            execution: Execution,
            comparison: Comparison | None,
        ) -> Critique:
            del brief, lineage, candidate, execution, comparison
            raise Unavailable("The key was refused.", "Set OPENAI_API_KEY.")

    script = Scripted(rounds=[["pp:2:a"], ["pp:3:b"], ["pp:4:c"], ["pp:5:d"]], start=baseline(start))
    found = run_with(script, Anytime(samples=4, drafts=4), asking=1, reviewer=Gone())
    assert found.count("warned: The key was refused. Set OPENAI_API_KEY.") == 1
    assert len(script.asked) >= 4
    assert found[-1].startswith("finish")


def test_a_model_that_was_never_there_ends_the_run_with_its_reason() -> None:
    script = Scripted(rounds=[Unavailable("No endpoint.", "Name one.")])
    with pytest.raises(Unavailable, match=r"No endpoint\. Name one\."):
        run_with(script, BestOfN(samples=2), asking=1)


def test_an_executor_that_answers_nothing_usable_costs_one_candidate() -> None:
    class Breaking(Scripted):
        async def execute(self, candidate: Candidate) -> Execution:
            if candidate.source == "pp:1":
                raise Unusable("the machine said nothing")
            return await Scripted.execute(self, candidate)

    found = run_with(Breaking(rounds=[["pp:1"], ["pp:2"]]), BestOfN(samples=2), asking=1)
    assert "missed under 0: the machine said nothing" in found
    assert found[-1] == "finish 1: all rounds done"


def test_repairs_that_pass_are_told_apart_by_what_they_do_beyond_the_cases() -> None:
    script = Scripted(rounds=[["pp:1:aaz"], ["pp:2:aab"], ["pp:3:aab"]], start=baseline("pf"))
    found = run_with(script, BestOfN(samples=3), asking=1)
    assert found[-1] == "finish 2: all rounds done"
    assert script.answered == ["pp:1:aaz", "pp:2:aab", "pp:3:aab"]


class Sifting(Scripted):
    """Screens without running one by one, and remembers how many it was given at once."""

    async def sift(self, candidates: Sequence[Candidate]) -> Sequence[Execution]:
        self.sifted.append(len(candidates))
        return [execution(each.source.partition(":")[0]) for each in candidates]


def test_repairs_by_rules_are_screened_in_batches_and_not_run_a_second_time() -> None:
    words = [f"pf:{n}" for n in range(20)]
    script = Sifting(rounds=[[*words, "pp:1:ab"]], start=baseline("pf"))
    found = lines(script, beam=Beam(samples=40, rounds=1))
    assert script.sifted == [16, 5]
    assert script.executed == []
    assert script.confirmed == ["pp:1:ab"]
    assert sum(each.startswith("node") for each in found) == 21
    assert found[-2:] == ["spent 21 in 0 s, round 1/1", "finish 21: all rounds done"]


def test_a_batch_is_no_larger_than_the_budget() -> None:
    script = Sifting(rounds=[[f"pf:{n}" for n in range(40)]], start=baseline("pf"))
    found = lines(script, beam=Beam(samples=40, rounds=1), budget=Budget(executions=18))
    assert script.sifted == [16, 2]
    assert found[-1] == "finish -: budget spent"


def test_a_screening_that_answers_nothing_usable_costs_its_batch() -> None:
    class Breaking(Sifting):
        async def sift(self, candidates: Sequence[Candidate]) -> Sequence[Execution]:
            if not self.sifted:
                self.sifted.append(0)
                raise Unusable("the machine said nothing")
            return await Sifting.sift(self, candidates)

    script = Breaking(rounds=[[*(f"pf:{n}" for n in range(16)), "pp:1"]], start=baseline("pf"))
    found = lines(script, beam=Beam(samples=40, rounds=1))
    assert "missed under 0: the machine said nothing" in found
    assert found[-1] == "finish 1: all rounds done"


def test_what_a_model_wrote_runs_before_rewrites_by_rules_that_wait() -> None:
    class Mixed(BestOfN):
        def plan(self, tree: SearchTree, asked: Asked) -> Sequence[Ask] | Stop:
            if asked.asks:
                return () if asked.pending else Stop.ROUNDS
            return [Expansion(parent=ROOT, samples=9), Expansion(parent=ROOT, samples=1, move=Move.SAMPLE)]

    script = Scripted(rounds=[["pp:1", "pp:2", "pp:3"], ["pp:4"]])
    run_with(script, Mixed())
    assert script.executed == ["pp:1", "pp:4", "pp:2", "pp:3"]


def test_two_candidates_run_at_once_where_no_time_is_taken_and_one_where_it_is() -> None:
    class Counting(Scripted):
        now_running = 0
        most = 0

        async def execute(self, candidate: Candidate) -> Execution:
            self.now_running += 1
            self.most = max(self.most, self.now_running)
            await asyncio.sleep(0.005)
            self.now_running -= 1
            return await Scripted.execute(self, candidate)

    for start, most in (("pf", 2), ("pp", 1)):
        script = Counting(rounds=[[f"pp:{n}"] for n in range(1, 7)], start=baseline(start))
        run_with(script, BestOfN(samples=6), asking=6, running=2)
        assert script.most == most
        assert len(script.executed) == 6


def test_who_leaves_a_queue_keeps_nobody_waiting() -> None:
    async def run() -> list[str]:
        room, entered = Room(1), list[str]()

        async def enter(name: str, turn: int) -> None:
            async with room.entered(turn):
                entered.append(name)
                await asyncio.sleep(0)

        async with room.entered(0):
            waiting = [
                asyncio.create_task(enter(name, turn)) for name, turn in (("a", 0), ("b", 1), ("c", 0))
            ]
            await asyncio.sleep(0)
            waiting[0].cancel()
        # The next one is called in already when it leaves as well.
        waiting[2].cancel()
        await asyncio.wait(waiting)
        await enter("d", 1)
        return entered

    assert asyncio.run(run()) == ["b", "d"]
