"""The model critic moves a score that measurements gave, within bounds."""

import asyncio

import pytest

from orps_core.critique.plain import PlainCritic
from orps_core.critique.reviewer import Reviewer
from orps_core.critique.scoring import score_of
from orps_core.domain.comparison import Behaviour, Comparison, Difference
from orps_core.domain.critique import Critique
from orps_core.domain.verdict import Objective
from orps_core.ports import Brief
from tests.core.propose.test_author import Listening
from tests.fakes import TARGET, baseline, candidate, comparison, execution

BRIEF = Brief(target=TARGET, baseline=baseline("pp"), objective=Objective.TIME)
CHANGED = Comparison(
    behaviour=Behaviour(
        recorded=2, grown=0, agree=1, differ=(Difference(input="f(1)", baseline="1", candidate="2"),)
    )
)


def judged(
    answer: str | None, outcomes: str = "pp", compared: Comparison | None = None
) -> tuple[Critique, Listening]:
    chat = Listening([] if answer is None else [answer])
    critic = Reviewer(chat=chat, plain=PlainCritic())
    found = critic.judge(BRIEF, (), candidate("def f(x): return x"), execution(outcomes), compared)
    return asyncio.run(found), chat


@pytest.mark.parametrize(
    ("answer", "outcomes", "compared", "score"),
    [
        ("fine. <score>5</score>", "pp", comparison(1.0), 4.0),
        ("bad. <score>1</score>", "pp", comparison(1.0), 2.0),
        ("so so. <score>3.5</score>", "pp", comparison(1.0), 3.5),
        ("no number at all", "pp", comparison(1.0), 3.0),
        ("nobody knows. <score>5</score>", "pp", None, 5.0),
        ("nobody knows. <score>1</score>", "pp", None, 1.0),
        ("great! <score>5</score>", "pf", None, 2.9),
        ("great! <score>5</score>", "ff", None, 2.0),
        ("great! <score>5</score>", "pp", CHANGED, 2.0),
    ],
)
def test_the_score_moves_as_far_as_the_facts_leave_open_and_never_above_a_failure(
    answer: str, outcomes: str, compared: Comparison | None, score: float
) -> None:
    assert judged(answer, outcomes, compared)[0].score == pytest.approx(score)


def test_advice_holds_the_facts_and_the_opinion() -> None:
    found, chat = judged("Mind the empty list.\n<score>4</score>", compared=comparison(2.0))
    assert found.advice == "2.00× the speed of the original on grown inputs. Mind the empty list."
    assert found.author == "model/m"
    assert "2.00× the original's speed" in chat.last


def test_a_silent_model_leaves_the_facts() -> None:
    assert judged(None, compared=comparison(1.0))[0].author == "measurements"


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("<score>4</score>", 4.0),
        ("<score> 4.5 </score>", 4.5),
        ("<score>4/5</score>", 4.0),
        ("Score: 3", 3.0),
        ("**Score:** 3", 3.0),
        ("I would give this 8/10.", 4.2),
        ("$$2$$", 2.0),
        ('{"critique": "x", "score": 2}', 2.0),
        ("Score: excellent", 5.0),
        ("5", 5.0),
        ("<think>score: 1</think> Score: 4", 4.0),
        ("Score: 9", 5.0),
        ("Score: -2", 1.0),
        ("line 3 is slow", None),
        ("", None),
    ],
)
def test_scores_are_read_as_people_write_them(text: str, score: float | None) -> None:
    assert score_of(text) == (None if score is None else pytest.approx(score))
