"""A model behind a real HTTP server, with everything that can go wrong there."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from orps_core.chat.account import Account
from orps_core.chat.caller import Caller, Patience
from orps_core.chat.endpoint import Address, Endpoint, Timeouts
from orps_core.chat.failing import retry_after
from orps_core.domain import journal
from orps_core.domain.budget import Budget
from orps_core.domain.chat import Message, Outlay, Price, Purpose, Reply, Role
from orps_core.domain.events import Replied, Warned
from orps_core.ports import OutOfBudget, Unavailable, Unusable
from tests.model_server import Act, Served, no, say, served

pytestmark = pytest.mark.slow  # importing openai alone takes a second

QUICK = Patience(attempts=4, pause=0.01, wait=2.0, total=5.0)
LONG = Timeouts()
SHORT = Timeouts(connect=1.0, first=0.8, between=0.8)
EVENTS = "text/event-stream"
HELLO = (Message(role=Role.USER, text="hello there"),)


class Run:
    """What came of asking, all accounts included."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.errors: list[Exception] = []
        self.outlay = Outlay()
        self.told: list[str] = []
        self.written: list[Replied] = []

    @property
    def texts(self) -> list[str]:
        return [reply.text for reply in self.replies]


def ask(
    server: Served,
    *,
    times: int = 1,
    samples: int = 1,
    limit: int = 300,
    key: str | None = None,
    price: Price | None = None,
    budget: Budget | None = None,
    patience: Patience = QUICK,
    timeouts: Timeouts = LONG,
    at_once: bool = False,
) -> Run:
    run = Run()

    async def one(caller: Caller) -> None:
        try:
            run.replies += await caller.complete(
                HELLO, purpose=Purpose.PROGRAMMER, samples=samples, temperature=0.5, limit=limit
            )
        except (Unusable, Unavailable) as error:
            run.errors.append(error)

    async def go() -> None:
        account = Account(budget or Budget())
        endpoint = Endpoint(Address(url=server.url, model="small"), key, price, timeouts)
        caller = Caller(endpoint, account, patience)
        if at_once:
            await asyncio.gather(*(one(caller) for _ in range(times)))
        else:
            for _ in range(times):
                await one(caller)
        run.outlay = account.outlay
        for event in account.drain():
            if isinstance(event, Warned):
                run.told.append(event.message)
            else:
                run.written.append(event)
        await endpoint.aclose()

    asyncio.run(go())
    return run


def test_an_answer_comes_with_what_it_took() -> None:
    with served(say("def f(): ...")) as server:
        run = ask(server, price=Price(prompt=1.0, completion=2.0))
    assert run.texts == ["def f(): ..."]
    usage = run.replies[0].usage
    assert (usage.prompt, usage.completion, usage.estimated) == (2, 3, False)
    assert usage.cost == pytest.approx((2 * 1.0 + 3 * 2.0) / 1e6)
    assert run.outlay == Outlay(calls=1, tokens=5, cost=usage.cost)
    assert run.written[0].replies == tuple(run.replies)


def test_an_unknown_price_is_not_nothing() -> None:
    with served(say("x")) as server:
        run = ask(server)
    assert run.replies[0].usage.cost is None
    assert run.outlay.cost is None


def test_tokens_nobody_counts_are_estimated_and_marked() -> None:
    with served(Act(text="some words" * 9, usage=False)) as server:
        run = ask(server)
    assert run.replies[0].usage.estimated
    assert run.outlay.tokens > 9


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (no(429, retry_after="0.05"), "429"),
        (no(500), "500"),
        (no(503), "503"),
        (Act(how="hang"), "in time"),
        (Act(text="a long answer " * 9, how="drop"), "broke off"),
        (Act(body=b'{"choices": [{"mess', kind="application/json"), "malformed"),
        (Act(body=b"<html>hi</html>", kind="text/html"), "text/html"),
        (Act(body=b'{"choices": []}', kind="application/json"), "empty"),
        (Act(text=None, stream=False), "empty"),
        (Act(body=b"no gzip", headers=(("Content-Encoding", "gzip"),)), "broke off"),
        (Act(body=b'data: {"choices": [{"delta": {"content": "ha"}}]}\n\n', kind=EVENTS), "broke off"),
        (Act(body=b"[" * 100_000), "malformed"),
        (Act(body=b'data: {"error": {"message": "overloaded"}}\n\n', kind=EVENTS), "overloaded"),
    ],
)
def test_what_may_pass_is_tried_again_and_told_once(trouble: Act, words: str) -> None:
    with served(trouble, trouble, say("got it")) as server:
        run = ask(server, timeouts=SHORT if trouble.how == "hang" else LONG)
    assert run.texts == ["got it"]
    assert (run.outlay.calls, run.outlay.failed) == (3, 2)
    assert len(run.told) == 1
    assert words in run.told[0]


@pytest.mark.parametrize("kind", [EVENTS, "application/json"])
def test_what_comes_without_end_is_not_read_to_its_end(kind: str) -> None:
    with served(Act(body=b'data: {"choices": "' + b"x" * 9_000_000, kind=kind), say("got it")) as server:
        run = ask(server)
    assert run.texts == ["got it"]
    assert "without end" in run.told[0]


CHUNK = json.dumps({"choices": [{"delta": {"content": "hi\ud800"}, "finish_reason": "stop"}]}).encode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (CHUNK, EVENTS),
        (b"\xef\xbb\xbfdata: " + CHUNK, EVENTS),
        (b"data: " + CHUNK + b"\r\n\r\ndata: [DONE]\r\n", "application/json"),
        (b"data: " + CHUNK + b"\n\n", "text/plain"),
        (CHUNK + b"\n" + CHUNK.replace(b"hi", b"ho") + b"\n", "application/x-ndjson"),
    ],
)
def test_an_answer_is_understood_whatever_the_server_says_it_is(body: bytes, kind: str) -> None:
    with served(Act(body=body, kind=kind)) as server:
        run = ask(server)
    assert run.texts[0].startswith("hi?")
    assert len(server.asked) == 1


PARTS: list[dict[str, Any]] = [
    {"delta": {"content": "he"}},
    {"delta": {"content": "llo"}},
    {"delta": {}, "finish_reason": "stop"},
]


def events(*choices: object, start: str = "data: ", end: str = "\n\n") -> bytes:
    return "".join(f"{start}{json.dumps({'choices': [each]})}{end}" for each in choices).encode()


def message(**said: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", **said}}]}, indent=1).encode()


TOOL = {"function": {"name": "write", "arguments": "hello"}}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (events(*PARTS, start="data:", end="\r\n\r\n"), EVENTS),
        (events(*PARTS, end="\n"), EVENTS),
        (b": wait\n\nevent: ping\ndata: {}\n\nid: 7\nretry: 9\n" + events(*PARTS), EVENTS),
        (b"data: " + message(content="hello").replace(b"\n", b"\ndata: ") + b"\n\ndata: [DONE]\n\n", EVENTS),
        (events(*PARTS[:2], {"message": {"content": "hello"}, "finish_reason": "stop"}), EVENTS),
        (events({"delta": {"tool_calls": [TOOL]}}, PARTS[2]), EVENTS),
        (message(content="hello") + b"\ndata: [DONE]\n", EVENTS),
        (message(content=["hel", {"type": "text", "text": "lo"}, {"type": "image"}]), "application/json"),
        (message(content=None, tool_calls=[TOOL]), "application/json"),
        (message(content=None, refusal="hello"), "application/json"),
        (b'{"choices": [{"text": "hello", "index": "0"}]}', "application/json"),
    ],
)
def test_what_servers_do_to_the_protocol_is_read_at_the_first_time(body: bytes, kind: str) -> None:
    with served(Act(body=body, kind=kind), no(500)) as server:
        run = ask(server)
    assert run.texts == ["hello"]
    assert run.outlay.failed == 0


def test_thoughts_are_an_answer_where_nothing_else_came() -> None:
    with served(Act(body=message(content="", reasoning_content="first, def f"))) as server:
        assert ask(server).texts == ["<think>\nfirst, def f"]


@pytest.mark.parametrize(
    ("body", "calls", "words"),
    [
        (b'{"error": {"message": "no slot", "code": 503}}', 4, "answered with an error: no slot"),
        (b'{"error": "no such model"}', 4, "answered with an error: no such model"),
        (b'{"detail": "Not authenticated"}', 4, "Not authenticated"),
        (b'{"object": "error", "message": "no such model", "code": 404}', 1, "no such model"),
        (b'{"choices": [{"message": {"content": null}, "finish_reason": "length"}]}', 1, "thinks less"),
        (b'{"choices": [{"message": {}, "finish_reason": "content_filter"}]}', 4, "filter"),
        (b"", 4, "an empty answer"),
        (b'{"error": ' * 900 + b"1" + b"}" * 900, 4, "an error"),
    ],
)
def test_what_is_no_answer_is_told_in_the_servers_words(body: bytes, calls: int, words: str) -> None:
    with served(Act(body=body)) as server:
        run = ask(server)
    assert isinstance(run.errors[0], Unusable)
    assert words in str(run.errors[0])
    assert len(server.asked) == calls


HUGE = '{"prompt_tokens": 1' + "0" * 400 + ', "completion_tokens": 2}'


@pytest.mark.parametrize(
    "usage", ['{"prompt_tokens": -5, "completion_tokens": 2}', HUGE, '"many"', "null", "[]"]
)
def test_a_count_that_cannot_be_is_estimated_instead(usage: str) -> None:
    body = f'{{"choices": [{{"message": {{"content": "fine"}}}}], "usage": {usage}}}'
    with served(Act(body=body.encode())) as server:
        run = ask(server)
    assert run.texts == ["fine"]
    assert run.replies[0].usage.estimated
    assert run.outlay.tokens > 0


def test_what_separates_lines_in_unicode_only_does_not_part_an_answer() -> None:
    text = "before\u2028and\u0085after"
    chunk = json.dumps(
        {"choices": [{"delta": {"content": text}, "finish_reason": "stop"}]}, ensure_ascii=False
    )
    with served(Act(body=f"data: {chunk}\r\n\r\ndata: [DONE]\r\n\r\n".encode(), kind=EVENTS)) as server:
        run = ask(server)
    assert run.texts == [text]


def test_half_a_character_is_written_down_as_it_can_be() -> None:
    with served(Act(body=rb'{"choices": [{"message": {"content": "x = \ud800"}}]}')) as server:
        run = ask(server)
    journal.write(run.written[0]).encode("utf-8")


def test_slow_words_are_waited_for_as_long_as_they_come() -> None:
    with served(Act(text="one word after another " * 6, how="slow")) as server:
        run = ask(server, timeouts=SHORT)
    assert run.outlay.failed == 0


@pytest.mark.parametrize("usage", [True, False])
def test_a_server_that_does_not_stream_is_understood(usage: bool) -> None:  # noqa: FBT001
    with served(Act(text="all at once", stream=False, usage=usage)) as server:
        run = ask(server)
    assert run.texts == ["all at once"]


def test_an_answer_cut_at_its_limit_says_so() -> None:
    with served(Act(text="half a func", finish="length")) as server:
        run = ask(server)
    assert not run.replies[0].complete


def test_trouble_without_end_is_unusable_and_in_the_journal() -> None:
    with served(no(500)) as server:
        run = ask(server)
    assert isinstance(run.errors[0], Unusable)
    assert (run.outlay.calls, run.outlay.failed) == (4, 4)
    assert run.written[0].replies == ()
    assert "500" in (run.written[0].failure or "")


def test_with_half_of_all_calls_failing_everything_is_answered() -> None:
    faults = [
        no(500),
        say("a"),
        no(429, retry_after="0.01"),
        say("b"),
        Act(text="c" * 50, how="drop"),
        say("c"),
    ]
    with served(*faults, say("d")) as server:
        run = ask(server, times=4)
    assert run.texts == ["a", "b", "c", "d"]
    assert run.outlay.failed == 3


def test_several_answers_are_asked_for_at_once_where_that_is_known() -> None:
    with served(say("same")) as server:
        run = ask(server, samples=3)
    assert run.texts == ["same"] * 3
    assert [each.get("n") for each in server.asked] == [3]
    assert run.outlay.calls == 3
    assert sum(reply.usage.prompt for reply in run.replies) == 2


def test_a_server_that_gives_one_at_a_time_is_asked_side_by_side() -> None:
    with served(say("one"), several=False) as server:
        run = ask(server, samples=3, times=2)
    assert run.texts == ["one"] * 6
    assert [each.get("n") for each in server.asked] == [3, None, None, None, None, None]


@pytest.mark.parametrize(
    ("complaint", "left_out"),
    [
        ("Unsupported parameter: 'max_tokens', use 'max_completion_tokens'", "max_tokens"),
        ("unknown field stream_options", "stream_options"),
        ("'temperature' does not support 0.5", "temperature"),
        ([{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}], "stream_options"),
    ],
)
def test_what_a_server_does_not_know_is_not_said_again(complaint: object, left_out: str) -> None:
    refusal = Act(status=422, body=json.dumps({"detail": complaint}).encode())
    with served(refusal if isinstance(complaint, list) else no(400, str(complaint)), say("fine")) as server:
        run = ask(server, times=2)
    assert run.texts == ["fine", "fine"]
    assert [left_out in each for each in server.asked] == [True, False, False]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (no(400, "This model's maximum context length is 8192 tokens."), "with a longer context"),
        (no(413, "Request too large"), "with a longer context"),
        (no(400, "messages must alternate"), "messages must alternate"),
        (Act(status=400, body=b"<html>Bad</html>", kind="text/html"), "(400)"),
    ],
)
def test_a_question_that_is_refused_is_not_asked_again(act: Act, words: str) -> None:
    with served(act) as server:
        run = ask(server)
    assert len(server.asked) == 1
    assert words in str(run.errors[0])


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (no(401, "bad key"), "OPENAI_API_KEY"),
        (no(403, "not in your country"), "not in your country"),
        (Act(status=404, body=b'{"error": "pull it first"}'), "pull it first"),
        (no(405, "no such method"), "mostly ends in /v1"),
        (no(402, "add credits"), "paid first (402: add credits)"),
        (no(429, retry_after="3600"), "left alone for 3600 s"),
        (no(429, "You exceeded your current quota: insufficient_quota"), "paid"),
    ],
)
def test_what_cannot_pass_ends_the_asking(act: Act, words: str) -> None:
    with served(act) as server:
        run = ask(server)
    assert isinstance(run.errors[0], Unavailable)
    assert words in str(run.errors[0])
    assert len(server.asked) == 1


def test_a_question_is_not_sent_on_to_another_address() -> None:
    with served(say("x")) as other:
        place = (("Location", f"{other.url}/chat/completions"),)
        with served(Act(status=307, body=b"", headers=place)) as server:
            run = ask(server)
        assert other.asked == []
    assert isinstance(run.errors[0], Unavailable)
    assert run.errors[0].advice.endswith(f"points to: {other.url}.")


def test_nobody_there_is_said_with_what_to_do() -> None:
    with served(say("x")) as server:
        pass
    run = ask(server)
    assert isinstance(run.errors[0], Unavailable)
    assert "orps endpoints" in run.errors[0].advice


def test_a_key_is_sent_and_never_shown() -> None:
    with served(say("x"), key="sk-secret") as server:
        assert ask(server, key="sk-secret").texts == ["x"]
        refused = ask(server, key="sk-other")
    with served(Act(body=b'{"error": "sk-other is wrong"}')) as server:
        wrong = ask(server, key="sk-other")
    for run in (refused, wrong):
        assert run.errors
        assert "sk-other" not in f"{run.errors} {run.told} {run.written}"


def test_no_more_calls_are_made_than_allowed_even_side_by_side() -> None:
    with served(say("x")) as server:
        run = ask(server, times=9, budget=Budget(calls=4), at_once=True)
    assert len(server.asked) == 4
    assert run.outlay.calls == 4
    assert sum(isinstance(error, OutOfBudget) for error in run.errors) == 5


def test_failed_calls_count_as_calls() -> None:
    with served(no(500)) as server:
        run = ask(server, times=3, budget=Budget(calls=6))
    assert len(server.asked) == 6
    assert run.outlay == Outlay(calls=6, failed=6)


def test_tokens_are_set_aside_before_they_are_spent() -> None:
    with served(say("word " * 200)) as server:
        run = ask(server, times=9, limit=400, budget=Budget(tokens=1500), at_once=True)
    assert 0 < run.outlay.tokens <= 1500
    assert any(isinstance(error, OutOfBudget) for error in run.errors)


def test_money_is_set_aside_before_it_is_spent() -> None:
    with served(say("word " * 200)) as server:
        price = Price(prompt=1.0, completion=10.0)
        run = ask(server, times=9, limit=400, price=price, budget=Budget(cost=0.01), at_once=True)
    assert run.outlay.cost is not None
    assert 0 < run.outlay.cost <= 0.01


def test_calls_are_made_side_by_side_up_to_a_bound() -> None:
    with served(Act(text="word " * 20, how="slow")) as server:
        ask(server, times=8, at_once=True, patience=Patience(side_by_side=3))
    assert server.most == 3


def test_whoever_hangs_is_left_when_the_time_is_up() -> None:
    with served(Act(how="hang")) as server:
        run = ask(server, budget=Budget(seconds=0.5), timeouts=Timeouts(first=60), patience=Patience())
    assert isinstance(run.errors[0], Unusable)
    assert run.outlay.failed == 1


def test_a_call_that_is_cancelled_has_been_made_and_is_written_down() -> None:
    async def go(server: Served) -> Account:
        account = Account(Budget())
        endpoint = Endpoint(Address(url=server.url, model="small"))
        asked = Caller(endpoint, account).complete(HELLO, purpose=Purpose.CRITIC, limit=9)
        task = asyncio.create_task(asked)
        while not server.asked:  # noqa: ASYNC110  (the server is in another thread)
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        await endpoint.aclose()
        return account

    with served(Act(how="hang")) as server:
        account = asyncio.run(go(server))
    assert (account.outlay.calls, account.outlay.failed) == (1, 1)
    (written,) = account.drain()
    assert isinstance(written, Replied)
    assert written.failure == "nobody waited for it any more"


def test_a_wait_that_is_too_long_is_not_waited() -> None:
    with served(no(429, retry_after="10")) as server:
        run = ask(server)
    assert len(server.asked) == 1
    assert isinstance(run.errors[0], Unusable)


def names_of(server: Served) -> Sequence[str] | None:
    async def go() -> Sequence[str] | None:
        endpoint = Endpoint(Address(url=server.url, model=""))
        try:
            return await endpoint.models()
        finally:
            await endpoint.aclose()

    return asyncio.run(go())


def test_a_server_says_what_it_has() -> None:
    with served(models=("a", "b")) as server:
        assert names_of(server) == ["a", "b"]
    with pytest.raises(Unavailable, match="Nothing answers"):
        names_of(server)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({}, None),
    ],
)
def test_a_wish_to_wait_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
