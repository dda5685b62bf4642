"""Where candidates cannot be held nothing runs, and a person is told what to do."""

import sys

import pytest

from orps_core import Unavailable
from orps_core.execute import platforms


@pytest.mark.parametrize(
    ("platform", "advice"), [("darwin", "Docker"), ("win32", "WSL 2"), ("freebsd14", "on Linux")]
)
def test_other_platforms_are_refused_with_a_way_out(platform: str, advice: str) -> None:
    with pytest.raises(Unavailable) as refused:
        platforms.require(platform)
    assert "Landlock" in refused.value.reason
    assert advice in refused.value.advice


@pytest.mark.skipif(sys.platform != "linux", reason="this is Linux")
def test_linux_is_not() -> None:
    platforms.require()
