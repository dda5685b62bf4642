"""A model that says again what it said when a run was recorded."""

import re
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from ..domain import journal
from ..domain.chat import Message, Outlay, Purpose, Reply
from ..domain.events import Replied
from ..ports import Unavailable, Unusable
from .account import Account
from .asking import Question

_HALF = 16


class Recording:
    """The answers of a journal, each given once.

    A question gets the answer to the same question; else to the same question but for its numbers, since
    measurements are told to the model and differ; else the next answer that whoever asks was given.
    """

    def __init__(self, replied: Sequence[Replied]) -> None:
        self._left = deque(replied)

    def take(self, question: Question) -> Replied | None:
        digest = question.digest
        same = [each for each in self._left if each.purpose is question.purpose]
        ways = (
            (each for each in same if each.request == digest),
            (each for each in same if each.request[_HALF:] == digest[_HALF:]),
            iter(same),
        )
        found = next((each for way in ways for each in way), None)
        if found is not None:
            self._left.remove(found)
        return found


class Replay:
    """Implements ``ports.Chat``. What a call cost when it was made, it costs again in the account."""

    def __init__(self, recording: Recording, account: Account) -> None:
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
        if found is None:
            raise Unusable("the recording holds no further answer")
        costs = [reply.usage.cost for reply in found.replies if reply.usage.cost is not None]
        tokens = sum(reply.usage.tokens for reply in found.replies)
        cost = sum(costs) if costs else None
        self._account.add(Outlay(calls=found.calls, failed=found.failed, tokens=tokens, cost=cost))
        self._account.write_down(found)
        if not found.replies:
            raise Unusable(found.failure or "no answer was recorded")
        return found.replies[:samples]


def read_recording(path: Path) -> Recording:
    """Raise ``Unavailable`` for what is no journal with answers of a model."""
    advice = "Record one: orps refine … --model … --format jsonl > run.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        # A run that was killed leaves half a line at the end.
        events = [journal.read(line) for line in lines[:-1]] + [
            journal.read(line) for line in lines[-1:] if re.search(r"\}\s*$", line)
        ]
    except OSError as error:
        raise Unavailable(f"The recording {path} cannot be read: {error.strerror}.", advice) from error
    except (journal.UnreadableError, UnicodeDecodeError) as error:
        raise Unavailable(f"{path} is not the journal of a run ({error}).", advice) from error
    replied = [event for event in events if isinstance(event, Replied)]
    if not replied:
        raise Unavailable(f"No model was asked in the run of {path}.", advice)
    return Recording(replied)
