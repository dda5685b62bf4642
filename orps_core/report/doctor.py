"""A diagnosis as text for a person and as JSON for a program."""

import dataclasses
import json

from ..domain.diagnosis import Diagnosis

SCHEMA = "orps.doctor/1"

Row = tuple[str, str]


def text(diagnosis: Diagnosis) -> str:
    """Aligned like the evidence of a candidate. The problems come last, each with what to do."""
    found = [*_rows(diagnosis), *_problems(diagnosis)]
    width = max(len(label) for label, _ in found)
    return "\n".join(f"  {label:<{width}}  {value}" for label, value in found)


def as_json(diagnosis: Diagnosis) -> str:
    facts = diagnosis.facts
    problems = [
        {"gravity": each.gravity.value, "says": each.says, "advice": each.advice}
        for each in diagnosis.problems
    ]
    found = {
        "schema": SCHEMA,
        "status": diagnosis.status,
        "versions": dict(diagnosis.versions),
        "project": {"root": diagnosis.project, "because": diagnosis.project_because},
        "interpreter": {
            "executable": diagnosis.interpreter,
            "because": diagnosis.interpreter_because,
            "version": facts.python,
            "pytest": facts.pytest,
        },
        "confinement": {**dataclasses.asdict(facts.confinement), "no_wall": facts.no_wall},
        "probes": [dataclasses.asdict(probe) for probe in facts.probes],
        "timing": {"free": facts.timing_free},
        "problems": problems,
    }
    return json.dumps(found, indent=2)


def _rows(diagnosis: Diagnosis) -> list[Row]:
    facts, confinement = diagnosis.facts, diagnosis.facts.confinement
    (_, own), *others = diagnosis.versions
    found = [
        ("orps", f"{own} ({', '.join(f'{name} {version}' for name, version in others)})"),
        ("project", f"{diagnosis.project} ({diagnosis.project_because})"),
        ("interpreter", f"{diagnosis.interpreter} ({diagnosis.interpreter_because})"),
    ]
    if facts.python is not None:
        found.append(
            ("python", f"{facts.python}, {f'pytest {facts.pytest}' if facts.pytest else 'no pytest'}")
        )
    if facts.failure is None:
        found.append(("timing", "free" if facts.timing_free else "taken by another run"))
        found.append(("confinement", f"{confinement.level}: {', '.join(confinement.mechanisms)}"))
    found += [
        ("held" if probe.held else "NOT HELD", f"{probe.attempt}: {probe.said}") for probe in facts.probes
    ]
    return found


def _problems(diagnosis: Diagnosis) -> list[Row]:
    rows: list[Row] = []
    for problem in diagnosis.problems:
        rows += [(problem.gravity.value, problem.says), ("", problem.advice)]
    return rows
