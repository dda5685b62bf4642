"""The page for readers names exactly the rules that exist, and its examples are what the rules write."""

import pathlib
import re

import pytest

from tests.core.propose.rewriting import RULES, rewrites

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "rules.md"
TEXT = PAGE.read_text(encoding="utf-8")
ROWS = re.findall(r"^\| \[(\w+)\]\(#\w+\) \| ([\w ]+) \|.*\| (yes|no) \|$", TEXT, re.MULTILINE)
EXAMPLE = r"^### (\w+)\n\n([^\n]+)\n\n```python\n(.*?)\n```\n\n```python\n(.*?)\n```$"
EXAMPLES = re.findall(EXAMPLE, TEXT, re.MULTILINE | re.DOTALL)


def test_the_page_names_exactly_the_rules_that_exist_in_their_order() -> None:
    assert [name for name, _, _ in ROWS] == list(RULES)
    assert [name for name, *_ in EXAMPLES] == list(RULES)


@pytest.mark.parametrize(
    ("name", "rationale", "before", "after"), EXAMPLES, ids=[name for name, *_ in EXAMPLES]
)
def test_the_example_is_what_the_rule_writes(name: str, rationale: str, before: str, after: str) -> None:
    gain, speculative = next(columns for row, *columns in ROWS if row == name)
    found = rewrites(name, before)
    texts = ["\n".join((*one.imports, *one.helpers, one.source)) for one in found]
    one = found[texts.index(after.replace("\n\n\n", "\n"))]
    assert one.rationale == rationale
    assert one.speculative == (speculative == "yes")
    assert RULES[name].gain.name.lower() == gain.split()[0]
