"""What the core says to whoever sits at its command line, in the words of an editor's settings."""

import re

SETTINGS = {
    "--allow-loopback": "allowLoopback",
    "--allow-read": "allowRead",
    "--confinement": "confinement",
    "--model": "model",
    "--objective": "objective",
    "--python": "interpreter",
    "--seconds": "budgetSeconds",
    "--tests": "tests",
}
_ASIDE = re.compile(r" \(--[^()]*\)")
_BOTH = re.compile(r"--[a-z-]+[^.;:()]*? or (?:with )?(?:the setting )?(orps\.\w+)")
_OPTION = re.compile("|".join(map(re.escape, SETTINGS)))


def in_settings(text: str) -> str:
    """Options stand in brackets, before the setting that means the same, or alone."""
    text = _BOTH.sub(r"the setting \1", _ASIDE.sub("", text))
    return _OPTION.sub(lambda found: f"the setting orps.{SETTINGS[found[0]]}", text)
