"""Laws of the beam: which nodes are expanded, and which one is handed over."""

import dataclasses
import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given

from orps_core.domain.comparison import Behaviour, Comparison, Difference
from orps_core.domain.events import Stop
from orps_core.domain.tree import ROOT, Node, NodeId, SearchTree
from orps_core.ports import Asked, Expansion
from orps_core.search.beam import Beam
from orps_core.search.ranking import rank
from tests.fakes import comparison, node, static, timing

DIFFERS = Comparison(
    behaviour=Behaviour(
        recorded=1, grown=0, agree=0, differ=(Difference(input="", baseline="", candidate=""),)
    ),
    grown=timing(9.0),
)


@st.composite
def trees(draw: st.DrawFn, root: str | None = None) -> SearchTree:
    size = draw(st.integers(0, 8))
    nodes = [node(0, None, root or draw(st.sampled_from(("ppp", "pff"))))]
    for id_ in range(1, size + 1):
        parent = draw(st.integers(0, id_ - 1))
        outcomes = draw(st.sampled_from(("ppp", "pps", "ppf", "pff", "ppe", "fff", "mmm", "sss")))
        right = set(outcomes) <= {"p", "s"} and "p" in outcomes
        compared = draw(st.sampled_from((None, DIFFERS))) if right else None
        made = node(
            id_,
            parent,
            outcomes,
            draw(st.sampled_from((None, 0.5, 1.0, 2.0, 2.1, 4.0))) if right and compared is None else None,
            better=right and compared is None and draw(st.booleans()),
            score=draw(st.sampled_from((1.0, 3.0, 5.0))),
            compared=compared,
        )
        nodes.append(dataclasses.replace(made, round=nodes[parent].round + 1))
    return SearchTree(tuple(nodes))


def after(*parents: int) -> Asked:
    """These nodes were expanded, and everything that came of it is judged."""
    return Asked(tuple(Expansion(parent=NodeId(each), samples=1) for each in parents))


BEAMS = st.builds(
    Beam,
    width=st.integers(1, 4),
    samples=st.integers(1, 9),
    rounds=st.integers(1, 4),
    until_better=st.booleans(),
)


@given(trees())
def test_the_rank_is_a_total_order(tree: SearchTree) -> None:
    ranks = [rank(each) for each in tree.nodes]
    assert len(set(ranks)) == len(ranks)
    for one, other in itertools.combinations(ranks, 2):
        assert (one < other) is not (other < one)


@given(trees())
def test_no_failing_candidate_ranks_above_a_passing_one(tree: SearchTree) -> None:
    for one, other in itertools.permutations(tree.nodes, 2):
        if one.execution.correct and not other.execution.correct:
            assert rank(one) > rank(other)


@given(trees())
def test_of_failing_candidates_one_that_ran_out_of_time_is_last(tree: SearchTree) -> None:
    for one, other in itertools.permutations(tree.nodes, 2):
        if not one.execution.correct and not one.execution.exhausted and other.execution.exhausted:
            assert rank(one) > rank(other)


def test_what_ranks_higher_from_the_first_reason_to_the_last() -> None:
    ordered = [
        node(1, ratio=1.0, score=5.0),
        node(2, ratio=4.0, score=1.0),
        node(3, ratio=2.0, score=5.0),
        node(4, ratio=2.0, score=1.0),
        node(5, ratio=2.0, score=1.0),
        node(6, ratio=None),
        node(7, compared=DIFFERS),
        node(8, outcomes="ppf", score=5.0),
        node(9, outcomes="pff", score=5.0),
        node(10, outcomes="ppe", score=5.0),
    ]
    found = [each.id for each in sorted(ordered, key=rank, reverse=True)]
    assert found == [2, 3, 4, 5, 1, 6, 7, 8, 9, 10]


@given(BEAMS, trees(), st.data())
def test_a_plan_is_bounded_and_never_repeats_itself(
    beam: Beam, tree: SearchTree, data: st.DataObject
) -> None:
    ids = [each.id for each in tree.nodes]
    expanded = data.draw(st.lists(st.sampled_from(ids)))
    plan = beam.plan(tree, after(*expanded))
    assert plan == beam.plan(tree, after(*expanded))
    if isinstance(plan, Stop):
        return
    parents = [each.parent for each in plan if isinstance(each, Expansion)]
    assert 1 <= len(parents) <= beam.width
    assert len(set(parents)) == len(parents)
    assert not set(expanded) & set(parents)
    assert all(isinstance(each, Expansion) and each.samples == beam.samples for each in plan)
    assert max(each.round for each in tree.nodes) < beam.rounds


@given(BEAMS, trees())
def test_a_plan_takes_the_best_of_what_is_worth_building_on(beam: Beam, tree: SearchTree) -> None:
    plan = beam.plan(tree, after(ROOT))
    if isinstance(plan, Stop):
        return
    chosen = [tree[each.parent] for each in plan if isinstance(each, Expansion)]
    assert [rank(each) for each in chosen] == sorted(map(rank, chosen), reverse=True)
    for each in chosen:
        assert each.execution.correct or each.execution.passed > tree.root.execution.passed
        assert (
            each.comparison is None
            or each.comparison.behaviour is None
            or not each.comparison.behaviour.differ
        )


@given(BEAMS, trees())
def test_every_search_ends(beam: Beam, tree: SearchTree) -> None:
    everything = [each.id for each in tree.nodes]
    assert isinstance(beam.plan(tree, after(*everything)), Stop)


def grown(*nodes: Node) -> SearchTree:
    return SearchTree((node(0, None), *nodes))


def test_the_root_is_expanded_first() -> None:
    beam = Beam(width=2, samples=7)
    assert beam.plan(grown(), Asked()) == [Expansion(parent=ROOT, samples=7)]


def test_why_a_search_stops() -> None:
    beam, done = Beam(rounds=1), after(ROOT)
    assert beam.plan(grown(node(1)), done) is Stop.ROUNDS
    assert Beam().plan(grown(), done) is Stop.NOTHING_LEFT
    assert Beam(until_better=True).plan(grown(node(1, better=True)), done) is Stop.SATISFIED
    assert not isinstance(Beam(until_better=True).plan(grown(node(1)), done), Stop)


@given(BEAMS, trees())
def test_only_a_verified_improvement_is_handed_over(beam: Beam, tree: SearchTree) -> None:
    best = beam.best(tree)
    better = [each for each in tree.nodes if each.verdict is not None and each.verdict.better]
    assert (best is None) is (not better)
    if best is not None:
        assert best in better
        top = max(better, key=rank)
        assert best in tuple(tree.lineage(top.id))


@pytest.mark.parametrize(
    ("child", "cyclomatic", "best"),
    [(2.1, 1, 1), (2.25, 1, 2), (2.25, 2, 1), (2.45, 2, 2), (1.9, 1, 1)],
)
def test_a_child_must_buy_enough_over_the_node_it_was_made_from(
    child: float, cyclomatic: int, best: int
) -> None:
    tree = grown(
        node(1, 0, ratio=2.0, better=True),
        node(2, 1, ratio=child, better=True, shape=static(cyclomatic=cyclomatic)),
    )
    found = Beam().best(tree)
    assert found is not None
    assert found.id == best


def test_walking_back_goes_as_far_as_the_gains_are_small() -> None:
    tree = grown(
        node(1, 0, ratio=2.0, better=True),
        node(2, 1, ratio=2.05, better=True),
        node(3, 2, ratio=2.1, better=True),
        node(4, 0, ratio=None, better=False),
    )
    found = Beam().best(tree)
    assert found is not None
    assert found.id == 1


def test_a_repair_of_a_repair_is_not_needed() -> None:
    tree = grown(node(1, 0, better=True), node(2, 1, better=True, score=5.0))
    found = Beam().best(tree)
    assert found is not None
    assert found.id == 1


@pytest.mark.parametrize(("width", "samples", "rounds"), [(0, 1, 1), (1, 0, 1), (1, 1, 0), (1, -1, 1)])
def test_a_beam_of_nothing_cannot_be_made(width: int, samples: int, rounds: int) -> None:
    with pytest.raises(ValueError, match="at least one of everything"):
        Beam(width=width, samples=samples, rounds=rounds)


@given(trees())
def test_a_tree_knows_its_lineages_and_only_grows(tree: SearchTree) -> None:
    for each in tree.nodes:
        way = list(tree.lineage(each.id))
        assert way[0] is each
        assert way[-1] is tree.root
        assert all(child.parent == parent.id for child, parent in itertools.pairwise(way))
        assert each.id == ROOT or each in tree.children(way[1].id)
    more = tree.grow(node(len(tree.nodes)))
    assert more.nodes[:-1] == tree.nodes


@pytest.mark.parametrize(("id_", "parent"), [(2, 0), (1, 1), (1, 5), (0, None)])
def test_a_tree_takes_no_node_out_of_order(id_: int, parent: int | None) -> None:
    with pytest.raises(ValueError, match=r"node \d"):
        grown(node(id_, parent))


def test_the_ratio_of_a_node_is_that_of_the_inputs_that_decide() -> None:
    assert node(1).ratio is None
    assert node(1, compared=Comparison(recorded=timing(3.0))).ratio == pytest.approx(3.0)
    both = dataclasses.replace(comparison(2.0), recorded=timing(3.0))
    assert node(1, compared=both).ratio == pytest.approx(2.0)
    assert NodeId(1) == node(1).id
