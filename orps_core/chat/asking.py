"""One question to a model, what may come of it, and what somebody who carries it there must do."""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..domain.chat import Message, Price, Purpose, Reply

_NUMBERS = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. ``limit`` is in tokens for each of ``samples`` answers."""

    messages: tuple[Message, ...]
    purpose: Purpose
    samples: int
    temperature: float | None
    limit: int

    @property
    def size(self) -> int:
        """Bytes of text, from which tokens can be estimated."""
        return sum(len(message.text.encode("utf-8", "replace")) for message in self.messages)

    @property
    def digest(self) -> str:
        """Two halves: of the question exactly as it is, and of the question without its numbers.

        Measurements differ from run to run, and they are told to the model; the second half finds the
        question again nevertheless.
        """
        said = [(message.role.value, message.text) for message in self.messages]
        exact = json.dumps([self.purpose.value, self.samples, self.temperature, self.limit, said])
        return _half(exact) + _half(_NUMBERS.sub("#", exact))


def _half(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Fault(Exception):
    """One attempt brought nothing. ``kind`` says why in a few words that count as the same trouble.

    ``again`` when another attempt may do better, not before ``after`` seconds. ``gone`` when nobody answered
    at all. ``received`` counts the bytes of text that came before it broke off, which were paid for.
    ``learnt`` when it taught how to ask, so that the next attempt is another question.
    """

    def __init__(
        self,
        kind: str,
        *,
        again: bool = True,
        after: float | None = None,
        gone: bool = False,
        received: int | None = None,
        learnt: bool = False,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.again = again
        self.after = after
        self.gone = gone
        self.received = received
        self.learnt = learnt


class Wire(Protocol):
    """Carries one question to a model, once."""

    @property
    def name(self) -> str:
        """How people call the model."""
        ...

    @property
    def price(self) -> Price | None: ...

    @property
    def several(self) -> bool:
        """Whether more than one answer can be asked for at once, as far as is known by now."""
        ...

    async def attempt(self, question: Question, seconds: float) -> Sequence[Reply]:
        """At most ``samples`` replies within ``seconds``. Raise ``Fault``, or ``Unavailable`` for good."""
        ...


Editor = Callable[[str, bool], Wire]
"""The way to a model of the editor's, by its selector; True for a run that nobody has asked for just now."""
