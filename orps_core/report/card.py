"""The evidence for one candidate: a headline for a lens, and a card for a terminal, an editor, a page."""

import html as markup
import re
from collections import Counter

from ..domain.agreement import Agreement
from ..domain.budget import Spending
from ..domain.comparison import Behaviour, Comparison, Difference, Likeness, Static
from ..domain.coverage import Coverage
from ..domain.evidence import Evidence, Opinion
from ..domain.execution import Baseline, Execution, Skipped, explain
from ..domain.growth import Doubling, Growth
from ..domain.memory import Memory
from ..domain.outside import Apart, Outside
from ..domain.timing import Pace, Timing
from ..domain.tree import Node
from ..domain.verdict import Objective

Row = tuple[str, str]

_MOST_ASIDE = 3
_SENTENCES, _LONGEST_OPINION = 2, 300
_SENTENCE = re.compile(r"(?<=[.!?]) ")
_CLOCKS = {"wall": "wall clock, for it waits", "process": "CPU time of all its threads"}
_MARKDOWN = re.compile(r"[\\`*_\[\]!|#~&]")


def headline(node: Node, baseline: Baseline, agreement: Agreement | None = None) -> str:
    """One line: what it buys, and how that is known."""
    execution = node.execution
    parts = [f"{execution.passed}/{execution.counted} tests"]
    if baseline.suite.generated:
        parts = [_generated(execution)]
    behaviour = node.comparison.behaviour if node.comparison else None
    if behaviour is not None:
        parts.append(_agreement(behaviour, speculative=node.candidate.speculative))
    if node.comparison is not None and node.comparison.timing is not None:
        parts.insert(0, _gain(node.comparison, node.comparison.timing))
    elif not baseline.execution.correct:
        parts.insert(0, f"makes {execution.passed - baseline.execution.passed} more cases pass")
    own = node.verdict.on(node.verdict.objective) if node.verdict and node.verdict.objective else None
    if own is not None and own.objective in {Objective.MEMORY, Objective.SIMPLICITY}:
        parts.insert(0, own.reason)
    if agreement is not None:
        parts.append(f"confidence {agreement.confidence}")
    return " · ".join(parts)


def _agreement(behaviour: Behaviour, *, speculative: bool) -> str:
    """A flag is never left out of the one line that many people will read."""
    proved = ", not proved" if speculative else ""
    if behaviour.likeness is Likeness.FLAGGED and behaviour.unlike:
        return f"{behaviour.agree} of {behaviour.inputs} inputs agree, look at the others"
    flagged = ", look at its flags" if behaviour.likeness is Likeness.FLAGGED else ""
    return f"{behaviour.agree} inputs agree{proved}{flagged}"


def _gain(comparison: Comparison, timing: Timing) -> str:
    """A gain on large inputs that is a loss on the person's own examples is not told without the loss."""
    loss = comparison.loss
    if loss is not None and timing.pace is Pace.FASTER:
        return f"{timing.ratio:.1f}× faster on larger inputs, {1 / loss.ratio:.1f}× slower on your examples"
    match timing.pace:
        case Pace.SLOWER:
            return f"{1 / timing.ratio:.1f}× slower"
        case Pace.SAME:
            return "as fast as before"
        case Pace.WARM:
            return "faster on later calls only"
        case Pace.UNCLEAR:
            return "time not measured precisely"
        case Pace.FASTER:
            return f"{timing.ratio:.1f}× faster"


def rows(evidence: Evidence) -> tuple[Row, ...]:
    """The whole card, label and text. What was not measured is said, never left out."""
    node, baseline = evidence.node, evidence.baseline
    found = [*_verdict(node), *_cases(node.execution, baseline)]
    if baseline.execution.correct:
        found += _comparison(node.comparison)
    if evidence.agreement is not None:
        found.append(("agreement", evidence.agreement.sentence))
    found += _coverage(node.comparison.coverage if node.comparison else None)
    found.append(("size", _sizes(node.before, node.static)))
    if node.static.reaches:
        found.append(("reaches for", ", ".join(node.static.reaches)))
    found.append(("judged", _judgement(node.execution)))
    confinement = node.execution.confinement
    found.append(("confinement", f"{confinement.level}: {', '.join(confinement.mechanisms)}"))
    found.extend(("open", each) for each in confinement.open)
    if evidence.opinion is not None:
        found.append(("opinion", _opinion(evidence.opinion)))
    found.append(("proposed by", f"{node.candidate.author}: {node.candidate.rationale}"))
    if node.candidate.speculative:
        found.append(("speculative", "agrees where it was compared; not equivalent by construction"))
    if baseline.unreached:
        found.append(
            ("not counted", f"{len(baseline.unreached)} cases that were found never reach the function")
        )
    if baseline.named_only and node.execution.further is None:
        found.append(("not run", "tests that may reach the function without naming it: see orps tests"))
    if evidence.spending is not None:
        found.append(("cost", _cost(evidence.spending)))
    found.extend(("note", note) for note in baseline.notes)
    return tuple(found)


def _opinion(opinion: Opinion) -> str:
    """Its first sentences, after what it is worth."""
    times = f" on average of {opinion.said}" if opinion.said > 1 else ""
    worth = f"a model gives it {opinion.score:.1f} of 5{times}, which proves nothing"
    sentences = _SENTENCE.split(" ".join(opinion.text.split()))
    text = " ".join(sentences[:_SENTENCES])[:_LONGEST_OPINION]
    return f"{worth}: {text}" if text else worth


def _cost(spent: Spending) -> str:
    asked = f"{spent.models.calls} calls of a model, {spent.models.tokens} tokens"
    models = asked if spent.models.calls else "no model was asked"
    return f"{spent.seconds:.1f} s, {spent.executions} executed, {models}"


def _verdict(node: Node) -> list[Row]:
    if node.verdict is None:
        return []
    standings = ", ".join(f"{each.objective.value} {each.standing.value}" for each in node.verdict.findings)
    found: list[Row] = [("verdict", standings)] if standings else []
    return found + [("look", flag) for flag in node.verdict.flags]


def _cases(execution: Execution, baseline: Baseline) -> list[Row]:
    cases = (*baseline.suite.cases, *execution.late, *(execution.further or ()))
    origins = Counter(case.origin.value for case in cases)
    sources = ", ".join(f"{count} {name}" for name, count in origins.items())
    found: list[Row] = [("tests", f"{execution.passed} of {execution.counted} pass ({sources})")]
    if baseline.suite.generated:
        found = [("tests", f"none of its own; {_generated(execution)}")]
    problem = execution.first_problem
    if problem is not None:
        found.append(("fails", explain(problem)))
    aside = [each for each in execution.results if isinstance(each.outcome, Skipped)]
    found += [("set aside", explain(each)) for each in aside[:_MOST_ASIDE]]
    reasons = Counter(case.found for case in cases)
    found.append(("found", "; ".join(f"{count}: {why}" for why, count in reasons.most_common(3))))
    if not baseline.execution.correct:
        found.append(("before", f"{baseline.execution.passed} of {baseline.execution.counted} passed"))
        found.append(
            ("caution", "the original fails its own cases, so there is nothing to compare behaviour with")
        )
    return found


def _coverage(coverage: Coverage | None) -> list[Row]:
    if coverage is None:
        return [("not reached", "not measured: lines of the function that no case runs are not known")]
    found: list[Row] = []
    if coverage.missed:
        share = f"{len(coverage.missed)} of {coverage.lines} lines of the original"
        found.append(("not reached", f"{share}: {_ranges(coverage.missed)}"))
    ways = ", ".join(f"line {each.line} is {each.way}" for each in coverage.branches)
    if ways:
        found.append(("not taken", ways))
    if not coverage.whole:
        found.append(("coverage", "counted for the first lines that ran only: more may be reached"))
    reached = f"its cases run all {coverage.lines} lines of the original and both ways of every test"
    return found or [("reached", reached)]


def _ranges(lines: tuple[int, ...]) -> str:
    """``3, 7-9``: neighbours together."""
    parts: list[list[int]] = []
    for line in lines:
        if parts and line == parts[-1][-1] + 1:
            parts[-1].append(line)
        else:
            parts.append([line])
    return ", ".join(f"{part[0]}" if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _sizes(before: Static | None, after: Static) -> str:
    if before is None:
        return (
            f"{after.lines} code lines, complexity {after.cyclomatic} cyclomatic, {after.cognitive} cognitive"
        )
    return (
        f"{before.lines} → {after.lines} code lines, complexity {before.cyclomatic} → {after.cyclomatic}"
        f" cyclomatic, {before.cognitive} → {after.cognitive} cognitive"
    )


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
    if judgement.note:
        return f"{apart}; the others in one, because {judgement.note}"
    kinds = ["those for which the suite has no time"] if execution.late else []
    kinds += ["those that do not name the function"] if execution.further else []
    return f"{apart}; {' and '.join(kinds)} in one" if kinds else apart


def _comparison(comparison: Comparison | None) -> list[Row]:
    if comparison is None:
        return [("behaviour", "not compared"), ("time", "not measured"), ("memory", "not measured")]
    found = _behaviour(comparison.behaviour, comparison.note)
    if comparison.apart is not None:
        found.append(("compared apart", _apart(comparison.apart)))
    found.append(_time("time, grown inputs", comparison.grown))
    found.append(_time("time, your examples", comparison.recorded))
    faster = comparison.timing is not None and comparison.timing.pace is Pace.FASTER
    if comparison.apart is not None and faster:
        found.append(("time, from outside", _outside(comparison.outside)))
    found.append(("memory", _memory(comparison.memory)))
    found.append(("input doubled", _growth(comparison.growth)))
    if comparison.note and comparison.behaviour is not None:
        found.append(("note", comparison.note))
    return found


def _behaviour(behaviour: Behaviour | None, note: str | None) -> list[Row]:
    if behaviour is None:
        return [("behaviour", f"not compared: {note or 'no inputs'}")]
    sources = (
        f"{behaviour.recorded} recorded from the tests, {behaviour.grown} grown from them,"
        f" {behaviour.mutated} made up"
        + (f", {behaviour.drawn} drawn by Hypothesis" if behaviour.drawn else "")
    )
    found: list[Row] = [("behaviour", f"{behaviour.agree} of {behaviour.inputs} inputs agree ({sources})")]
    found.extend((f"differs, {each.source.value}", _texts(each)) for each in behaviour.differ)
    if behaviour.agrees and not behaviour.made_up:
        found.append(
            ("caution", "no made-up input was tried: it is compared where your tests go, and no further")
        )
    if behaviour.raising:
        example = f"; first {_texts(behaviour.stumble)}" if behaviour.stumble else ""
        found.append(
            ("left out", f"{behaviour.raising} made-up inputs on which the original stumbles{example}")
        )
    return found


def _apart(apart: Apart) -> str:
    """How much of the agreement does not depend on what a candidate may have done to its process."""
    if not apart.agree:
        return f"no; it shared a process with the original, because {apart.note or 'nothing was asked'}"
    told = f"{apart.agree} inputs agree in a process that holds the candidate alone"
    return f"{told}; {apart.aside} could not be put to it so: {apart.note}" if apart.aside else told


def _outside(outside: Outside | None) -> str:
    if outside is None:
        return "not measured"
    told = f"{outside.ratio:.2f}× on {outside.inputs} inputs, by the clocks of two processes"
    return f"{told}; {outside.first:.2f}× on their first calls" if outside.first is not None else told


def _texts(each: Difference) -> str:
    return f"{each.input}: original {each.baseline}, candidate {each.candidate}"


def _time(label: str, timing: Timing | None) -> Row:
    if timing is None:
        return label, "not measured"
    if timing.pace is Pace.UNCLEAR:
        return label, f"not measured precisely ({timing.ratio:.2f}×, {timing.pairs} pairs)"
    interval = f"{timing.low:.2f} to {timing.high:.2f}"
    calls = f"{_seconds(timing.baseline)} → {_seconds(timing.candidate)} a call"
    told = [f"{timing.ratio:.2f}× ({interval}, {timing.pairs} pairs)"]
    if timing.pace is Pace.WARM:
        told += [
            "on later calls only",
            f"its import and first calls cost {timing.lost:.0%} of what they save",
        ]
    return label, ", ".join([*told, calls, *_clock(timing.clock)])


def _clock(clock: str) -> tuple[str, ...]:
    """What was looked at where that is not the CPU time of the one thread there is."""
    return tuple(said for name, said in _CLOCKS.items() if name in clock)


def _seconds(value: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-9:.3g} ns"


def _memory(memory: Memory | None) -> str:
    if memory is None:
        return "not measured"
    peaks = f"{_bytes(memory.baseline)} → {_bytes(memory.candidate)} at most"
    return f"{memory.ratio:.2f}× ({memory.low:.2f} to {memory.high:.2f}), {peaks}, {memory.inputs} inputs"


def _bytes(value: int) -> str:
    for unit, size in (("MB", 1 << 20), ("kB", 1 << 10)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value} bytes"


def _growth(growth: Growth | None) -> str:
    if growth is None:
        return "not measured"
    return f"time {_doubling(growth.before)} before, {_doubling(growth.after)} now"


def _doubling(doubling: Doubling) -> str:
    steepness = doubling.steepness
    return f"×{doubling.factor:.1f}" + (f" (grows {steepness.value})" if steepness else " (uneven)")


def text(evidence: Evidence) -> str:
    card = rows(evidence)
    width = max(len(label) for label, _ in card)
    return "\n".join(f"  {label:<{width}}  {value}" for label, value in card)


def markdown(evidence: Evidence) -> str:
    table = "\n".join(f"| {_cell(label)} | {_cell(value)} |" for label, value in rows(evidence))
    title = _cell(headline(evidence.node, evidence.baseline, evidence.agreement))
    return f"**{title}**\n\n| | |\n|---|---|\n{table}\n"


def html(evidence: Evidence) -> str:
    """A fragment that stands by itself: no script, no style, nothing loaded, everything escaped."""
    table = "\n".join(
        f"<tr><th scope='row'>{markup.escape(label)}</th><td>{markup.escape(value)}</td></tr>"
        for label, value in rows(evidence)
    )
    title = markup.escape(headline(evidence.node, evidence.baseline, evidence.agreement))
    return f"<section class='orps-evidence'>\n<h2>{title}</h2>\n<table>\n{table}\n</table>\n</section>\n"


def evidence(
    node: Node, baseline: Baseline, agreement: Agreement | None = None, opinion: Opinion | None = None
) -> str:
    """The card for an editor."""
    return markdown(Evidence(node=node, baseline=baseline, agreement=agreement, opinion=opinion))


def _cell(value: str) -> str:
    """Plain text: a candidate's own words must not become a picture that is fetched, a link or a tag."""
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(value.splitlines())).replace("<", "&lt;")
