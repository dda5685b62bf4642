"""The step by which each strategy's paper is known, played on a tree without an engine, a model or a run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from orps_core.domain.events import Stop
from orps_core.domain.note import Note, NoteId, Thinking
from orps_core.domain.tree import ROOT, Node, NodeId, SearchTree
from orps_core.ports import Ask, Asked, Expansion, Move, Pondering, Strategy
from orps_core.search.codetree import CodeTree
from orps_core.search.dars import Dars
from orps_core.search.ldb import Ldb
from orps_core.search.lpw import Lpw
from orps_core.search.perf_refine import PerfRefine
from orps_core.search.reflexion import Reflexion
from orps_core.search.sampling import BestOfN, ChainOfThought
from orps_core.search.sra_mcts import SraMcts
from orps_core.search.tree_of_code import TreeOfCode
from tests.fakes import node

Said = tuple[str, float | None]
Writes = Callable[[Expansion], Node | None]
Thinks = Callable[[Pondering], Sequence[Said]]


def fails(outcomes: str = "pf", score: float = 3.0) -> Node:
    return node(0, outcomes=outcomes, score=score)


def passes(ratio: float | None = None) -> Node:
    return node(0, outcomes="pp", ratio=ratio, better=True)


def silent(ask: Pondering) -> Sequence[Said]:
    return [(f"{ask.kind.name.lower()} {at}", None) for at in range(ask.samples)]


@dataclass(slots=True)
class Play:
    """A run of a strategy whose every question is answered at once, in order."""

    strategy: Strategy
    writes: Writes
    thinks: Thinks = silent
    root: Node = field(default_factory=lambda: replace(node(0, None, "ff"), verdict=None))
    most: int = 200
    asks: list[Ask] = field(default_factory=list[Ask])
    stop: Stop | None = None

    def run(self) -> "Play":
        tree = SearchTree((self.root,))
        while len(self.asks) < self.most:
            plan = self.strategy.plan(tree, Asked(tuple(self.asks)))
            if isinstance(plan, Stop):
                self.stop = plan
                return self
            for ask in plan:
                tree = self._answered(tree, ask)
        raise AssertionError("it does not end")

    def _answered(self, tree: SearchTree, ask: Ask) -> SearchTree:
        position = len(self.asks)
        self.asks.append(ask)
        if isinstance(ask, Pondering):
            for text, value in self.thinks(ask):
                note = Note(
                    id=NoteId(len(tree.notes)),
                    kind=ask.kind,
                    about=ask.about,
                    ask=position,
                    text=text,
                    value=value,
                )
                tree = tree.note(note)
            return tree
        made = self.writes(ask)
        if made is None:
            return tree
        depth = tree[ask.parent].round + 1
        here = NodeId(len(tree.nodes))
        return tree.grow(replace(made, id=here, parent=ask.parent, round=depth, ask=position))

    @property
    def written(self) -> list[Expansion]:
        return [ask for ask in self.asks if isinstance(ask, Expansion)]

    def thought(self, kind: Thinking) -> list[Pondering]:
        return [ask for ask in self.asks if isinstance(ask, Pondering) and ask.kind is kind]

    @property
    def kinds(self) -> list[str]:
        return [ask.kind.name if isinstance(ask, Pondering) else ask.move.name for ask in self.asks]


def in_turn(*made: Node | None) -> Writes:
    """The nodes one after the other, the last again and again."""
    left = list(made)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_best_of_n_and_cot_ask_without_looking_at_what_came() -> None:
    play = Play(BestOfN(samples=5), in_turn(fails(), passes(), fails())).run()
    assert [ask.parent for ask in play.written] == [ROOT] * 5
    assert len({ask.hint for ask in play.written}) == 5
    assert len(Play(ChainOfThought(), in_turn(fails())).run().asks) == 1


def test_reflexion_writes_by_the_newest_reflection_and_stops_at_the_first_that_passes() -> None:
    thoughts = iter(["first", "second"])
    play = Play(Reflexion(), in_turn(fails(), fails(), passes()), lambda _: [(next(thoughts), None)]).run()
    assert play.kinds == ["SAMPLE", "REFLECTION", "REFINE", "REFLECTION", "REFINE"]
    assert [ask.hint for ask in play.written] == [None, "first", "second"]
    assert play.stop is Stop.SATISFIED


def test_ldb_debugs_the_function_as_it_is_block_by_block() -> None:
    play = Play(Ldb(), in_turn(fails(), passes())).run()
    assert play.kinds == ["TRACE", "BLOCKS", "REFINE"] * 2
    assert [ask.parent for ask in play.written] == [ROOT, 1]
    assert play.thought(Thinking.BLOCKS)[0].notes == ("trace 0",)
    assert play.written[0].hint == "blocks 0"


def test_ldb_begins_with_a_draft_where_nothing_fails_yet() -> None:
    root = replace(node(0, None, "pp"), verdict=None)
    assert Play(Ldb(), in_turn(passes()), root=root).run().kinds == ["SAMPLE"]


def test_codetree_writes_every_idea_and_corrects_what_fails_depth_first_at_no_warmth() -> None:
    play = Play(CodeTree(ideas=2, remedies=2, depth=2), in_turn(fails())).run()
    assert [(ask.parent, ask.hint) for ask in play.written] == [
        (ROOT, "ideas 0"),
        (1, "remedies 0"),
        (1, "remedies 1"),
        (ROOT, "ideas 1"),
        (4, "remedies 0"),
        (4, "remedies 1"),
    ]
    assert {ask.warmth for ask in play.written} == {0.0}


def test_codetree_gives_up_a_branch_that_gets_worse_or_no_better_against_the_critic() -> None:
    worse = Play(CodeTree(ideas=1, remedies=1), in_turn(fails("pf"), fails("ff"))).run()
    assert len(worse.written) == 2
    same = Play(CodeTree(ideas=1, remedies=1, depth=9), in_turn(fails("pf", 2.0))).run()
    assert len(same.written) == 3  # at depth 3 it would take a score of 3


def test_codetree_refines_what_passes_until_the_critic_accepts_it() -> None:
    def refuses(ask: Pondering) -> Sequence[Said]:
        return [("empty input", 0.0)] if ask.kind is Thinking.VERIFY else silent(ask)

    play = Play(CodeTree(ideas=1, remedies=1, depth=3), in_turn(fails(), passes()), refuses).run()
    assert play.kinds == [
        "IDEAS",
        "SAMPLE",
        "REMEDIES",
        "REFINE",
        "VERIFY",
        "REFINEMENTS",
        "REFINE",
        "VERIFY",
    ]
    assert play.thought(Thinking.REFINEMENTS)[0].notes == ("empty input",)
    # At the last level one that passes is accepted, below another that passed.
    assert play.stop is Stop.SATISFIED


def test_codetree_asks_its_critic_about_what_fails_and_may_be_corrected() -> None:
    tree = SearchTree((node(0, None),))
    at = CodeTree(depth=2)
    assert at.consults(tree, fails())
    assert not at.consults(tree, passes())
    assert not at.consults(tree, replace(fails(), round=2))


def test_sra_mcts_looks_one_step_ahead_of_the_best_and_goes_on_where_nobody_was() -> None:
    worths = iter([5.0, 3.0, 4.0, 9.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0])

    def thinks(ask: Pondering) -> Sequence[Said]:
        if ask.kind is Thinking.STEPS:
            return [(f"{len(ask.notes)}{'abc'[at]}", None) for at in range(ask.samples)]
        return [("because", next(worths))]

    play = Play(SraMcts(programs=2), in_turn(fails()), thinks).run()
    steps = play.thought(Thinking.STEPS)
    assert [ask.samples for ask in steps] == [3, 2, 3, 2]
    assert steps[1].notes == ("0a", "Said of these: because")  # ahead of the best of three
    assert steps[2].notes == ("0c", "Said of these: because")  # the better of the two not visited yet
    # (5 + 9) / 2 is the best worth: the first step, followed by nothing that was only looked at.
    assert play.written[0].hint == "follow these steps:\n1. 0a"


def test_sra_mcts_ends_at_a_path_that_is_good_enough() -> None:
    def thinks(ask: Pondering) -> Sequence[Said]:
        return [("done", 9.0)] if ask.kind is Thinking.WORTH else silent(ask)

    play = Play(SraMcts(iterations=9, programs=1), in_turn(fails()), thinks).run()
    assert [ask.samples for ask in play.thought(Thinking.STEPS)] == [3, 2]


def test_lpw_codes_when_a_walk_agrees_with_every_case_and_holds() -> None:
    values = iter([0.0, 1.0, 0.0, 1.0, 1.0])

    def thinks(ask: Pondering) -> Sequence[Said]:
        checked = ask.kind in {Thinking.CHECK, Thinking.RECHECK}
        return [(f"{ask.kind.name.lower()}", next(values) if checked else None)]

    play = Play(Lpw(), in_turn(fails(), passes()), thinks).run()
    # A walk that disagrees revises the plan; one that does not hold is made again with the same plan.
    revised = ["PLAN", "CHECK", "PLAN", "CHECK", "RECHECK", "CHECK", "RECHECK"]
    assert play.kinds == [*revised, "SAMPLE", "TRACE", "DEVIATION", "REFINE"]
    assert play.thought(Thinking.RECHECK)[0].notes == ("plan", "check")
    assert "plan" in (play.written[0].hint or "")
    assert play.written[1].hint == "deviation"


def test_tree_of_code_grows_below_what_fails_only_level_by_level() -> None:
    play = Play(TreeOfCode(width=3, depth=3), in_turn(passes(), fails(), passes(), passes())).run()
    assert [ask.parent for ask in play.written] == [ROOT] * 3 + [2] * 3
    assert len({ask.hint for ask in play.written}) == 6


def test_dars_goes_back_to_the_shallowest_point_knowing_all_that_was_done_after_it() -> None:
    def thinks(ask: Pondering) -> Sequence[Said]:
        return [("2 it is", 2.0)] if ask.kind is Thinking.CHOICE else silent(ask)

    play = Play(Dars(depth=2, trajectories=2), in_turn(fails(), fails(), passes()), thinks).run()
    assert play.kinds == ["SAMPLE", "REFINE", "ALTERNATIVES", "CHOICE", "REFINE"]
    (others,) = play.thought(Thinking.ALTERNATIVES)
    assert (others.about, others.samples) == (1, 3)
    assert others.notes == ("then why not: 1 of 2 cases pass",)
    assert (play.written[-1].parent, play.written[-1].hint, play.written[-1].warmth) == (
        ROOT,
        "alternatives 2",
        0.8,
    )


def test_perf_refine_takes_back_what_is_slower_and_goes_on_from_what_was_kept() -> None:
    root = replace(node(0, None, "pp"), verdict=None)
    play = Play(PerfRefine(steps=4), in_turn(passes(2.0), passes(1.5), passes(3.0), fails()), root=root).run()
    assert [(ask.parent, ask.move) for ask in play.written] == [
        (ROOT, Move.PROFILE),
        (1, Move.PROFILE),
        (1, Move.PROFILE),
        (3, Move.PROFILE),
    ]
