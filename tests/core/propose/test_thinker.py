"""What a model writes down besides candidates."""

import asyncio
from collections.abc import Sequence

import pytest

from orps_core.domain.note import Thinking
from orps_core.domain.tree import ROOT
from orps_core.ports import Pondering, Thought, Unusable
from orps_core.propose.thinker import ModelThinker, listed, value_of
from tests.core.propose.test_author import Listening, brief, parent
from tests.fakes import node


def think(
    chat: Listening, kind: Thinking, samples: int = 3, notes: tuple[str, ...] = ()
) -> Sequence[Thought]:
    thinker = ModelThinker(chat=chat, cases=lambda _: "")
    asked = Pondering(about=ROOT, kind=kind, samples=samples, notes=notes)
    lineage = (node(0, None), parent("def f(x): return 2 * x"))
    return asyncio.run(thinker.think(brief(), lineage, asked))


def test_a_list_becomes_one_thought_for_each_item() -> None:
    chat = Listening(["Here are some:\n1. sort first\n2) use a set,\n   then count\n- one pass\n4. more"])
    found = think(chat, Thinking.IDEAS)
    assert [each.text for each in found] == ["sort first", "use a set, then count", "one pass"]
    assert {each.value for each in found} == {None}


def test_a_judgement_has_a_value() -> None:
    (found,) = think(Listening(["It looks right.\nVALUE: 8"]), Thinking.WORTH)
    assert found.value == 8.0


def test_earlier_notes_and_the_version_are_shown() -> None:
    chat = Listening(["fine"])
    think(chat, Thinking.CHECK, notes=("first sort",))
    assert "first sort" in chat.last
    assert "return 2 * x" in chat.last


def test_every_kind_of_thinking_asks_in_its_own_words() -> None:
    chat = Listening(["1. x"])
    # A trace is made by running, an opinion is the critic's.
    kinds = set(Thinking) - {Thinking.TRACE, Thinking.OPINION}
    for kind in kinds:
        think(chat, kind)
    assert len({messages[-1].text for messages in chat.heard}) == len(kinds)


def test_nothing_written_is_unusable() -> None:
    with pytest.raises(Unusable):
        think(Listening(["<think>hm</think>"]), Thinking.PLAN)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ('["a", "b"]', ["a", "b"]),
        ('```json\n["a", "b"]\n```', ["a", "b"]),
        ("just one idea\nover two lines", ["just one idea over two lines"]),
        ("[not json", ["[not json"]),
        ("", []),
    ],
)
def test_lists_are_read_as_models_write_them(text: str, items: list[str]) -> None:
    assert listed(text) == items


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("VALUE: 1", Thinking.CHECK, 1.0),
        ("**Value:** 0", Thinking.VERIFY, 0.0),
        ("value = 7.5", Thinking.WORTH, 7.5),
        ("value: 99", Thinking.WORTH, 10.0),
        ("no idea", Thinking.WORTH, None),
        ("VALUE: 1", Thinking.PLAN, None),
    ],
)
def test_values_are_read_where_they_are_asked_for(text: str, kind: Thinking, value: float | None) -> None:
    assert value_of(text, kind) == value
