"""Find the model servers of this machine by asking, and tell what they are from their answers."""

import asyncio
import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

USUAL_PORTS = (11434, 1234, 8080, 8000, 8001, 5000, 5001, 1337, 4000, 8081, 30000, 52415)
"""Where Ollama, LM Studio, llama.cpp, vLLM and others listen if nobody told them otherwise."""
_SECONDS = 1.5
_SPEAKS = {HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
_OWN = (("/api/version", b'"version"', "Ollama"), ("/api/v0/models", b'"data"', "LM Studio"))
_LARGEST = 1_000_000
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers like a model server. ``kind`` is what its answer shows, never its port."""

    url: str
    kind: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


async def probe(ports: Sequence[int] = USUAL_PORTS) -> tuple[Server, ...]:
    """Every server on loopback that lists models. Nothing is sent but the question what there is."""
    found = await asyncio.gather(*(_look(port) for port in dict.fromkeys(ports)))
    return tuple(each for each in found if each is not None)


async def _look(port: int) -> Server | None:
    answer = await _get(port, "/v1/models")
    if answer is None or answer.status not in _SPEAKS:
        return None
    url = f"http://127.0.0.1:{port}/v1"
    if answer.status != HTTPStatus.OK:
        return Server(url=url, kind="a server that asks for a key", models=()) if _is_json(answer) else None
    entries = _entries(answer.body)
    if entries is None:
        return None
    names = tuple(str(entry["id"]) for entry in entries if entry.get("id"))
    return Server(url=url, kind=await _kind(port, answer, entries), models=names)


def _is_json(answer: _Answer) -> bool:
    return "json" in answer.headers.get("content-type", "")


def _entries(body: bytes) -> list[dict[str, object]] | None:
    """The list of models; None for any other answer, such as a web page."""
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    data = cast("dict[str, object]", found).get("data") if isinstance(found, dict) else None
    if not isinstance(data, list):
        return None
    return [cast("dict[str, object]", each) for each in cast("list[object]", data) if isinstance(each, dict)]


async def _kind(port: int, answer: _Answer, entries: Sequence[Mapping[str, object]]) -> str:
    owners = {str(entry.get("owned_by", "")).lower() for entry in entries}
    server = answer.headers.get("server", "").lower()
    for sign, name in (("vllm", "vLLM"), ("sglang", "SGLang"), ("llamacpp", "llama.cpp"), ("mlx", "MLX")):
        if any(sign in owner for owner in owners):
            return name
    if "llama.cpp" in server:
        return "llama.cpp"
    for path, field, name in _OWN:
        said = await _get(port, path)
        if said is not None and said.status == HTTPStatus.OK and _is_json(said) and field in said.body:
            return name
    return "OpenAI-compatible"


async def _get(port: int, path: str) -> _Answer | None:
    """None when nobody answers in time, or not in HTTP."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\r\n"
            writer.write(head.encode())
            return _read(await _all(reader))
    except (OSError, TimeoutError, ValueError):
        return None
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def _all(reader: asyncio.StreamReader) -> bytes:
    """To the end of the answer: some keep the connection open although they were not asked to."""
    data = b""
    while len(data) < _LARGEST and (part := await reader.read(_LARGEST)):
        data += part
        length = _LENGTH.search(data)
        head, end, body = data.partition(b"\r\n\r\n")
        if end and length and length.start() < len(head) and len(body) >= int(length[1]):
            break
    return data


def _read(data: bytes) -> _Answer:
    """Raise ``ValueError`` for what is no HTTP."""
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    version, code, *_ = [*status.split(), "", ""]
    if not version.startswith("HTTP/"):
        raise ValueError("not HTTP")
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return _Answer(status=int(code), headers=headers, body=body)
