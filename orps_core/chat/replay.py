"""A model that says again what it said when a run was recorded."""

from collections import deque
from collections.abc import Sequence

from ..domain.chat import Message, Outlay, Purpose, Reply
from ..domain.events import Replied
from ..ports import OutOfBudget, Unavailable, Unusable
from .account import Account
from .asking import Question

_HALF = 16


class Recording:
    """The answers of a journal, each given once.

    A question gets the answer to the same question; else to the same question but for its numbers, since
    measurements are told to the model and differ; else the next answer that whoever asks was given. In a run
    that is repeated as a whole every question is ``exact``: one without its answer had none then.
    """

    def __init__(self, replied: Sequence[Replied], *, exact: bool = False) -> None:
        self._left = deque(replied)
        self._exact = exact

    def take(self, question: Question) -> Replied | None:
        digest = question.digest
        same = [each for each in self._left if each.purpose is question.purpose]
        ways = (
            (each for each in same if each.request == digest),
            (each for each in same if each.request[_HALF:] == digest[_HALF:]),
            iter(same),
        )
        found = next((each for way in ways[: 1 if self._exact else None] for each in way), None)
        if found is not None:
            self._left.remove(found)
        return found


class Replay:
    """Implements ``ports.Chat``. What a call cost when it was made, it costs again in the account.

    Without an account the whole run is repeated: who gets no answer then was not allowed to ask, and what
    calls cost is told by the recording itself.
    """

    def __init__(self, recording: Recording, account: Account | None) -> None:
        self._recording = recording
        self._account = account

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
        found = self._recording.take(question)
        if found is None and self._account is None:
            raise OutOfBudget("the budget did not allow another model call")
        if found is None:
            raise Unusable("the recording holds no further answer")
        if self._account is not None:
            self._account.add(_outlay(found))
            self._account.write_down(found)
        if found.replies:
            return found.replies[:samples]
        failure = found.failure or "no answer was recorded"
        raise Unusable(failure) if found.advice is None else Unavailable(failure, found.advice)


def _outlay(found: Replied) -> Outlay:
    costs = [reply.usage.cost for reply in found.replies if reply.usage.cost is not None]
    tokens = sum(reply.usage.tokens for reply in found.replies)
    return Outlay(calls=found.calls, failed=found.failed, tokens=tokens, cost=sum(costs) if costs else None)
