"""A proposed replacement for the target, and why its author proposed it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The whole new function at column zero, with the imports and helpers it needs.

    ``imports`` are whole import statements, ``helpers`` whole top-level statements (constants, functions)
    that must come before the function. ``author`` names who wrote it: ``you``, ``rules/<names>``, a model.
    ``speculative`` marks a rewrite that is not equivalent by construction: it agrees where it was compared.
    """

    source: str
    imports: tuple[str, ...] = ()
    helpers: tuple[str, ...] = ()
    rationale: str
    author: str
    speculative: bool = False

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("a candidate needs source text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A proposal that was not executed, and why not: one clause, told to the person and to its author."""

    reason: str
    author: str


Attempt = Candidate | Refusal
