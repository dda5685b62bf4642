"""What the numbers of the forks say together."""

import pytest

from orps_core.execute.pacing import Forks


def test_seconds_agree_with_the_pairs_where_the_machine_slows_down_from_fork_to_fork() -> None:
    forks = Forks()
    for seconds in (1.0, 2.0, 4.0):
        forks.take({"logs": [0.1, 0.1, 0.1], "lost": 0.0, "baseline": seconds, "clock": "cpu"})
    timing = forks.timing("grown")
    assert timing.baseline == 2.0
    assert timing.baseline / timing.candidate == pytest.approx(timing.ratio)
