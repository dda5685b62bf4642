"""What goes into every prompt: other people's text, marked as such, and measurements in words."""

import re

from ..domain.candidate import Candidate
from ..domain.comparison import Comparison
from ..domain.execution import CaseResult, Execution, Failed, Raised, explain
from ..domain.profile import Profile

_SHOWN_FAILURES = 4
_LONGEST = 1500


def fenced(label: str, text: str) -> str:
    """Text that somebody else wrote, marked as such: nothing in it can end the block early."""
    inner = re.sub(rf"<\s*/\s*{label}", rf"<\\/{label}", text, flags=re.IGNORECASE).strip("\n")
    return f"<{label}>\n{inner}\n</{label}>"


def clipped(text: str, most: int = _LONGEST) -> str:
    if len(text) <= most:
        return text
    half = most // 2
    return f"{text[:half]}\n… {len(text) - 2 * half} characters left out …\n{text[-half:]}"


def outcome(execution: Execution, comparison: Comparison | None) -> str:
    """How a version fared: its cases, its behaviour beside the original's, its time."""
    lines = [f"{execution.passed} of {execution.counted} cases pass."]
    if not execution.correct:
        lines += _failures(execution)
    if comparison is not None:
        lines += _compared(comparison)
    return "\n".join(lines)


def _failures(execution: Execution) -> list[str]:
    bad = [each for each in execution.results if each is execution.first_problem or _is_bad(each)]
    shown = [f"- {clipped(explain(each), 400)}" for each in bad[:_SHOWN_FAILURES]]
    if len(bad) > _SHOWN_FAILURES:
        shown.append(f"- and {len(bad) - _SHOWN_FAILURES} more")
    first = execution.first_problem
    if first is not None and isinstance(first.outcome, Raised) and first.outcome.traceback.strip():
        shown.append("Traceback of the first:\n" + fenced("output", clipped(first.outcome.traceback)))
    return shown


def _is_bad(result: CaseResult) -> bool:
    return isinstance(result.outcome, Failed | Raised) or type(result.outcome).__name__ in {
        "Exhausted",
        "Crashed",
        "Missing",
    }


def _compared(comparison: Comparison) -> list[str]:
    lines: list[str] = []
    behaviour = comparison.behaviour
    if behaviour is not None and behaviour.inputs:
        lines.append(f"On {behaviour.agree} of {behaviour.inputs} inputs it does what the original does.")
        lines += [
            f"- for {clipped(each.input, 300)} the original gives {clipped(each.baseline, 200)},"
            f" this version {clipped(each.candidate, 200)}"
            for each in behaviour.differ[:_SHOWN_FAILURES]
        ]
    for timing in (comparison.recorded, comparison.grown):
        if timing is not None:
            lines.append(
                f"On {timing.inputs} inputs it takes {timing.candidate:.2g} s a call,"
                f" the original {timing.baseline:.2g} s ({timing.ratio:.2f}× the original's speed)."
            )
    growth = comparison.growth
    if growth is not None:
        lines.append(
            f"Doubling the input multiplies the time of a call by {growth.after.factor:.1f}"
            f" (the original: by {growth.before.factor:.1f})."
        )
    if comparison.note:
        lines.append(comparison.note)
    return lines


def costs(profile: Profile) -> str:
    """Which lines a version's time goes to, and on what input."""
    lines = [
        f"- line {line.within} of the function takes {line.share:.0%} of the time, begun"
        f" {line.hits} {'time' if line.hits == 1 else 'times'}: {clipped(line.text, 200)}"
        for line in profile.telling
    ]
    extent = "" if profile.whole else " (its beginning was followed)"
    lines.append(f"The dearest input takes {profile.seconds:.2g} s{extent}: {clipped(profile.input, 300)}")
    if profile.growth is not None:
        lines.append(f"Doubling the input multiplies the time of a call by {profile.growth.factor:.1f}.")
    return "\n".join(lines)


def whole(candidate: Candidate) -> str:
    """A version with everything it brings along."""
    return "\n\n".join(
        part for part in ("\n".join(candidate.imports), *candidate.helpers, candidate.source) if part
    )
