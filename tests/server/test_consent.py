import dataclasses
from pathlib import Path

import pytest

from orps_server.consent import Consent, Consents, state_folder

ROOT = Path("/project")


def test_a_project_selects_and_only_the_person_enables() -> None:
    assert not Consent().allows("a.py::f", wished=True)
    assert not Consent(enabled=False).allows("a.py::f", wished=True)
    assert Consent(enabled=True).allows("a.py::f", wished=True)
    assert not Consent(enabled=True).allows("a.py::f", wished=False)


def test_a_function_that_the_person_named_needs_nothing_else() -> None:
    chosen = Consent().choosing("a.py::f", selected=True)
    assert chosen.allows("a.py::f", wished=False)
    assert not chosen.allows("a.py::g", wished=True)
    left_out = dataclasses.replace(chosen, enabled=True).choosing("a.py::f", selected=False)
    assert not left_out.allows("a.py::f", wished=True)
    assert left_out.allows("a.py::g", wished=True)
    assert left_out.choosing("a.py::f", selected=True).allows("a.py::f", wished=True)


def test_what_was_decided_is_there_in_another_window(tmp_path: Path) -> None:
    file = tmp_path / "state" / "on-save.json"
    assert Consents(file).of(ROOT) == Consent()
    made = Consents(file).change(ROOT, lambda known: dataclasses.replace(known, enabled=True))
    Consents(file).change(Path("/other"), lambda known: known.choosing("b.py::g", selected=True))
    assert Consents(file).of(ROOT) == made == Consent(enabled=True)
    assert Consents(file).of(Path("/other")).chosen == ("b.py::g",)
    assert [each.name for each in file.parent.iterdir()] == ["on-save.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"/project": 1}', '{"/project": {"enabled": "yes"}}'])
def test_what_cannot_be_read_allows_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "on-save.json"
    file.write_text(text)
    assert Consents(file).of(ROOT) == Consent()


def test_it_is_kept_where_a_persons_state_belongs() -> None:
    home = Path("/home/somebody")
    assert state_folder({}, home) == home / ".local" / "state" / "orps"
    assert state_folder({"XDG_STATE_HOME": "/state"}, home) == Path("/state/orps")
    assert state_folder({"XDG_STATE_HOME": "relative"}, home) == home / ".local" / "state" / "orps"
