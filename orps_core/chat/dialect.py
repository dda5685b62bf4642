"""What is sent to a server of the OpenAI chat protocol, and what is learnt of it from its complaints."""

import re
from dataclasses import dataclass, replace

from ..domain.chat import Message, Role
from .asking import Question
from .understanding import Json

_NUMBER = re.compile(
    r"(?<![\w\\])n(?!\w)|number of (?:choices|completions|samples)|multiple (?:choices|completions)"
)
"""How a complaint names the option n. In JSON a line end looks like one, too."""
_SYSTEM = re.compile(
    r"system (?:role|message|prompt|instruction)|developer instruction"
    r"|support \W{0,3}system\b|roles must alternate",
    re.IGNORECASE,
)
_LIMITED = re.compile(r"max_\w*tokens|(?:completion|output) tokens", re.IGNORECASE)
_ROOM = re.compile(r"\(\d+ > (\d+) - (\d+)\)")
_MOST = re.compile(
    r"(?:at most|less than or equal to|<=|up to|maximum(?: value)?(?: of| is)?|cannot exceed"
    r"|\[\d+,)\W{0,4}(\d+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What a server understands of the protocol, as far as is known. At first everything is tried.

    ``most`` tokens are asked for at once, where the server has said how many it gives.
    """

    several: bool = True
    stream: bool = True
    counts: bool = True
    temperature: bool = True
    seed: bool = True
    system: bool = True
    limit: str = "max_tokens"
    most: int | None = None

    def request(self, question: Question, model: str, seed: int | None = None) -> dict[str, Json]:
        messages = question.messages if self.system else _merged(question.messages)
        said: list[Json] = [{"role": each.role.value, "content": each.text} for each in messages]
        body: dict[str, Json] = {"model": model, "messages": said, "stream": self.stream}
        body[self.limit] = min(question.limit, self.most or question.limit)
        if self.stream and self.counts:
            body["stream_options"] = {"include_usage": True}
        if self.several and question.samples > 1:
            body["n"] = question.samples
        if self.temperature and question.temperature is not None:
            body["temperature"] = question.temperature
        if self.seed and seed is not None:
            body["seed"] = seed
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
            case "seed":
                return replace(self, seed=False)
            case "max_tokens" if self.limit == "max_tokens":
                return replace(self, limit="max_completion_tokens")
            case "max_completion_tokens" if self.limit == "max_completion_tokens":
                return replace(self, limit="max_tokens")
            case _:
                return self

    def after(self, complaint: str, question: Question) -> "Dialect | None":
        """The dialect to try when a server complains about the request; None when that is no help."""
        said = self.request(question, "", seed=0)
        most = _most(complaint)
        if most is not None and 0 < most < min(question.limit, self.most or question.limit):
            return replace(self, most=most)
        if (
            self.system
            and _SYSTEM.search(complaint)
            and any(each.role is Role.SYSTEM for each in question.messages)
        ):
            return replace(self, system=False)
        for word in (
            "stream_options",
            "max_completion_tokens",
            "max_tokens",
            "temperature",
            "seed",
            "stream",
        ):
            if word in said and word in complaint and self.without(word) != self:
                return self.without(word)
        if "n" in said and _NUMBER.search(complaint):
            return self.without("n")
        return None


def _most(complaint: str) -> int | None:
    """How many tokens of an answer the server would give, where it says so."""
    if not _LIMITED.search(complaint):
        return None
    room = _ROOM.search(complaint)
    if room:
        return int(room[1]) - int(room[2])
    found = _MOST.search(complaint)
    return int(found[1]) if found else None


def _merged(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """What stands above all is said at the beginning of the first question."""
    above = [each.text for each in messages if each.role is Role.SYSTEM]
    rest = [each for each in messages if each.role is not Role.SYSTEM]
    first, *others = rest or [Message(role=Role.USER, text="")]
    return (replace(first, text="\n\n".join((*above, first.text)).strip()), *others)
