"""Every attack is run as a candidate by the real executor, and must leave nothing behind but a verdict."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .checking import hold
from .field import Field, prepared
from .running import Attack, read_attacks, read_suite

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")]

HERE = Path(__file__).parent
SUITE = read_suite(HERE / "attacks.json")
OWN = read_attacks(HERE / "own.json")


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    python = os.environ.get("ORPS_ATTACKS_PYTHON", sys.executable)
    with prepared(tmp_path_factory.mktemp("attacks"), python, SUITE) as made:
        yield made


@pytest.mark.parametrize("attack", [pytest.param(each, id=each.name) for each in (*SUITE.attacks, *OWN)])
def test_the_attack_is_held(attack: Attack, field: Field) -> None:
    hold(attack, field)
