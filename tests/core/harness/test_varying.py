"""Calls for a function without tests: those that somebody wrote, and others near them, as text."""

import ast

from orps_core.execute.harness.varying import near, written

ROWS = [{"id": number} for number in range(60)]
SAMPLES = [
    "chosen(ROWS, [1, 2])",
    "chosen(unknown, [1])",
    "chosen(print, [1])",
    "chosen(..., [1])",
    "chosen(*ROWS)",
]


def chosen(rows: list[dict[str, int]], keys: list[int]) -> list[dict[str, int]]:
    return [row for row in rows if row["id"] in keys]


def test_names_stand_for_plain_values_of_the_module_or_the_call_is_left_out() -> None:
    (text,) = written(SAMPLES, globals())
    assert text == f"chosen({ROWS[:50]!r}, [1, 2])"


def test_calls_near_them_are_distinct_literals_and_always_the_same() -> None:
    found = list(near(SAMPLES, globals(), chosen))
    assert len(found) == len(set(found)) > 20
    assert found == list(near(SAMPLES, globals(), chosen))
    for text in found:
        call = ast.parse(text, mode="eval").body
        assert isinstance(call, ast.Call)
        assert [ast.literal_eval(each) for each in call.args]


def test_without_a_call_there_is_none_near_it() -> None:
    assert list(near(["chosen(unknown)"], globals(), chosen)) == []
