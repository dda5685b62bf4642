"""The evidence for one candidate: a headline for a lens, text for a terminal, Markdown for an editor."""

import re
from collections import Counter

from ..domain.comparison import Comparison
from ..domain.execution import Baseline, Execution
from ..domain.timing import Pace, Timing
from ..domain.tree import Node

Row = tuple[str, str]

_MARKDOWN = re.compile(r"[\\`*_\[\]!|#~&]")


def headline(node: Node, baseline: Baseline) -> str:
    """One line: what it buys, and how that is known."""
    execution = node.execution
    parts = [f"{execution.passed}/{execution.counted} tests"]
    if baseline.suite.generated:
        parts = [_generated(execution)]
    behaviour = node.comparison.behaviour if node.comparison else None
    if behaviour is not None:
        parts.append(f"{behaviour.agree} inputs agree{', not proved' if node.candidate.speculative else ''}")
    if node.comparison is not None and node.comparison.timing is not None:
        parts.insert(0, _gain(node.comparison, node.comparison.timing))
    elif not baseline.execution.correct:
        parts.insert(0, f"makes {execution.passed - baseline.execution.passed} more cases pass")
    return " · ".join(parts)


def _gain(comparison: Comparison, timing: Timing) -> str:
    """A gain on large inputs that is a loss on the person's own examples is not told without the loss."""
    examples = comparison.recorded
    if comparison.grown is not None and examples is not None and examples.pace is Pace.SLOWER:
        return f"{timing.ratio:.1f}× faster on larger inputs, {examples.ratio:.1f}× on your examples"
    return f"{timing.ratio:.1f}× faster"


def rows(node: Node, baseline: Baseline) -> tuple[Row, ...]:
    """The whole card, label and text. What was not measured is said, never left out."""
    execution = node.execution
    origins = Counter(case.origin.value for case in baseline.suite.cases)
    sources = ", ".join(f"{count} {name}" for name, count in origins.items())
    found = [("tests", f"{execution.passed} of {execution.counted} pass ({sources})")]
    if baseline.suite.generated:
        found = [("tests", f"none of its own; {_generated(execution)}")]
    if not baseline.execution.correct:
        found.append(("before", f"{baseline.execution.passed} of {baseline.execution.counted} passed"))
        found.append(
            ("caution", "the original fails its own cases, so there is nothing to compare behaviour with")
        )
    else:
        found += _comparison(node.comparison)
    before_after = node.static
    found.append(
        ("size", f"{before_after.lines} code lines, cyclomatic complexity {before_after.cyclomatic}")
    )
    if before_after.reaches:
        found.append(("reaches for", ", ".join(before_after.reaches)))
    found.append(("judged", _judgement(execution)))
    confinement = execution.confinement
    found.append(("confinement", f"{confinement.level}: {', '.join(confinement.mechanisms)}"))
    found.extend(("open", each) for each in confinement.open)
    found.append(("proposed by", f"{node.candidate.author}: {node.candidate.rationale}"))
    if node.candidate.speculative:
        found.append(("speculative", "agrees where it was compared; not equivalent by construction"))
    if baseline.unreached:
        found.append(
            ("not counted", f"{len(baseline.unreached)} cases that were found never reach the function")
        )
    found.extend(("note", note) for note in baseline.notes)
    return tuple(found)


def _generated(execution: Execution) -> str:
    """A weaker grade than tests: nobody has said that these answers are right."""
    share = "" if execution.correct else f"{execution.passed} of "
    return f"agrees with the original on {share}{execution.counted} generated inputs"


def _judgement(execution: Execution) -> str:
    judgement = execution.judgement
    if judgement is None:
        return "tests and candidate in one process"
    share = f"{len(judgement.apart)} of {len(execution.results)} cases"
    apart = f"{share} apart, in a process that the candidate cannot reach"
    return f"{apart}; the others in one, because {judgement.note}" if judgement.note else apart


def _comparison(comparison: Comparison | None) -> list[Row]:
    if comparison is None:
        return [("behaviour", "not compared"), ("time", "not measured")]
    found: list[Row] = []
    behaviour = comparison.behaviour
    if behaviour is None:
        found.append(("behaviour", f"not compared: {comparison.note or 'no inputs'}"))
    else:
        sources = f"{behaviour.recorded} recorded from the tests, {behaviour.grown} grown from them"
        found.append(("behaviour", f"{behaviour.agree} of {behaviour.inputs} inputs agree ({sources})"))
        found.extend(
            ("differs", f"{each.input}: original {each.baseline}, candidate {each.candidate}")
            for each in behaviour.differ
        )
    found.append(_time("time, grown inputs", comparison.grown))
    found.append(_time("time, your examples", comparison.recorded))
    if comparison.note:
        found.append(("note", comparison.note))
    return found


def _time(label: str, timing: Timing | None) -> Row:
    if timing is None:
        return label, "not measured"
    if timing.pace is Pace.UNCLEAR:
        return label, f"not measured precisely ({timing.ratio:.2f}×, {timing.pairs} pairs)"
    interval = f"{timing.low:.2f} to {timing.high:.2f}"
    calls = f"{_seconds(timing.baseline)} → {_seconds(timing.candidate)} a call"
    return label, f"{timing.ratio:.2f}× ({interval}, {timing.pairs} pairs), {calls}"


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def text(node: Node, baseline: Baseline) -> str:
    card = rows(node, baseline)
    width = max(len(label) for label, _ in card)
    return "\n".join(f"  {label:<{width}}  {value}" for label, value in card)


def markdown(node: Node, baseline: Baseline) -> str:
    table = "\n".join(f"| {label} | {_cell(value)} |" for label, value in rows(node, baseline))
    return f"**{headline(node, baseline)}**\n\n| | |\n|---|---|\n{table}\n"


def _cell(value: str) -> str:
    """Plain text: a candidate's own words must not become a picture that is fetched, a link or a tag."""
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(value.splitlines())).replace("<", "&lt;")
