"""Raw facts about blocks that ran, to the text in which a model is shown them."""

from collections.abc import Sequence
from typing import cast

from .outcomes import messages
from .process import Message

_KEPT = 40  # blocks before those that the leaf left out
_LINES = 6


def traced(facts: Message, case: str, source: str) -> str:
    """Block by block what ran and what the variables held afterwards; empty when the case was not traced.

    ``source`` is the text that ran: the leaf reports line numbers only. Each case's blocks come ahead of its
    report, in the same order.
    """
    pairs = zip(messages(facts, "trace"), messages(facts, "case"), strict=False)
    found = next((trace for trace, reported in pairs if reported.get("name") == case), None)
    if found is None:
        return ""
    blocks = found.get("blocks")
    read = (
        [each for each in cast("list[object]", blocks) if _is_block(each)] if isinstance(blocks, list) else []
    )
    texts = [_block(cast("list[object]", each), source.splitlines(), at) for at, each in enumerate(read, 1)]
    dropped = found.get("dropped")
    if isinstance(dropped, int) and dropped > 0:
        texts.insert(_KEPT, f"… {dropped} blocks left out …")
    return "\n".join(texts)


def _is_block(found: object) -> bool:
    match found:
        case [int(), int(), str()]:
            return True
        case _:
            return False


def _block(found: Sequence[object], lines: Sequence[str], number: int) -> str:
    first, last = sorted((cast("int", found[0]), cast("int", found[1])))
    shown = [line.strip() for line in lines[max(first - 1, 0) : last][:_LINES] if line.strip()]
    return f"[block {number}] " + "; ".join(shown) + f"\n    → {found[2]}"
