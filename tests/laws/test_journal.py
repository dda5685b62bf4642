"""Laws of the journal: what is written can be read, and anything else is refused in one way."""

import json
from typing import Any, get_args

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from orps_core.domain import journal
from orps_core.domain.agreement import Agreement
from orps_core.domain.budget import Budget
from orps_core.domain.candidate import Candidate
from orps_core.domain.chat import Usage
from orps_core.domain.comparison import Behaviour, Difference, Imported
from orps_core.domain.confinement import LEVELS
from orps_core.domain.coverage import Coverage, Untaken
from orps_core.domain.critique import Critique
from orps_core.domain.events import Event, Finished, Missed, Started, Stop
from orps_core.domain.execution import Confinement
from orps_core.domain.growth import Growth
from orps_core.domain.memory import Memory
from orps_core.domain.profile import Line, Profile
from orps_core.domain.settings import Tactics
from orps_core.domain.suite import TestCase, TestSuite
from orps_core.domain.target import Span, Target
from orps_core.domain.timing import Timing
from orps_core.domain.tree import NodeId
from orps_core.domain.verdict import Finding, Objective, Standing, Verdict
from tests.fakes import TARGET

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(0.001, 1e6)

# Values that are validated where they are made need makers that respect what they ask for.
SOME = st.none() | st.integers(1, 9)
st.register_type_strategy(float, NUMBERS)
st.register_type_strategy(Span, st.builds(Span, start=st.integers(0, 99), end=st.integers(99, 999)))
st.register_type_strategy(Budget, st.builds(Budget, seconds=POSITIVE, executions=st.integers(1, 9)))
st.register_type_strategy(
    Candidate,
    st.builds(
        Candidate,
        source=st.text(min_size=1).filter(str.strip),
        rationale=st.text(),
        author=st.text(),
        speculative=st.booleans(),
        imports=st.lists(st.text(), max_size=2).map(tuple),
        helpers=st.lists(st.text(), max_size=2).map(tuple),
    ),
)
st.register_type_strategy(
    Agreement,
    st.builds(Agreement, agree=st.integers(1, 5), passing=st.integers(5, 9), inputs=st.integers(0, 9)),
)
st.register_type_strategy(
    Usage,
    st.builds(
        Usage,
        prompt=st.integers(0, 9),
        completion=st.integers(0, 9),
        cost=st.none() | st.floats(0, 9),
        estimated=st.booleans(),
    ),
)
st.register_type_strategy(
    Confinement, st.builds(Confinement, level=st.sampled_from(LEVELS), mechanisms=st.just(("seccomp",)))
)
st.register_type_strategy(Tactics, st.builds(Tactics, samples=SOME, topk=SOME, rounds=SOME))
st.register_type_strategy(Critique, st.builds(Critique, score=st.floats(1, 5)))
WORDS = st.text(max_size=5)


def few(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """None or one, since what is nested in what is nested grows quickly."""
    return st.lists(inner, max_size=1).map(tuple)


st.register_type_strategy(
    Behaviour,
    st.builds(
        Behaviour,
        recorded=st.integers(0, 9),
        grown=st.integers(0, 9),
        mutated=st.integers(1, 9),
        agree=st.just(0),
        unlike=st.integers(0, 1),
        raising=st.integers(0, 9),
        differ=few(st.from_type(Difference)),
        stumble=st.none(),
        keeps=few(WORDS),
        imported=st.none() | st.from_type(Imported),
    ),
)
st.register_type_strategy(
    Coverage,
    st.builds(
        Coverage,
        lines=st.integers(1, 9),
        missed=few(st.integers(1, 9)),
        branches=few(st.from_type(Untaken)),
        whole=st.booleans(),
    ),
)
st.register_type_strategy(
    Verdict,
    st.builds(
        Verdict,
        standing=st.sampled_from(Standing),
        reason=WORDS,
        gain=st.none() | NUMBERS,
        objective=st.none() | st.sampled_from(Objective),
        findings=few(st.from_type(Finding)),
        flags=few(WORDS),
    ),
)
st.register_type_strategy(
    Timing,
    st.builds(
        Timing,
        forks=st.lists(st.lists(NUMBERS, min_size=1, max_size=2).map(tuple), min_size=1, max_size=2).map(
            tuple
        ),
    ),
)
st.register_type_strategy(
    Memory,
    st.builds(Memory, baselines=st.just((2, 3)), candidates=st.tuples(st.integers(0, 9), st.integers(0, 9))),
)
st.register_type_strategy(
    Growth,
    st.builds(
        Growth,
        sizes=st.just((1.0, 2.0, 4.0)),
        baseline=st.tuples(POSITIVE, POSITIVE, POSITIVE),
        candidate=st.tuples(POSITIVE, POSITIVE, POSITIVE),
    ),
)
st.register_type_strategy(
    TestSuite,
    st.builds(
        TestSuite,
        cases=st.lists(st.from_type(TestCase), min_size=1, max_size=2, unique_by=lambda c: c.name).map(tuple),
    ),
)
st.register_type_strategy(
    Profile,
    st.builds(
        Profile, lines=st.lists(st.from_type(Line), min_size=1, max_size=2).map(tuple), whole=st.booleans()
    ),
)
st.register_type_strategy(Target, st.just(TARGET))

EVENTS = st.one_of([st.from_type(kind) for kind in get_args(Event)])


@given(EVENTS)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_is_written_is_read_back_equal(event: Event) -> None:
    text = journal.write(event)
    assert "\n" not in text
    assert journal.read(text) == event


@given(EVENTS, st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_line_is_an_event_or_unreadable(event: Event, data: st.DataObject) -> None:
    text = journal.write(event)
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = (
        text[:at] + data.draw(st.sampled_from(("", "1", "null", "[", "{}", '"', "-1e9"))) + text[at + 1 :]
    )
    try:
        journal.read(damaged)
    except journal.UnreadableError as error:
        assert str(error)  # noqa: PT017  (either outcome is right)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("kind", "schema", "node", "x")), inner)
    ),
)


@given(st.text() | JSON.map(json.dumps))
def test_any_other_line_is_unreadable(text: str) -> None:
    with pytest.raises(journal.UnreadableError):
        journal.read(text)


@given(st.sampled_from([kind.__name__ for kind in get_args(Event)] + ["Nothing", None, 1, [], {}]), JSON)
def test_a_line_of_the_right_version_that_holds_no_event_is_unreadable(kind: object, value: object) -> None:
    found = {"schema": journal.SCHEMA, "kind": kind, "node": value, "parent": value, "stop": value}
    with pytest.raises(journal.UnreadableError):
        journal.read(json.dumps(found))


def test_a_line_says_its_version_and_kind_and_is_plain_ascii() -> None:
    # A candidate's message may hold a lone surrogate, which no encoding could write.
    text = journal.write(Missed(parent=NodeId(1), reason="\ud800\n"))
    assert text == r'{"schema": "orps.event/2", "kind": "Missed", "parent": 1, "reason": "\ud800\n"}'


def test_a_value_that_breaks_its_own_rules_is_unreadable() -> None:
    text = journal.write(Started(target=TARGET, budget=Budget()))
    with pytest.raises(journal.UnreadableError, match="must be positive"):
        journal.read(text.replace('"seconds": 60.0', '"seconds": -1.0'))


def test_another_version_is_unreadable() -> None:
    text = journal.write(Missed(parent=NodeId(1), reason=""))
    with pytest.raises(journal.UnreadableError, match=r"not an event of orps\.event/2"):
        journal.read(text.replace("event/2", "event/3"))


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        journal.write(Started(target=TARGET, budget=Budget())).replace("60.0", "9" * 400),
        journal.write(Missed(parent=NodeId(1), reason="")).replace('"parent": 1', '"parent": true'),
    ],
    ids=["deep", "huge", "true"],
)
def test_odd_lines_are_unreadable_too(line: str) -> None:
    with pytest.raises(journal.UnreadableError):
        journal.read(line)


def test_a_line_of_the_first_version_is_read_with_defaults_for_what_it_could_not_say() -> None:
    kept = '"kind": "Finished", "best": null, "stop": "budget spent", "summary": "no"'
    line = f'{{"schema": "orps.event/1", {kept}}}'
    assert journal.read(line) == Finished(best=None, stop=Stop.BUDGET, summary="no")


def test_what_has_no_default_must_be_there() -> None:
    line = '{"schema": "orps.event/1", "kind": "Finished", "stop": "budget spent", "summary": "no"}'
    with pytest.raises(journal.UnreadableError):
        journal.read(line)
