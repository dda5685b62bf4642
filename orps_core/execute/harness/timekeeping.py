"""Times two versions from outside: by the clocks that the kernel keeps for the processes they are in.

Nothing of what is measured here runs beside the clock. Each batch has three parts, making the arguments
ready, the calls, and telling what they gave: who works in another part than the calls is seen to do so.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Dict, List, Set, Tuple, cast

from .asking import ASKEW, Gone, Line
from .wire import Message

PARTS: Tuple[str, ...] = ("ready", "go", "tell")
_FEW, _WORK = 4, 0.6  # pairs that are enough once they have taken so many seconds of CPU
_BATCH = 0.004  # seconds of calls, by the original
_PATIENCE = 60.0  # who takes too long is ended from outside
_MOST_TIMES, _MOST_CALLS = 200, 1500
_PAIRS = (
    (0.02, 8),
    (0.2, 5),
    (1.5, 2),
)  # of batches that take so long; of longer ones none beside the first


@dataclass(frozen=True)
class Clocked:
    """What was taken, and what was told meanwhile.

    ``first`` and each of ``pairs`` are seconds: of the original's three parts on the CPU and on the wall,
    then of the candidate's. ``said`` are the texts that the candidate's batches gave for each of the calls.
    """

    first: List[float]
    pairs: List[List[float]]
    said: List[List[str]]


NOTHING = Clocked([], [], [])


def clocked(lines: Tuple[Line, Line], calls: Sequence[object], until: float, *, changing: bool) -> Clocked:
    """Time batches of both, the original being the first, in turns. Raise Gone.

    ``until`` is of ``time.monotonic``, and no batch is begun that would end later. ``changing`` says
    that the calls change their arguments. In the
    first batch none of the calls has been run before in either process.
    """
    original, candidate = lines
    said: List[Dict[str, None]] = [{} for _ in calls]

    used: Set[Line] = set()

    def pair(times: int) -> List[float]:
        taken: Dict[Line, List[float]] = {}
        for line in random.sample((original, candidate), 2):
            # What comes with a batch has to be read: much more work than many a call.
            request: Message = {"do": "ready", "times": times, "changing": changing}
            if changing or line not in used:
                request["calls"] = list(calls)
            used.add(line)
            taken[line], told = _batch(line, request, times * len(calls))
            if line is candidate:
                for index, each in enumerate(told):
                    said[index % len(calls)][json.dumps(each)] = None
        return taken[original] + taken[candidate]

    began = time.monotonic()
    first = pair(1)
    lasted = time.monotonic() - began
    went = max(first[PARTS.index("go")], 1e-9)
    times = int(min(_MOST_TIMES, max(1, _MOST_CALLS // len(calls)), max(1.0, _BATCH / went)))
    wanted = next((count for most, count in _PAIRS if went * times <= most), 0)
    pairs: List[List[float]] = []
    work = 0.0
    while len(pairs) < wanted and time.monotonic() + lasted < until:
        if len(pairs) >= _FEW and work > _WORK:
            break
        began = time.monotonic()
        pairs.append(pair(times))
        work += sum(pairs[-1][: len(PARTS)]) + sum(pairs[-1][2 * len(PARTS) : 3 * len(PARTS)])
        lasted = max(lasted, time.monotonic() - began)
    return Clocked(first, pairs, [list(each) for each in said])


def _batch(line: Line, ready: Message, count: int) -> Tuple[List[float], Sequence[object]]:
    """Seconds on the CPU and on the wall of each part, and what was told."""
    clock = _clock_of(line.pid)
    cpu: List[float] = []
    wall: List[float] = []
    told: object = None
    for part in PARTS:
        request: Message = ready if part == ready["do"] else {"do": part}
        began, used = time.perf_counter(), clock()
        reply = line.asked(request, _PATIENCE)
        cpu.append(clock() - used)
        wall.append(time.perf_counter() - began)
        if "refused" in reply:
            raise Gone(ASKEW, line.pid)
        told = reply.get("said")
    said = cast("List[object]", told if type(told) is list else [])
    if len(said) != count:
        raise Gone(ASKEW, line.pid)
    return cpu + wall, said


def _clock_of(pid: int) -> Callable[[], float]:
    """CPU seconds of a process with all its threads; exact while it waits. See clock_getcpuclockid(3)."""
    number = (~pid << 3) | 2
    return lambda: time.clock_gettime(number)
