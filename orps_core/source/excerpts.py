"""The text of test cases, for somebody who is to read them rather than run them."""

from collections.abc import Mapping
from pathlib import Path

from ..domain.suite import Origin, TestSuite
from . import parse

_MOST = 12


def excerpts(suite: TestSuite, overlays: Mapping[str, str]) -> str:
    """The functions that hold the cases, each once. Examples stand in the docstring already."""
    wanted: dict[tuple[str, str], None] = {}
    for case in suite.cases:
        if case.origin is not Origin.DOCTEST:
            wanted[case.path, _qualname(case.name)] = None
    texts = (_function(path, qualname, overlays) for path, qualname in list(wanted)[:_MOST])
    return "\n\n".join(text for text in texts if text)


def _qualname(name: str) -> str:
    """Of a pytest node id: ``tests/test_a.py::TestB::test_c[1]`` is ``TestB.test_c``."""
    return name.partition("[")[0].partition("::")[2].replace("::", ".")


def _function(path: str, qualname: str, overlays: Mapping[str, str]) -> str:
    try:
        text = overlays[path] if path in overlays else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""  # the cases' names are told all the same
    found = next((each for each in parse.outline(text) if each.qualname == qualname), None)
    return "" if found is None else text.encode()[found.span.start : found.span.end].decode()
