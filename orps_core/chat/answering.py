"""The OpenAI chat protocol as plain JSON: what comes back, word by word."""

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn, cast

from ..domain.chat import Price, Reply, Usage
from .asking import Fault, Question
from .understanding import Json, arguments_of, complaint, error_of, may_pass, text_of

_BYTES_PER_TOKEN = 3
_MOST_TOKENS = 10**9
_SHOWN = 120
_MARK = "\ufeff"
_KEPT = 100_000  # characters of one event
_OTHER_FIELDS = {"", "event", "id", "retry"}
_CUT = {"length", "content_filter"}


class Answer:
    """The answers to one question while they arrive."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._texts: dict[int, list[str]] = {}
        self._thoughts: dict[int, list[str]] = {}
        self._arguments: dict[int, list[str]] = {}
        self._ends: dict[int, str] = {}
        self._usage: tuple[int, int] | None = None
        self._done = False
        self._event: list[str] = []
        self.size = 0

    def take(self, line: str) -> bool:
        """One line of the event stream. True when it was the last one. What is no JSON is passed over.

        Some servers leave the name of the field out, part one event into several lines, do not part events
        by blank lines, or say that they stream and answer at once, in one line or in many.
        """
        line = line.removeprefix(_MARK)
        field, _, value = line.partition(":")
        if not line:
            self._dispatch()
        elif field == "error":
            self._understand(f'{{"error": {value}}}')
        elif field == "data" and value.strip() == "[DONE]":
            self._done = True
        elif field == "data":
            self._understand(value)
        elif field not in _OTHER_FIELDS:
            self._understand(line)
        return self._done

    def _understand(self, text: str) -> None:
        """A part of an event that is none by itself waits for the others."""
        if self._is_read(text):
            self._event.clear()
        elif sum(map(len, self._event)) < _KEPT:
            self._event.append(text)

    def _dispatch(self) -> None:
        self._is_read("\n".join(self._event))
        self._event.clear()

    def _is_read(self, text: str) -> bool:
        try:
            found: Json = json.loads(text)
        except (ValueError, RecursionError):
            return False
        self.read(found)
        return isinstance(found, dict)

    def read(self, found: Json) -> None:
        """A chunk of a stream or a whole body. Raise ``Fault`` when it says that something went wrong."""
        if not isinstance(found, dict):
            return
        error = error_of(found)
        if error:
            self._fail(error)
        choices = found.get("choices")
        for at, choice in enumerate(choices if isinstance(choices, list) else ()):
            if isinstance(choice, dict):
                self._choice(choice, at)
        usage = found.get("usage")
        if isinstance(usage, dict):
            counts = [usage.get("prompt_tokens"), usage.get("completion_tokens")]
            if all(isinstance(each, int) and 0 <= each < _MOST_TOKENS for each in counts):
                self._usage = cast("tuple[int, int]", tuple(counts))

    def _fail(self, error: Json) -> NoReturn:
        what = f"it {'broke off' if self.size else 'answered'} with an error: {complaint(error)[:_SHOWN]}"
        raise Fault(what, again=may_pass(error), received=self.size)

    def end(self) -> None:
        """Raise ``Fault`` when the stream ended in the middle of a sentence."""
        self._dispatch()
        if not self._done and not self._ends:
            raise Fault("the answer broke off", received=self.size)

    def replies(self, model: str, seconds: float, price: Price | None) -> list[Reply]:
        """The prompt is counted once, with the first answer. Raise ``Fault`` if asking again is of no use."""
        texts = {at: self._text_of(at) for at in sorted(self._places)}
        texts = {at: text for at, text in texts.items() if text.strip()}
        if not texts and "content_filter" in self._ends.values():
            raise Fault("its filter of contents held the answer back", received=self.size)
        if not texts and "length" in self._ends.values():
            what = "it used up all of its limit before it wrote anything; a model that thinks less may do"
            raise Fault(what, again=False, received=self.size)
        usages = self._usages(list(texts.values()), price)
        return [
            Reply(
                text=text,
                model=model,
                usage=usage,
                seconds=seconds,
                complete=self._ends.get(at, "stop") not in _CUT,
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

    @property
    def _places(self) -> set[int]:
        return {*self._texts, *self._thoughts, *self._arguments}

    def _text_of(self, at: int) -> str:
        """What it says; else what it would call a tool with, else what it thinks: the code may be there."""
        said, called, thought = (
            "".join(parts.get(at, ())) for parts in (self._texts, self._arguments, self._thoughts)
        )
        if said.strip() or called.strip():
            return said if said.strip() else called
        return f"<think>\n{thought}" if thought.strip() else ""

    def _choice(self, choice: Mapping[str, Json], position: int) -> None:
        index = choice.get("index")
        at = int(index) if isinstance(index, int | str) and str(index).isdecimal() else position
        part = choice.get("delta") or choice.get("message") or choice.get("text")
        if isinstance(part, dict):
            self._add(self._thoughts, at, text_of(part.get("reasoning_content") or part.get("reasoning")))
            self._add(self._arguments, at, arguments_of(part))
            part = part.get("content") or part.get("refusal")
        text = text_of(part)
        if "message" in choice and text and at in self._texts:
            # Some say at the end everything once more.
            text = text.removeprefix("".join(self._texts[at]))
        self._add(self._texts, at, text)
        if choice.get("error"):
            self._fail(choice.get("error"))
        end = choice.get("finish_reason")
        if isinstance(end, str):
            self._ends[at] = end

    def _add(self, where: dict[int, list[str]], at: int, text: str) -> None:
        if text:
            where.setdefault(at, []).append(text)
            self.size += len(text)


def read_body(data: bytes, kind: str, answer: Answer) -> None:
    """A whole answer at once, from a server that does not stream, or does not say that it does."""
    if not data.strip():
        raise Fault("an empty answer")
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
