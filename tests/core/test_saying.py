"""What reaches a terminal, and what reaches a program."""

import io
import sys

import pytest

from orps_core.commands.saying import put

CLEARS = "-old\n+new \x1b[2J\x9b1;1H\r\n"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("out", "text"), [(Screen(), "-old\n+new \\x1b[2J\\x9b1;1H\r\n"), (io.StringIO(), CLEARS)]
)
def test_a_difference_moves_no_cursor_and_stays_whole_for_programs(
    out: io.StringIO, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", out)
    put(CLEARS, end="")
    assert out.getvalue() == text
