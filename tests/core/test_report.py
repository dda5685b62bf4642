"""What a person reads about a run and about one candidate."""

import dataclasses

import pytest
from inline_snapshot import snapshot

from orps_core.domain.agreement import Agreement
from orps_core.domain.budget import Budget, Spending
from orps_core.domain.chat import Outlay, Purpose, Reply, Usage
from orps_core.domain.comparison import Behaviour, Comparison, Difference, Source
from orps_core.domain.coverage import Coverage, Untaken
from orps_core.domain.events import (
    BaselineReady,
    Event,
    Finished,
    Improved,
    Judged,
    Missed,
    Proposed,
    Replied,
    Spent,
    Started,
    Stop,
    Warned,
)
from orps_core.domain.evidence import Evidence, opinion_on
from orps_core.domain.note import Note, NoteId, Thinking
from orps_core.domain.timing import Timing
from orps_core.domain.tree import ROOT
from orps_core.domain.verdict import Objective
from orps_core.report.card import headline, html, markdown, rows, text
from orps_core.report.terminal import Terminal
from tests.fakes import TARGET, baseline, behaviour, candidate, comparison, execution, node, static, timing

RIGHT, WRONG = baseline("ppp"), baseline("pff")
FAST = node(
    1, 0, "ppp", compared=dataclasses.replace(comparison(2.4), recorded=timing(0.74, inputs="recorded"))
)

FLAGGED = Behaviour(
    recorded=2,
    grown=3,
    mutated=10,
    agree=13,
    unlike=2,
    raising=4,
    differ=(
        Difference(input="'<b>'", baseline="1", candidate="raises KeyError: 'x'", source=Source.MUTATED),
    ),
    stumble=Difference(input="None", baseline="raises TypeError: no", candidate="0", source=Source.MUTATED),
    keeps=("_cache",),
)
PARTIAL = Coverage(lines=9, missed=(3, 4, 7), branches=(Untaken(line=2, way="never true"),))


def test_what_a_model_thinks_is_told_as_an_opinion_and_briefly() -> None:
    liked = node(1, better=True)
    words = "It is sound. It is short! It could be shorter. And so on."
    said = [
        Note(id=NoteId(at), kind=Thinking.OPINION, about=1, ask=at, text=words, value=value)
        for at, value in enumerate((4.0, 5.0))
    ]
    opinion = opinion_on(liked, said, ())
    found = text(Evidence(node=liked, baseline=baseline("pp"), opinion=opinion))
    told = "a model gives it 4.5 of 5 on average of 2, which proves nothing: It is sound. It is short!"
    assert told in " ".join(found.split())
    assert opinion_on(node(2), said, ()) is None


def test_a_headline_says_what_it_buys_and_how_that_is_known() -> None:
    told = "2.4× faster on larger inputs, 1.4× slower on your examples · 3/3 tests · 5 inputs agree"
    assert headline(FAST, RIGHT) == told
    assert headline(node(1, 0, "ppp", 2.4), RIGHT) == "2.4× faster · 3/3 tests · 5 inputs agree"
    assert headline(node(1, 0, "ppp"), WRONG) == "makes 2 more cases pass · 3/3 tests"
    assert headline(node(1, 0, "ppp"), RIGHT) == "3/3 tests"


def test_a_card_of_a_faster_candidate() -> None:
    assert text(Evidence(node=FAST, baseline=RIGHT)) == snapshot("""\
  tests                3 of 3 pass (3 doctest)
  found                3: an example
  behaviour            5 of 5 inputs agree (5 recorded from the tests, 0 grown from them, 0 made up)
  caution              no made-up input was tried: it is compared where your tests go, and no further
  time, grown inputs   2.40× (2.40 to 2.40, 51 pairs), 2.4 s → 1 s a call
  time, your examples  0.74× (0.74 to 0.74, 51 pairs), 740 ms → 1 s a call
  memory               not measured
  input doubled        not measured
  not reached          not measured: lines of the function that no case runs are not known
  size                 5 code lines, complexity 1 cyclomatic, 0 cognitive
  judged               tests and candidate in one process
  confinement          strict: landlock
  proposed by          script: why not\
""")


@pytest.mark.parametrize(
    ("clock", "said"),
    [("cpu", None), ("wall", "wall clock, for it waits"), ("process", "CPU time of all its threads")],
)
def test_the_card_names_a_clock_that_is_not_the_usual_one(clock: str, said: str | None) -> None:
    timing = Timing(inputs="grown", forks=((0.7,) * 16,) * 3, baseline=2.0, candidate=1.0, clock=clock)
    told = dict(
        rows(Evidence(node=dataclasses.replace(FAST, comparison=Comparison(grown=timing)), baseline=RIGHT))
    )
    shown = told["time, grown inputs"]
    assert shown.endswith(said or "2 s → 1 s a call")


def test_the_card_says_what_a_gain_on_later_calls_only_has_cost() -> None:
    timing = Timing(
        inputs="grown", forks=((0.7,) * 16,) * 3, baseline=2.0, candidate=1.0, losses=(0.8, 0.9, 1.2)
    )
    told = dict(
        rows(Evidence(node=dataclasses.replace(FAST, comparison=Comparison(grown=timing)), baseline=RIGHT))
    )
    assert (
        "on later calls only, its import and first calls cost 90% of what they save"
        in told["time, grown inputs"]
    )


def test_a_card_of_a_repair() -> None:
    assert text(
        Evidence(node=node(1, 0, "ppp"), baseline=baseline("pff", unreached=("test_far",)))
    ) == snapshot("""\
  tests        3 of 3 pass (3 doctest)
  found        3: an example
  before       1 of 3 passed
  caution      the original fails its own cases, so there is nothing to compare behaviour with
  not reached  not measured: lines of the function that no case runs are not known
  size         5 code lines, complexity 1 cyclomatic, 0 cognitive
  judged       tests and candidate in one process
  confinement  strict: landlock
  proposed by  script: why not
  not counted  1 cases that were found never reach the function\
""")


def test_a_repair_says_how_many_others_do_the_same() -> None:
    repair, agreement = node(1, 0, "ppp"), Agreement(agree=7, passing=9, inputs=40)
    told = rows(Evidence(node=repair, baseline=WRONG, agreement=agreement))
    sentence = "7 of 9 passing candidates agree on 40 generated inputs: confidence fair"
    assert ("agreement", sentence) in told
    assert headline(repair, WRONG, agreement).endswith("3/3 tests · confidence fair")


def test_the_same_card_in_markdown_and_in_html() -> None:
    told = Evidence(
        node=dataclasses.replace(
            FAST, comparison=Comparison(behaviour=FLAGGED, coverage=PARTIAL), before=static(9, 4)
        ),
        baseline=RIGHT,
        spending=Spending(seconds=3.25, executions=1),
    )
    assert markdown(told) == snapshot("""\
**3/3 tests · 13 of 15 inputs agree, look at the others**

| | |
|---|---|
| tests | 3 of 3 pass (3 doctest) |
| found | 3: an example |
| behaviour | 13 of 15 inputs agree (2 recorded from the tests, 3 grown from them, 10 made up) |
| differs, mutated | '&lt;b>': original 1, candidate raises KeyError: 'x' |
| left out | 4 made-up inputs on which the original stumbles; first None: original raises TypeError: no, candidate 0 |
| time, grown inputs | not measured |
| time, your examples | not measured |
| memory | not measured |
| input doubled | not measured |
| not reached | 3 of 9 lines of the original: 3-4, 7 |
| not taken | line 2 is never true |
| size | 9 → 5 code lines, complexity 4 → 1 cyclomatic, 0 → 0 cognitive |
| judged | tests and candidate in one process |
| confinement | strict: landlock |
| proposed by | script: why not |
| cost | 3.2 s, 1 executed, no model was asked |
""")  # noqa: E501  (rows of a table)
    assert html(told) == snapshot("""\
<section class='orps-evidence'>
<h2>3/3 tests · 13 of 15 inputs agree, look at the others</h2>
<table>
<tr><th scope='row'>tests</th><td>3 of 3 pass (3 doctest)</td></tr>
<tr><th scope='row'>found</th><td>3: an example</td></tr>
<tr><th scope='row'>behaviour</th><td>13 of 15 inputs agree (2 recorded from the tests, 3 grown from them, 10 made up)</td></tr>
<tr><th scope='row'>differs, mutated</th><td>&#x27;&lt;b&gt;&#x27;: original 1, candidate raises KeyError: &#x27;x&#x27;</td></tr>
<tr><th scope='row'>left out</th><td>4 made-up inputs on which the original stumbles; first None: original raises TypeError: no, candidate 0</td></tr>
<tr><th scope='row'>time, grown inputs</th><td>not measured</td></tr>
<tr><th scope='row'>time, your examples</th><td>not measured</td></tr>
<tr><th scope='row'>memory</th><td>not measured</td></tr>
<tr><th scope='row'>input doubled</th><td>not measured</td></tr>
<tr><th scope='row'>not reached</th><td>3 of 9 lines of the original: 3-4, 7</td></tr>
<tr><th scope='row'>not taken</th><td>line 2 is never true</td></tr>
<tr><th scope='row'>size</th><td>9 → 5 code lines, complexity 4 → 1 cyclomatic, 0 → 0 cognitive</td></tr>
<tr><th scope='row'>judged</th><td>tests and candidate in one process</td></tr>
<tr><th scope='row'>confinement</th><td>strict: landlock</td></tr>
<tr><th scope='row'>proposed by</th><td>script: why not</td></tr>
<tr><th scope='row'>cost</th><td>3.2 s, 1 executed, no model was asked</td></tr>
</table>
</section>
""")  # noqa: E501  (rows of a table)


def card(compared: Comparison | None) -> dict[str, str]:
    return dict(rows(Evidence(node=node(1, 0, "ppp", compared=compared), baseline=RIGHT)))


def test_what_was_not_measured_is_said() -> None:
    assert card(None)["behaviour"] == snapshot("not compared")
    nothing = card(Comparison(note="no calls were recorded"))
    assert nothing["behaviour"] == "not compared: no calls were recorded"
    assert nothing["time, grown inputs"] == nothing["time, your examples"] == "not measured"
    unclear = Timing(inputs="grown", forks=((0.5, -0.5),) * 3, baseline=1.0, candidate=1.0)
    assert card(Comparison(behaviour=behaviour(1), grown=unclear))["time, grown inputs"] == snapshot(
        "not measured precisely (1.00×, 6 pairs)"
    )


def test_every_difference_is_shown() -> None:
    differ = tuple(Difference(input=f"f({n})", baseline=str(n), candidate="?") for n in range(2))
    made = Comparison(behaviour=Behaviour(recorded=2, grown=0, agree=0, differ=differ))
    found = [
        value
        for label, value in rows(Evidence(node=node(1, 0, "ppp", compared=made), baseline=RIGHT))
        if label == "differs, recorded"
    ]
    assert found == ["f(0): original 0, candidate ?", "f(1): original 1, candidate ?"]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(2.5, "2.5 s"), (0.25, "250 ms"), (0.00025, "250 µs"), (2.5e-7, "250 ns"), (1e-10, "0.1 ns")],
)
def test_times_are_shown_in_units_that_fit(seconds: float, shown: str) -> None:
    one = dataclasses.replace(timing(2.0), baseline=seconds, candidate=seconds)
    made = Comparison(behaviour=behaviour(1), grown=one)
    assert card(made)["time, grown inputs"].endswith(f", {shown} → {shown} a call")


def test_a_guess_is_called_speculative() -> None:
    guess = dataclasses.replace(FAST, candidate=dataclasses.replace(FAST.candidate, speculative=True))
    assert "speculative" in dict(rows(Evidence(node=guess, baseline=RIGHT)))
    assert "speculative" not in dict(rows(Evidence(node=FAST, baseline=RIGHT)))


def test_markdown_survives_bars_and_line_ends() -> None:
    odd = dataclasses.replace(FAST, candidate=dataclasses.replace(FAST.candidate, rationale="a|b\nc"))
    found = markdown(Evidence(node=odd, baseline=RIGHT))
    assert "| proposed by | script: a\\|b c |\n" in found
    assert found.startswith(f"**{headline(FAST, RIGHT)}**\n\n| | |\n|---|---|\n| tests |")
    assert all(row.replace("\\|", "").count("|") == 3 for row in found.split("\n")[2:-1])


def test_the_words_of_a_candidate_become_no_picture_no_link_and_no_tag() -> None:
    """A picture would be fetched by whoever shows the evidence, with what its address says."""
    said = "![x](https://example.org/?KEY) [y](command:z) <img src=x> `"
    odd = dataclasses.replace(FAST, candidate=dataclasses.replace(FAST.candidate, rationale=said))
    row = next(
        line for line in markdown(Evidence(node=odd, baseline=RIGHT)).splitlines() if "example.org" in line
    )
    assert r"\!\[x\](https://example.org/?KEY) \[y\](command:z) &lt;img src=x> \`" in row


class Screen:
    """What a terminal shows: ``~`` marks a line that the next one overwrites."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.terminal = Terminal(self.lines.append, lambda status: self.lines.append(f"~{status}"))

    def tell(self, *events: Event) -> list[str]:
        for event in events:
            self.terminal.tell(event)
        return self.lines


def spent(executions: int) -> Spent:
    return Spent(round=1, rounds=3, spending=Spending(seconds=1.4, executions=executions))


def test_a_run_on_a_terminal() -> None:
    done = Finished(best=FAST, stop=Stop.ROUNDS, summary="2.40× faster")
    screen = Screen()
    assert screen.tell(
        Started(target=TARGET, budget=Budget(seconds=60)),
        BaselineReady(node=node(0, None), baseline=RIGHT, objective=Objective.TIME),
        Warned(message="slow"),
        Proposed(parent=ROOT, candidate=candidate("x")),
        Judged(node=FAST),
        Improved(node=FAST, best=True),
        spent(1),
        Missed(parent=ROOT, reason="nothing"),
        done,
    ) == snapshot(
        [
            "f: looking for its tests, then up to 60 s of search",
            "  baseline: 3 of 3 cases pass (3 doctest)",
            "  confinement: strict (landlock)",
            "  note: slow",
            "~",
            (
                "  ⚡ 2.4× faster on larger inputs, 1.4× slower on your examples · 3/3 tests · 5 inputs agree"
                "   script"
            ),
            "~  round 1/3 · 1 candidates · best 2.4× · 1/60 s",
            "~",
            "all rounds done: 2.40× faster",
        ]
    )
    assert (screen.terminal.baseline, screen.terminal.finished) == (RIGHT, done)


def test_what_models_took_is_told_while_running_and_at_the_end() -> None:
    usage = Usage(prompt=100, completion=20, cost=0.001)
    reply = Reply(text="x", model="m", usage=usage, seconds=1.0)
    models = Outlay(calls=3, failed=1, tokens=240, cost=0.002)
    spending = Spending(seconds=1.4, executions=1, models=models)
    asked = Replied(purpose=Purpose.PROGRAMMER, request="", replies=(reply,), calls=2, failed=1)
    shown = Screen().tell(
        Spent(round=1, rounds=3, spending=spending),
        asked,
        Finished(best=None, stop=Stop.BUDGET, summary="nothing"),
    )
    assert shown == [
        "~  round 1/3 · 0 candidates · best - · 1/60 s · 3 calls, 1 failed, 240 tokens, $0.0020",
        "~",
        "  models · 2 calls, 1 failed, 120 tokens, $0.0010",
        "budget spent: nothing",
    ]


def test_what_is_spent_is_told_beside_what_may_be() -> None:
    budget = Budget(seconds=90, calls=30, tokens=9000, cost=0.1)
    spending = Spending(seconds=1.4, executions=1, models=Outlay(calls=3, tokens=240, cost=0.002))
    _, shown = Screen().tell(
        Started(target=TARGET, budget=budget), Spent(round=1, rounds=3, spending=spending)
    )
    assert shown.endswith("1/90 s · 3/30 calls, 240/9000 tokens, $0.0020 of $0.1")


def test_a_failing_baseline_on_a_terminal_shows_the_first_failures() -> None:
    failing = baseline("pfffffff")
    assert Screen().tell(
        BaselineReady(node=node(0, None), baseline=failing, objective=Objective.FIX)
    ) == snapshot(
        [
            "  baseline: 1 of 8 cases pass (8 doctest)",
            "  confinement: strict (landlock)",
            "  fails: case1: expected '1', got '2'",
            "  fails: case2: expected '1', got '2'",
            "  fails: case3: expected '1', got '2'",
            "  fails: case4: expected '1', got '2'",
            "  fails: case5: expected '1', got '2'",
            "  and 2 more",
            "  looking for a repair that makes them pass",
        ]
    )


def test_a_skipped_case_does_not_fail() -> None:
    shown = Screen().tell(
        BaselineReady(node=node(0, None), baseline=baseline("ps"), objective=Objective.TIME)
    )
    assert not any("fails" in each or "repair" in each for each in shown)


def test_only_the_best_so_far_is_called_the_best() -> None:
    slower = node(2, 0, "ppp", 1.5)
    shown = Screen().tell(
        BaselineReady(node=node(0, None), baseline=RIGHT, objective=Objective.TIME),
        Improved(node=FAST, best=True),
        Improved(node=slower, best=False),
        spent(2),
    )
    assert "best 2.4×" in shown[-1]


def test_an_execution_knows_what_counts() -> None:
    found = execution("psf")
    assert (found.passed, found.counted, found.correct, found.exhausted) == (1, 2, False, False)
    assert found.first_problem == found.results[2]
    assert execution("ps").correct
    assert not execution("s").correct
    assert execution("pe").exhausted
