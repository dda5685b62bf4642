"""What is read out of a model's thoughts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orps_core.domain.note import Thinking
from orps_core.domain.tree import ROOT
from orps_core.ports import Pondering
from orps_core.propose.thinking import read_thoughts


def read(text: str, kind: Thinking, samples: int = 3) -> list[tuple[str, float | None]]:
    thoughts = read_thoughts(text, Pondering(about=ROOT, kind=kind, samples=samples))
    return [(each.text, each.value) for each in thoughts]


@pytest.mark.parametrize(
    "text",
    [
        "1. use a set\n2. sort first\n3. count\n4. too many",
        "Sure, here they are:\n\n- use a set\n- sort\n  first\n* count",
        "1) use a set\n\n2) sort first\n\n3) count",
        "<think>1. wrong</think>\n1. use a set\n2. sort first\n3. count",
        "use a set\n\nsort\nfirst\n\ncount",
    ],
)
def test_a_list_is_cut_into_its_items_however_it_is_written(text: str) -> None:
    assert [said for said, _ in read(text, Thinking.IDEAS)] == ["use a set", "sort first", "count"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("It misses the empty list.\n<value>0</value>", 0.0),
        ("First <value>3</value>, no: <value>8.5</value>", 8.5),
        ("<value>7", 7.0),
        ("It is fine.", None),
    ],
)
def test_the_last_value_counts_and_may_be_missing(text: str, value: float | None) -> None:
    ((said, found),) = read(text, Thinking.WORTH)
    assert found == value
    assert "<value>" not in said


@given(st.text(), st.sampled_from(Thinking), st.integers(1, 5))
def test_any_text_is_read_and_no_more_is_read_than_was_asked_for(
    text: str, kind: Thinking, samples: int
) -> None:
    assert len(read(text, kind, samples)) <= samples


def test_nothing_is_read_out_of_nothing() -> None:
    assert read(" \n", Thinking.IDEAS) == []
    assert read("<think>hm</think>", Thinking.REFLECTION) == []
