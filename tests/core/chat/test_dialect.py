"""What is learnt from the complaints of a real HTTP server, and not said to it again."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from orps_core.chat.account import Account
from orps_core.chat.caller import Caller, Patience
from orps_core.chat.endpoint import Address, Endpoint
from orps_core.domain.budget import Budget
from orps_core.domain.chat import Message, Purpose, Role
from orps_core.ports import Unavailable, Unusable
from tests.model_server import Act, Served, say, served

pytestmark = pytest.mark.slow  # importing openai alone takes a second

ASKED = (Message(role=Role.SYSTEM, text="be brief"), Message(role=Role.USER, text="hello there"))
QUICK = Patience(attempts=2, pause=0.01, wait=2.0, total=5.0)


def answers(state: Served, *, times: int = 1, samples: int = 1) -> list[str]:
    """What comes when as often is asked at once."""

    async def go() -> list[str]:
        endpoint = Endpoint(Address(url=state.url, model="small"), seed=7)
        caller = Caller(endpoint, Account(Budget()), QUICK)

        async def one() -> list[str]:
            try:
                replies = await caller.complete(
                    ASKED, purpose=Purpose.PROGRAMMER, samples=samples, temperature=0.5, limit=300
                )
            except (Unusable, Unavailable) as error:
                return [str(error)]
            return [reply.text for reply in replies]

        found = await asyncio.gather(*(one() for _ in range(times)))
        await endpoint.aclose()
        return [text for texts in found for text in texts]

    return asyncio.run(go())


def where(words: str, wrong: Callable[[dict[str, Any]], bool]) -> Callable[[dict[str, Any]], str | None]:
    return lambda request: words if wrong(request) else None


def without(**complaints: str) -> Callable[[dict[str, Any]], str | None]:
    return lambda request: next((words for name, words in complaints.items() if name in request), None)


@pytest.mark.parametrize(
    "words",
    [
        "Unknown parameter: 'n'.",
        "Only n = 1 is supported.",
        "n is not supported",
        "Unsupported parameter(s): n",
        "The number of choices must be 1",
    ],
)
def test_whoever_gives_one_answer_at_a_time_may_say_so_in_any_words(words: str) -> None:
    with served(say("got it"), complain=without(n=words)) as state:
        assert answers(state, samples=2) == ["got it"] * 2
    assert [each.get("n") for each in state.asked] == [2, None, None]


def test_no_question_is_lost_while_it_is_learnt_what_a_server_knows() -> None:
    """The first questions go out side by side, and all of them are refused for the same reason."""
    complaints = without(
        max_tokens="'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
        temperature="'temperature' does not support 0.5",
        stream_options="unknown field stream_options",
        seed="Unknown parameter: 'seed'.",
    )
    with served(say("got it"), complain=complaints) as state:
        assert answers(state, times=4) == ["got it"] * 4
    assert state.asked[-1].keys() == {"model", "messages", "stream", "max_completion_tokens"}


@pytest.mark.parametrize(
    "words",
    [
        "max_tokens is too large: 300. This model supports at most 100 completion tokens, you gave 300.",
        "`max_tokens` must be less than or equal to `100`, the maximum value for `max_tokens`",
        "Range of max_tokens should be [1, 100]",
        (
            "'max_tokens' or 'max_completion_tokens' is too large: 300. This model's maximum context length "
            "is 150 tokens and your request has 50 input tokens (300 > 150 - 50)."
        ),
    ],
)
def test_as_many_words_are_asked_for_as_a_server_says_it_gives(words: str) -> None:
    with served(say("got it"), complain=where(words, lambda asked: asked["max_tokens"] > 100)) as state:
        assert answers(state, times=2) == ["got it"] * 2
    assert state.asked[-1]["max_tokens"] == 100


@pytest.mark.parametrize(
    "words",
    [
        "System role not supported",
        "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
        "Developer instruction is not enabled for models/small",
        "Conversation roles must alternate user/assistant/user/assistant/...",
    ],
)
def test_whoever_knows_no_system_is_told_by_the_person_who_asks(words: str) -> None:
    with served(
        say("got it"),
        complain=where(words, lambda asked: asked["messages"][0]["role"] == "system"),
    ) as state:
        assert answers(state) == ["got it"]
    assert state.asked[-1]["messages"] == [{"role": "user", "content": "be brief\n\nhello there"}]


def test_a_choice_that_ends_with_an_error_is_no_answer() -> None:
    failed = {"delta": {"content": "ha"}, "finish_reason": "error", "error": {"code": 502, "message": "gone"}}
    body = f"data: {json.dumps({'choices': [failed]})}\n\n".encode()
    with served(Act(body=body, kind="text/event-stream"), say("got it")) as state:
        assert answers(state) == ["got it"]


def test_what_helps_nobody_is_not_asked_for_ever() -> None:
    words = "neither max_tokens nor max_completion_tokens"
    with served(say("got it"), complain=where(words, bool)) as state:
        assert answers(state) == ["small: it does not know all options of a request"]
    assert len(state.asked) < 30
