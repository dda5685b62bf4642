"""Ask a model and do not give up too early: retries, waiting as told, within the budget, written down."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..domain.chat import Message, Outlay, Purpose, Reply
from ..domain.events import Replied
from ..ports import OutOfBudget, Unavailable, Unusable
from .account import Account
from .asking import Fault, Question, Wire

_LONGEST_PAUSE = 8.0
_MOST_LESSONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """``attempts`` at one answer, ``pause`` seconds before the second and twice as long before each further.

    ``wait`` seconds are waited at most when the other side asks for it, ``total`` for one attempt.
    ``side_by_side`` attempts are made at once.
    """

    attempts: int = 4
    pause: float = 0.5
    wait: float = 30.0
    total: float = 180.0
    side_by_side: int = 4


DEFAULT_PATIENCE = Patience()


class Caller:
    """A model on a wire, for one run. Implements ``ports.Chat``.

    An answer is asked for again when asking again can help. What went wrong is told once for each kind of
    trouble; how often is counted in the account.
    """

    def __init__(self, wire: Wire, account: Account, patience: Patience = DEFAULT_PATIENCE) -> None:
        self._wire = wire
        self._account = account
        self._patience = patience
        self._room = asyncio.Semaphore(patience.side_by_side)
        self._random = random.Random()  # noqa: S311  (spreads waiting, hides nothing)
        self._resume = 0.0

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        purpose: Purpose,
        samples: int = 1,
        temperature: float | None = None,
        limit: int,
    ) -> Sequence[Reply]:
        question = Question(
            messages=tuple(messages), purpose=purpose, samples=samples, temperature=temperature, limit=limit
        )
        effort = _Effort()
        error: Unusable | Unavailable | None = Unusable("nobody waited for it any more")
        try:
            await self._insist(question, effort)
            error = self._failure(effort, question)
        except Unavailable as gone:
            error = gone
        finally:
            if effort.spent.calls:
                self._account.write_down(effort.record(question, error))
        if error is not None and not effort.replies:
            raise error
        return effort.replies

    def _failure(self, effort: "_Effort", question: Question) -> Unusable | Unavailable | None:
        """Why there are fewer answers than were asked for."""
        trouble = effort.trouble
        if len(effort.replies) >= question.samples:
            return None
        if trouble is None:
            return OutOfBudget("the budget does not allow another model call")
        if trouble.gone:
            return Unavailable(
                f"The model {self._wire.name} cannot be reached: {trouble.kind}.",
                "Start its server, or name another model (orps endpoints lists what runs here).",
            )
        if trouble.after is not None and trouble.after > self._account.seconds_left:
            return Unavailable(
                f"{self._wire.name} wants to be left alone for {trouble.after:.0f} s ({trouble.kind}).",
                "Try again later, or name another model.",
            )
        return Unusable(f"{self._wire.name}: {trouble.kind}")

    async def _insist(self, question: Question, effort: "_Effort") -> None:
        """Ask until all answers are there, or until it is of no use."""
        attempt = 0
        for _ in range(self._patience.attempts + _MOST_LESSONS):
            missing = question.samples - len(effort.replies)
            before = len(effort.replies)
            # A server that gives one answer at a time is asked side by side.
            parts = [missing] if self._wire.several else [1] * missing
            asked = (self._ask(replace(question, samples=part), effort) for part in parts)
            ended = await asyncio.gather(*asked, return_exceptions=True)
            for error in filter(None, ended):
                raise error
            if len(effort.replies) >= question.samples or effort.broke:
                return
            trouble = effort.trouble
            if len(effort.replies) > before:
                continue
            if trouble is None or not trouble.again or attempt + 1 == self._patience.attempts:
                return
            if not await self._wait(trouble, attempt):
                return
            attempt += 0 if trouble.learnt else 1

    async def _ask(self, question: Question, effort: "_Effort") -> None:
        try:
            grant = await self._account.reserve(question, self._wire.price)
        except OutOfBudget:
            effort.broke = True
            return
        allowed = replace(question, samples=grant.samples, limit=grant.limit)
        replies: Sequence[Reply] = ()
        # What is cancelled has been sent, and is paid for as far as anybody can tell.
        received: int | None = 0
        sent = False
        try:
            async with self._room:
                await self._pause_for_all()
                sent = True
                replies = await self._wire.attempt(allowed, self._seconds())
                received = None
        except Fault as fault:
            received = fault.received
            effort.trouble = fault
            again = "; failed calls are asked again" if fault.again else ""
            self._account.tell_once(f"{self._wire.name}: {fault.kind}{again}")
        except Unavailable:
            received = None
            raise
        finally:
            spent = self._spent(allowed, replies, received) if sent else Outlay()
            effort.add(spent, replies)
            await asyncio.shield(self._account.settle(grant, spent, allowed.size, replies))

    def _seconds(self) -> float:
        return max(0.05, min(self._patience.total, self._account.seconds_left))

    def _spent(self, question: Question, replies: Sequence[Reply], received: int | None) -> Outlay:
        """``received`` bytes of a broken answer are estimated; None when there is nothing to pay for."""
        calls = max(1, len(replies)) if replies else question.samples
        if replies:
            costs = [reply.usage.cost for reply in replies if reply.usage.cost is not None]
            tokens = sum(reply.usage.tokens for reply in replies)
            return Outlay(calls=calls, tokens=tokens, cost=sum(costs) if costs else None)
        if received is None:
            return Outlay(calls=calls, failed=calls)
        prompt, completion = self._account.tokens(question.size), self._account.tokens(received)
        price = self._wire.price
        cost = price.of(prompt, completion) if price else None
        return Outlay(calls=calls, failed=calls, tokens=prompt + completion, cost=cost)

    async def _wait(self, trouble: Fault, attempt: int) -> bool:
        """False when it is not worth waiting for: the other side asks for too long, or the time is up."""
        if trouble.after is not None:
            seconds = trouble.after + self._random.uniform(0, min(1.0, 0.25 * trouble.after))
            # Whoever is told to wait speaks for all calls to the same server.
            self._resume = max(self._resume, asyncio.get_running_loop().time() + trouble.after)
        else:
            seconds = min(_LONGEST_PAUSE, self._patience.pause * 2**attempt) * self._random.uniform(0.5, 1)
        if seconds > min(self._patience.wait, self._account.seconds_left):
            return False
        await asyncio.sleep(seconds)
        return True

    async def _pause_for_all(self) -> None:
        seconds = self._resume - asyncio.get_running_loop().time()
        if seconds > 0:
            await asyncio.sleep(min(seconds, self._patience.wait))


class _Effort:
    """What one question has brought so far, and what it took."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.spent = Outlay()
        self.trouble: Fault | None = None
        self.broke = False

    def add(self, spent: Outlay, replies: Sequence[Reply]) -> None:
        self.replies += replies
        self.spent = replace(
            self.spent, calls=self.spent.calls + spent.calls, failed=self.spent.failed + spent.failed
        )

    def record(self, question: Question, error: Unusable | Unavailable | None) -> Replied:
        """What a replay needs to say the same, or to fail in the same way."""
        gone = error if isinstance(error, Unavailable) else None
        return Replied(
            purpose=question.purpose,
            request=question.digest,
            replies=tuple(self.replies),
            calls=self.spent.calls,
            failed=self.spent.failed,
            failure=gone.reason if gone else str(error) if error else None,
            advice=gone.advice if gone else None,
        )
