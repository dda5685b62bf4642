"""A number that a command cannot use is refused with the number and the reason, not with a name of ours."""

import argparse
from collections.abc import Callable

import pytest

from orps_core.commands.numbers import amount, count, whole


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (count, "many", "'many' is no whole number"),
        (count, "2.5", "'2.5' is no whole number"),
        (count, "0", "0 must be above zero"),
        (whole, "", "'' is no whole number"),
        (amount, "soon", "'soon' is no number"),
        (amount, "-1", "-1 must be above zero"),
        (amount, "inf", "inf must be finite"),
        (amount, "nan", "nan must be finite"),
    ],
)
def test_what_is_no_such_number_is_told(read: Callable[[str], object], text: str, reason: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError) as refused:
        read(text)
    assert str(refused.value) == reason


def test_the_others_are_taken() -> None:
    assert (count("3"), whole("-3"), amount("0.5")) == (3, -3, 0.5)
