"""Do model and machine wait for each other without need? Wall time beside the shortest that was possible.

usage: python tests/bench/overlap.py FOLDER [PROBLEMS] [--calls N] [--latency const:1] [--strategies A,B]

FOLDER as for strategies.py. The journal of a run says how long each answer and each trial of a candidate
took. With the same answers in the same order, as many side by side as the engine allows, and each candidate
tried as soon as its answer is there and a place is free, a run could not have been shorter. Where a critic's
word ends the search, that is waited for after all else. What is asked for in the light of something that was
tried has to wait for it besides, so the true bound is higher.
"""

import argparse
import asyncio
import heapq
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

from orps_core.benchmark import attempt
from orps_core.domain import journal
from orps_core.domain.budget import Budget
from orps_core.domain.chat import Purpose
from orps_core.domain.events import Event, Finished, Judged, Noted, Proposed, Replied, Stop
from orps_core.domain.note import Thinking
from orps_core.domain.settings import Settings, Tactics
from tests.bench.strategies import failing, replaying, reset

ASKING, RUNNING = 4, 2


def shortest(answers: Sequence[float], trials: Sequence[float]) -> float:
    """Seconds of the best schedule: answers side by side, then what came of them, in the same order."""
    lanes, places = [0.0] * ASKING, [0.0] * RUNNING
    arrivals: list[float] = []
    for seconds in answers:
        arrivals.append(heapq.heappop(lanes) + seconds)
        heapq.heappush(lanes, arrivals[-1])
    arrivals.sort()
    ends = list(arrivals)
    # Not every answer is a candidate that is tried: those that are, are taken to be the first.
    for arrival, seconds in zip(arrivals, trials, strict=False):
        end = max(arrival, heapq.heappop(places)) + seconds
        heapq.heappush(places, end)
        ends.append(end)
    return max(ends)


def measured(events: Sequence[Event]) -> tuple[float, float] | None:
    """Wall time of the search and the bound; None where no model took part."""
    last = events[-1]
    if not isinstance(last, Finished) or not last.steps:
        return None
    moments = {at: step.seconds for step in last.steps for at in (step.at + step.told,)}

    def when(position: int) -> float:
        return max((seconds for at, seconds in moments.items() if at <= position), default=0.0)

    began = {e.candidate: when(at) for at, e in enumerate(events) if isinstance(e, Proposed)}
    trials = [
        when(at) - began[e.node.candidate]
        for at, e in enumerate(events)
        if isinstance(e, Judged) and e.node.candidate in began
    ]
    answers = [
        max(reply.seconds for reply in e.replies)
        for e in events
        if isinstance(e, Replied) and e.purpose is Purpose.PROGRAMMER and e.replies
    ]
    if not answers:
        return None
    bound = shortest(answers, trials) + _last_word(events, last)
    return last.steps[-1].seconds - last.steps[0].seconds, bound


def _last_word(events: Sequence[Event], last: Finished) -> float:
    """Seconds of the critic's answer that ended the search, if one did."""
    opinions = [e.note for e in events if isinstance(e, Noted) and e.note.kind is Thinking.OPINION]
    said = [
        reply.seconds
        for e in events
        if isinstance(e, Replied) and e.purpose is Purpose.CRITIC
        for reply in e.replies
    ]
    return said[-1] if last.stop is Stop.SATISFIED and opinions and said else 0.0


async def runs(given: argparse.Namespace, place: Path, url: str) -> None:
    for name in given.strategies.split(","):
        ratios: list[float] = []
        for number, problem in enumerate(failing(given.folder, place)[: given.problems]):
            reset(url, number)
            file = place / "run.jsonl"
            settings = Settings(
                model=f"openai:{url}/v1#replay",
                budget=Budget(seconds=120, calls=given.calls),
                tactics=Tactics(strategy=name, samples=given.calls, rules=False),
            )
            await attempt(problem, settings, 0, file)
            events = [journal.read(line) for line in file.read_text(encoding="utf-8").splitlines()]
            found = measured(events) if events else None
            if found is not None:
                wall, bound = found
                ratios.append(wall / bound)
                print(
                    f"{name:<12} {problem.name:<16} {wall:6.2f} s ÷ {bound:6.2f} s = {ratios[-1]:.2f}",
                    flush=True,
                )
        if ratios:
            print(f"{name}: median {statistics.median(ratios):.3f} of {len(ratios)} runs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("problems", type=int, nargs="?", default=5)
    parser.add_argument("--calls", type=int, default=12)
    parser.add_argument("--latency", default="lognorm:0,0.5")
    parser.add_argument("--strategies", default="best-of-n,orps")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with replaying(given.folder, place, "--latency", given.latency) as url:
            asyncio.run(runs(given, place, url))


if __name__ == "__main__":
    main()
