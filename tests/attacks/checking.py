"""Run one attack, look at all it might have done, and see that honest candidates are still judged right."""

import os
import time
from collections.abc import Callable, Iterator

from .field import Field, calm, traces, world
from .running import MEGABYTE, Attack, Ran
from .stage import Stage

_WIPING = 10.0
_SLACK = 1.5


def misjudged(attack: Attack, ran: Ran, wall: float) -> Iterator[str]:
    """What was said about the attack, and what it took to say that."""
    free = {"any", "!pass"} & set(attack.accept)
    for what, found in (
        ("a wrong candidate passed", attack.wrong and ran.status == "pass"),
        (f"the status is {ran.status}", not free and ran.status not in attack.accept),
        ("the process that forks candidates was lost", not ran.survived),
        ("a decoy was read", "DECOY" in ran.text),
        (f"it took {ran.took:.1f} s", ran.took > wall + _SLACK),
        (f"memory peak {ran.peak_memory >> 20} MB", ran.peak_memory > 600 * MEGABYTE),
        (f"scratch peak {ran.peak_scratch >> 20} MB", ran.peak_scratch > 100 * MEGABYTE),
    ):
        if found:
            yield what


CHECKS: dict[str, Callable[[Ran], bool]] = {
    # It waited for nothing: who does is ended by the limit. How long it takes is up to the machine.
    "fast": lambda ran: ran.status != "timeout",
    "honest_time": lambda ran: ran.status != "pass" or ran.reported >= 0.02,
}


def broken_checks(attack: Attack, ran: Ran) -> Iterator[str]:
    """The checks that only some attacks ask for."""
    for check in attack.checks:
        if check.startswith("no:") and check[3:] in ran.text:
            yield f"it said {check[3:]}"
        if check in CHECKS and not CHECKS[check](ran):
            yield f"not {check}"


def left_in_scratch(stage: Stage, before: set[str]) -> set[str]:
    """Folders are removed while the next candidate runs. As many as before wait, empty, for candidates."""
    deadline = time.monotonic() + _WIPING
    while left := _unlike(stage.scratch(), before):
        if time.monotonic() > deadline:
            return left
        time.sleep(0.02)
    return set()


def _unlike(now: set[str], before: set[str]) -> set[str]:
    new = now - before
    return new if len(now) > len(before) else {path for path in new if not _is_empty(path)}


def _is_empty(path: str) -> bool:
    try:
        return not os.listdir(path)  # noqa: PTH208  (it may vanish at any moment)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def hold(attack: Attack, field: Field) -> None:
    """Raise AssertionError when the attack got anywhere."""
    calm()
    before, scratch = world(field.stage), field.stage.scratch()
    ran = field.arena.run(field.filled_in(attack.snippet))
    print(attack.name, ran.status)  # for a table of all: -rA
    wall = field.arena.wall
    problems = [*misjudged(attack, ran, wall), *broken_checks(attack, ran), *traces(before, field)]
    if left := left_in_scratch(field.stage, scratch):
        problems.append(f"left in scratch: {left}")
    if problems:
        field.arena.renew()
    verdicts = field.arena.honest()
    said = f"{attack.name}: {problems} {verdicts} {ran.status} {ran.text[:1500]}"
    assert (problems, verdicts) == ([], ("pass", "fail")), said
