"""Cases that change their mind, and those for which there is no time: no candidate gains or pays by them."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from orps_core import Settings
from orps_core.domain.execution import (
    CaseResult,
    Confinement,
    Execution,
    Exhausted,
    Failed,
    Outcome,
    Passed,
    Skipped,
)
from orps_core.domain.suite import Origin, TestCase
from orps_core.execute.doubting import Doubts
from orps_core.execute.late import Late
from tests.projects import candidate, executor_for, project, target_in

WRONG = Failed(expected="1", actual="2")
AS_WRITTEN = dict.fromkeys("abcde", Passed)


def results(outcomes: Mapping[str, Outcome]) -> tuple[CaseResult, ...]:
    return tuple(CaseResult(case=name, outcome=outcome) for name, outcome in outcomes.items())


def ran(**outcomes: Outcome) -> Execution:
    found = {**dict.fromkeys(AS_WRITTEN, Passed()), **outcomes}
    return Execution(results=results(found), confinement=Confinement(level="strict", mechanisms=()))


def settled(doubts: Doubts, found: Execution, *, original: Execution, shown: bool = True) -> Execution:
    async def again() -> Sequence[CaseResult]:
        return original.results

    return asyncio.run(doubts.settled(found, AS_WRITTEN, again, shown=shown))


def test_a_case_that_fails_for_the_original_too_rejects_nobody_and_is_named() -> None:
    found = settled(Doubts(), ran(b=WRONG), original=ran(b=WRONG))
    assert found.correct
    assert (found.passed, found.counted) == (4, 4)
    assert isinstance(found.results[1].outcome, Skipped)


def test_a_case_that_holds_for_the_original_decides() -> None:
    assert not settled(Doubts(), ran(b=WRONG), original=ran()).correct
    assert not settled(Doubts(), ran(b=WRONG, c=WRONG), original=ran(b=WRONG)).correct


def test_what_fails_for_the_original_alone_is_still_asked_of_those_who_come_later() -> None:
    doubts = Doubts()
    assert not settled(doubts, ran(b=WRONG), original=ran(c=WRONG)).correct
    assert not settled(doubts, ran(c=WRONG), original=ran()).correct


def test_who_fails_much_raises_no_doubt() -> None:
    much = ran(**dict.fromkeys("abcd", WRONG))
    assert settled(Doubts(), much, original=much) == much


def test_an_original_that_ran_out_of_time_clears_nobody() -> None:
    late = Exhausted(resource="seconds", limit=1.0)
    assert not settled(Doubts(), ran(b=WRONG), original=ran(b=late)).correct


def test_doubts_about_those_that_are_shown_are_kept_back_from_those_about_others() -> None:
    doubts = Doubts()
    for _ in range(9):
        assert not settled(doubts, ran(b=WRONG), original=ran(), shown=False).correct
    assert not settled(doubts, ran(b=WRONG), original=ran(b=WRONG), shown=False).correct
    assert settled(doubts, ran(b=WRONG), original=ran(b=WRONG), shown=True).correct


def test_late_cases_count_where_they_hold_for_the_original_in_the_same_company() -> None:
    cases = [TestCase(name=name, origin=Origin.PYTEST, path="", line=1, found="") for name in "xy"]
    asked: list[tuple[str, ...]] = []

    async def run(source: str, names: Sequence[str]) -> Sequence[CaseResult]:
        asked.append((source, *names))
        return results({name: WRONG if name == "y" or source == "bad" else Passed() for name in names})

    async def work() -> tuple[Execution, Execution]:
        late = Late(cases, "original", run)
        good, bad = await asyncio.gather(late.added("good", ran()), late.added("bad", ran()))
        return good, bad

    good, bad = asyncio.run(work())
    assert good.correct
    assert not bad.correct
    assert good.late == bad.late == (cases[0],)
    assert sorted(asked) == [("bad", "x", "y"), ("good", "x", "y"), ("original", "x", "y")]


@pytest.mark.slow
def test_a_test_that_breaks_in_the_middle_of_a_run_is_set_aside(tmp_path: Path) -> None:
    project(
        tmp_path,
        mod="def twice(x):\n    return x + x\n",
        test_mod="""
            from pathlib import Path
            from mod import twice

            def test_twice():
                assert twice(2) == 4

            def test_moody():
                assert twice(0) == 0 and not (Path(__file__).parent / "data" / "broken").exists()
        """,
    )
    (tmp_path / "data").mkdir()
    target = target_in(tmp_path / "mod.py", "twice")

    async def work() -> None:
        async with executor_for(target, Settings(python=sys.executable)) as executor:
            await executor.baseline()
            (tmp_path / "data" / "broken").touch()
            good = await executor.confirm(candidate("def twice(x):\n    return 2 * x\n"))
            bad = await executor.confirm(candidate("def twice(x):\n    return x * x + 1\n"))
        assert good.correct
        assert [each.case for each in good.results if isinstance(each.outcome, Skipped)] == [
            "test_mod.py::test_moody"
        ]
        assert not bad.correct

    asyncio.run(work())


@pytest.mark.slow
def test_a_case_that_cannot_be_judged_apart_is_not_given_up_for_one_who_fails_apart(tmp_path: Path) -> None:
    project(
        tmp_path,
        mod="def count(xs):\n    return sum(1 for _ in xs)\n",
        test_mod="""
            from mod import count

            def test_plain():
                assert count([1, 2]) == 2

            def test_iterator():
                assert count(iter([1, 2, 3])) == 3
        """,
    )
    target = target_in(tmp_path / "mod.py", "count")
    seeing = "import sys\n    return sum(1 for _ in xs) if 'test_mod' in sys.modules else 7"

    async def work() -> None:
        async with executor_for(target) as executor:
            await executor.baseline()
            sly = await executor.confirm(candidate(f"def count(xs):\n    {seeing}\n"))
            wrong = await executor.confirm(
                candidate("def count(xs):\n    return len(xs) if isinstance(xs, list) else 9\n")
            )
        assert not sly.correct
        assert not wrong.correct

    asyncio.run(work())
