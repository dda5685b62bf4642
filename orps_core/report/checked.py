"""The result of ``orps check`` for a program: schema orps.check/1, described in docs/evidence.md."""

import json
from collections import Counter
from collections.abc import Iterable

from ..domain.comparison import Behaviour, Comparison, Difference, Static
from ..domain.coverage import Coverage
from ..domain.evidence import Evidence
from ..domain.execution import (
    CaseResult,
    Crashed,
    Execution,
    Exhausted,
    Exited,
    Failed,
    Missing,
    Outcome,
    Passed,
    Raised,
    Skipped,
    Tampered,
    explain,
)
from ..domain.growth import Growth
from ..domain.memory import Memory
from ..domain.target import Target
from ..domain.timing import Pace, Timing
from ..domain.verdict import Objective, Verdict

SCHEMA = "orps.check/1"

Json = dict[str, object]

_WORDS: dict[type[Outcome], str] = {
    Passed: "passed",
    Failed: "failed",
    Raised: "raised",
    Exhausted: "exhausted",
    Crashed: "crashed",
    # The format names the outcomes of its first version; the detail tells these apart.
    Exited: "crashed",
    Tampered: "crashed",
    Skipped: "skipped",
    Missing: "missing",
}


def as_json(target: Target, evidence: Evidence, verdict: Verdict) -> str:
    """``ratio`` is baseline ÷ candidate everywhere: above 1 the candidate is better; null is not measured."""
    node, baseline = evidence.node, evidence.baseline
    comparison = node.comparison or Comparison()
    found: Json = {
        "schema": SCHEMA,
        "target": {"path": target.path, "qualname": target.qualname},
        "confinement": _confinement(node.execution),
        "suite": {
            "cases": len(baseline.suite.cases),
            "origins": dict(Counter(case.origin.value for case in baseline.suite.cases)),
            "baseline_passed": baseline.execution.passed,
            "unreached": list(baseline.unreached),
            "named_only": baseline.named_only,
            "further": None
            if node.execution.further is None
            else [case.name for case in node.execution.further],
            "late": [case.name for case in node.execution.late],
        },
        "outcomes": [_outcome(each) for each in node.execution.results],
        "judged_apart": None if node.execution.judgement is None else list(node.execution.judgement.apart),
        "behaviour": _behaviour(comparison.behaviour),
        "apart": _apart(comparison),
        "time": _time(comparison.timing),
        "times": {"grown": _time(comparison.grown), "recorded": _time(comparison.recorded)},
        "memory": _memory(comparison.memory),
        "growth": _growth(comparison.growth),
        "coverage": _coverage(comparison.coverage),
        "static": {"baseline": _static(node.before), "candidate": _static(node.static)},
        "candidate": {"author": node.candidate.author, "rationale": node.candidate.rationale},
        "notes": [*baseline.notes, *([comparison.note] if comparison.note else [])],
        "cost": None
        if evidence.spending is None
        else {"seconds": round(evidence.spending.seconds, 3), "executions": evidence.spending.executions},
        "verdict": _verdict(verdict),
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _apart(comparison: Comparison) -> Json | None:
    """What was found in processes of their own; None where the candidate was not about to be shown."""
    apart, outside = comparison.apart, comparison.outside
    if apart is None:
        return None
    return {
        "agree": apart.agree,
        "aside": apart.aside,
        "note": apart.note,
        "time": None if outside is None else {"inputs": outside.inputs, "ratio": round(outside.ratio, 3)},
    }


def _confinement(execution: Execution) -> Json:
    held = execution.confinement
    return {"level": held.level, "mechanisms": list(held.mechanisms), "open": list(held.open)}


def _outcome(result: CaseResult) -> Json:
    fine = isinstance(result.outcome, Passed)
    detail = None if fine else explain(result).removeprefix(f"{result.case}: ")
    return {"case": result.case, "outcome": _WORDS[type(result.outcome)], "detail": detail}


def _behaviour(behaviour: Behaviour | None) -> Json | None:
    if behaviour is None:
        return None
    return {
        "inputs": behaviour.inputs,
        "agree": behaviour.agree,
        "differ": _differences(behaviour.differ),
        "sources": {
            "recorded": behaviour.recorded,
            "generated": behaviour.grown,
            "mutated": behaviour.mutated,
            "hypothesis": behaviour.drawn,
        },
        "likeness": behaviour.likeness.value,
        "unlike": behaviour.unlike,
        "original_stumbles": behaviour.raising,
        "flags": list(behaviour.flags),
    }


def _differences(found: Iterable[Difference]) -> list[Json]:
    return [
        {
            "input": each.input,
            "baseline": each.baseline,
            "candidate": each.candidate,
            "source": "generated" if each.source.value == "grown" else each.source.value,
        }
        for each in found
    ]


def _time(timing: Timing | None) -> Json | None:
    if timing is None:
        return None
    return {
        "ratio": timing.ratio,
        "low": timing.low,
        "high": timing.high,
        "pairs": timing.pairs,
        "clock": timing.clock,
        "lost": timing.lost,
        "precise": timing.pace is not Pace.UNCLEAR,
        "inputs": timing.inputs,
        "baseline_seconds": timing.baseline,
        "candidate_seconds": timing.candidate,
    }


def _memory(memory: Memory | None) -> Json | None:
    if memory is None:
        return None
    return {
        "ratio": memory.ratio,
        "low": memory.low,
        "high": memory.high,
        "baseline_bytes": memory.baseline,
        "candidate_bytes": memory.candidate,
    }


def _growth(growth: Growth | None) -> Json | None:
    if growth is None:
        return None
    return {"baseline": growth.before.factor, "candidate": growth.after.factor}


def _coverage(coverage: Coverage | None) -> Json | None:
    if coverage is None:
        return None
    return {
        "lines": coverage.lines,
        "missed": list(coverage.missed),
        "untaken": [{"line": each.line, "way": each.way} for each in coverage.branches],
        "whole": coverage.whole,
    }


def _static(static: Static | None) -> Json | None:
    if static is None:
        return None
    return {
        "lines": static.lines,
        "cyclomatic": static.cyclomatic,
        "cognitive": static.cognitive,
        "nodes": static.nodes,
    }


def _verdict(verdict: Verdict) -> Json:
    standings: Json = {each.value: _standing(verdict, each) for each in Objective}
    return {
        **standings,
        "accepted": verdict.accepted,
        "reason": verdict.reason,
        "flags": list(verdict.flags),
        "reasons": {each.objective.value: each.reason for each in verdict.findings},
    }


def _standing(verdict: Verdict, objective: Objective) -> str:
    finding = verdict.on(objective)
    return finding.standing.value if finding else "unproven"
