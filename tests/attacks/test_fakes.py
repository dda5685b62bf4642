"""A wrong function that fakes its result from inside is not confirmed, whatever it does to its process."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .field import Field, prepared
from .running import Attack, read_attacks, read_suite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

HERE = Path(__file__).parent
SUITE = read_suite(HERE / "attacks.json")
FAKES = read_attacks(HERE / "fakes.json")


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    with prepared(tmp_path_factory.mktemp("fakes"), sys.executable, SUITE) as made:
        yield made


def test_every_case_of_the_suite_can_be_judged_apart(field: Field) -> None:
    good = re.sub("t = 0", "t = 0 + 0", SUITE.target)
    assert field.arena.confirms(good)
    assert field.arena.apart == 7


@pytest.mark.parametrize("attack", FAKES, ids=lambda attack: attack.name)
def test_it_is_not_confirmed(attack: Attack, field: Field) -> None:
    assert not field.arena.confirms(field.filled_in(attack.snippet), field.arena.wall), attack.must


@pytest.mark.parametrize("attack", FAKES, ids=lambda attack: attack.name)
def test_its_answers_are_not_believed(attack: Attack, field: Field) -> None:
    # Most fakes fail where they share a process with the tests, and their answers are never asked for.
    assert not field.arena.believes(field.filled_in(attack.snippet)), attack.must


# Right in every process, and without measure in the one that answers the judge.
UNMEASURED = {
    "scratch": "[open(f'{n}', 'wb').write(bytes(9 << 20)) for n in range(12)]",
    "threads": "[threading.Thread(target=time.sleep, args=(9,)).start() for _ in range(600)]",
    "output": "[os.write(1, bytes(1 << 16)) for _ in range(64)]",
}


@pytest.mark.parametrize("harm", UNMEASURED.values(), ids=UNMEASURED)
def test_who_answers_is_held_to_what_everybody_is_held_to(harm: str, field: Field) -> None:
    lines = (
        "import os, sys, tempfile, threading, time",
        "def f(xs):",
        "    if 'test_mod' not in sys.modules:",
        "        os.chdir(tempfile.gettempdir())",
        f"        {harm}",
        "        time.sleep(0.5)",
        "    return sum(xs)",
    )
    assert not field.arena.believes("\n".join(lines), 8.0)


def test_honest_candidates_are_still_judged_right(field: Field) -> None:
    good = re.sub("t = 0", "t = 0 + 0", SUITE.target)
    assert field.arena.confirms(good)
    assert not field.arena.confirms(good.replace("0 + 0", "1"))
