"""Stage, listeners and executor together, and what an attack left of them."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from .running import Arena, Suite
from .stage import Listeners, Stage, State, held, living, machine, make_stage

# The processes that fork candidates keep a little of what they were told, and may be new ones.
_GROWTH = 64 << 20
_HANDLES = 8
_DYING = 1.0


@dataclass(frozen=True, kw_only=True)
class Field:
    stage: Stage
    listeners: Listeners
    arena: Arena

    def filled_in(self, snippet: str) -> str:
        heard = self.listeners
        for name, value in {
            "{HOMEDECOY}": str(self.stage.home),
            "{ROOT}": str(self.stage.root),
            "{OUT}": str(self.stage.out),
            "{TCP}": str(heard.tcp),
            "{UDP}": str(heard.udp),
            "{UNIX}": heard.unix,
            "{DATAGRAM}": heard.datagram,
            "{ABS}": heard.abstract,
        }.items():
            snippet = snippet.replace(name, value)
        return snippet


@contextmanager
def prepared(
    base: Path, python: str, suite: Suite, *, walled: bool = True, measuring: bool = False
) -> Generator[Field]:
    """A field in an environment with a key, where two honest candidates are judged right.

    ``walled`` False: on a machine without bubblewrap. ``measuring``: candidates are compared, too.
    """
    stage = make_stage(base, python)
    with pytest.MonkeyPatch.context() as patch:
        if not walled:
            patch.setenv("PATH", str(stage.base))
        suite = suite if stage.has_pytest else suite.without_pytest()
        patch.setenv("OPENAI_API_KEY", "sk-DECOY-key")
        patch.setenv("TMPDIR", str(stage.temporary))
        listeners, arena = Listeners(base), Arena(stage, suite, measuring=measuring)
        assert arena.honest() == ("pass", "fail")
        yield Field(stage=stage, listeners=listeners, arena=arena)
        arena.close()
        listeners.close()
    assert not list(stage.temporary.iterdir())


@dataclass(frozen=True, kw_only=True)
class World:
    """What an attack might change."""

    tree: State
    processes: set[int]
    machine: tuple[object, ...]
    planted: list[str]
    memory: int
    descriptors: int


_STILL = 4
"""Looks in a row that see the same: on a busy machine the next one is not made at once."""


def calm() -> None:
    """Wait until nobody comes or goes: processes are made ahead after each candidate."""
    deadline = time.monotonic() + _DYING
    last, same = living(), 0
    while same < _STILL and time.monotonic() < deadline:
        time.sleep(0.02)
        before, last = last, living()
        same = same + 1 if before == last else 0


def world(stage: Stage) -> World:
    processes, memory = held()
    return World(
        tree=stage.state(),
        processes=processes,
        machine=machine(),
        planted=stage.planted(),
        memory=memory,
        descriptors=psutil.Process().num_fds(),
    )


def more(now: set[int], before: set[int]) -> set[int]:
    """Those that came, if they are more than those that went: leaves wait for the candidates to come."""
    return now - before if len(now) > len(before) else set()


def settled(before: World, stage: Stage) -> World:
    """The world when what was killed is gone."""
    deadline = time.monotonic() + _DYING
    while more(living(), before.processes) and time.monotonic() < deadline:
        time.sleep(0.005)
    return world(stage)


def traces(before: World, field: Field) -> Iterator[str]:
    """What the attack left in the world."""
    now = settled(before, field.stage)
    changed = [path for path in now.tree | before.tree if now.tree.get(path) != before.tree.get(path)]
    for what, found in (
        ("changed", changed),
        ("left running", more(now.processes, before.processes)),
        ("shared memory or mounts", set(now.machine) - set(before.machine)),
        ("holds bytes", max(0, now.memory - before.memory - _GROWTH)),
        ("holds descriptors", max(0, now.descriptors - before.descriptors - _HANDLES)),
        ("planted", set(now.planted) - set(before.planted)),
        ("heard on", field.listeners.heard()),
    ):
        if found:
            yield f"{what}: {found}"
