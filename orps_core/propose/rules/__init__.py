"""The catalogue of rewrites: what the built-in programmer knows, best first within each kind of gain."""

from . import comprehensions, iteration, loops, membership, numbers, recursion, repeats, sequences, strings
from .rule import Change, Gain, Rewrite, Rule

_FAMILIES = (membership, recursion, strings, numbers, loops, repeats, comprehensions, sequences, iteration)

CATALOGUE: tuple[Rule, ...] = tuple(
    sorted((rule for family in _FAMILIES for rule in family.RULES), key=lambda rule: rule.gain)
)
"""Rules that may change the complexity class come first, then faster steps, then plainer text."""

__all__ = ["CATALOGUE", "Change", "Gain", "Rewrite", "Rule"]
