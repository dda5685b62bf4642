"""What was done before, in words for the one who is to do better."""

from collections.abc import Sequence

from ..chat.wording import clipped, outcome
from ..domain.candidate import Attempt, Candidate, Refusal
from ..domain.tree import Node

_MOST_IDEAS, _MOST_REFUSALS = 12, 4


def history(lineage: Sequence[Node]) -> str:
    """What was done from the original down to the parent, and what came of every step."""
    steps = [
        f"Step {number}, {node.candidate.rationale}:\n{outcome(node.execution, node.comparison)}"
        + (f"\nCritique: {clipped(node.critique.advice, 400)}" if node.critique else "")
        for number, node in enumerate(lineage[1:], 1)
    ]
    return "\n\n".join(steps)


def attempted(tried: Sequence[Attempt]) -> str:
    """Ideas that need not be had again, newest last, and answers that could not be used."""
    ideas = dict.fromkeys(each.rationale for each in tried if isinstance(each, Candidate))
    refused = dict.fromkeys(each.reason for each in tried if isinstance(each, Refusal))
    lines = [f"- {clipped(' '.join(idea.split()), 200)}" for idea in list(ideas)[-_MOST_IDEAS:]]
    if refused:
        lines.append("Answers that could not be used, because:")
        lines += [f"- {clipped(reason, 200)}" for reason in list(refused)[-_MOST_REFUSALS:]]
    return "\n".join(lines)
