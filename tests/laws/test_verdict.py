"""Better, equal, worse or unproven: one row for each way to get there, and what can never happen."""

import math
from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.comparison import Behaviour, Comparison, Difference, Source, Static
from orps_core.domain.memory import Memory
from orps_core.domain.timing import Timing
from orps_core.domain.verdict import Objective, Standing, judge, needed_gain
from tests.fakes import behaviour, comparison, execution, static, timing

AFTER, HARDER = static(), static(cyclomatic=2)
DIFFERS = Behaviour(
    recorded=2, grown=3, agree=4, differ=(Difference(input="f(1)", baseline="1", candidate="2"),)
)
_DEEP = "raises RecursionError: maximum recursion depth exceeded"
DEEP, EXAMPLE = (
    Difference(input="'aaa'", baseline="True", candidate=_DEEP, source=source)
    for source in (Source.GROWN, Source.RECORDED)
)
TOO_DEEP, DEEP_AT_ONCE = (Behaviour(recorded=2, grown=3, agree=4, differ=(each,)) for each in (DEEP, EXAMPLE))
HELPS_ITSELF = Difference(
    input="[2, 1]", baseline="returns a new object", candidate="returns its argument 1", refutes=False
)
REFUSES = Difference(
    input="10**6",
    baseline="'10'",
    candidate="raises ValueError: too large",
    source=Source.GROWN,
    refutes=False,
)
HELPING, REFUSING, HELPING_AND_WRONG = (
    Behaviour(recorded=2, grown=3, agree=3, differ=differ)
    for differ in ((HELPS_ITSELF,), (REFUSES,), (HELPS_ITSELF, DIFFERS.differ[0]))
)
NO_EXAMPLE = Behaviour(recorded=2, grown=3, agree=4)
UNCLEAR = Timing(inputs="grown", forks=((0.5, -0.5),) * 3, baseline=1.0, candidate=1.0)

TIME, FIX = Objective.TIME, Objective.FIX
BETTER, EQUAL, WORSE, UNPROVEN = Standing.BETTER, Standing.EQUAL, Standing.WORSE, Standing.UNPROVEN


@pytest.mark.parametrize(
    ("objective", "outcomes", "compared", "after", "standing", "reason"),
    [
        (TIME, "pf", None, AFTER, WORSE, "1 of 2 cases pass; the first that does not: case1"),
        (FIX, "pm", None, AFTER, WORSE, "1 of 2 cases pass; the first that does not: case1"),
        (FIX, "ss", None, AFTER, WORSE, "0 of 0 cases pass"),
        (FIX, "", None, AFTER, WORSE, "0 of 0 cases pass"),
        (FIX, "pps", None, AFTER, BETTER, "makes all 2 cases pass"),
        (TIME, "p", None, AFTER, UNPROVEN, "it was not compared with the original"),
        (TIME, "p", Comparison(), AFTER, UNPROVEN, "it was not compared with the original"),
        (TIME, "p", Comparison(note="no calls"), AFTER, UNPROVEN, "no calls"),
        (TIME, "p", comparison(2.0, behaviour(0)), AFTER, UNPROVEN, "no inputs to compare on"),
        (TIME, "p", Comparison(behaviour=behaviour(0), note="why"), AFTER, UNPROVEN, "why"),
        (TIME, "p", comparison(2.0, DIFFERS), AFTER, WORSE, "it does something else for f(1)"),
        (
            TIME,
            "p",
            comparison(2.0, TOO_DEEP),
            AFTER,
            UNPROVEN,
            "it runs out of stack where the original does not, first for 'aaa'",
        ),
        (
            TIME,
            "p",
            comparison(2.0, HELPING),
            AFTER,
            UNPROVEN,
            "its results are the same, but it returns its argument 1, first for [2, 1]",
        ),
        (
            TIME,
            "p",
            comparison(2.0, REFUSING),
            AFTER,
            UNPROVEN,
            "it raises ValueError: too large where the original does not, first for 10**6",
        ),
        (TIME, "p", comparison(2.0, HELPING_AND_WRONG), AFTER, WORSE, "it does something else for f(1)"),
        (TIME, "p", comparison(2.0, DEEP_AT_ONCE), AFTER, WORSE, "it does something else for 'aaa'"),
        (TIME, "p", comparison(2.0, NO_EXAMPLE), AFTER, WORSE, "it does something else"),
        (TIME, "p", Comparison(behaviour=behaviour(5)), AFTER, UNPROVEN, "its time was not measured"),
        (TIME, "p", Comparison(behaviour=behaviour(5), note="why"), AFTER, UNPROVEN, "why"),
        (TIME, "p", comparison(2.0), AFTER, BETTER, "2.00× faster on grown inputs"),
        (TIME, "p", comparison(1.15), AFTER, BETTER, "1.15× faster on grown inputs"),
        (TIME, "p", comparison(1.15), HARDER, EQUAL, "1.15× faster on grown inputs; a suggestion needs 1.2×"),
        (TIME, "p", comparison(1.25), HARDER, BETTER, "1.25× faster on grown inputs"),
        (TIME, "p", comparison(1.06), AFTER, EQUAL, "1.06× faster on grown inputs; a suggestion needs 1.1×"),
        (TIME, "p", comparison(0.5), AFTER, WORSE, "2.00× slower on grown inputs"),
        (TIME, "p", comparison(1.0), AFTER, EQUAL, "no measurable difference in time on grown inputs"),
        (
            TIME,
            "p",
            Comparison(behaviour=behaviour(5), grown=UNCLEAR),
            AFTER,
            UNPROVEN,
            "its time could not be measured precisely",
        ),
        (
            TIME,
            "p",
            Comparison(behaviour=behaviour(5), recorded=timing(2.0, inputs="recorded")),
            AFTER,
            BETTER,
            "2.00× faster on recorded inputs",
        ),
        (
            TIME,
            "p",
            Comparison(behaviour=behaviour(5), grown=timing(2.0), recorded=timing(0.5, inputs="recorded")),
            AFTER,
            BETTER,
            "2.00× faster on grown inputs, 2.00× slower on your examples",
        ),
    ],
)
def test_every_way_to_a_verdict(
    objective: Objective,
    outcomes: str,
    compared: Comparison | None,
    after: Static,
    standing: Standing,
    reason: str,
) -> None:
    verdict = judge(
        objective=objective, execution=execution(outcomes), comparison=compared, before=static(), after=after
    )
    assert (verdict.standing, verdict.reason) == (standing, reason)
    assert verdict.better is (standing is BETTER)


@pytest.mark.parametrize(
    ("reaches", "memory", "simplicity"),
    [
        ((), BETTER, BETTER),
        (("the module sys",), BETTER, BETTER),
        (("the module mmap",), UNPROVEN, BETTER),
        (("open", "the module re"), UNPROVEN, BETTER),
        (("exec",), BETTER, UNPROVEN),
    ],
)
def test_what_is_kept_where_nobody_counts_is_no_gain(
    reaches: tuple[str, ...], memory: Standing, simplicity: Standing
) -> None:
    compared = replace(
        comparison(1.0),
        memory=Memory(inputs="grown", baselines=(1 << 20,) * 2, candidates=(1 << 18,) * 2),
    )
    after = Static(lines=3, cyclomatic=1, reaches=reaches)
    verdict = judge(
        objective=TIME, execution=execution("p"), comparison=compared, before=static(), after=after
    )
    found = {each.objective: each.standing for each in verdict.findings}
    assert (found[Objective.MEMORY], found[Objective.SIMPLICITY]) == (memory, simplicity)


@pytest.mark.parametrize(
    ("after", "needed"),
    [
        (static(), 1.1),
        (static(cyclomatic=0), 1.1),
        (static(lines=7), 1.1),
        (static(lines=8), 1.2),
        (static(cyclomatic=2), 1.2),
        (static(lines=1, cyclomatic=2), 1.2),
    ],
)
def test_what_is_harder_to_read_must_buy_more(after: Static, needed: float) -> None:
    assert needed_gain(static(), after) == needed


COUNTS = st.integers(0, 3)


@st.composite
def behaviours(draw: st.DrawFn) -> Behaviour:
    recorded, grown = draw(COUNTS), draw(COUNTS)
    return Behaviour(recorded=recorded, grown=grown, agree=max(0, recorded + grown - draw(st.integers(0, 2))))


TIMINGS = st.builds(timing, st.floats(0.1, 10))
COMPARISONS = st.builds(
    Comparison, behaviour=st.none() | behaviours(), grown=st.none() | TIMINGS, recorded=st.none() | TIMINGS
)
STATICS = st.builds(Static, lines=st.integers(1, 9), cyclomatic=st.integers(1, 9))


@given(st.sampled_from(Objective), st.text("pfreckms", max_size=5), st.none() | COMPARISONS, STATICS, STATICS)
def test_better_is_never_said_without_all_its_evidence(
    objective: Objective, outcomes: str, compared: Comparison | None, before: Static, after: Static
) -> None:
    verdict = judge(
        objective=objective, execution=execution(outcomes), comparison=compared, before=before, after=after
    )
    assert verdict.reason
    if verdict.better:
        assert "p" in outcomes
        assert set(outcomes) <= {"p", "s"}
    if verdict.better and objective is Objective.TIME:
        assert compared is not None
        assert compared.behaviour is not None
        assert compared.behaviour.agrees
        assert compared.timing is not None
        assert compared.timing.ratio >= needed_gain(before, after)
        assert min(math.exp(min(fork)) for fork in compared.timing.forks) > 1


@pytest.mark.parametrize(("recorded", "grown", "agree"), [(0, 0, 1), (1, 1, 3)])
def test_no_more_inputs_can_agree_than_there_are(recorded: int, grown: int, agree: int) -> None:
    with pytest.raises(ValueError, match="cannot agree"):
        Behaviour(recorded=recorded, grown=grown, agree=agree)
