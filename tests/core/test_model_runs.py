"""Whole runs with a model on loopback, confined candidates included."""

import asyncio
from pathlib import Path

import pytest

from orps_core import Settings, Unavailable, cut, refine
from orps_core.cli import main
from orps_core.commands.saying import UNABLE
from orps_core.domain import journal
from orps_core.domain.budget import Budget
from orps_core.domain.events import Event, Finished, Judged, Replied, Warned
from orps_core.domain.settings import DEFAULT_TACTICS, Tactics
from orps_core.domain.target import Target
from tests.model_server import Act, Served, no, say, served

pytestmark = pytest.mark.slow

BROKEN = '''\
def middle(xs):
    """The median.

    >>> middle([3, 1, 2])
    2
    >>> middle([4, 1, 2, 3])
    2.5
    """
    return xs[len(xs) // 2] if xs else None
'''
RIGHT = """\
def middle(xs):
    xs, half = sorted(xs), len(xs) // 2
    if not xs:
        return None
    return xs[half] if len(xs) % 2 else (xs[half - 1] + xs[half]) / 2
"""
WRONG = "def middle(xs):\n    return sorted(xs)[len(xs) // 2] if xs else None\n"


@pytest.fixture
def target(tmp_path: Path) -> Target:
    path = tmp_path / "middles.py"
    path.write_text(BROKEN, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    return cut(str(path), BROKEN, "middle")


def run(
    target: Target, model: str, *, calls: int = 12, seconds: float = 60, tactics: Tactics = DEFAULT_TACTICS
) -> list[Event]:
    settings = Settings(model=model, budget=Budget(seconds=seconds, calls=calls), tactics=tactics)

    async def go() -> list[Event]:
        async with refine(target, settings) as events:
            return [event async for event in events]

    return asyncio.run(go())


def finish(events: list[Event]) -> Finished:
    assert isinstance(events[-1], Finished)
    return events[-1]


def test_a_model_repairs_what_no_rule_can_and_the_run_can_be_replayed(target: Target, tmp_path: Path) -> None:
    fences = [f"IDEA: {name}\n```python\n{code}```" for name, code in (("sort", WRONG), ("halve", RIGHT))]
    with served(say(fences[0]), say(fences[1])) as server:
        events = run(target, f"openai:{server.url}#small")
    best = finish(events).best
    assert best is not None
    assert (best.candidate.author, best.candidate.rationale) == ("model/small", "halve")
    path = tmp_path / "run.jsonl"
    path.write_text("".join(f"{journal.write(event)}\n" for event in events), encoding="utf-8")
    again = run(target, f"replay:{path}")
    replayed = finish(again).best
    assert replayed is not None
    assert replayed.candidate == best.candidate
    assert _said(again) == _said(events)[: len(_said(again))]


def _said(events: list[Event]) -> list[tuple[str, ...]]:
    return [tuple(r.text for r in event.replies) for event in events if isinstance(event, Replied)]


def test_with_half_of_all_calls_failing_the_best_is_found_within_the_budget(target: Target) -> None:
    trouble = [no(503), Act(text=RIGHT, how="drop"), no(429, retry_after="0.05"), Act(body=b"{", text="")]
    acts = [each for bad in trouble for each in (bad, say("I am not sure."))]
    with served(*acts, say(f"```python\n{RIGHT}```")) as server:
        events = run(target, f"openai:{server.url}#small", calls=30)
    assert finish(events).best is not None
    assert len(server.asked) <= 30
    told = [event.message for event in events if isinstance(event, Warned) and "small" in event.message]
    assert len(told) == len(set(told)) <= len(trouble)


def test_a_model_that_is_not_there_ends_the_run_before_it_begins(target: Target) -> None:
    with served() as server:
        pass
    with pytest.raises(Unavailable, match="Nothing answers"):
        run(target, f"openai:{server.url}#small")


def test_what_to_type_is_said_on_the_command_line_alone(
    target: Target, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{target.path}::{target.qualname}"
    assert main(["refine", name, "--model", "openai:http://127.0.0.1:9/v1#small", "--cost", "1"]) == UNABLE
    assert "or limit tokens instead (--price IN/OUT, --tokens N)." in capsys.readouterr().err


def test_a_model_that_goes_away_leaves_what_was_found(target: Target) -> None:
    with served(say(f"```python\n{WRONG}```"), no(401)) as server:
        events = run(target, f"openai:{server.url}#small")
    assert any(isinstance(event, Judged) for event in events)
    assert sum("refuses the key" in event.message for event in events if isinstance(event, Warned)) == 1
    finish(events)


SLOW = '''\
def doubles(xs):
    """What is there twice.

    >>> doubles([3, 1, 3, 2])
    [3]
    >>> doubles(list(range(300)) * 2) == list(range(300))
    True
    """
    found = []
    for at, x in enumerate(xs):
        if x in xs[at + 1:] and x not in found:
            found.append(x)
    return found
'''
COUNTING = """\
def doubles(xs):
    return [x for x in dict.fromkeys(xs) if xs.count(x) > 1]
"""


def asked(server: Served) -> list[str]:
    return [message["content"] for request in server.asked for message in request["messages"]]


def test_a_critic_reads_what_happened_and_what_it_says_is_kept(target: Target) -> None:
    review = "It does not sort.\nSCORE: 2"
    once = Tactics(lockstep=True, samples=1, rounds=0)
    with served(say(f"```python\n{WRONG}```"), say(review)) as server:
        events = run(target, f"openai:{server.url}#small", tactics=once)
    (node,) = (event.node for event in events if isinstance(event, Judged))
    assert node.critique is not None
    assert node.critique.author == "model/small"
    assert "It does not sort." in node.critique.advice
    assert len(server.asked) == 2
    assert "1 of 2 cases pass" in asked(server)[-1]
    assert "Review this version" in asked(server)[-1]


def test_who_makes_it_faster_is_told_where_the_time_goes(tmp_path: Path) -> None:
    path = tmp_path / "twice.py"
    path.write_text(SLOW, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    once = Tactics(strategy="perf-refine", rounds=1)
    with served(say(f"```python\n{COUNTING}```")) as server:
        run(cut(str(path), SLOW, "doubles"), f"openai:{server.url}#small", tactics=once)
    told = asked(server)[-1].partition("Where its time goes:")[2]
    assert "of the time, begun" in told
    assert "if x in xs[at + 1:] and x not in found:" in told
    assert "The dearest input takes" in told


STRANGE = (
    Act(body=b"<html>busy</html>", kind="text/html"),
    Act(body=b'{"choices": []}'),
    Act(body=b'{"choices": [{"mess'),
    Act(how="drop", text=RIGHT),
    no(429, retry_after="0.02"),
    no(500),
    say("I would rather talk about the weather."),
    say("```python\ndef middle(xs, key=None):\n    return sorted(xs, key=key)[0]\n```"),
    say('```python\ndef middle(xs):\n    """No cases."""\n    return 2\n```'),
    say(f"```python\n{WRONG}```"),
    say(f"```python\n{WRONG}```"),
)


def test_whatever_a_server_does_the_run_ends_with_the_best_that_was_verified(target: Target) -> None:
    with served(*STRANGE, Act(how="slow", text=f"```python\n{RIGHT}```")) as server:
        events = run(target, f"openai:{server.url}#small", calls=20)
    best = finish(events).best
    assert best is not None
    assert "half = sorted(xs), len(xs) // 2" in best.candidate.source
    assert ">>> middle([3, 1, 2])" in best.candidate.source
    assert len(server.asked) <= 20
    told = [event.message for event in events if isinstance(event, Warned)]
    assert len(told) == len(set(told))


def test_a_server_that_hangs_is_left_when_the_time_is_up(target: Target) -> None:
    with served(say(f"```python\n{RIGHT}```"), Act(how="hang")) as server:
        events = run(target, f"openai:{server.url}#small", seconds=6, tactics=Tactics(rules=False))
    assert finish(events).best is not None
