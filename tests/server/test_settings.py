import pytest

from orps_core import Settings
from orps_core.domain.budget import Budget
from orps_core.domain.confinement import Allowance
from orps_core.domain.verdict import Objective
from orps_server import settings


def test_everything_valid_is_taken() -> None:
    raw = {"interpreter": "/usr/bin/python3", "tests": ["tests"], "objective": "fix", "budgetSeconds": 5}
    reading = settings.read(raw)
    assert reading.complaints == ()
    assert reading.settings == Settings(
        python="/usr/bin/python3", tests=("tests",), objective=Objective.FIX, budget=Budget(seconds=5.0)
    )


@pytest.mark.parametrize(
    "raw", [None, {}, {"interpreter": "", "tests": [], "objective": "auto"}, {"unknown": 1}]
)
def test_nothing_said_means_the_defaults(raw: object) -> None:
    assert settings.read(raw) == settings.Reading(settings=Settings(), complaints=())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("interpreter", 3),
        ("tests", "tests"),
        ("tests", ["a", 1]),
        ("objective", "speed"),
        ("budgetSeconds", 0),
        ("budgetSeconds", True),
        ("budgetSeconds", "60"),
        ("budgetSeconds", 1e9),
        ("budgetSeconds", float("nan")),
        ("confinement", "none"),
        ("confinement", True),
        ("allowRead", ["data"]),
        ("allowRead", "/data"),
        ("allowLoopback", "yes"),
    ],
)
def test_an_unusable_value_costs_only_itself(key: str, value: object) -> None:
    reading = settings.read({"interpreter": "py", "objective": "time", key: value})
    assert len(reading.complaints) == 1
    assert f"orps.{key}" in reading.complaints[0]
    assert getattr(reading.settings, _FIELDS[key]) == getattr(Settings(), _FIELDS[key])


def test_a_section_that_is_no_object_is_one_complaint() -> None:
    assert settings.read(["interpreter"]).complaints == ("The setting orps must be an object.",)


def test_what_a_person_opens_is_taken() -> None:
    raw = {"confinement": "partial", "allowRead": ["/data"], "allowLoopback": True}
    assert settings.read(raw).settings.allow == Allowance(level="partial", read=("/data",), loopback=True)


_FIELDS = {
    "interpreter": "python",
    "tests": "tests",
    "objective": "objective",
    "budgetSeconds": "budget",
    "modelCalls": "budget",
    "confinement": "allow",
    "allowRead": "allow",
    "allowLoopback": "allow",
}
