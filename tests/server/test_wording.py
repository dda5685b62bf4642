"""Nobody at an editor is told of options of a command line."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import orps_core
from orps_server.settings import read
from orps_server.wording import SETTINGS, in_settings

ELSEWHERE = {
    "orps_core/models.py": "prices are options of the command line alone",
    "orps_core/compose.py": "so are strategies",
    "orps_core/execute/executor.py": "and the inputs that Hypothesis draws",
}


def _said() -> Iterator[tuple[str, str]]:
    """Every sentence with an option in it that says why a run cannot go on."""
    core = Path(orps_core.__file__).parent
    for path in sorted(core.rglob("*.py")):
        name = path.relative_to(core.parent).as_posix()
        if name.startswith("orps_core/commands/") or name in ELSEWHERE or path.name == "cli.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                ends = text.rstrip().endswith((".", ")")) and "\n" not in text
                if " --" in text and ends and "(diff" not in text and "orps doctor --format" not in text:
                    yield name, text


def test_every_sentence_with_an_option_names_the_setting_instead() -> None:
    said = list(_said())
    assert len(said) > 3
    assert [(name, text) for name, text in said if "--" in in_settings(text)] == []


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Fix it first (--objective fix).", "Fix it first."),
        (
            "Choose another with --python, or with the setting orps.interpreter.",
            "Choose another with the setting orps.interpreter.",
        ),
        (
            "or choose another with --python or orps.interpreter.",
            "or choose another with the setting orps.interpreter.",
        ),
        (
            "what is open then: --confinement partial or limits-only, or the setting orps.confinement.",
            "what is open then: the setting orps.confinement.",
        ),
        ("Leave --allow-loopback out.", "Leave the setting orps.allowLoopback out."),
        ("Nothing of the kind -- at all.", "Nothing of the kind -- at all."),
    ],
)
def test_the_words_of_an_editor(told: str, shown: str) -> None:
    assert in_settings(told) == shown


def test_the_settings_named_are_there() -> None:
    given = dict.fromkeys(SETTINGS.values(), object())
    assert len(read(given).complaints) == len(SETTINGS)
