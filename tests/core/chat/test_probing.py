"""Model servers are known by what they answer, not by where they listen."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from orps_core.chat.probing import Server, probe

Pages = dict[str, tuple[int, str, str]]


def models(owner: str, *names: str) -> str:
    return json.dumps({"object": "list", "data": [{"id": name, "owned_by": owner} for name in names]})


@contextlib.contextmanager
def listening(pages: Pages) -> Generator[int]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            status, kind, body = pages.get(self.path, (404, "text/plain", "no"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


JSON = "application/json"


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        ({"/v1/models": (200, JSON, models("vllm", "m"))}, "vLLM"),
        ({"/v1/models": (200, JSON, models("llamacpp", "m"))}, "llama.cpp"),
        (
            {
                "/v1/models": (200, JSON, models("library", "m")),
                "/api/version": (200, JSON, '{"version": "1"}'),
            },
            "Ollama",
        ),
        (
            {"/v1/models": (200, JSON, models("x", "m")), "/api/v0/models": (200, JSON, '{"data": []}')},
            "LM Studio",
        ),
        ({"/v1/models": (200, JSON, models("replay", "m"))}, "OpenAI-compatible"),
    ],
)
def test_a_server_is_known_by_its_answer(pages: Pages, kind: str) -> None:
    with listening(pages) as port:
        found = asyncio.run(probe([port]))
    assert found == (Server(url=f"http://127.0.0.1:{port}/v1", kind=kind, models=("m",)),)


@pytest.mark.parametrize(
    "pages",
    [
        {"/v1/models": (200, "text/html", "<html>a web site</html>")},
        {"/v1/models": (200, JSON, '{"models": []}')},
        {"/v1/models": (500, JSON, "{}")},
        {},
    ],
)
def test_whatever_else_listens_there_is_no_model_server(pages: Pages) -> None:
    with listening(pages) as port:
        assert asyncio.run(probe([port])) == ()


def test_a_server_that_wants_a_key_is_named_as_one() -> None:
    with listening({"/v1/models": (401, JSON, "{}")}) as port:
        (found,) = asyncio.run(probe([port]))
    assert found.models == ()
    assert "key" in found.kind


def test_nobody_there_is_nothing() -> None:
    with listening({}) as port:
        pass
    assert asyncio.run(probe([port])) == ()
