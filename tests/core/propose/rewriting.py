"""Say in one line what a rule makes of a function."""

import textwrap

from orps_core.propose.function import Function
from orps_core.propose.rules import CATALOGUE, Rewrite, Rule

RULES: dict[str, Rule] = {rule.name: rule for rule in CATALOGUE}


def code(text: str) -> str:
    """Source written indented in a test, at column zero and without a final line end."""
    return textwrap.dedent(text).strip("\n")


def parsed(source: str) -> Function:
    function = Function.parse(source)
    assert function is not None, source
    return function


def rewrites(rule: str, source: str) -> list[Rewrite]:
    return list(RULES[rule].rewrites(parsed(code(source))))


def rewritten(rule: str, source: str) -> list[str]:
    return [rewrite.source for rewrite in rewrites(rule, source)]
