"""Which of several blocks of code is the answer, by what a model says about each. Knows no Python."""

import re

_SENTENCE = re.compile(r"(?<=[.!?;\u3002])\s+")
_DOUBT = re.compile(
    r"\b(?:original|old|legacy|mistakes?|inefficient|naive|for (?:comparison|reference)"
    r"|for context|previous(?:ly)?|do not|don't|never"
    r"|not recommended|avoid|wrong|incorrect|buggy|bad|slow(?:er)?|less efficient|brute.force"
    r"|alternativ\w*)\b|\bbefore\b\W*$|\u539f\u6765|\u539f\u59cb|\u9519\u8bef",
    re.IGNORECASE,
)
_TRUST = re.compile(
    r"\b(?:rewritten|final|optimi[sz]ed|improved|fast(?:er)?|fixed|correct(?:ed)?|better|new|instead|than"
    r"|refactored|after|revised)\b",
    re.IGNORECASE,
)
_ADVISED = re.compile(r"(?<!not )\b(?:recommended|preferred)\b", re.IGNORECASE)
_CHOICE = re.compile(
    r"\b(?:recommend|prefer|suggest|choose|go with|going with|use)(?:ing)?\s+\W*"
    r"((?:option|version|solution|approach|variant|alternative)\s+\w+)",
    re.IGNORECASE,
)


def chosen(prose: str) -> str | None:
    """What the model calls the block that it speaks for."""
    found = _CHOICE.search(prose)
    return found[1] if found else None


def standing(lead: str, chosen: str | None) -> int:
    """How far what stands before a block says that it is the answer."""
    if chosen is not None and re.search(rf"\b{re.escape(chosen)}\b", lead, re.IGNORECASE):
        return 2
    last = _SENTENCE.split(lead.strip())[-1]
    if _ADVISED.search(last):
        return 2
    return 0 if _DOUBT.search(last) and not _TRUST.search(last) else 1
