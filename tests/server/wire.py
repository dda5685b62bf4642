"""A raw JSON-RPC client over stdio: it sees what a real client sees, broken or not."""

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
Message = dict[str, Any]

PATIENCE = 180.0
"""Seconds for what must happen: where the machine is far too busy Python alone starts in thirty, and a run
takes more than its budget."""

PROMPT = 15.0
"""Seconds for what takes less than one on a quiet machine (tests/bench/server_endings.py measures it), and a
minute or more where it is broken."""

RICH: Message = {
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {
        "configuration": True,
        "codeLens": {"refreshSupport": True},
        "workspaceEdit": {"documentChanges": True},
    },
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["refactor"]}},
            "disabledSupport": True,
        }
    },
    "experimental": {"orps": {"protocolVersion": 1, "review": True}},
}
"""What our own client announces."""


def environment() -> dict[str, str]:
    path = [os.environ.get("PYTHONPATH", ""), str(ROOT / "server"), str(ROOT)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))}


class Failure(Message):
    """An answer that is an error."""


class Wire:
    def __init__(self, module: str = "orps_server", *arguments: str) -> None:
        # What one session keeps for the next one must not reach into another test.
        self._state = tempfile.TemporaryDirectory(prefix="orps-state-")
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"XDG_STATE_HOME": self._state.name, **environment()},
        )
        self.seen: list[Message] = []
        """Every message of the server in its order."""
        self.replies: dict[Any, Message] = {}
        self.notifications: list[Message] = []
        self.asked: queue.Queue[Message] = queue.Queue()
        self.garbage: list[bytes] = []
        self.errors: list[bytes] = []
        self.answers: dict[str, Callable[[Message], Any]] = {}
        """What to answer to the server's requests, by method; others end up in ``asked``."""
        self.reading = threading.Lock()
        """Held by a test, it makes the client slow to read, so that the server's pipe fills up."""
        self._came = threading.Condition()
        self._id = 0
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._read, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._state.cleanup()
        for thread in self._threads:
            thread.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                self._close(stream)

    @staticmethod
    def _close(stream: Any) -> None:
        with suppress(BrokenPipeError):
            stream.close()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        size = None
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
            elif line == b"\r\n" and size is not None:
                with self.reading:
                    body, size = stream.read(size), None
                try:
                    self._sort(json.loads(body))
                except ValueError:
                    self.garbage.append(body[:80])
            elif not line.lower().startswith(b"content-type:"):
                self.garbage.append(line[:80])

    def _sort(self, message: Message) -> None:
        self._place(message)
        with self._came:
            self._came.notify_all()

    def _place(self, message: Message) -> None:
        self.seen.append(message)
        if "method" not in message:
            self.replies[message.get("id")] = message
        elif "id" not in message:
            self.notifications.append(message)
        elif (answer := self.answers.get(message["method"])) is not None:
            said = answer(message.get("params") or {})
            how = "error" if isinstance(said, Failure) else "result"
            self.send(id=message["id"], **{how: said})
        else:
            self.asked.put(message)

    def send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = self.process.stdin
        assert stream is not None
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def request(self, method: str, params: Any = None) -> int:
        self._id += 1
        self.send(id=self._id, method=method, params=params)
        return self._id

    def notify(self, method: str, params: Any = None) -> None:
        self.send(method=method, params=params)

    def reply(self, request: Any, seconds: float = PATIENCE) -> Message:
        self.until(lambda: request in self.replies, seconds)
        return self.replies[request]

    def call(self, method: str, params: Any = None, seconds: float = PATIENCE) -> Any:
        reply = self.reply(self.request(method, params), seconds)
        assert "error" not in reply, reply
        return reply["result"]

    def command(self, name: str, argument: Any = None, seconds: float = PATIENCE) -> Any:
        params: Message = {"command": name, "arguments": [{} if argument is None else argument]}
        return self.call("workspace/executeCommand", params, seconds)

    def saw(self, method: str) -> list[Any]:
        return [m["params"] for m in self.notifications if m["method"] == method]

    def until(self, look: Callable[[], Any], seconds: float = PATIENCE) -> Any:
        """Look again when a message has come, and after a while: what is looked at may be something else."""
        end = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < end, f"nothing within {seconds} s; stderr: {b''.join(self.errors)!r}"
            with self._came:
                self._came.wait(0.005)
        return seen

    def initialize(self, capabilities: Message | None = None, **more: Any) -> Any:
        params = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **more}
        result = self.call("initialize", params)
        self.notify("initialized", {})
        return result["capabilities"]

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        change = {"range": {"start": position(start), "end": position(end)}, "text": text}
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]}
        self.notify("textDocument/didChange", params)

    def replace(self, uri: str, version: int, text: str) -> None:
        params = {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]}
        self.notify("textDocument/didChange", params)

    def actions(self, uri: str, line: int, **context: Any) -> list[Any]:
        where = {"start": position((line, 0)), "end": position((line, 0))}
        asked: Message = {"diagnostics": [], "triggerKind": 1, **context}
        params: Message = {"textDocument": {"uri": uri}, "range": where, "context": asked}
        found: list[Any] = self.call("textDocument/codeAction", params)
        return found

    def lenses(self, uri: str) -> list[Any]:
        found: list[Any] = self.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
        return found

    def shut_down(self) -> float:
        """Seconds from ``shutdown`` to the end of the process."""
        begin = time.monotonic()
        self.call("shutdown")
        self.notify("exit")
        self.process.wait(PATIENCE)
        return time.monotonic() - begin


def position(at: tuple[int, int]) -> Message:
    return {"line": at[0], "character": at[1]}
