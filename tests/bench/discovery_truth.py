"""The truth about a project's suite: which cases enter which functions, by tracing all of it unconfined.

Used as a plugin of the project's own pytest, in the project's folder::

    PYTHONPATH=…/tests/bench ORPS_TRUTH=truth.json python -m pytest -p discovery_truth

writes ``{"path:line:name": ["tests/test_a.py::test_x", …]}`` with the line of the first decorator or ``def``.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType

import pytest

_ROOT = str(Path.cwd()) + os.sep
_entered: set[CodeType] = set()
_found: dict[str, list[str]] = {}


def _profile(frame: FrameType, event: str, argument: object) -> None:
    if event == "call":
        _entered.add(frame.f_code)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _entered.clear()
    threading.setprofile(_profile)
    sys.setprofile(_profile)
    yield
    sys.setprofile(None)
    threading.setprofile(None)
    for code in _entered:
        if code.co_filename.startswith(_ROOT):
            path = os.path.relpath(code.co_filename, _ROOT)
            _found.setdefault(f"{path}:{code.co_firstlineno}:{code.co_name}", []).append(item.nodeid)


def pytest_sessionfinish() -> None:
    Path(os.environ["ORPS_TRUTH"]).write_text(json.dumps(_found), encoding="utf-8")
