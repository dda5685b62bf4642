"""A person who edits at random, and a model of the document that shares nothing with the server's.

The model is a list of code units of the position encoding, broken into lines by CRLF, LF and CR, as the
specification says. It finds the function by its own marks, not by parsing.
"""

import ast
import random
import re
from collections.abc import Generator
from contextlib import contextmanager
from itertools import takewhile

from tests.server.editor import Editor
from tests.server.wire import RICH, Message

ENCODINGS = ("utf-8", "utf-16", "utf-32")
_WIDTH = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
_CODEC = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
_ENDS = ("\n", "\r\n", "\r")
_PIECES = (
    *("a", " ", "\n", "\r\n", "\r", "\f", "\v", "\x1c", "\x85", "\u2028", "é", "漢", "😋", "e\u0301", "\t"),
    *("#", "#", "# note\n", "x = 1\n", "(", ")", '"', "'''", "\\", "def other():\n    return 2\n", "\ufeff"),
)
_BODIES = ("[x]", "[x]  # note", "[ x ]", "[x, x]", '[x, "😋"]')
_BETTER = "[x,]"


@contextmanager
def session(encoding: str) -> Generator[Editor]:
    with Editor() as editor:
        editor.answers["workspace/configuration"] = lambda _: [None]
        assert editor.initialize({**RICH, "general": {"positionEncodings": [encoding]}})
        yield editor
        assert editor.garbage == []
        assert [each["message"] for each in editor.saw("window/showMessage")] == []


class Model:
    """A document as code units."""

    def __init__(self, text: str, encoding: str) -> None:
        self.encoding = encoding
        self.width = _WIDTH[encoding]
        self.raw = text.encode(_CODEC[encoding])

    @property
    def text(self) -> str:
        return self.raw.decode(_CODEC[self.encoding])

    def place(self, index: int) -> tuple[int, int]:
        """The line and character of a place in the text that lies inside no line end."""
        before = self.text[:index].replace("\r\n", "\n").replace("\r", "\n")
        line, _, rest = before.rpartition("\n")
        count = line.count("\n") + 1 if "\n" in before else 0
        return count, len(rest.encode(_CODEC[self.encoding])) // self.width

    def edit(self, change: Message) -> None:
        new = str(change["newText"] if "newText" in change else change["text"]).encode(_CODEC[self.encoding])
        if "range" not in change:
            self.raw = new
            return
        start, end = self._at(change["range"]["start"]), self._at(change["range"]["end"])
        self.raw = self.raw[:start] + new + self.raw[end:]

    def _at(self, position: Message) -> int:
        """The byte index, found by walking over the units one at a time."""
        line, character, at = int(position["line"]), int(position["character"]), 0
        while line:
            unit = self._unit(at)
            if unit == "\r" and self._unit(at + self.width) == "\n":
                at += self.width
            line -= unit in {"\r", "\n"}
            at += self.width
        return at + character * self.width

    def _unit(self, at: int) -> str:
        raw = self.raw[at : at + self.width]
        return chr(int.from_bytes(raw, "little"))


class Author:
    """Writes one document, refines its function somewhere on the way, and applies what is offered."""

    def __init__(self, editor: Editor, encoding: str, *, seed: str) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.editor = editor
        self.encoding = encoding
        self.uri = f"file:///project/{seed.replace('/', '-')}.py"
        self.version = self.chance.choice([0, 1, 7])
        self.model = Model(self._first(), encoding)
        self.past: list[str] = []
        self.edits = self.applied = self.refused = 0
        self.verified = ""
        self.job = ""
        editor.answers["workspace/applyEdit"] = self._apply
        self.lands = 0
        self.typed = False

    def write(self) -> None:
        self.editor.open(self.uri, self.model.text, self.version)
        for _ in range(self.chance.randrange(5, 31)):
            kind = self.chance.choices((self._type, self._undo, self._refine, self._take), (10, 3, 3, 5))[0]
            kind()
        self._compare()
        if self.job:
            self.editor.command("orps.server.dismiss", {"jobId": self.job})
        self.editor.notify("textDocument/didClose", {"textDocument": {"uri": self.uri}})

    def _first(self) -> str:
        end = self.chance.choice(_ENDS[:2])
        noise = "".join(self.chance.choice(_PIECES[:15]) for _ in range(self.chance.randrange(8)))
        head = self.chance.choice(("", "\ufeff")) + "# " + noise.replace("\r", "").replace("\n", "") + end
        around = end.join(f"# {number} {noise[:3].strip()}" for number in range(self.chance.randrange(20)))
        return head + around + end.join(("", "def f(x):", '    """A 😋."""', "    return [x]", "", "")) + end

    def _compare(self) -> None:
        assert self.editor.command("probe.text", self.uri) == self.model.text, self.seed

    def _send(self, changes: list[Message]) -> None:
        self.version += self.chance.choice((1, 1, 1, 3))
        self.edits += len(changes)
        document = {"uri": self.uri, "version": self.version}
        self.editor.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def _type(self) -> None:
        """One change, or several of which each is about the text that the ones before have left."""
        self.past.append(self.model.text)
        changes: list[Message] = []
        for _ in range(self.chance.choice((1, 1, 1, 2, 4))):
            change = self._change()
            self.model.edit(change)
            changes.append(change)
        self._send(changes)

    def _change(self) -> Message:
        text = self.model.text
        if self.chance.random() < 0.08:
            return {"text": text.replace("\r\n", "\n") if self.chance.random() < 0.3 else f"{text}# end\n"}
        if self.chance.random() < 0.15 and "[x]" in text:
            first = text.index("[x]")
            last, new = first + 3, self.chance.choice(_BODIES)
        else:
            most = len(text) if self.chance.random() < 0.3 else max(0, text.find("def f"))
            first = self._somewhere(text, self.chance.randint(0, most), 0)
            last = self._somewhere(text, first, self.chance.choice((0, 0, 1, 3, 20)))
            new = "".join(self.chance.choice(_PIECES) for _ in range(self.chance.choice((0, 1, 1, 2, 5))))
        start, end = self.model.place(first), self.model.place(last)
        places = [{"line": line, "character": character} for line, character in (start, end)]
        return {"range": {"start": places[0], "end": places[1]}, "text": new}

    @staticmethod
    def _somewhere(text: str, start: int, length: int) -> int:
        """Not inside a line end."""
        index = min(len(text), start + length)
        return index + 1 if text[index - 1 : index + 1] == "\r\n" and index else index

    def _undo(self) -> None:
        if self.past:
            self.model = Model(self.past.pop(), self.encoding)
            self._send([{"text": self.model.text}])

    def _refine(self) -> None:
        answer = self.editor.command("orps.server.refine", {"uri": self.uri, "qualname": "f"})
        if "jobId" in answer:
            self.job, self.verified = answer["jobId"], meaning(function_of(self.model.text))
            self.editor.until(lambda: self.editor.job(self.job)["state"] != "running")

    def _take(self) -> None:
        """Apply, sometimes with a change that the server has not seen when it answers."""
        if not self.job:
            return
        found = self.editor.command("orps.server.candidates", {"jobId": self.job})["candidates"]
        best = [each for each in found if each["best"]]
        if not best:
            return
        before, lands, self.typed = self.model.text, self.lands, False
        ref = {"jobId": self.job, "candidateId": best[0]["candidateId"]}
        answer = self.editor.command("orps.server.apply", ref)
        landed = self.lands > lands
        assert answer["applied"] is landed, (self.seed, answer)
        self.applied, self.refused = self.applied + landed, self.refused + (not landed)
        if landed:
            self._check(before)
        elif not self.typed:
            assert self.model.text == before, self.seed
        self._compare()

    def _check(self, before: str) -> None:
        """Exactly the function was exchanged, and it was what had been verified."""
        function, after = function_of(before), self.model.text
        assert meaning(function) == self.verified, (self.seed, before)
        head, tail = before[: before.rindex(function)], before[before.rindex(function) + len(function) :]
        assert after.startswith(head), (self.seed, before, after)
        assert after.endswith(tail), (self.seed, before, after)
        assert _BETTER in after[len(head) : len(after) - len(tail)], (self.seed, before, after)

    def _apply(self, params: Message) -> Message:
        (change,) = params["edit"]["documentChanges"]
        if change["textDocument"] != {"uri": self.uri, "version": self.version}:
            return {"applied": False, "failureReason": "another version"}
        if self.chance.random() < 0.2:
            # What was typed while the server was deciding: the versions no longer agree.
            self._type()
            self.typed = True
            return {"applied": False, "failureReason": "the document has changed"}
        self.past.append(self.model.text)
        for edit in reversed(change["edits"]):
            self.model.edit(edit)
        self.lands += 1
        self._send([{"text": self.model.text}])
        return {"applied": True}


def function_of(text: str) -> str:
    """The last ``f`` at the margin: by Python's own account, or by its text where Python cannot read it."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    try:
        found = [
            each for each in ast.parse(text).body if isinstance(each, ast.FunctionDef) and each.name == "f"
        ]
    except (SyntaxError, ValueError):
        starts = [at for at, line in enumerate(lines) if line.lstrip("\f").startswith("def f(")]
        if not starts:
            return ""
        head = next((at for at in range(starts[-1], len(lines)) if ":" in lines[at]), starts[-1])
        body = list(takewhile(lambda line: line[0] in " \t\f\r\n#", lines[head + 1 :]))
        while body and (body[-1][0] == "#" or not body[-1].strip()):
            body.pop()  # What follows the last statement is not the function's.
        return "".join([*lines[starts[-1] : head + 1], *body]).rstrip()
    if not found:
        return ""
    start, end = found[-1].lineno - 1, found[-1].end_lineno or len(lines)
    # Comments at its indentation belong to its block, which Python does not care about.
    comments = takewhile(lambda line: line[0] in " \t" and line.lstrip()[:1] == "#", lines[end:])
    return "".join([*lines[start:end], *comments]).rstrip()


def meaning(function: str) -> str:
    """What stays the same when only comments, layout or the docstring change."""
    try:
        tree = ast.parse(function)
    except (SyntaxError, ValueError):
        return function
    (body,) = [each.body for each in tree.body if isinstance(each, ast.FunctionDef)][:1] or [[]]
    return "\n".join(ast.dump(each) for each in body if not isinstance(each, ast.Expr))
