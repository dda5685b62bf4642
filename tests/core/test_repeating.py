"""A recorded run is repeated bit for bit, with nobody to ask and nothing to run."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from orps_core import Settings, Unavailable, cut, refine
from orps_core.domain import journal
from orps_core.domain.budget import Budget
from orps_core.domain.events import Event, Finished, Judged, Replied, Started, Warned
from orps_core.domain.settings import Tactics
from orps_core.domain.target import Target
from orps_core.tape import read_tape
from tests.model_server import Act, no, say, served

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
SLOW = '''\
def doubles(xs):
    """What is there twice.

    >>> doubles([3, 1, 3, 2])
    [3]
    >>> doubles(list(range(30)) * 2) == list(range(30))
    True
    """
    found = []
    for at, x in enumerate(xs):
        if x in xs[at + 1:] and x not in found:
            found.append(x)
    return found
'''
REPAIRS = (
    "def middle(xs):\n    return sorted(xs)[len(xs) // 2] if xs else None\n",
    """\
def middle(xs):
    xs, half = sorted(xs), len(xs) // 2
    if not xs:
        return None
    return xs[half] if len(xs) % 2 else (xs[half - 1] + xs[half]) / 2
""",
    "def middle(xs):\n    import statistics\n    return statistics.median(xs) if xs else None\n",
    "def middle(xs, y):\n    return 1\n",
)
REWRITES = (
    """\
def doubles(xs):
    seen, found = set(), {}
    for x in xs:
        if x in seen:
            found[x] = None
        seen.add(x)
    return list(found)
""",
    "def doubles(xs):\n    return [x for x in dict.fromkeys(xs) if xs.count(x) > 1]\n",
)


def of(folder: Path, text: str) -> Target:
    folder.mkdir(exist_ok=True)
    path = folder / "it.py"
    path.write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text("", encoding="utf-8")
    return cut(str(path), text, text.split("(", maxsplit=1)[0].removeprefix("def "))


def run(target: Target, settings: Settings) -> list[Event]:
    async def go() -> list[Event]:
        async with refine(target, settings) as events:
            return [event async for event in events]

    return asyncio.run(go())


def write(events: list[Event]) -> list[str]:
    return [journal.write(event) for event in events]


def recorded(target: Target, settings: Settings, place: Path, *acts: Act) -> tuple[list[Event], str]:
    """A run with a model that says this, and the name of the model that says it again."""
    if acts:
        with served(*acts) as server:
            events = run(target, replace(settings, model=f"openai:{server.url}#small"))
    else:
        events = run(target, settings)
    path = place / "run.jsonl"
    path.write_text("".join(f"{line}\n" for line in write(events)), encoding="utf-8")
    return events, f"replay:{path}"


def changed(path: str, *pairs: tuple[str, str]) -> str:
    """Another recording, with these words in place of those."""
    file = Path(path.removeprefix("replay:"))
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    other = file.with_name("other.jsonl")
    other.write_text(text, encoding="utf-8")
    return f"replay:{other}"


ANSWERS = [say(f"IDEA: it\n```python\n{code}```") for code in REPAIRS]
TROUBLE = [no(503), say("I am not sure."), Act(text=REPAIRS[1], how="drop"), no(429, retry_after="0.01")]


@pytest.mark.parametrize(
    ("text", "tactics", "acts", "executions"),
    [
        (BROKEN, Tactics(), (*ANSWERS, *TROUBLE, *ANSWERS), 17),
        (
            BROKEN,
            Tactics(strategy="ldb", rounds=3),
            (say("the block is wrong"), ANSWERS[0], say("so is this"), ANSWERS[1]),
            3,
        ),
        (
            SLOW,
            Tactics(strategy="perf-refine", rounds=1),
            [say(f"```python\n{each}```") for each in REWRITES],
            2,
        ),
        (BROKEN, Tactics(), (), 6),
    ],
)
def test_what_was_recorded_happens_again_bit_for_bit(
    tmp_path: Path, text: str, tactics: Tactics, acts: tuple[Act, ...], executions: int
) -> None:
    target = of(tmp_path / "here", text)
    settings = Settings(tactics=tactics, budget=Budget(seconds=40, calls=10, executions=executions))
    events, model = recorded(target, settings, tmp_path, *acts)
    assert isinstance(events[-1], Finished)
    assert any(isinstance(event, Judged) for event in events)
    assert bool(acts) == any(isinstance(event, Replied) for event in events)
    assert write(run(target, Settings(model=model))) == write(events)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Target, str]:
    """A function, and the recording of its refinement by best-of-n."""
    place = tmp_path_factory.mktemp("known")
    target = of(place / "here", BROKEN)
    settings = Settings(tactics=Tactics(strategy="best-of-n", samples=2), budget=Budget(seconds=60, calls=6))
    events, model = recorded(target, settings, place, *ANSWERS[:2])
    assert isinstance(events[-1], Finished)
    assert events[-1].best is not None
    return target, model


def test_the_function_may_lie_elsewhere_when_it_is_repeated(
    known: tuple[Target, str], tmp_path: Path
) -> None:
    target, model = known
    again = run(of(tmp_path / "there", BROKEN), Settings(model=model))
    assert write(again)[1:] == write(run(target, Settings(model=model)))[1:]


@pytest.mark.parametrize(
    ("text", "settings", "reason"),
    [
        (
            BROKEN + "\n\nX = 1\n",
            Settings(tactics=Tactics(strategy="cot")),
            "the recording is of another version of the function or its module",
        ),
        (BROKEN, Settings(tactics=Tactics(strategy="cot")), "other options were recorded than are given now"),
        (BROKEN, Settings(afresh=True), None),
    ],
)
def test_where_the_run_is_another_one_only_the_answers_are_taken(
    known: tuple[Target, str], tmp_path: Path, text: str, settings: Settings, reason: str | None
) -> None:
    target = of(tmp_path / "it", text)
    events = run(target, replace(settings, model=known[1], budget=Budget(seconds=60, calls=6)))
    notes = [event.message for event in events if isinstance(event, Warned)]
    assert notes == ([f"{reason}: only the model's answers are taken from it"] if reason else [])
    started = events[0]
    assert isinstance(started, Started)
    assert started.setup is not None
    assert started.setup.model == known[1]
    assert any(isinstance(event, Replied) for event in events)


def test_a_run_that_was_killed_serves_its_answers(known: tuple[Target, str]) -> None:
    file = Path(known[1].removeprefix("replay:"))
    half = file.with_name("half.jsonl")
    half.write_text("\n".join(file.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")
    assert "the recording does not hold a whole run" in (read_tape(half).unlike(known[0], Settings()) or "")


@pytest.mark.parametrize("pair", [('"summary": "', '"summary": "much '), ('"task": 2', '"task": 99')])
def test_a_recording_that_does_not_fit_itself_is_not_shown(
    known: tuple[Target, str], pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orps_core.repeating._STUCK", 0.5)
    with pytest.raises(Unavailable, match="recorded"):
        run(known[0], Settings(model=changed(known[1], pair)))
