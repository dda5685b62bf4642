"""A small editor on top of the wire: it holds texts, applies the server's edits, and can misbehave."""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tests.server.wire import PATIENCE, RICH, Message, Wire


def edited(text: str, edits: Sequence[Message], codec: str = "utf-16-le", width: int = 2) -> str:
    """The text after edits whose positions count code units of ``codec``, all about the text as it is."""
    raw: bytes = text.encode(codec)
    starts = [0, *(len(text[: found.end()].encode(codec)) for found in re.finditer(r"\r\n|\r|\n", text))]

    def offset(position: Message) -> int:
        return starts[int(position["line"])] + width * int(position["character"])

    def span(edit: Message) -> tuple[int, int]:
        return offset(edit["range"]["start"]), offset(edit["range"]["end"])

    for edit in sorted(edits, key=span, reverse=True):
        start, end = span(edit)
        raw = raw[:start] + str(edit["newText"]).encode(codec) + raw[end:]
    return raw.decode(codec)


class Editor(Wire):
    def __init__(self, module: str = "tests.server.probe") -> None:
        super().__init__(module)
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.configuration: Any = None
        self.applied: list[Message] = []
        self.obeys = True
        self.holds_back = False
        self.held_back: Callable[[], None] | None = None
        """Tells of a change made, for an editor that tells of it later."""
        self.answers |= {
            "workspace/configuration": lambda _: [self.configuration],
            "window/workDoneProgress/create": lambda _: None,
            "workspace/codeLens/refresh": lambda _: None,
            "window/showDocument": lambda _: {"success": True},
            "workspace/applyEdit": self._apply,
        }

    def start(self, capabilities: Message | None = None, **more: Any) -> "Editor":
        self.initialize(RICH if capabilities is None else capabilities, **more)
        return self

    def show(self, uri: str, text: str, version: int = 1) -> None:
        self.texts[uri], self.versions[uri] = text, version
        self.open(uri, text, version)

    def close(self, uri: str) -> None:
        self.texts.pop(uri)
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def write(self, uri: str, text: str) -> None:
        self.texts[uri] = text
        self.versions[uri] += 1
        self.replace(uri, self.versions[uri], text)

    def save(self, uri: str, reason: int = 1) -> None:
        """1: the person did, 2: after a pause, 3: for another window got the focus."""
        document = {"uri": uri}
        self.notify("textDocument/willSave", {"textDocument": document, "reason": reason})
        self.notify("textDocument/didSave", {"textDocument": document})

    def refine(self, uri: str, qualname: str, **more: Any) -> str:
        job: str = self.command("orps.server.refine", {"uri": uri, "qualname": qualname, **more})["jobId"]
        return job

    def job(self, job: str) -> Message:
        return next(each for each in self.command("orps.server.jobs")["jobs"] if each["jobId"] == job)

    def wait(self, job: str, *states: str, seconds: float = PATIENCE) -> Message:
        found: Message = self.until(lambda: self._in(job, states), seconds)
        return found

    def finished(self, uri: str, qualname: str, seconds: float = PATIENCE) -> tuple[str, Message]:
        """Refine to the end; the job, and a reference to its best candidate."""
        job = self.refine(uri, qualname)
        self.wait(job, "done", seconds=seconds)
        best = self.command("orps.server.candidates", {"jobId": job})["candidates"][0]
        return job, {"jobId": job, "candidateId": best["candidateId"]}

    def _in(self, job: str, states: tuple[str, ...]) -> Message | None:
        state = self.job(job)
        return state if state["state"] in states else None

    def _apply(self, params: Message) -> Message:
        self.applied.append(params)
        edit = params["edit"]
        if "documentChanges" in edit:
            ((change,), edits) = (edit["documentChanges"], edit["documentChanges"][0]["edits"])
            uri = change["textDocument"]["uri"]
            if change["textDocument"]["version"] != self.versions[uri]:
                return {"applied": False, "failureReason": "the document has changed"}
        else:
            ((uri, edits),) = edit["changes"].items()
        made = edited(self.texts[uri], edits) if self.obeys else f"{self.texts[uri]}# something else\n"
        self.held_back = partial(self.write, uri, made)
        if not self.holds_back:
            self.held_back()
        return {"applied": True}
