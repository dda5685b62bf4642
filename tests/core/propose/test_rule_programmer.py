"""The built-in programmer: whole candidates along a lineage, varied first, nothing twice."""

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest

from orps_core.domain.candidate import Candidate
from orps_core.domain.comparison import Static
from orps_core.domain.execution import Baseline, CaseResult, Confinement, Execution, Failed, Passed
from orps_core.domain.suite import Origin, TestCase, TestSuite
from orps_core.domain.target import Span, Target
from orps_core.domain.tree import ROOT, Node, NodeId
from orps_core.domain.verdict import Objective
from orps_core.ports import Brief, Expansion, Unusable
from orps_core.propose.function import Function
from orps_core.propose.rule_programmer import RuleProgrammer
from orps_core.propose.rules import CATALOGUE, Change, Gain, Rule
from tests.core.propose.rewriting import code

SOURCE = code("""
    def f(items, n):
        seen = []
        for i in range(len(items)):
            if items[i] not in seen:
                seen.append(items[i] ** 2)
        return sum(x for x in seen), int(math.sqrt(n)), max(n, 1)
    """)


def execution(passed: int, cases: int = 3) -> Execution:
    held = [CaseResult(case=f"c{i}", outcome=Passed()) for i in range(passed)]
    failed = [
        CaseResult(case=f"c{i}", outcome=Failed(expected="1", actual="2")) for i in range(passed, cases)
    ]
    return Execution(results=(*held, *failed), confinement=Confinement(level="limits-only", mechanisms=()))


def written(source: str) -> Candidate:
    return Candidate(source=source, rationale="as written", author="you")


def brief(source: str = SOURCE, objective: Objective = Objective.TIME, passed: int = 3) -> Brief:
    cases = tuple(
        TestCase(name=f"c{i}", origin=Origin.DOCTEST, path="m.py", line=i, found="doctest") for i in range(3)
    )
    target = Target(
        path="/m.py",
        module=source,
        runnable=source,
        qualname="f",
        span=Span(start=0, end=len(source.encode())),
        indent="",
        signature="(items, n)",
    )
    baseline = Baseline(suite=TestSuite(cases=cases), execution=execution(passed))
    return Brief(target=target, baseline=baseline, objective=objective)


def node(candidate: Candidate, round_: int = 0, passed: int = 3) -> Node:
    return Node(
        id=NodeId(round_),
        parent=ROOT if round_ else None,
        round=round_,
        candidate=candidate,
        execution=execution(passed),
        comparison=None,
        static=Static(lines=1, cyclomatic=1),
        verdict=None,
        critique=None,
    )


def proposals(
    given: Brief, lineage: Sequence[Node], siblings: Sequence[Candidate] = (), samples: int = 100
) -> list[Candidate]:
    programmer = RuleProgrammer()
    found = asyncio.run(programmer.propose(given, lineage, siblings, Expansion(parent=ROOT, samples=samples)))
    return list(found)


def test_rules_take_turns_and_what_may_change_the_complexity_comes_first() -> None:
    found = proposals(brief(), [node(written(SOURCE))])
    names = [one.author.removeprefix("rules/") for one in found]
    gains = {rule.name: rule.gain for rule in CATALOGUE}
    first = names[: len(set(names))]
    assert len(set(first)) == len(first)
    assert names[0] == "membership_set"
    assert [gains[name] for name in first] == sorted(gains[name] for name in first)


def test_samples_are_a_limit() -> None:
    assert len(proposals(brief(), [node(written(SOURCE))], samples=3)) == 3


def test_what_siblings_and_ancestors_tried_is_left_out() -> None:
    lineage = [node(written(SOURCE))]
    first, *others = proposals(brief(), lineage)
    assert proposals(brief(), lineage, siblings=[first]) == others
    again = proposals(brief(first.source), [*lineage, node(first, 1)])
    assert {SOURCE, first.source}.isdisjoint(one.source for one in again)


def test_a_lineage_composes_its_rules_imports_and_doubts() -> None:
    root = node(written(SOURCE))
    isqrt = next(one for one in proposals(brief(), [root]) if "math.isqrt" in one.source)
    assert (isqrt.author, isqrt.imports, isqrt.speculative) == ("rules/numeric_ops", ("import math",), True)
    then = proposals(brief(), [root, node(isqrt, 1)])
    inlined = next(one for one in then if one.author.endswith("+minmax_inline"))
    assert inlined.author == "rules/numeric_ops+minmax_inline"
    assert inlined.imports == ("import math",)
    assert inlined.speculative
    assert "math.isqrt(n), 1 if 1 > n else n" in inlined.source


def test_a_sound_rewrite_of_a_sound_parent_is_not_speculative() -> None:
    found = proposals(brief(), [node(written(SOURCE))])
    assert not next(one for one in found if one.author == "rules/minmax_inline").speculative


def test_nothing_to_propose_is_said() -> None:
    source = "def f(a):\n    return a"
    with pytest.raises(Unusable, match="no rule applies"):
        proposals(brief(source), [node(written(source))])


def test_a_candidate_that_is_no_function_has_no_proposals() -> None:
    with pytest.raises(Unusable):
        proposals(brief(), [node(written("import os"))])


def test_while_cases_fail_repairs_are_proposed_instead() -> None:
    given = brief(objective=Objective.FIX, passed=1)
    found = proposals(given, [node(written(SOURCE), passed=1)], samples=20)
    assert len(found) == 20
    assert found[0].author == "rules/comparison"
    assert found[0].rationale == "changes `not in` to `in` in line 4 of the function"
    assert all(one.speculative for one in found)


def test_a_repair_is_repaired_again_only_if_it_helped() -> None:
    given = brief(objective=Objective.FIX, passed=1)
    root = node(written(SOURCE), passed=1)
    (repair,) = proposals(given, [root], samples=1)
    assert proposals(given, [root, node(repair, 1, passed=2)], samples=1)[0].author.startswith(
        "rules/comparison+"
    )
    with pytest.raises(Unusable, match="repairs no case"):
        proposals(given, [root, node(repair, 1, passed=1)])


def test_rules_work_in_another_thread_than_the_event_loop() -> None:
    threads: list[int] = []

    def noting(function: Function) -> Iterator[Change]:
        threads.append(threading.get_ident())
        yield Change(edits=(function.before(function.body[0], "x = 1"),), rationale="Noted.")

    programmer = RuleProgrammer([Rule("noting", noting, Gain.CONSTANT)])
    asyncio.run(programmer.propose(brief(), [node(written(SOURCE))], (), Expansion(parent=ROOT, samples=1)))
    assert threads
    assert threading.get_ident() not in threads


def test_the_catalogue_is_ordered_by_gain_and_names_are_unique() -> None:
    gains = [rule.gain for rule in CATALOGUE]
    assert gains == sorted(gains)
    assert set(gains) == set(Gain)
    assert len({rule.name for rule in CATALOGUE}) == len(CATALOGUE) >= 20
