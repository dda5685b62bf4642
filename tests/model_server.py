"""A model on loopback that speaks the OpenAI protocol as told, mistakes included."""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What one request gets. ``how`` is ``say``, ``hang``, ``drop`` or ``slow``."""

    text: str | None = ""
    how: str = "say"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    kind: str = "application/json"
    stream: bool = True
    usage: bool = True
    finish: str | None = "stop"


def say(text: str) -> Act:
    return Act(text=text)


def no(status: int, message: str = "no", **headers: str) -> Act:
    body = json.dumps({"error": {"message": message, "type": "x", "code": None}}).encode()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Act(status=status, body=body, headers=named)


@dataclass(slots=True)
class Served:
    """``acts`` are used up one by one, the last one again and again; ``asked`` holds the requests' bodies.

    What ``complain`` finds wrong with a request is refused, whoever asks when.
    """

    acts: list[Act]
    models: tuple[str, ...] = ("small",)
    key: str | None = None
    several: bool = True
    complain: Callable[[dict[str, Any]], str | None] = lambda _: None
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    most: int = 0
    now: int = 0
    closing: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> Act:
        with self.lock:
            return self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]


@contextlib.contextmanager
def served(*acts: Act, **options: Any) -> Generator[Served]:
    state = Served(acts=list(acts) or [say("")], **options)
    server = Server(("127.0.0.1", 0), Handler)
    server.state = state
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    state: Served


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def state(self) -> Served:
        return cast("Server", self.server).state

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def whole(self, status: int, data: bytes, kind: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(data))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def refused(self) -> bool:
        if self.state.key is None or self.headers.get("Authorization") == f"Bearer {self.state.key}":
            return False
        said = f"Incorrect API key provided: {self.headers.get('Authorization')}"
        self.whole(401, json.dumps({"error": {"message": said}}).encode(), "application/json")
        return True

    def do_GET(self) -> None:
        if not self.refused():
            data = {"object": "list", "data": [{"id": name, "object": "model"} for name in self.state.models]}
            self.whole(200, json.dumps(data).encode(), "application/json")

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.state.lock:
            self.state.asked.append(request)
            self.state.headers.append(dict(self.headers))
            self.state.now += 1
            self.state.most = max(self.state.most, self.state.now)
        try:
            if not self.refused():
                words = self.state.complain(request)
                self.act(no(400, words) if words is not None else self.state.next(), request)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with self.state.lock:
                self.state.now -= 1

    def act(self, act: Act, request: dict[str, Any]) -> None:
        if act.how == "hang":
            self.state.closing.wait(30)
            self.close_connection = True
        elif act.body is not None:
            self.whole(act.status, act.body, act.kind, act.headers)
        elif request.get("stream") and act.stream:
            self.stream(act, request)
        else:
            self.whole(200, json.dumps(self.reply(act, request, "message")).encode(), "application/json")

    def reply(self, act: Act, request: dict[str, Any], part: str) -> dict[str, Any]:
        choices = [
            {"index": at, part: {"role": "assistant", "content": act.text}, "finish_reason": act.finish}
            for at in range(request.get("n", 1) if self.state.several else 1)
        ]
        return {"choices": choices, "usage": self.usage(act, request)}

    def usage(self, act: Act, request: dict[str, Any]) -> dict[str, int] | None:
        if not act.usage:
            return None
        prompt = sum(len(each["content"]) for each in request["messages"]) // 4
        completion = len(act.text or "") // 4 * request.get("n", 1)
        return {"prompt_tokens": prompt, "completion_tokens": completion}

    def stream(self, act: Act, request: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.put(": still here\n\ndata: {not json}\n\n")
        text = act.text or ""
        for at in range(0, len(text), 7):
            if act.how == "drop" and at * 2 >= len(text):
                self.cut()
                return
            if act.how == "slow":
                self.state.closing.wait(0.05)
            for index in range(request.get("n", 1) if self.state.several else 1):
                self.event({"choices": [{"index": index, "delta": {"content": text[at : at + 7]}}]})
        last = self.reply(act, request, "delta")
        for choice in last["choices"]:
            self.event({"choices": [{**choice, "delta": {}}]})
        if act.usage and request.get("stream_options"):
            self.event({"choices": [], "usage": last["usage"]})
        self.put("data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def event(self, value: dict[str, Any]) -> None:
        self.put(f"data: {json.dumps(value)}\n\n")

    def put(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def cut(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
