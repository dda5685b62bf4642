"""What was recorded is said again: to the same question, in the same order."""

import asyncio
from pathlib import Path

import pytest

from orps_core.chat.account import Account
from orps_core.chat.asking import Question
from orps_core.chat.replay import Recording, Replay
from orps_core.domain import journal
from orps_core.domain.budget import Budget
from orps_core.domain.chat import Message, Outlay, Purpose, Reply, Role, Usage
from orps_core.domain.events import Replied, Warned
from orps_core.ports import Unavailable, Unusable
from orps_core.tape import read_tape


def question(text: str, purpose: Purpose = Purpose.PROGRAMMER) -> Question:
    messages = (Message(role=Role.USER, text=text),)
    return Question(messages=messages, purpose=purpose, samples=1, temperature=None, limit=9)


def replied(asked: str, said: str, purpose: Purpose = Purpose.PROGRAMMER) -> Replied:
    reply = Reply(text=said, model="m", usage=Usage(prompt=2, completion=3, cost=0.5), seconds=1.0)
    request = question(asked, purpose).digest
    return Replied(purpose=purpose, request=request, replies=(reply,), calls=2, failed=1)


def taken(recording: Recording, asked: str, purpose: Purpose = Purpose.PROGRAMMER) -> str | None:
    found = recording.take(question(asked, purpose))
    return found.replies[0].text if found else None


def test_the_same_question_gets_its_answers_in_order() -> None:
    recording = Recording([replied("a", "1"), replied("b", "2"), replied("a", "3")])
    assert [taken(recording, each) for each in "baa"] == ["2", "1", "3"]
    assert taken(recording, "a") is None


def test_a_question_is_found_again_though_its_measurements_differ() -> None:
    recording = Recording([replied("it takes 1.27 s", "slow"), replied("it takes 31 ms", "fast")])
    assert taken(recording, "it takes 42 ms") == "fast"


def test_any_other_question_gets_the_next_answer_of_its_kind() -> None:
    recording = Recording([replied("x", "a critique", Purpose.CRITIC), replied("y", "code")])
    assert taken(recording, "something else") == "code"
    assert taken(recording, "something else") is None
    assert taken(recording, "z", Purpose.CRITIC) == "a critique"


def test_where_the_whole_run_is_repeated_no_question_gets_the_answer_to_another() -> None:
    recording = Recording([replied("it takes 1.27 s", "slow"), replied("y", "code")], exact=True)
    assert taken(recording, "it takes 42 ms") is None
    assert taken(recording, "y") == "code"


def test_a_replay_costs_what_the_run_did_and_is_recorded_again() -> None:
    failed = Replied(purpose=Purpose.CRITIC, request="", replies=(), calls=4, failed=4, failure="status 500")

    async def go() -> Account:
        account = Account(Budget())
        replay = Replay(Recording([replied("a", "1"), failed]), account)
        messages = question("a").messages
        found = await replay.complete(messages, purpose=Purpose.PROGRAMMER, limit=9)
        assert [reply.text for reply in found] == ["1"]
        with pytest.raises(Unusable, match="status 500"):
            await replay.complete(messages, purpose=Purpose.CRITIC, limit=9)
        with pytest.raises(Unusable, match="no further answer"):
            await replay.complete(messages, purpose=Purpose.CRITIC, limit=9)
        return account

    account = asyncio.run(go())
    assert account.outlay == Outlay(calls=6, failed=5, tokens=5, cost=0.5)
    assert account.drain() == [replied("a", "1"), failed]


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_journal_is_read_also_when_its_run_was_killed(tmp_path: Path) -> None:
    lines = [journal.write(Warned(message="x")), journal.write(replied("a", "1"))]
    path = written(tmp_path / "run.jsonl", *lines, lines[0][:40])
    assert taken(read_tape(path).answers, "a") == "1"


@pytest.mark.parametrize(
    ("text", "words"),
    [("hello", "not the journal"), (journal.write(Warned(message="x")), "No model was asked")],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Unavailable, match=words) as refused:
        _ = read_tape(written(tmp_path / "run.jsonl", text, journal.write(Warned(message="y")))).answers
    assert "--format jsonl" in refused.value.advice


def test_a_recording_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        read_tape(tmp_path / "none.jsonl")
