"""One string names a model."""

import pytest

from orps_core.chat.naming import PUBLIC, Edited, Recorded, Rules, Served, choice
from orps_core.ports import Unavailable

LOCAL = "http://127.0.0.1:8377/v1"


@pytest.mark.parametrize(
    ("text", "environment", "meant"),
    [
        ("rules", {}, Rules()),
        ("auto", {}, Rules()),
        ("auto", {"OPENAI_API_KEY": "k"}, Rules()),
        ("auto", {"ORPS_MODEL": "rules"}, Rules()),
        ("auto", {"ORPS_MODEL": f"openai:{LOCAL}#m"}, Served(url=LOCAL, model="m")),
        ("auto", {"ORPS_MODEL": "m", "OPENAI_BASE_URL": LOCAL}, Served(url=LOCAL, model="m")),
        ("auto", {"OPENAI_BASE_URL": LOCAL}, Served(url=LOCAL, model=None)),
        (f"openai:{LOCAL}#m", {}, Served(url=LOCAL, model="m")),
        (f"openai:{LOCAL}/#org/m:7b", {}, Served(url=LOCAL, model="org/m:7b")),
        (f"openai:{LOCAL}", {}, Served(url=LOCAL, model=None)),
        ("openai:http://localhost:11434#m", {}, Served(url="http://localhost:11434/v1", model="m")),
        (f"openai:{LOCAL}/chat/completions#m", {}, Served(url=LOCAL, model="m")),
        ("openai:qwen2.5:7b", {}, Served(url=PUBLIC, model="qwen2.5:7b")),
        ("openai:#m", {"OPENAI_BASE_URL": LOCAL}, Served(url=LOCAL, model="m")),
        ("openai:m", {}, Served(url=PUBLIC, model="m")),
        ("replay:run.jsonl", {}, Recorded(path="run.jsonl")),
        ("editor", {}, Edited(selector="")),
        ("editor:copilot/gpt-4o", {}, Edited(selector="copilot/gpt-4o")),
    ],
)
def test_a_name_means_one_model(text: str, environment: dict[str, str], meant: object) -> None:
    assert choice(text, environment) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gpt-4o",
        "rules:x",
        "replay:",
        "openai:ftp://a#m",
        "openai:http://#m",
        "openai:http://h:x#m",
        "openai:h:8080",
    ],
)
def test_what_names_no_model_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(Unavailable) as refused:
        choice(text, {})
    assert refused.value.advice


def test_a_password_does_not_belong_into_an_address() -> None:
    with pytest.raises(Unavailable) as refused:
        choice("openai:https://me:secret@host/v1#m", {})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("http://127.0.0.1:1/v1", False),
        ("http://127.8.8.8/v1", False),
        ("http://[::1]:8/v1", False),
        ("http://localhost:1/v1", False),
        ("HTTP://LOCALHOST.:1/v1", False),
        ("http://0.0.0.0:8/v1", False),
        ("http://192.168.1.7/v1", True),
        ("https://api.openai.com/v1", True),
        ("http://localhost.evil.com/v1", True),
    ],
)
def test_what_leaves_the_machine_is_known_from_the_address(url: str, remote: bool) -> None:  # noqa: FBT001
    assert Served(url=url, model="m").remote is remote
