"""The editor's own models, asked by way of the client: `orps/lm/*`."""

import asyncio
import dataclasses
import itertools
import logging
import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from orps_core import Edited, Fault, Question, Rules, Settings, Unavailable, Wire, named, receiver
from orps_core.domain.chat import Price, Reply, Role, Usage
from orps_server import plain, protocol
from orps_server.from_lsp import Client
from orps_server.transport import Server, Unanswered

logger = logging.getLogger(__name__)

LISTING = 10.0
"""Seconds in which a client must say which models it has."""
FIRST = 120.0
"""Seconds to the first word: a person may be asked for consent before."""
BETWEEN = 30.0
"""Seconds between two words of an answer."""
USUAL_CALLS = 40
"""Questions in one run without a limit: an editor's models mostly have a quota, and other work."""
_BYTES = 4
"""Of text to a token, about; an editor does not count them for us."""

_TROUBLES: Mapping[str, tuple[str, bool]] = {
    "noPermissions": ("it may not be asked without consent", False),
    "blocked": ("it is blocked, or its quota is used up", False),
    "notFound": ("the editor has no such model", False),
    "cancelled": ("the question was cancelled in the editor", False),
    "unknown": ("it did not answer", True),
}
"""What each kind of error means, and whether asking again can help."""


class Relay:
    """For one session: hands out the way to a model, and knows which questions are being answered."""

    def __init__(self, server: Server, client: Client, environment: Mapping[str, str]) -> None:
        self.server = server
        self._client = client
        self._environment = environment
        self._numbers = itertools.count(1)
        self._answers: dict[str, Answer] = {}
        self.changes = 0
        """How often the client's models have become others."""

    def listen(self) -> None:
        @self.server.feature(protocol.LM_CHUNK)
        def chunk(params: Any) -> None:  # noqa: ANN401  (for ``object`` pygls would hand out the server)
            self.heard(params)

        @self.server.feature(protocol.LM_CHANGED)
        def changed(params: Any) -> None:  # noqa: ANN401  (as above)
            del params
            self.changes += 1

    def wire(self, selector: str, background: bool) -> Wire:  # noqa: FBT001  (the core's type)
        return RelayedModel(self, selector, background=background)

    async def settle(self, settings: Settings) -> tuple[Settings, str]:
        """Who is asked in a run, decided before it begins; the second is why it is not whom a person named.

        An endpoint that is named goes first, then the editor's models, then the rules. In the background only
        models that may be asked without consent count.
        """
        try:
            chosen = named(settings, self._environment)
        except Unavailable:
            return settings, ""  # The run will say so.
        offered = self._client.has_models
        if settings.model == "auto" and isinstance(chosen, Rules) and offered:
            chosen = Edited(selector="")
        if not isinstance(chosen, Edited):
            return settings, ""
        rules = dataclasses.replace(settings, model="rules", critic_model=None)
        if not offered:
            return rules, "This editor offers no models to ORPS; the rules work alone."
        models = await self._models(chosen.selector)
        if not models:
            wanted = f" called {chosen.selector}" if chosen.selector else ""
            return rules, f"The editor has no model{wanted}; the rules work alone."
        if settings.gentle and not any(plain.attribute(each, "allowed") is True for each in models):
            return rules, ""
        budget = dataclasses.replace(settings.budget, calls=settings.budget.calls or USUAL_CALLS)
        return dataclasses.replace(settings, model=f"editor:{chosen.selector}", budget=budget), ""

    def receiver(self, settings: Settings) -> str:
        """Who is asked besides the rules, for a person."""
        try:
            return receiver(named(settings, self._environment))
        except Unavailable as problem:
            return problem.reason

    async def _models(self, selector: str) -> Sequence[object]:
        try:
            answer = await self.server.ask(
                protocol.LM_MODELS, protocol.LmSelector(selector=selector), seconds=LISTING
            )
        except Unanswered as problem:
            logger.warning("models: %s", problem)
            return ()
        return plain.items(plain.attribute(answer, "models"))

    def begin(self) -> tuple[str, "Answer"]:
        request, answer = f"lm-{next(self._numbers)}", Answer()
        self._answers[request] = answer
        return request, answer

    def end(self, request: str) -> None:
        self._answers.pop(request, None)

    def heard(self, params: object) -> None:
        """A piece of an answer; of one that nobody waits for any more it is forgotten."""
        request, text = plain.attribute(params, "requestId"), plain.attribute(params, "text")
        if isinstance(request, str) and isinstance(text, str) and request in self._answers:
            self._answers[request].add(text)


class Answer:
    """What has come of one answer, and until when the next piece must come."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.limit = asyncio.timeout(FIRST)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def add(self, text: str) -> None:
        self.pieces.append(text)
        if not self.limit.expired():
            self.limit.reschedule(asyncio.get_running_loop().time() + BETWEEN)


class RelayedModel:
    """Implements ``Wire``. Once the editor has refused, it is not bothered again in the same run.

    Until it says that its models are others now: then the next question is the first one again.
    """

    def __init__(self, relay: Relay, selector: str, *, background: bool) -> None:
        self._relay = relay
        self._selector = selector
        self._background = background
        self._refused: Fault | None = None
        self._admitted = False
        self._changes = relay.changes
        self._door = asyncio.Lock()

    @property
    def name(self) -> str:
        return f"the editor's {self._selector}" if self._selector else "the editor's model"

    @property
    def price(self) -> Price | None:
        return None

    @property
    def several(self) -> bool:
        return False

    async def attempt(self, question: Question, seconds: float) -> Sequence[Reply]:
        """The first question is asked alone: who must consent to it is not asked twice."""
        if self._changes != self._relay.changes:
            self._changes, self._refused, self._admitted = self._relay.changes, None, False
        if self._admitted:
            return await self._ask(question, seconds)
        async with self._door:
            if self._refused is not None:
                raise self._refused
            replies = await self._ask(question, seconds)
            self._admitted = True
            return replies

    async def _ask(self, question: Question, seconds: float) -> Sequence[Reply]:
        began = time.monotonic()
        request, answer = self._relay.begin()
        try:
            async with answer.limit:
                said = await self._relay.server.ask(
                    protocol.LM_COMPLETE, self._asked(request, question), seconds=seconds
                )
        except TimeoutError:
            raise Fault("it stopped answering", received=len(answer.text.encode())) from None
        except Unanswered as problem:
            raise self._trouble(problem, answer) from problem
        finally:
            self._relay.end(request)
        return [_reply(said, answer, question, self.name, time.monotonic() - began)]

    def _asked(self, request: str, question: Question) -> protocol.LmQuestion:
        return protocol.LmQuestion(
            request_id=request,
            selector=self._selector,
            background=self._background,
            purpose=question.purpose.value,
            messages=_folded(question),
            max_tokens=question.limit,
            temperature=question.temperature,
            justification="ORPS asks for better versions of the function that you chose.",
        )

    def _trouble(self, problem: Unanswered, answer: Answer) -> Fault:
        kind = plain.attribute(getattr(problem.__cause__, "data", None), "kind")
        says, again = _TROUBLES.get(str(kind), _TROUBLES["unknown"])
        fault = Fault(says, again=again, received=len(answer.text.encode()) or None)
        if not again:
            self._refused = fault
        return fault


def _folded(question: Question) -> tuple[protocol.LmMessage, ...]:
    """Editors know no system message: it is said at the beginning of what the person says first."""
    system = "\n\n".join(each.text for each in question.messages if each.role is Role.SYSTEM)
    folded = list[protocol.LmMessage]()
    for each in question.messages:
        if each.role is Role.SYSTEM:
            continue
        text = f"{system}\n\n{each.text}" if system and not folded else each.text
        folded.append(
            protocol.LmMessage(role="assistant" if each.role is Role.ASSISTANT else "user", content=text)
        )
    return tuple(folded) or (protocol.LmMessage(role="user", content=system),)


def _reply(said: object, answer: Answer, question: Question, name: str, seconds: float) -> Reply:
    whole = plain.attribute(said, "text")
    text = whole if isinstance(whole, str) and whole else answer.text
    if not text.strip():
        raise Fault("it answered nothing")
    model = plain.attribute(said, "model")
    return Reply(
        text=text,
        model=model if isinstance(model, str) and model else name,
        usage=Usage(
            prompt=math.ceil(question.size / _BYTES),
            completion=math.ceil(len(text.encode()) / _BYTES),
            estimated=True,
        ),
        seconds=seconds,
        complete=plain.attribute(said, "truncated") is not True,
    )
