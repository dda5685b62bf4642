"""Laws of the choice among candidates that all pass."""

import dataclasses
import statistics

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.agreement import Agreement
from orps_core.domain.tree import NodeId, SearchTree
from orps_core.search.agreement import agreement_with, pick, preferred
from orps_core.search.choosing import best_of
from orps_core.search.hearing import favours
from tests.fakes import node, static

ANSWERS = st.lists(st.text("ab", min_size=4, max_size=4).map(tuple), min_size=1, max_size=8)


def tree(*answers: str, repeats: tuple[int, ...] = ()) -> SearchTree:
    """Passing repairs of a failing original, each with what it answers; a dash was not heard."""
    nodes = [node(0, None, "pf")]
    for at, said in enumerate(answers, 1):
        made = node(at, better=True)
        nodes.append(dataclasses.replace(made, answers=() if said == "-" else tuple(said)))
    return SearchTree(tuple(nodes), repeats=tuple(map(NodeId, repeats)))


def best(found: SearchTree) -> int:
    chosen = best_of(found)
    assert chosen is not None
    return chosen.id


def test_the_one_that_most_others_agree_with_is_preferred() -> None:
    assert best(tree("aaa", "abb", "abb", "bbb")) == 2


def test_one_strange_input_does_not_part_those_that_agree_on_all_others() -> None:
    # As wholes all of these differ but the last two, which are wrong in the same way.
    assert best(tree("aaax", "aaay", "aaaz", "bbba", "bbba")) in {1, 2, 3}


def test_a_repeated_proposal_votes_again() -> None:
    assert best(tree("aaa", "bbb")) == 1
    assert best(tree("aaa", "bbb", repeats=(2, 2))) == 2


def by_rules(found: SearchTree) -> SearchTree:
    first, *others = found.nodes
    made = [
        dataclasses.replace(each, candidate=dataclasses.replace(each.candidate, author="rules/mutation"))
        for each in others
    ]
    return SearchTree((first, *made), repeats=found.repeats)


def test_rules_vote_once_for_each_behaviour_in_how_many_ways_they_may_write_it() -> None:
    found = tree("aaab", "aabb", "aabb", "aabb", "aaac")
    assert best(found) == 2
    assert best(by_rules(found)) == 1
    assert agreement_with(by_rules(found), found.nodes[3]) == Agreement(agree=1, passing=3, inputs=4)
    # A model that says one of them again has a vote of its own.
    assert best(by_rules(dataclasses.replace(found, repeats=(NodeId(3), NodeId(3))))) in {2, 3, 4}


def test_of_rules_that_do_the_same_the_simplest_is_preferred() -> None:
    found = by_rules(tree("aaa", "aaa", "bbb"))
    nodes = list(found.nodes)
    for at, size in ((1, 9), (2, 3), (3, 5)):
        nodes[at] = dataclasses.replace(nodes[at], static=dataclasses.replace(nodes[at].static, nodes=size))
    assert best(SearchTree(tuple(nodes))) == 2


def test_of_equals_the_critics_choice_then_the_simpler_one() -> None:
    found = tree("aaa", "aaa", "aaa")
    nodes = list(found.nodes)
    nodes[1] = dataclasses.replace(nodes[1], static=static(lines=9))
    assert best(SearchTree(tuple(nodes))) == 2
    nodes[3] = dataclasses.replace(node(3, better=True, score=5.0), answers=tuple("aaa"))
    assert best(SearchTree(tuple(nodes))) == 3


def test_one_that_was_not_heard_is_handed_over_only_where_none_was() -> None:
    assert best(tree("-", "aaa")) == 2
    assert best(tree("-", "-")) == 1
    assert preferred(tree("-")) is None


def test_what_is_said_about_the_choice() -> None:
    found = tree("aaa", "aaa", "abb", "-", repeats=(1,))
    assert agreement_with(found, found.nodes[1]) == Agreement(agree=3, passing=4, inputs=3)
    assert agreement_with(found, found.nodes[4]) is None
    assert agreement_with(found, None) is None


@pytest.mark.parametrize(
    ("agree", "passing", "confidence", "settled"),
    [
        (1, 1, "low", False),
        (2, 2, "low", False),
        (3, 3, "fair", True),
        (3, 4, "fair", False),
        (6, 7, "fair", True),
        (7, 10, "fair", False),
        (3, 9, "low", False),
    ],
)
def test_confidence_needs_others_that_agree(
    agree: int, passing: int, confidence: str, *, settled: bool
) -> None:
    found = Agreement(agree=agree, passing=passing, inputs=40)
    assert (found.confidence, found.settled) == (confidence, settled)


SCORES = st.dictionaries(st.sampled_from("abc"), st.lists(st.floats(1, 5), max_size=5))


@given(SCORES)
def test_a_critic_favours_nobody_where_it_tells_nobody_apart(said: dict[str, list[float]]) -> None:
    one = dict(list(said.items())[:1])
    assert not favours(one)
    flat = {key: [3.0] * len(scores) for key, scores in said.items()}
    assert set(favours(flat).values()) <= {0.0}


@given(SCORES)
def test_what_a_critic_likes_better_than_others_it_favours_if_anything(said: dict[str, list[float]]) -> None:
    found = favours(said)
    means = {key: statistics.fmean(scores) for key, scores in said.items() if scores}
    usual = statistics.fmean(means.values()) if means else 0.0
    for key, favour in found.items():
        assert favour == pytest.approx(0, abs=1e-9) or (favour > 0) is (means[key] > usual)


def test_a_critic_is_heard_as_far_as_it_agrees_with_itself() -> None:
    steady = favours({"a": [5.0, 5.0, 5.0], "b": [2.0, 2.0, 2.0]})
    fickle = favours({"a": [5.0, 1.0, 5.0], "b": [2.0, 5.0, 1.0]})
    assert steady["a"] - steady["b"] > 0.5
    assert fickle["a"] - fickle["b"] < 0.05


@given(ANSWERS)
def test_the_choice_does_not_depend_on_the_order(answers: list[tuple[str, ...]]) -> None:
    votes = [1] * len(answers)
    simple = [(0.0,)] * len(answers)
    picked = answers[pick(answers, votes, simple)]
    turned = answers[::-1]
    again = turned[pick(turned, votes, simple)]

    def support(one: tuple[str, ...]) -> int:
        return sum(a == b for other in answers for a, b in zip(one, other, strict=True))

    assert support(picked) == support(again) == max(map(support, answers))


@given(ANSWERS, st.data())
def test_a_majority_that_agrees_in_everything_wins(
    answers: list[tuple[str, ...]], data: st.DataObject
) -> None:
    said = data.draw(st.sampled_from(answers))
    crowd = [said] * (len(answers) + 1)
    everyone = [*answers, *crowd]
    picked = pick(everyone, [1] * len(everyone), [(0.0,)] * len(everyone))
    assert everyone[picked] == said
