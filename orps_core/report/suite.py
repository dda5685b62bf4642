"""The cases of a target, for a terminal and for programs; docs/tests.md describes the fields."""

import json
from collections import Counter
from pathlib import Path

from ..domain.survey import Sighting, Survey
from ..domain.target import Target

SCHEMA = "orps.tests/1"
_FEW = 5


def as_json(target: Target, survey: Survey, seconds: float) -> str:
    return json.dumps(
        {
            "schema": SCHEMA,
            "target": {"path": target.path, "qualname": target.qualname},
            "cases": [_record(each) for each in survey.sightings],
            "unreached": list(survey.unreached),
            "unfinished": list(survey.unfinished),
            "notes": list(survey.notes),
            "seconds": round(seconds, 3),
        },
        indent=1,
    )


def _record(each: Sighting) -> dict[str, object]:
    return {
        "name": each.case.name,
        "origin": each.case.origin.value,
        "path": each.case.path,
        "line": each.case.line,
        "found": each.case.found,
        "direct": each.case.direct,
        "outcome": type(each.result.outcome).__name__.lower(),
        "seconds": each.result.seconds,
        "entries": each.entries,
        "share": None if each.share is None else round(each.share, 4),
        "counts": each.aside is None,
        "aside": each.aside,
    }


def text(target: Target, survey: Survey, seconds: float) -> str:
    counting = [each for each in survey.sightings if each.aside is None]
    origins = Counter(each.case.origin.value for each in counting)
    kinds = ", ".join(f"{count} {name}" for name, count in origins.items())
    count = "1 case" if len(counting) == 1 else f"{len(counting)} cases"
    lines = [f"{target.qualname}: {count}{f' ({kinds})' if kinds else ''}, {seconds:.1f} s"]
    lines += _table(counting)
    aside: dict[str, list[Sighting]] = {}
    for each in survey.sightings:
        if each.aside is not None:
            aside.setdefault(each.aside, []).append(each)
    for why, cases in aside.items():
        lines += ["", f"set aside, because {why}:", *_few([_place(each) for each in cases])]
    if not survey.sightings:
        lines.append("`orps refine` would hold candidates to what it answers to generated inputs, if it can.")
    if survey.unreached:
        lines += ["", "these ran and never reach it:", *_few(list(survey.unreached))]
    if survey.unfinished:
        lines += ["", "not run to the end:", *_few(list(survey.unfinished))]
    return "\n".join([*lines, *(f"note: {note}" for note in survey.notes)])


def _table(cases: list[Sighting]) -> list[str]:
    rows = [
        (
            _place(each),
            type(each.result.outcome).__name__.lower(),
            "" if each.result.seconds is None else f"{1000 * each.result.seconds:.1f} ms",
            "" if each.share is None else f"{each.share:.0%} in it",
            f"{each.entries}×",
            each.case.found,
        )
        for each in cases
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    return [
        "  ".join(("", *(f"{cell:<{width}}" for cell, width in zip(row[:5], widths, strict=True)), row[5]))
        for row in rows
    ]


def _place(each: Sighting) -> str:
    name = each.case.name
    if not name.startswith("doctest:"):
        return name
    return f"{Path(each.case.path).name}:{each.case.line}"


def _few(names: list[str]) -> list[str]:
    left = len(names) - _FEW
    return [f"  {name}" for name in names[:_FEW]] + ([f"  and {left} more"] if left > 0 else [])
