"""The critic that needs no model: a score and a line of advice from measured facts."""

import asyncio

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.critique.plain import PlainCritic
from orps_core.domain.comparison import Behaviour, Comparison, Difference
from orps_core.domain.critique import Critique
from orps_core.domain.execution import CaseResult, Outcome, Raised, explain
from orps_core.domain.verdict import Objective
from orps_core.ports import Brief
from tests.fakes import TARGET, baseline, behaviour, candidate, comparison, execution

BRIEF = Brief(target=TARGET, baseline=baseline("pp"), objective=Objective.TIME)
DIFFERS = Behaviour(
    recorded=1, grown=0, agree=0, differ=(Difference(input="f(1)", baseline="2", candidate="3"),)
)


def judged(outcomes: str, compared: Comparison | None = None) -> Critique:
    return asyncio.run(PlainCritic().judge(BRIEF, (), candidate("x"), execution(outcomes), compared))


@pytest.mark.parametrize(
    ("outcomes", "compared", "score", "advice"),
    [
        ("ff", None, 1.0, "case0: expected '1', got '2'"),
        ("pf", None, 1.95, "case1: expected '1', got '2'"),
        ("ss", None, 1.0, "no case says anything"),
        ("pp", None, 3.0, "all cases pass"),
        ("pp", Comparison(note="no calls"), 3.0, "no calls"),
        ("pp", comparison(9.0, DIFFERS), 2.0, "f(1): the original gives 2, the candidate 3"),
        ("pp", Comparison(behaviour=behaviour(1)), 3.0, "its time was not measured"),
        ("pp", Comparison(behaviour=behaviour(1), note="too short"), 3.0, "too short"),
        ("pp", comparison(1.0), 3.0, "1.00× the speed of the original on grown inputs"),
        ("pp", comparison(2.0), 3.75, "2.00× the speed of the original on grown inputs"),
        ("pp", comparison(0.5), 2.25, "0.50× the speed of the original on grown inputs"),
        ("pp", comparison(1000.0), 4.5, "1000.00× the speed of the original on grown inputs"),
        ("pp", comparison(0.001), 2.0, "0.00× the speed of the original on grown inputs"),
    ],
)
def test_facts_become_a_score_and_advice(
    outcomes: str, compared: Comparison | None, score: float, advice: str
) -> None:
    found = judged(outcomes, compared)
    assert found.score == pytest.approx(score)
    assert found.advice == advice


@given(st.text("pfrecm", min_size=1, max_size=6), st.floats(0.01, 100))
def test_a_failing_candidate_scores_below_a_passing_one_that_does_the_same(
    outcomes: str, ratio: float
) -> None:
    if set(outcomes) != {"p"}:
        assert judged(outcomes).score < 3.0
    assert judged("p", comparison(max(1.0, ratio))).score >= 3.0


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        ("f", "case0: expected '1', got '2'"),
        ("r", "case0: ValueError: no"),
        ("e", "case0: stopped at 1 seconds"),
        ("c", "case0: crashed: a segmentation fault"),
        ("m", "case0: missing"),
        ("s", "case0: not here"),
    ],
)
def test_every_outcome_is_explained_on_one_line(outcome: str, line: str) -> None:
    assert explain(execution(outcome).results[0]) == line


@pytest.mark.parametrize(("message", "line"), [("", "c: E"), ("one\ntwo", "c: E: one"), ("\n", "c: E")])
def test_only_the_first_line_of_a_message_is_shown(message: str, line: str) -> None:
    outcome: Outcome = Raised(type="E", message=message, traceback="")
    assert explain(CaseResult(case="c", outcome=outcome)) == line
