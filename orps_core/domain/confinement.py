"""How well candidates are held: the levels, and what a person opens to them."""

from dataclasses import dataclass

STRICT, PARTIAL, LIMITS_ONLY = "strict", "partial", "limits-only"
LEVELS = (STRICT, PARTIAL, LIMITS_ONLY)
"""From the best.

``strict``: nothing of the machine can be read, changed or reached. ``partial``: one of the walls is missing,
and what is open is named. ``limits-only``: nothing but time and memory is limited.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a person lets candidates do. No file of a project may decide it.

    ``level`` is the least that must hold them for anything to run, ``read`` are absolute paths beside the
    project that they may read, ``loopback`` allows connections among themselves, in a network that leads
    nowhere else.
    """

    level: str = STRICT
    read: tuple[str, ...] = ()
    loopback: bool = False

    def __post_init__(self) -> None:
        check(self.level)


def check(level: str) -> None:
    """Raise ValueError for what is no level."""
    if level not in LEVELS:
        raise ValueError(f"the confinement {level!r} is none of {', '.join(LEVELS)}")


NOTHING_OPEN = Allowance()
