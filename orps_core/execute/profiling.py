"""Raw facts about lines that ran, to a profile that quotes them."""

from typing import cast

from ..domain.profile import Line, Profile
from .outcomes import messages
from .process import Message


def read_profile(facts: Message, source: str) -> Profile | None:
    """None where nothing was reported. ``source`` is the text that ran: the leaf reports numbers only."""
    reported = messages(facts, "profiled")
    if not reported:
        return None
    found = reported[-1]
    rows = [[int(each) for each in row] for row in cast("list[list[int]]", found["lines"])]
    total = sum(spent for _, _, spent in rows) or 1
    texts, first = source.splitlines(), int(found["first"])
    lines = [
        Line(
            number=number,
            within=number - first + 1,
            text=texts[number - 1].strip() if 0 < number <= len(texts) else "",
            hits=hits,
            share=spent / total,
        )
        for number, hits, spent in rows
    ]
    return Profile(
        lines=tuple(sorted(lines, key=lambda line: (-line.share, line.number))),
        input=str(found["input"]),
        seconds=float(found["seconds"]),
        whole=bool(found["whole"]),
    )
