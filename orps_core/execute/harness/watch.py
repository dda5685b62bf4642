"""How a run of the suite is observed: the seam between running the cases and what is wanted of it."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import cast

from .wire import Message


@dataclass(frozen=True)
class Selection:
    """A part of the suite. ``places`` are what pytest is to collect, and of that ``only`` some names count.

    ``doctests`` names the texts whose examples are run. None everywhere means: no restriction.
    ``near`` has a low number for those to run first.
    """

    places: tuple[str, ...] | None = None
    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    doctests: frozenset[str] | None = None
    near: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def is_whole(self) -> bool:
        """Whether all counts that is found in some places."""
        return self.places is not None and self.only is None

    def takes(self, name: str) -> bool:
        return name not in self.without and (self.only is None or name in self.only)

    def distance(self, name: str) -> float:
        """The nearest run first, as there may be no time for all."""
        return self.near.get(name.partition("[")[0], math.inf)


@dataclass(frozen=True)
class Watch:
    """What a run of the suite calls.

    ``load`` imports the target's module, ``around`` goes around each case, ``count`` tells how often the
    target was entered so far, ``send`` takes what is reported, and ``finish`` is called when all is done.
    ``pause``, if there is one, is called when all is collected and nothing has run, and says who watches from
    there on; it is given what runs nothing, and prepares what the first run of a case prepares. ``turns``, if
    there are any, exchange the function between whole runs of the suite.
    ``selection`` is the part of the suite to run. ``lightly``: it is enough to know that all pass, as they do
    when they are called; where they may not, ``again`` is reported, for only pytest knows what that means.
    """

    load: Callable[[], types.ModuleType]
    around: Callable[[], AbstractContextManager[object]]
    count: Callable[[], int]
    send: Callable[[Message], None]
    finish: Callable[[], None]
    selection: Selection = Selection()
    pause: Callable[[Callable[[], None]], Watch] | None = None
    turns: Callable[[], Iterator[None]] | None = None
    lightly: bool = False


def selection_of(request: Message) -> Selection:
    """The part of the suite that a request asks for."""
    given = cast("dict[str, list[str]]", request.get("select") or {})
    near = cast("dict[str, int]", given.get("near") or {})
    return Selection(
        places=tuple(given["places"]) if "places" in given else None,
        only=frozenset(given["only"]) if "only" in given else None,
        without=frozenset(given.get("without", ())),
        doctests=frozenset(given["doctests"]) if "doctests" in given else None,
        near=near,
    )
