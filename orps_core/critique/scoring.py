"""Read a score out of what a critic wrote. Never raises."""

import json
import re
from collections.abc import Iterator
from typing import cast

from ..domain.critique import FULL, WORST

_NUMBER = r"(-?\d+(?:[.,]\d+)?)"
_OUT_OF = re.compile(_NUMBER + r"\s*(?:/|out of|of)\s*(\d+(?:\.\d+)?)", re.IGNORECASE)
_TAG = re.compile(r"<score>\s*\**" + _NUMBER + r"(?:\s*/\s*(\d+))?", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:score|rating|grade)\b[^\d\n-]{0,20}" + _NUMBER + r"(?:\s*(?:/|out of)\s*(\d+))?", re.IGNORECASE
)
_DOLLARS = re.compile(r"\$\$\s*" + _NUMBER + r"\s*\$\$")
_ALONE = re.compile(r"\A\W*" + _NUMBER + r"\W*\Z")
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_WORDS = {
    "terrible": 1.0,
    "poor": 2.0,
    "bad": 2.0,
    "fair": 3.0,
    "average": 3.0,
    "good": 4.0,
    "excellent": 5.0,
}
_WORD = re.compile(r"(?:score|rating|grade)\W{1,6}(" + "|".join(_WORDS) + r")\b", re.IGNORECASE)


def score_of(text: str) -> float | None:
    """From 1 to 5, the last that is given; a score out of ten is halved. None where there is none."""
    spoken = _THOUGHT.sub("", text)
    found = next(_readings(spoken), None)
    if found is None:
        return None
    value, scale = found
    if scale not in {None, FULL} and scale:
        value = WORST + (FULL - WORST) * value / scale
    return min(max(value, WORST), FULL)


def _readings(text: str) -> Iterator[tuple[float, float | None]]:
    yield from _of_json(text)
    for pattern in (_TAG, _DOLLARS, _NAMED, _OUT_OF, _ALONE):
        for found in reversed(list(pattern.finditer(text))):
            scale = found[2] if pattern.groups > 1 and found[2] else None
            yield float(found[1].replace(",", ".")), float(scale) if scale else None
    for found in _WORD.finditer(text):
        yield _WORDS[found[1].lower()], None


def _of_json(text: str) -> Iterator[tuple[float, float | None]]:
    start = text.find("{")
    if start < 0:
        return
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text[start:])
    except (ValueError, RecursionError):
        return
    for key in ("score", "rating", "grade"):
        value = cast("dict[str, object]", found).get(key) if isinstance(found, dict) else None
        if isinstance(value, int | float) and not isinstance(value, bool) and value == value:  # noqa: PLR0124
            yield float(value), None
