"""What the server needs from the core, as values that tests can replace."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import orps_core
from orps_core import Outline, Settings, Splice
from orps_core.domain.candidate import Candidate
from orps_core.domain.diagnosis import Diagnosis
from orps_core.domain.events import Event
from orps_core.domain.execution import Baseline
from orps_core.domain.target import Target
from orps_core.domain.tree import Node

Run = AbstractAsyncContextManager[AsyncIterator[Event]]
Refine = Callable[[Target, Settings], Run]
Recheck = Callable[[Target, Sequence[Candidate], Settings], Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    outliner: Callable[[], Callable[[str], Outline]] = orps_core.Outliner
    cut: Callable[[str, str, str], Target] = orps_core.cut
    splice: Callable[[Target, Candidate], Splice] = orps_core.splice
    refine: Refine = orps_core.refine
    interpreter: Callable[[str, Settings], str] = orps_core.interpreter_of
    diagnosed: Callable[[Path, str | None], Awaitable[Diagnosis]] = orps_core.diagnosed
    recheck: Recheck = orps_core.recheck
    headline: Callable[[Node, Baseline], str] = orps_core.headline
    evidence: Callable[[Node, Baseline], str] = orps_core.evidence
