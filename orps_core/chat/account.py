"""What a run may spend on models, what it has spent, and what is to be written down about it."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.budget import Budget
from ..domain.chat import Outlay, Price, Reply
from ..domain.events import Replied, Warned
from ..ports import OutOfBudget
from .asking import Question

SHORTEST = 256
"""Tokens below which an answer is not worth asking for."""
_FIRST_RATE = 0.4
_FRAME = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Leave to ask for ``samples`` answers of ``limit`` tokens each, which take ``cost`` at most."""

    samples: int
    limit: int
    prompt: int
    cost: float

    @property
    def tokens(self) -> int:
        return self.prompt + self.samples * self.limit


class Account:
    """Shared by all models of a run. Implements ``ports.Ledger``.

    Money and tokens are reserved before a call, as if it took all it may, so that calls made side by side
    cannot exceed the budget together; what it did not take is given back.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._outlay = Outlay()
        self._out: list[Grant] = []
        self._returned = asyncio.Condition()
        self._rate = _FIRST_RATE
        self._events: list[Replied | Warned] = []
        self._told: set[str] = set()
        self._began = asyncio.get_running_loop().time()

    @property
    def outlay(self) -> Outlay:
        return self._outlay

    @property
    def seconds_left(self) -> float:
        return self._budget.seconds - (asyncio.get_running_loop().time() - self._began)

    def drain(self) -> Sequence[Replied | Warned]:
        found, self._events = self._events, []
        return found

    def tell_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._events.append(Warned(message=message))

    def write_down(self, replied: Replied) -> None:
        self._events.append(replied)

    def tokens(self, size: int) -> int:
        """An estimate from above, by the worst that was seen so far."""
        return math.ceil(size * self._rate) + _FRAME

    async def reserve(self, question: Question, price: Price | None) -> Grant:
        """Raise ``OutOfBudget`` when the question must not be asked, now or later."""
        async with self._returned:
            while True:
                grant = self._grant(question, price, waiting=self._out)
                if grant is not None and self.seconds_left > 0:
                    self._out.append(grant)
                    return grant
                if self.seconds_left <= 0 or self._grant(question, price, waiting=()) is None:
                    raise OutOfBudget("the budget does not allow another model call")
                # What is still being answered may take less than was set aside for it.
                await self._returned.wait()

    async def settle(self, grant: Grant, spent: Outlay, size: int, replies: Sequence[Reply]) -> None:
        """Put what a call took in place of what was set aside, and learn how long its prompt was."""
        async with self._returned:
            self._out.remove(grant)
            self.add(spent)
            counted = sum(reply.usage.prompt for reply in replies if not reply.usage.estimated)
            if counted and size:
                self._rate = max(self._rate, (counted - _FRAME) / size)
            self._returned.notify_all()

    def add(self, spent: Outlay) -> None:
        now = self._outlay
        cost = None if spent.cost is None and now.cost is None else (now.cost or 0) + (spent.cost or 0)
        self._outlay = replace(
            now,
            calls=now.calls + spent.calls,
            failed=now.failed + spent.failed,
            tokens=now.tokens + spent.tokens,
            cost=cost,
        )

    def _grant(self, question: Question, price: Price | None, waiting: Sequence[Grant]) -> Grant | None:
        prompt = self.tokens(question.size)
        samples = question.samples
        if self._budget.calls is not None:
            taken = self._outlay.calls + sum(grant.samples for grant in waiting)
            samples = min(samples, self._budget.calls - taken)
        room = self._room(prompt, price, waiting)
        least = min(question.limit, SHORTEST)
        samples = min(samples, math.floor(room / least)) if room < samples * least else samples
        if samples < 1:
            return None
        limit = min(question.limit, math.floor(room / samples)) if math.isfinite(room) else question.limit
        cost = price.of(prompt, samples * limit) if price else 0.0
        return Grant(samples=samples, limit=limit, prompt=prompt, cost=cost)

    def _room(self, prompt: int, price: Price | None, waiting: Sequence[Grant]) -> float:
        """How many tokens all answers together may have."""
        room = math.inf
        if self._budget.tokens is not None:
            taken = self._outlay.tokens + sum(grant.tokens for grant in waiting)
            room = float(self._budget.tokens - taken - prompt)
        if self._budget.cost is not None and price is not None and price.completion > 0:
            left = self._budget.cost - (self._outlay.cost or 0) - sum(grant.cost for grant in waiting)
            room = min(room, (left - price.of(prompt, 0)) / price.completion * 1e6)
        return room
