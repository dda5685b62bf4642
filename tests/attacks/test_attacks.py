"""Every attack is run as a candidate by the real executor, and must leave nothing behind but a verdict."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .field import Field, prepared, traces, world
from .running import MEGABYTE, Attack, Ran, read_attacks, read_suite
from .stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

HERE = Path(__file__).parent
SUITE = read_suite(HERE / "attacks.json")
OWN = read_attacks(HERE / "own.json")
_WIPING = 10.0


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    python = os.environ.get("ORPS_ATTACKS_PYTHON", sys.executable)
    with prepared(tmp_path_factory.mktemp("attacks"), python, SUITE) as made:
        yield made


def misjudged(attack: Attack, ran: Ran) -> Iterator[str]:
    """What was said about the attack, and what it took to say that."""
    free = {"any", "!pass"} & set(attack.accept)
    for what, found in (
        ("a wrong candidate passed", attack.wrong and ran.status == "pass"),
        (f"the status is {ran.status}", not free and ran.status not in attack.accept),
        ("the process that forks candidates was lost", not ran.survived),
        ("a decoy was read", "DECOY" in ran.text),
        (f"it took {ran.took:.1f} s", ran.took > SUITE.limits.wall + 1.5),
        (f"memory peak {ran.peak_memory >> 20} MB", ran.peak_memory > 600 * MEGABYTE),
        (f"scratch peak {ran.peak_scratch >> 20} MB", ran.peak_scratch > 100 * MEGABYTE),
    ):
        if found:
            yield what


CHECKS: dict[str, Callable[[Ran], bool]] = {
    "fast": lambda ran: ran.took < 1,
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
    """Scratch folders are removed while the next candidate runs."""
    deadline = time.monotonic() + _WIPING
    while stage.scratch() - before and time.monotonic() < deadline:
        time.sleep(0.02)
    return stage.scratch() - before


@pytest.mark.parametrize("attack", [pytest.param(each, id=each.name) for each in (*SUITE.attacks, *OWN)])
def test_the_attack_is_held(attack: Attack, field: Field) -> None:
    before, scratch = world(field.stage), field.stage.scratch()
    ran = field.arena.run(field.filled_in(attack.snippet))
    print(attack.name, ran.status)  # for a table of all: -rA
    problems = [*misjudged(attack, ran), *broken_checks(attack, ran), *traces(before, field)]
    if left := left_in_scratch(field.stage, scratch):
        problems.append(f"left in scratch: {left}")
    if problems:
        field.arena.renew()
    verdicts = field.arena.honest()
    assert (problems, verdicts) == ([], ("pass", "fail")), f"{attack.name}: {ran.status} {ran.text[:1500]}"
