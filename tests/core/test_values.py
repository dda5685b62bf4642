"""Values refuse to be made wrong, and say what they hold."""

from collections.abc import Callable

import pytest

from orps_core.domain.budget import Budget, Spending
from orps_core.domain.chat import Outlay
from orps_core.domain.critique import Critique
from orps_core.domain.suite import Origin, TestCase, TestSuite
from orps_core.domain.target import Span
from orps_core.ports import Unavailable
from orps_core.source.targets import cut
from tests.fakes import TARGET, baseline, candidate

CASE = TestCase(name="a", origin=Origin.PYTEST, path="/a.py", line=1, found="")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Budget(seconds=0), "must be positive"),
        (lambda: Budget(executions=-1), "must be positive"),
        (lambda: Budget(calls=0), "must be positive"),
        (lambda: candidate(" \n"), "needs source text"),
        (lambda: Critique(advice="", score=0.9, author=""), "score outside 1..5"),
        (lambda: Critique(advice="", score=5.1, author=""), "score outside 1..5"),
        (lambda: TestSuite(cases=()), "at least one case"),
        (lambda: TestSuite(cases=(CASE, CASE)), "must be unique"),
        (lambda: Span(start=2, end=1), "not a span"),
        (lambda: Span(start=-1, end=1), "not a span"),
    ],
)
def test_a_value_cannot_be_made_wrong(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_span_lies_in_its_document() -> None:
    short = TARGET.module[:-1]
    with pytest.raises(ValueError, match="outside the document"):
        type(TARGET)(
            path="/a.py",
            module=short,
            runnable=short,
            qualname="f",
            span=TARGET.span,
            indent="",
            signature="def f(x)",
        )


def test_spending_is_within_a_budget_until_either_is_used_up() -> None:
    budget = Budget(seconds=2, executions=2)
    assert Spending(seconds=1.9, executions=1).within(budget)
    assert not Spending(seconds=2.0, executions=1).within(budget)
    assert not Spending(seconds=1.9, executions=2).within(budget)


@pytest.mark.parametrize("limit", [Budget(calls=3), Budget(tokens=90), Budget(cost=0.5)])
def test_what_models_cost_is_limited_too(limit: Budget) -> None:
    def after(calls: int, tokens: int, cost: float | None) -> Spending:
        return Spending(seconds=0, executions=0, models=Outlay(calls=calls, tokens=tokens, cost=cost))

    assert after(2, 89, 0.4).affords(limit)
    assert not after(3, 90, 0.5).affords(limit)
    # What needs no model goes on.
    assert after(3, 90, 0.5).within(limit)


def test_a_suite_can_be_asked_for_its_cases_of_one_origin() -> None:
    assert len(baseline("pp").suite.of(Origin.DOCTEST)) == 2
    assert baseline("pp").suite.of(Origin.PYTEST) == ()


@pytest.mark.parametrize(
    ("qualname", "name", "measured"),
    [
        ("f", "f", "f"),
        ("A.f", "f", "A.f"),
        ("A.g.<locals>.f", "f", "A.g"),
        ("g.<locals>.h.<locals>.f", "f", "g"),
    ],
)
def test_a_target_knows_its_name_and_what_can_be_called_from_outside(
    qualname: str, name: str, measured: str
) -> None:
    lines, depth = list[str](), 0
    for part in qualname.replace(".<locals>", "").split("."):
        lines.append("    " * depth + (f"class {part}:" if part == "A" else f"def {part}(self):"))
        depth += 1
    target = cut("/a.py", "\n".join([*lines, "    " * depth + "return 1"]), qualname)
    assert (target.name, target.measured) == (name, measured)


def test_an_error_that_ends_a_run_says_what_to_do() -> None:
    error = Unavailable("No tests.", "Write one.")
    assert (str(error), error.reason, error.advice) == ("No tests. Write one.", "No tests.", "Write one.")
