"""When the any-time search says that it is enough, rule by rule."""

from collections.abc import Sequence
from dataclasses import replace

from orps_core.domain.events import Stop
from orps_core.domain.note import Note, NoteId, Thinking
from orps_core.domain.tree import ROOT, Node, NodeId, SearchTree
from orps_core.ports import Ask, Asked, Expansion, Move, Pondering
from orps_core.search.anytime import Anytime
from orps_core.search.beam import Beam
from tests.fakes import node

DRAFT = Expansion(parent=ROOT, samples=1, move=Move.SAMPLE)
RULES = Expansion(parent=ROOT, samples=9)
SEARCH = Anytime(patience=3, calls=4)


def plan(*nodes: Node, asks: tuple[Ask, ...] = (DRAFT,), outcomes: str = "pp") -> Stop | None:
    """What stops the search when all that was asked for is answered; None when it goes on."""
    found = SEARCH.plan(SearchTree((node(0, None, outcomes), *nodes)), Asked(asks))
    return found if isinstance(found, Stop) else None


def repair(id: int, answers: str, ask: int) -> Node:  # noqa: A002  (the word of the domain)
    return replace(node(id, outcomes="pp", better=True), answers=tuple(answers), ask=ask)


def test_it_is_enough_when_the_critic_has_nothing_against_what_is_better() -> None:
    assert plan(node(1, ratio=2.0, better=True, score=4.0)) is Stop.SATISFIED
    assert plan(node(1, ratio=2.0, better=True, score=3.9)) is None
    assert plan(node(1, ratio=1.0, score=5.0)) is None


AGREEING = tuple(repair(n, "aab", ask=n - 1) for n in (1, 2, 3))
OPINION = Pondering(about=NodeId(1), kind=Thinking.OPINION)


def about(id: int) -> Pondering:  # noqa: A002
    return Pondering(about=NodeId(id), kind=Thinking.OPINION)


def said(value: float | None, about: int = 1, number: int = 0) -> Note:
    return Note(id=NoteId(number), kind=Thinking.OPINION, about=about, ask=3, text="so", value=value)


def test_it_is_enough_when_repairs_agree_and_the_critic_has_nothing_against_them() -> None:
    tree = SearchTree((node(0, None, "pf"), *AGREEING))
    asked = Asked((DRAFT, DRAFT, DRAFT, OPINION))
    for value, stops in ((4.0, True), (None, True), (3.9, False)):
        assert (SEARCH.plan(tree.note(said(value)), asked) is Stop.SATISFIED) is stops
    assert SEARCH.plan(tree, asked) is Stop.SATISFIED


def test_three_words_of_the_critic_against_what_repairs_agree_on_keep_the_search_going() -> None:
    once = SearchTree((node(0, None, "pf"), *AGREEING)).note(said(2.0))
    asked: tuple[Ask, ...] = (DRAFT, DRAFT, DRAFT, OPINION)
    assert SEARCH.plan(once, Asked(asked)) == [about(2), about(3)]
    asked = (*asked, about(2), about(3))
    against = once.note(said(3.0, 2, 1)).note(said(1.0, 3, 2))
    found = SEARCH.plan(against, Asked(asked))
    assert not isinstance(found, Stop)
    assert {type(ask) for ask in found} == {Expansion}
    favoured = once.note(said(5.0, 2, 1)).note(said(5.0, 3, 2))
    assert SEARCH.plan(favoured, Asked(asked)) is Stop.SATISFIED


def test_nobody_is_asked_to_write_more_while_the_critic_reads_what_repairs_agree_on() -> None:
    tree = SearchTree((node(0, None, "pf"), *AGREEING))
    assert SEARCH.plan(tree, Asked((DRAFT,) * 3)) == [OPINION]
    assert SEARCH.plan(tree, Asked((DRAFT, DRAFT, DRAFT, OPINION), frozenset({3}))) == ()


def test_with_half_of_the_calls_drawn_the_critic_is_asked_about_what_repairs_do_in_turn() -> None:
    one = SearchTree((node(0, None, "pf"), repair(1, "aab", ask=0)))
    others = (repair(2, "xyz", ask=1), repair(3, "xyz", ask=2), repair(4, "xyz", ask=3))
    two = SearchTree((*one.nodes, *others))
    drawn = (DRAFT,) * 4
    assert not _opinions(SEARCH.plan(one, Asked(drawn)))
    assert _opinions(SEARCH.plan(two, Asked(drawn))) == [2, 1, 3, 4]
    assert _opinions(SEARCH.plan(two, Asked((*drawn, about(2))))) == [1, 3, 4]
    early = SEARCH.plan(two, Asked(drawn[:3]))
    assert not isinstance(early, Stop)
    assert [type(ask) for ask in early[:2]] == [Expansion, Pondering]


def test_a_repair_that_passes_is_not_rewritten() -> None:
    found = SEARCH.plan(SearchTree((node(0, None, "pf"), repair(1, "aab", ask=0))), Asked((DRAFT,)))
    assert not isinstance(found, Stop)
    assert {ask.parent for ask in found if isinstance(ask, Expansion)} == {ROOT}


def _opinions(found: Sequence[Ask] | Stop) -> list[int]:
    assert not isinstance(found, Stop)
    return [ask.about for ask in found if isinstance(ask, Pondering)]


def test_a_critic_is_asked_about_what_stands_first_and_not_about_repairs_told_apart_by_answers() -> None:
    tree = SearchTree((node(0, None, "pp"), node(1, ratio=2.0, better=True)))
    assert SEARCH.consults(tree, node(2, ratio=3.0, better=True))
    assert not SEARCH.consults(tree, node(2, ratio=1.5, better=True))
    assert not SEARCH.consults(tree, node(2, outcomes="pf"))
    failing = SearchTree((node(0, None, "pf"),))
    assert not SEARCH.consults(failing, repair(1, "aab", ask=0))
    assert SEARCH.consults(failing, repair(1, "", ask=0))


def test_repairs_that_disagree_are_not_enough_however_well_the_critic_likes_one() -> None:
    liked = replace(repair(1, "aab", ask=0), critique=node(9, score=5.0).critique)
    assert plan(liked, repair(2, "xyz", ask=1), asks=(DRAFT, DRAFT), outcomes="pf") is None


def test_rules_that_agree_only_with_each_other_are_not_enough() -> None:
    by_rules = [repair(n, "aab", ask=0) for n in (1, 2, 3)]
    assert plan(*by_rules, asks=(RULES,), outcomes="pf") is None
    assert plan(*by_rules, repair(4, "xyz", ask=1), asks=(RULES, DRAFT), outcomes="pf") is None
    asks = (RULES, DRAFT, OPINION)
    assert plan(*by_rules, repair(4, "aab", ask=1), asks=asks, outcomes="pf") is Stop.SATISFIED


def test_it_is_enough_when_as_many_answers_as_it_is_patient_brought_nothing_better() -> None:
    best = replace(node(1, ratio=2.0, better=True), ask=0)
    worse = replace(node(2, ratio=1.5, better=True), ask=2)
    assert plan(best, worse, asks=(DRAFT,) * 3) is None
    assert plan(best, worse, asks=(DRAFT,) * 4) is Stop.UNLIKELY


def test_patience_is_with_the_model_and_only_where_something_better_was_found() -> None:
    best = replace(node(1, ratio=2.0, better=True), ask=0)
    assert plan(best, asks=(DRAFT, RULES, RULES, RULES)) is None
    assert plan(node(1, ratio=1.0), asks=(DRAFT,) * 9) is None


def test_answers_that_are_on_their_way_do_not_use_up_patience() -> None:
    tree = SearchTree((node(0, None, "pp"), replace(node(1, ratio=2.0, better=True), ask=0)))
    asked = Asked((DRAFT,) * 4, frozenset({2, 3}))
    assert not isinstance(SEARCH.plan(tree, asked), Stop)


def test_a_model_is_asked_after_the_rules_where_all_works_and_beside_them_where_cases_fail() -> None:
    search = Anytime(rules=Beam())
    for outcomes, moves in (("pp", {Move.REWRITE}), ("pf", {Move.REWRITE, Move.SAMPLE})):
        found = search.plan(SearchTree((node(0, None, outcomes),)), Asked())
        assert not isinstance(found, Stop)
        assert {ask.move for ask in found if isinstance(ask, Expansion)} == moves
