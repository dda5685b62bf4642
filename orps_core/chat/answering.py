"""The OpenAI chat protocol as plain JSON: what is sent in which dialect, what comes back word by word."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from ..domain.chat import Price, Reply, Usage
from .asking import Fault, Question

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_BYTES_PER_TOKEN = 3
_MOST_TOKENS = 10**9
_SHOWN = 120
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What a server understands of the protocol, as far as is known. At first everything is tried."""

    several: bool = True
    stream: bool = True
    counts: bool = True
    temperature: bool = True
    limit: str = "max_tokens"

    def request(self, question: Question, model: str) -> dict[str, Json]:
        said: list[Json] = [{"role": each.role.value, "content": each.text} for each in question.messages]
        body: dict[str, Json] = {"model": model, "messages": said, "stream": self.stream}
        body[self.limit] = question.limit
        if self.stream and self.counts:
            body["stream_options"] = {"include_usage": True}
        if self.several and question.samples > 1:
            body["n"] = question.samples
        if self.temperature and question.temperature is not None:
            body["temperature"] = question.temperature
        return body

    def without(self, word: str) -> "Dialect":
        match word:
            case "n":
                return replace(self, several=False)
            case "stream_options":
                return replace(self, counts=False)
            case "stream":
                return replace(self, stream=False)
            case "temperature":
                return replace(self, temperature=False)
            case "max_tokens" if self.limit == "max_tokens":
                return replace(self, limit="max_completion_tokens")
            case "max_completion_tokens" if self.limit == "max_completion_tokens":
                return replace(self, limit="max_tokens")
            case _:
                return self

    def after(self, complaint: str, question: Question) -> "Dialect | None":
        """The dialect to try when a server complains about the request; None when that is no help."""
        said = self.request(question, "")
        for word in ("stream_options", "max_completion_tokens", "max_tokens", "temperature", "stream"):
            if word in said and word in complaint and self.without(word) != self:
                return self.without(word)
        if "n" in said and any(sign in complaint for sign in ("'n'", "`n`", '"n"', "n >", "n=", "n must")):
            return self.without("n")
        return None


class Answer:
    """The answers to one question while they arrive."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._texts: dict[int, list[str]] = {}
        self._ends: dict[int, str] = {}
        self._usage: tuple[int, int] | None = None
        self._done = False
        self.size = 0

    def take(self, line: str) -> bool:
        """One line of the event stream. True when it was the last one. What is no JSON is passed over.

        Some servers leave the name of the field out, or say that they stream and answer at once.
        """
        line = line.removeprefix(_MARK)
        field, _, value = line.partition(":")
        if line.startswith("{"):
            value = line
        elif field != "data":
            return False
        if value.strip() == "[DONE]":
            self._done = True
            return True
        try:
            self.read(json.loads(value))
        except (ValueError, RecursionError):
            return False
        return False

    def read(self, found: Json) -> None:
        """A chunk of a stream or a whole body. Raise ``Fault`` when it says that something went wrong."""
        if not isinstance(found, dict):
            return
        if found.get("error"):
            raise Fault(f"it broke off with an error: {_message(found['error'])}", received=self.size)
        choices = found.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice)
        usage = found.get("usage")
        if isinstance(usage, dict):
            counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
            if all(isinstance(each, int) and 0 <= each < _MOST_TOKENS for each in counts):
                self._usage = cast("tuple[int, int]", tuple(counts))

    def end(self) -> None:
        """Raise ``Fault`` when the stream ended in the middle of a sentence."""
        if not self._done and not self._ends:
            raise Fault("the answer broke off", received=self.size)

    def replies(self, model: str, seconds: float, price: Price | None) -> list[Reply]:
        """The prompt is counted once, with the first answer."""
        texts = {at: "".join(parts) for at, parts in sorted(self._texts.items())}
        texts = {at: text for at, text in texts.items() if text.strip()}
        usages = self._usages(list(texts.values()), price)
        return [
            Reply(
                text=text,
                model=model,
                usage=usage,
                seconds=seconds,
                complete=self._ends.get(at, "stop") not in {"length", "content_filter"},
            )
            for (at, text), usage in zip(texts.items(), usages, strict=True)
        ][: self._question.samples]

    def _usages(self, texts: Sequence[str], price: Price | None) -> list[Usage]:
        estimated = self._usage is None
        guess = self._question.size // _BYTES_PER_TOKEN, self.size // _BYTES_PER_TOKEN
        prompt, completion = self._usage or guess
        total, usages = max(1, sum(map(len, texts))), list[Usage]()
        left = completion
        for number, text in enumerate(texts):
            last = number + 1 == len(texts)
            part = left if last else completion * len(text) // total
            left -= part
            asked = 0 if number else prompt
            cost = price.of(asked, part) if price else None
            usages.append(Usage(prompt=asked, completion=part, cost=cost, estimated=estimated))
        return usages

    def _choice(self, choice: Mapping[str, Json]) -> None:
        index = choice.get("index")
        at = index if isinstance(index, int) else 0
        part = choice.get("delta") or choice.get("message")
        if isinstance(part, dict):
            text = _text(part.get("content"))
            self._texts.setdefault(at, []).append(text)
            self.size += len(text)
        end = choice.get("finish_reason")
        if isinstance(end, str):
            self._ends[at] = end


def read_body(data: bytes, kind: str, answer: Answer) -> None:
    """A whole answer at once, from a server that does not stream, or does not say that it does."""
    try:
        found: Json = json.loads(data)
    except (ValueError, RecursionError):
        if _streamed(data, answer):
            return
        what = "malformed JSON" if "json" in kind else f"{kind or 'something'} instead of JSON"
        raise Fault(f"it answered with {what}") from None
    answer.read(found)


def _streamed(data: bytes, answer: Answer) -> bool:
    for line in data.decode(errors="replace").split("\n"):
        if answer.take(line.strip()):
            break
    if answer.size:
        answer.end()
    return answer.size > 0


def _text(content: Json) -> str:
    """Plain text, or a list of parts of which some are text."""
    if isinstance(content, str):
        # Half of a pair of code units cannot be written down anywhere.
        return content.encode(errors="replace").decode()
    parts = content if isinstance(content, list) else []
    return "".join(_text(part.get("text")) for part in parts if isinstance(part, dict))


def _message(error: Json) -> str:
    found = error.get("message") if isinstance(error, dict) else error
    return " ".join(str(found).split())[:_SHOWN]
