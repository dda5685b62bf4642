"""The scores of a benchmark as a table: what was solved, what was right, and what it cost."""

from collections.abc import Mapping, Sequence

from ..domain.benchmark import Score

_HEAD = ("strategy", "runs", "solved", "right", "wrong though solved", "calls", "tokens", "seconds")


def table(scores: Sequence[Score], solvable: Mapping[str, bool | None]) -> str:
    """Shares in percent; calls, tokens and seconds are means for one run."""
    rows = [_HEAD, *(_row(name, [s for s in scores if s.strategy == name]) for name in _names(scores))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    known = [able for able in solvable.values() if able is not None]
    if known:
        lines.append(f"a recorded answer is right (oracle): {100 * sum(known) / len(known):.1f} %")
    lines += _trust(scores)
    failed = [score for score in scores if score.note]
    lines += [f"{score.problem}, {score.strategy}: {score.note}" for score in failed[:5]]
    return "\n".join(lines)


def _names(scores: Sequence[Score]) -> list[str]:
    return list(dict.fromkeys(score.strategy for score in scores))


def _row(name: str, scores: Sequence[Score]) -> tuple[str, ...]:
    runs = len(scores)

    def share(found: int) -> str:
        return f"{100 * found / runs:.1f} %"

    def mean(total: float) -> str:
        return f"{total / runs:.1f}"

    return (
        name,
        str(runs),
        share(sum(score.solved for score in scores)),
        share(sum(score.right for score in scores)),
        share(sum(score.solved and not score.right for score in scores)),
        mean(sum(score.models.calls for score in scores)),
        f"{sum(score.models.tokens for score in scores) / runs:.0f}",
        mean(sum(score.seconds for score in scores)),
    )


def _trust(scores: Sequence[Score]) -> list[str]:
    """How often each degree of confidence was right."""
    lines: list[str] = []
    for degree in ("fair", "low"):
        found = [score for score in scores if score.confidence == degree]
        if found:
            right = sum(score.right for score in found)
            lines.append(f"confidence {degree}: {right} of {len(found)} right")
    return lines
