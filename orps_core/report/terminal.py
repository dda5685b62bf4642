"""A run as lines for a terminal: a fold over its events."""

from collections import Counter
from collections.abc import Callable

from ..domain.budget import DEFAULT_BUDGET, Budget
from ..domain.chat import Outlay
from ..domain.events import (
    BaselineReady,
    Event,
    Finished,
    Improved,
    Judged,
    Missed,
    Noted,
    Profiled,
    Proposed,
    Repeated,
    Replied,
    Spent,
    Started,
    Warned,
)
from ..domain.evidence import Opinion, opinion_on
from ..domain.execution import Baseline, Passed, Skipped, explain
from ..domain.front import Choice, choices
from ..domain.note import Note
from ..domain.tree import Node
from ..domain.verdict import Standing
from .card import headline

_SHOWN_FAILURES = 5


class Terminal:
    """``say`` takes whole lines, ``status`` one that the next overwrites."""

    def __init__(self, say: Callable[[str], None], status: Callable[[str], None]) -> None:
        self._say = say
        self._status = status
        self.baseline: Baseline | None = None
        self.finished: Finished | None = None
        self._judged: list[Node] = []
        self._notes: list[Note] = []
        self._models = Outlay()
        self._budget = DEFAULT_BUDGET
        self._best = "-"

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What a person may take instead of the best."""
        return choices(self._judged)

    def opinion(self, node: Node) -> Opinion | None:
        """What a model that criticises thinks of it, where it was asked."""
        return opinion_on(node, self._notes, self._judged)

    def tell(self, event: Event) -> None:
        match event:
            case Started(target=target, budget=budget):
                self._budget = budget
                self._say(
                    f"{target.qualname}: looking for its tests, then up to {budget.seconds:g} s of search"
                )
            case BaselineReady(baseline=baseline):
                self._begin(baseline)
            case Warned(message=message):
                self._say(f"  note: {message}")
            case Judged() | Noted():
                self._keep(event)
            case Improved():
                self._improve(event)
            case Spent(round=round_, rounds=rounds, spending=spending):
                self._status(
                    f"  round {round_}/{rounds} · {len(self._judged)} candidates · best {self._best}"
                    f" · {spending.seconds:.0f}/{self._budget.seconds:g} s"
                    f"{_asked(spending.models, self._budget)}"
                )
            case Replied():
                self._models = _with(self._models, event)
            case Finished():
                self._finish(event)
            case Proposed() | Missed() | Repeated() | Profiled():
                pass

    def _keep(self, event: Judged | Noted) -> None:
        """For the choice and the card at the end."""
        if isinstance(event, Judged):
            self._judged.append(event.node)
        else:
            self._notes.append(event.note)

    def _finish(self, event: Finished) -> None:
        self.finished = event
        self._status("")
        if self._models.calls:
            self._say(f"  models{_asked(self._models, self._budget)}")
        self._say(f"{event.stop.value}: {event.summary}")
        self._offer(event.best)

    def _begin(self, baseline: Baseline) -> None:
        self.baseline = baseline
        execution = baseline.execution
        origins = Counter(case.origin.value for case in baseline.suite.cases)
        sources = ", ".join(f"{count} {name}" for name, count in origins.items())
        if baseline.suite.generated:
            self._say("  no test of its own: candidates are held to what it answers to generated inputs")
        self._say(f"  baseline: {execution.passed} of {execution.counted} cases pass ({sources})")
        held = execution.confinement
        self._say(f"  confinement: {held.level} ({', '.join(held.mechanisms)})")
        for each in held.open:
            self._say(f"  open to candidates: {each}")
        failing = [r for r in execution.results if not isinstance(r.outcome, Passed | Skipped)]
        for result in failing[:_SHOWN_FAILURES]:
            self._say(f"  fails: {explain(result)}")
        if len(failing) > _SHOWN_FAILURES:
            self._say(f"  and {len(failing) - _SHOWN_FAILURES} more")
        if failing:
            self._say("  looking for a repair that makes them pass")

    def _improve(self, event: Improved) -> None:
        if self.baseline is None:
            return
        node = event.node
        line = headline(node, self.baseline, event.agreement)
        if event.best and node.gain is not None:
            self._best = f"{node.gain:.1f}×"
        self._status("")
        self._say(f"  ⚡ {line}   {node.candidate.author}")

    def _offer(self, best: Node | None) -> None:
        """The others on the front, each once, by what it is first in."""
        others = {
            choice.node.id: choice.node
            for choice in self.choices
            if best is None or choice.node.id != best.id
        }
        for id_, node in others.items():
            names = [choice.pick.value for choice in self.choices if choice.node.id == id_]
            won = (
                [each.reason for each in node.verdict.findings if each.standing is Standing.BETTER]
                if node.verdict
                else []
            )
            self._say(
                f"  also: {', '.join(names)}: {'; '.join(won)}   {node.candidate.author}  (--pick {names[0]})"
            )


def _with(outlay: Outlay, replied: Replied) -> Outlay:
    costs = [reply.usage.cost for reply in replied.replies if reply.usage.cost is not None]
    return Outlay(
        calls=outlay.calls + replied.calls,
        failed=outlay.failed + replied.failed,
        tokens=outlay.tokens + sum(reply.usage.tokens for reply in replied.replies),
        cost=(outlay.cost or 0) + sum(costs) if costs else outlay.cost,
    )


def _asked(outlay: Outlay, budget: Budget) -> str:
    """What models have cost so far, of what they may; nothing when none was asked."""
    if not outlay.calls:
        return ""
    failed = f", {outlay.failed} failed" if outlay.failed else ""
    calls, tokens = _of(outlay.calls, budget.calls), _of(outlay.tokens, budget.tokens)
    most = "" if budget.cost is None else f" of ${budget.cost:g}"
    cost = "" if outlay.cost is None else f", ${outlay.cost:.4f}{most}"
    return f" · {calls} calls{failed}, {tokens} tokens{cost}"


def _of(spent: int, limit: int | None) -> str:
    return str(spent) if limit is None else f"{spent}/{limit}"
