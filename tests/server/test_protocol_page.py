"""docs/protocol.md is the contract: it changes with the code, or not at all."""

import dataclasses
import hashlib
import re

import pytest

from orps_server import protocol
from orps_server.features import code_action
from tests.server.wire import ROOT

PAGE = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SOURCE = (ROOT / "server" / "orps_server" / "protocol.py").read_bytes()


def test_the_page_was_read_again_when_the_messages_changed() -> None:
    """Read both, correct the page, then put the new hash into its first line."""
    assert hashlib.sha256(SOURCE).hexdigest()[:16] in PAGE.partition("\n")[0]


def test_the_page_lists_every_command_and_notification() -> None:
    assert set(re.findall(r"orps\.server\.[a-zA-Z]+", PAGE)) == set(protocol.COMMANDS)
    assert set(re.findall(r"orps/[a-zA-Z/]*[a-zA-Z]", PAGE)) == {
        protocol.JOB_STATE,
        protocol.CANDIDATE,
        protocol.STATUS,
        protocol.LM_MODELS,
        protocol.LM_COMPLETE,
        protocol.LM_CHUNK,
        protocol.LM_CHANGED,
    }


@pytest.mark.parametrize("kind", protocol.MESSAGES, ids=lambda kind: kind.__name__)
def test_the_page_names_every_field(kind: type) -> None:
    words = set(re.findall(r"[A-Za-z]+", PAGE))
    assert {re.sub(r"_([a-z])", lambda m: m[1].upper(), f.name) for f in dataclasses.fields(kind)} <= words


@pytest.mark.parametrize("kind", ["review", "apply", "dismiss", "stop"])
def test_the_page_names_every_kind_of_action(kind: str) -> None:
    assert getattr(protocol, f"{kind.upper()}_KIND") == f"{protocol.REFINE_KIND}.{kind}"
    assert f".{kind}`" in PAGE


def test_the_page_names_every_objective() -> None:
    assert all(f"`.{each}`" in PAGE for each in code_action.OBJECTIVES)
