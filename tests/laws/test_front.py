"""The front: never empty where something was accepted, and nothing in it is beaten."""

import dataclasses

import hypothesis.strategies as st
from hypothesis import given

from orps_core.domain.comparison import Static
from orps_core.domain.front import Pick, choices, front
from orps_core.domain.memory import Memory
from orps_core.domain.tree import Node
from tests.fakes import behaviour, comparison, node, static

BEFORE = static(lines=9, cyclomatic=4)


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Node, ...]:
    found: list[Node] = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        peak = draw(st.sampled_from([5_000, 10_000, 20_000]))
        compared = dataclasses.replace(
            comparison(draw(st.sampled_from([0.5, 1.0, 2.0, 4.0])), behaviour(3)),
            memory=Memory(inputs="grown", baselines=(10_000,) * 2, candidates=(peak,) * 2),
        )
        shape = Static(lines=draw(st.integers(1, 12)), cyclomatic=draw(st.integers(1, 6)))
        made = node(number, better=draw(st.booleans()), shape=shape, compared=compared)
        found.append(dataclasses.replace(made, before=BEFORE))
    return tuple(found)


@given(candidates())
def test_every_accepted_candidate_is_in_the_front_or_beaten_by_one_that_is(nodes: tuple[Node, ...]) -> None:
    chosen = front(nodes)
    accepted = [each for each in nodes if each.verdict and each.verdict.accepted]
    assert bool(chosen) == bool(accepted)
    assert set(map(id, chosen)) <= set(map(id, accepted))
    for each in accepted:
        if each not in chosen:
            assert any(at_least_as_good(other, each) for other in chosen)


def at_least_as_good(one: Node, other: Node) -> bool:
    return all(a >= b for a, b in zip(measures(one), measures(other), strict=True))


def measures(each: Node) -> tuple[float, float, float]:
    assert each.comparison
    assert each.comparison.memory
    return each.ratio or 0, each.comparison.memory.ratio, -each.static.weight


@given(candidates())
def test_nothing_in_the_front_is_faster_than_the_fastest_and_so_on(nodes: tuple[Node, ...]) -> None:
    for choice in choices(nodes):
        position = list(Pick).index(choice.pick)
        assert choice.node in front(nodes)
        assert measures(choice.node)[position] == max(measures(each)[position] for each in front(nodes))


def test_a_flagged_candidate_does_not_hide_one_without_flags() -> None:
    clean = node(2, better=True, compared=comparison(2.0))
    flagged = node(1, better=True, compared=comparison(4.0))
    assert flagged.verdict
    flagged = dataclasses.replace(flagged, verdict=dataclasses.replace(flagged.verdict, flags=("look",)))
    assert front([flagged, clean]) == (flagged, clean)


def test_where_nothing_was_gained_nothing_is_chosen() -> None:
    assert choices([node(1, better=False)]) == ()
