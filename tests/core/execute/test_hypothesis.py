"""Inputs that the project's Hypothesis draws: asked for, labelled, and refused where it is not there."""

import asyncio
import sys
import venv
from dataclasses import replace
from pathlib import Path

import pytest

from orps_core import Settings, Unavailable
from orps_core.domain.comparison import Comparison, Likeness, Source
from orps_core.domain.target import Target
from tests.projects import candidate, executor_for, project, target_in

pytestmark = pytest.mark.slow

MODULE = """
    def total(items: list[int], start=0):
        '''
        >>> total([1, 2, 3])
        6
        '''
        for item in items:
            start = start + item
        return start

    def plain(items):
        '''
        >>> plain([1, 2, 3])
        3
        '''
        return len(items)
"""
ASKED = Settings(hypothesis=True, python=sys.executable)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return project(tmp_path, hot=MODULE) / "hot.py"


def compared(target: Target, source: str, settings: Settings = ASKED) -> Comparison:
    async def work() -> Comparison:
        async with executor_for(target, settings) as executor:
            await executor.baseline()
            return await executor.compare(candidate(source))

    return asyncio.run(work())


def test_what_is_drawn_is_counted_and_shown_apart(place: Path) -> None:
    target = target_in(place, "total")
    wrong = target.source.replace("return start", "return start if min(items, default=0) >= -9 else 0")
    found = compared(target, wrong).behaviour
    assert found
    assert found.drawn  # how many there is time for is up to the machine
    assert found.likeness is Likeness.FLAGGED
    assert Source.HYPOTHESIS in {each.source for each in found.differ}


def test_where_nothing_is_annotated_it_is_said(place: Path) -> None:
    target = target_in(place, "plain")
    found = compared(target, target.source.replace("len(items)", "sum(1 for _ in items)"))
    assert found.behaviour
    assert found.behaviour.drawn == 0
    assert found.note
    assert "no parameter has a type hint" in found.note


def test_without_hypothesis_in_the_project_it_is_refused_with_a_sentence(place: Path) -> None:
    target = target_in(place, "plain")
    bare = replace(ASKED, python=str(_without_packages(place.parent)))
    with pytest.raises(Unavailable, match="cannot import Hypothesis") as told:
        compared(target, target.source, bare)
    assert "--inputs hypothesis" in told.value.advice


def _without_packages(folder: Path) -> Path:
    venv.create(folder / "bare", with_pip=False, symlinks=True)
    return folder / "bare" / "bin" / "python"
