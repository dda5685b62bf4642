"""What the server needs from the core, as values that tests can replace."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import orps_core
from orps_core import Beside, Block, Settings, Splice
from orps_core.domain.agreement import Agreement
from orps_core.domain.candidate import Candidate
from orps_core.domain.diagnosis import Diagnosis
from orps_core.domain.events import Event
from orps_core.domain.evidence import Opinion
from orps_core.domain.execution import Baseline
from orps_core.domain.target import Target
from orps_core.domain.tree import Node

from .documents import Reader

Run = AbstractAsyncContextManager[AsyncIterator[Event]]
Refine = Callable[[Target, Settings], Run]
Recheck = Callable[[Target, Sequence[Candidate], Settings], Run]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    outliner: Callable[[], Reader] = orps_core.Outliner
    beside: Beside = orps_core.here
    """Where it is computed what would keep the loop waiting, also from a thread."""
    blocks: Callable[[bytes], Sequence[Block]] = orps_core.blocks
    cut: Callable[[str, str, str], Target] = orps_core.cut
    splice: Callable[[Target, Candidate], Splice] = orps_core.splice
    refine: Refine = orps_core.refine
    interpreter: Callable[[str, Settings], str] = orps_core.interpreter_of
    diagnosed: Callable[[Path, str | None], Awaitable[Diagnosis]] = orps_core.diagnosed
    recheck: Recheck = orps_core.recheck
    close: Callable[[], None] = lambda: None
    """Ends what was started to compute."""
    headline: Callable[[Node, Baseline, Agreement | None], str] = orps_core.headline
    evidence: Callable[[Node, Baseline, Agreement | None, Opinion | None], str] = orps_core.evidence
